"""Rate limits outlive the sender: one restarted in a loop would have none otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert, select

from publisher.store.tables import gate


@dataclass(frozen=True, slots=True)
class GateState:
    """What is remembered of a relay's or domain's limit: tokens left in its bucket, refusals in a
    row, and the `rest` in seconds that it needed at `at` (seconds since 1970)."""

    tokens: float
    strikes: int
    rest: float
    at: float


def load(connection: Connection) -> dict[str, GateState]:
    """All that is remembered, by name in order."""
    rows = connection.execute(select(gate).order_by(gate.c.name))
    return {row.name: GateState(row.tokens, row.strikes, row.rest, row.at) for row in rows}


def save(connection: Connection, states: Mapping[str, GateState]) -> None:
    """Remember `states`; what else was remembered stays."""
    if not states:
        return
    connection.execute(delete(gate).where(gate.c.name.in_(list(states))))
    rows = [{"name": name, **asdict(state)} for name, state in sorted(states.items())]
    connection.execute(insert(gate), rows)
