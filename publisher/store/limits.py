"""Rate limits are shared by all who send from one store, and outlive them: one restarted in a loop
would have none otherwise."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select, text

from publisher.store.tables import gate

DAY_SECONDS = 86_400.0
_LOCK = 0x6761_7465  # any constant that is ours: one trade at a time on PostgreSQL


@dataclass(frozen=True, slots=True)
class GateState:
    """What is known of a relay's or domain's limit: tokens left in its bucket, refusals in a row,
    and the `rest` in seconds that it needed at `at` (seconds since 1970)."""

    tokens: float
    strikes: int
    rest: float
    at: float


def alone(connection: Connection) -> None:
    """Nobody else loads and saves limits until the end of this transaction. SQLite has one writer."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


def load(connection: Connection, names: Collection[str]) -> dict[str, GateState]:
    """What is known of `names`, in order."""
    return _states(connection, gate.c.name.in_(sorted(names)))


def struck(connection: Connection) -> dict[str, GateState]:
    """Whoever asked us to slow down, and was not served since."""
    return _states(connection, gate.c.strikes > 0)


def _states(connection: Connection, condition: ColumnElement[bool]) -> dict[str, GateState]:
    rows = connection.execute(select(gate).where(condition).order_by(gate.c.name))
    return {row.name: GateState(row.tokens, row.strikes, row.rest, row.at) for row in rows}


def save(connection: Connection, states: Mapping[str, GateState | None]) -> None:
    """Write `states` down, None for nothing to know; what else is known stays."""
    if not states:
        return
    connection.execute(delete(gate).where(gate.c.name.in_(list(states))))
    rows = [{"name": name, **asdict(state)} for name, state in sorted(states.items()) if state]
    if rows:
        connection.execute(insert(gate), rows)


def forget(connection: Connection, wall: float) -> None:
    """What nobody has asked for in a day: the buckets are full again."""
    connection.execute(delete(gate).where(gate.c.at < wall - DAY_SECONDS))
