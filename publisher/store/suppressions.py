"""Addresses that must never be mailed again, whatever is imported, unless they confirm themselves.

A suppression is found by the keyed hash (HMAC-SHA256) of the address's key, so that it outlives the
address: erasing a person keeps the hash and nothing else. Without the secret a hash says nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, or_, select, update

from publisher.addresses import Address
from publisher.errors import StoreError
from publisher.store.cleaning import remark
from publisher.store.database import insert_unless_there
from publisher.store.tables import setting, suppression

Reason = Literal["unsubscribed", "bounced", "complained", "erased", "listed"]

_CONTEXT = b"publisher suppression v1\0"


@dataclass(frozen=True, slots=True)
class Suppression:
    """`key` is empty once the person is erased; `source` says who or what reported it."""

    digest: str
    key: str
    reason: Reason
    source: str
    time: datetime


def digest(key: str, secret: bytes) -> str:
    """The keyed hash of an `Address.key`, 64 hexadecimal digits."""
    return hmac.digest(secret, _CONTEXT + key.encode(), hashlib.sha256).hex()


def check_secret(connection: Connection, secret: bytes) -> None:
    """Raise StoreError unless `secret` is the one that the hashes here were made with.

    The first call remembers its mark. With another secret no suppression would be found, and
    people who opted out would be mailed: so nothing is done at all.
    """
    mark = hmac.digest(secret, b"publisher secret v1\0", hashlib.sha256).hex()[:16]
    insert_unless_there(connection, setting, [{"name": "secret", "value": mark}])
    found = connection.execute(
        select(setting.c.value).where(setting.c.name == "secret")
    ).scalar_one()
    if not hmac.compare_digest(found, mark):
        raise StoreError(
            "PUBLISHER_SECRET",
            problem="this is not the secret that this store was made with",
            hint="use the old one: with another, nobody who opted out would be recognised",
        )


def add(
    connection: Connection,
    address: Address,
    *,
    reason: Reason,
    source: str,
    now: datetime,
    secret: bytes,
) -> None:
    """Suppress `address`; an older suppression of it keeps its reason and time."""
    hashed = digest(address.key, secret)
    row = {"digest": hashed, "key": address.key, "reason": reason, "time": now}
    row["source"] = remark(source)
    insert_unless_there(connection, suppression, [row])


def reasons(connection: Connection, digests: Collection[str]) -> dict[str, Reason]:
    """Which of `digests` are suppressed, and why; at most some thousands at once."""
    rows = connection.execute(
        select(suppression.c.digest, suppression.c.reason).where(suppression.c.digest.in_(digests))
    )
    return {row.digest: row.reason for row in rows}


def lift(connection: Connection, key: str, secret: bytes) -> None:
    """Forget the suppression of the address with `key`: its owner has confirmed again."""
    connection.execute(
        delete(suppression).where(
            or_(suppression.c.digest == digest(key, secret), suppression.c.key == key)
        )
    )


def anonymise(connection: Connection, key: str) -> None:
    """Keep the hash and forget the address."""
    connection.execute(
        update(suppression).where(suppression.c.key == key).values(key=None, source="")
    )


def listing(connection: Connection) -> Iterator[Suppression]:
    """All suppressions by time, streamed."""
    query = select(suppression).order_by(suppression.c.time, suppression.c.digest)
    for row in connection.execute(query.execution_options(yield_per=1000)):
        yield Suppression(row.digest, row.key or "", row.reason, row.source, row.time)
