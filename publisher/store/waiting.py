"""Deliveries that wait for their turn, and how they are called off."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select, update

from publisher.store.tables import delivery, mailing

# The `next_attempt` of what waits for nothing but its turn: due on any clock, one put back too.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


def of_mailing(id: int) -> ColumnElement[bool]:
    return delivery.c.mailing == id


def of_subscriber(id: int) -> ColumnElement[bool]:
    """One person's rows, by way of the mailings: so the primary key finds them, without an index."""
    return (delivery.c.subscriber == id) & delivery.c.mailing.in_(select(mailing.c.id))


def cancel(connection: Connection, rows: ColumnElement[bool], now: datetime) -> int:
    """Call off those of `rows` that have not been reached; how many.

    A message that is in flight is past calling back: its outcome is recorded as usual. One that is
    uncertain stays so, for it is not known that it was not reached; but it is not tried again.
    """
    waiting = update(delivery).where(rows, delivery.c.next_attempt.is_not(None))
    nevermore: dict[str, Any] = {"next_attempt": None, "worker": None}
    connection.execute(waiting.where(delivery.c.state == "uncertain").values(**nevermore))
    result = connection.execute(
        waiting.where(delivery.c.state.in_(("queued", "deferred"))).values(
            state="cancelled", changed=now, **nevermore
        )
    )
    return result.rowcount


def first_due(mailing_id: int) -> Select[datetime | None]:
    """When the next unclaimed row is due, which may be past; None where none waits."""
    return select(func.min(delivery.c.next_attempt)).where(
        delivery.c.mailing == mailing_id,
        delivery.c.worker.is_(None),
        delivery.c.next_attempt.is_not(None),
    )


def claimed(mailing_id: int) -> Select[int]:
    """The rows that some worker has. Spelled as a range, which leads SQLite to the right index."""
    return select(delivery.c.subscriber).where(
        delivery.c.mailing == mailing_id, delivery.c.worker > 0
    )
