"""What a person may ask for: their whole record, and to be forgotten (GDPR articles 15, 17)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from publisher.addresses import Address
from publisher.store import subscribers, suppressions, waiting
from publisher.store.subscribers import Subscriber
from publisher.store.tables import delivery, event, mailing, subscriber


def record(connection: Connection, person: Subscriber, secret: bytes) -> dict[str, Any]:
    """All that the store holds about a person, ready for `json.dumps`; times in ISO 8601, UTC."""
    row = connection.execute(select(subscriber).where(subscriber.c.id == person.id)).one()
    hashed = suppressions.digest(row.key, secret)
    return {
        "subscriber": _plain(row),
        "suppressed": suppressions.reasons(connection, [hashed]).get(hashed),
        "history": [_plain(row) for row in connection.execute(_history(person.id))],
        "deliveries": [_plain(row) for row in connection.execute(_deliveries(person.id))],
    }


def _history(id: int) -> Any:
    columns = (event.c.time, event.c.kind, event.c.mailing, event.c.code, event.c.detail)
    return select(*columns).where(event.c.subscriber == id).order_by(event.c.id)


def _deliveries(id: int) -> Any:
    """Joined from the mailings, so that the primary key of `delivery` finds each row."""
    names = ("state", "attempts", "doubts", "relay", "code", "enhanced", "reply", "changed")
    return (
        select(delivery.c.mailing, mailing.c.edition, *(delivery.c[name] for name in names))
        .where(delivery.c.mailing == mailing.c.id, delivery.c.subscriber == id)
        .order_by(mailing.c.id)
    )


def _plain(row: Row[Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row._mapping.items()
    }


def erase(connection: Connection, person: Subscriber, *, now: datetime, secret: bytes) -> None:
    """Forget a person. What stays: that somebody was mailed, and a keyed hash that suppresses them.

    SMTP replies go too, because servers repeat the address in them; and the domain, which may be
    the person's own.
    """
    if person.state == "erased":
        return
    key = connection.execute(
        select(subscriber.c.key).where(subscriber.c.id == person.id)
    ).scalar_one()
    address = Address(person.address, person.domain, key)
    suppressions.add(connection, address, reason="erased", source="", now=now, secret=secret)
    suppressions.anonymise(connection, key)
    theirs = waiting.of_subscriber(person.id)
    waiting.cancel(connection, theirs, now)
    connection.execute(
        update(subscriber).where(subscriber.c.id == person.id).values(**_blank(key, now, secret))
    )
    connection.execute(update(event).where(event.c.subscriber == person.id).values(detail=""))
    connection.execute(update(delivery).where(theirs).values(reply=None, domain=""))
    subscribers.note(connection, person.id, "erased", now)


def _blank(key: str, now: datetime, secret: bytes) -> dict[str, Any]:
    return {
        "key": f"erased:{suppressions.digest(key, secret)}",
        "address": None,
        "domain": "",
        "name": "",
        "language": "",
        "fields": {},
        "consent_source": "",
        "state": "erased",
        "changed": now,
        "signup": subscriber.c.signup + 1,
        "signup_time": None,
    }
