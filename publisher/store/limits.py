"""Token buckets in the store: a rate limit that all senders share and that outlives them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from publisher.store.database import insert_unless_there
from publisher.store.tables import bucket


@dataclass(frozen=True, slots=True)
class Rate:
    """So many messages a second on average, at most `burst` of them at once."""

    per_second: float
    burst: float


@dataclass(frozen=True, slots=True)
class Grant:
    """`count` messages may be sent now; the next one after `wait`."""

    count: int
    wait: timedelta


def take(connection: Connection, name: str, wanted: int, rate: Rate, now: datetime) -> Grant:
    """Take up to `wanted` tokens from the bucket `name` ("relay main", "domain example.org").

    A clock that jumps back refills nothing; one that jumps ahead refills no more than the burst.
    """
    full = {"name": name, "tokens": rate.burst, "filled": now}
    insert_unless_there(connection, bucket, [full])
    query = select(bucket).where(bucket.c.name == name).with_for_update()
    row = connection.execute(query).one()
    elapsed = max((now - row.filled).total_seconds(), 0.0)
    tokens = min(row.tokens + elapsed * rate.per_second, rate.burst)
    count = min(wanted, int(tokens))
    left = {"tokens": tokens - count, "filled": now}
    connection.execute(update(bucket).where(bucket.c.name == name).values(**left))
    missing = max(1.0 - (tokens - count), 0.0)
    return Grant(count, timedelta(seconds=missing / rate.per_second))
