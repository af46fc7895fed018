"""Shorthand for tests of the store: people, mailings, and a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from publisher import addresses
from publisher.store import mailings, subscribers
from publisher.store.database import Connection, Store
from publisher.store.mailings import Choice, Variant
from publisher.store.subscribers import Consent, Preferences

SECRET = b"a secret of thirty-two octets ok"
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
CONSENT = Consent("paper form at the fair", NOW)
HTML = Choice((), "html", "")
TEXT = Choice((), "text", "")


def later(**units: float) -> datetime:
    return NOW + timedelta(**units)


def add(connection: Connection, address: str, **preferences: object) -> int:
    wishes = Preferences(**preferences)  # type: ignore[arg-type]
    return subscribers.add(connection, addresses.parse(address), wishes, CONSENT, secret=SECRET).id


def leave(connection: Connection, id: int, state: str = "unsubscribed") -> bool:
    return subscribers.leave(
        connection,
        id,
        state=state,
        source="link",
        now=NOW,
        secret=SECRET,  # type: ignore[arg-type]
    )


def crowd(store: Store, count: int, domain: str = "rowers.example") -> list[int]:
    with store.writing() as connection:
        return [add(connection, f"rower{n}@{domain}") for n in range(count)]


def mailing(store: Store, edition: str = "2026-11-23", **options: object) -> int:
    """A mailing of one variant for everybody with no wishes, already sending."""
    with store.writing() as connection:
        id = mailings.create(
            connection,
            edition=edition,
            subject="Monday",
            at=NOW,
            now=NOW,
            **options,  # type: ignore[arg-type]
        ).id
        mailings.freeze(connection, id, [Variant("all", b"prepared", (HTML, TEXT))], now=NOW)
    return id


def state_of(store: Store, id: int) -> str:
    with store.reading() as connection:
        person = subscribers.get(connection, id)
    assert person is not None
    return person.state
