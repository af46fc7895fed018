"""One person's subscription, from the sign-up to the day they are forgotten.

The rule that the other modules rely on: whoever is `active` is not suppressed. So every way into
`active` asks the suppressions first, and every way out of it writes one in the same transaction and
cancels what is still waiting to be sent to that person.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select, update

from publisher.addresses import Address
from publisher.errors import StoreError
from publisher.store import suppressions, waiting
from publisher.store.cleaning import remark
from publisher.store.database import insert_unless_there
from publisher.store.tables import event, subscriber
from publisher.text import one_line

State = Literal["unconfirmed", "active", "unsubscribed", "bounced", "complained", "erased"]
Cadence = Literal["every", "weekly"]
Format = Literal["html", "text"]
Departure = Literal["unsubscribed", "bounced", "complained"]

STATES: tuple[State, ...] = (
    "unconfirmed", "active", "unsubscribed", "bounced", "complained", "erased"
)  # fmt: skip
CONFIRM_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What a person chose. `sections` are slugs, empty for all; `fields` serve personal greetings."""

    name: str = ""
    cadence: Cadence = "every"
    format: Format = "html"
    language: str = ""
    sections: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A row as it stands; `address` is empty once erased. `signup` is a confirm token's number."""

    id: int
    address: str
    domain: str
    state: State
    preferences: Preferences
    consent_source: str
    consent_time: datetime | None
    created: datetime
    changed: datetime
    signup: int


@dataclass(frozen=True, slots=True)
class Consent:
    """Where and when a person agreed: "website, 198.51.100.7", "paper form at the fair"."""

    source: str
    time: datetime


def join_sections(sections: Iterable[str]) -> str:
    """How a set of sections is stored: sorted and joined, the same set the same text."""
    return ",".join(sorted(set(sections)))


def split_sections(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def columns_of(preferences: Preferences) -> dict[str, Any]:
    """`preferences` as columns of the subscriber table."""
    return {
        "name": one_line(preferences.name),
        "cadence": preferences.cadence,
        "format": preferences.format,
        "language": preferences.language,
        "sections": join_sections(preferences.sections),
        "fields": {one_line(n): one_line(value) for n, value in preferences.fields.items()},
    }


def from_row(row: Row[Any]) -> Subscriber:
    return Subscriber(
        id=row.id,
        address=row.address or "",
        domain=row.domain,
        state=row.state,
        preferences=Preferences(
            name=row.name,
            cadence=row.cadence,
            format=row.format,
            language=row.language,
            sections=split_sections(row.sections),
            fields=row.fields,
        ),
        consent_source=row.consent_source,
        consent_time=row.consent_time,
        created=row.created,
        changed=row.changed,
        signup=row.signup,
    )


def get(connection: Connection, id: int) -> Subscriber | None:
    row = connection.execute(select(subscriber).where(subscriber.c.id == id)).one_or_none()
    return None if row is None else from_row(row)


def find(connection: Connection, address: Address) -> Subscriber | None:
    row = connection.execute(
        select(subscriber).where(subscriber.c.key == address.key)
    ).one_or_none()
    return None if row is None else from_row(row)


def require(connection: Connection, address: Address) -> Subscriber:
    """The subscriber with this address. Raises StoreError where there is none."""
    found = find(connection, address)
    if found is None:
        raise StoreError(
            address.text,
            problem="nobody has subscribed with this address",
            hint="check its spelling",
        )
    return found


def sign_up(
    connection: Connection, address: Address, preferences: Preferences, consent: Consent
) -> Subscriber:
    """Somebody asks for the newsletter at `address`: they are to confirm by a token that carries
    `signup`, which is worth nothing once they sign up again or leave.

    A known person's state and choices stay as they are until then: a stranger may have typed this.
    """
    new = _insert(connection, address, preferences, consent, state="unconfirmed")
    known = require(connection, address)
    if not new and known.state == "unconfirmed":
        prefer(connection, known.id, preferences, consent.time)
    note(connection, known.id, "signed-up", consent.time, detail=consent.source)
    return invite(connection, known.id, consent.time)


def invite(connection: Connection, id: int, now: datetime) -> Subscriber:
    """Open a new sign-up for a known person, whose `signup` then makes the confirmation link."""
    connection.execute(
        update(subscriber)
        .where(subscriber.c.id == id)
        .values(signup=subscriber.c.signup + 1, signup_time=now)
    )
    found = get(connection, id)
    assert found is not None
    return found


def add(
    connection: Connection,
    address: Address,
    preferences: Preferences,
    consent: Consent,
    *,
    secret: bytes,
) -> Subscriber:
    """Make somebody active who agreed elsewhere. Raises StoreError if known, or suppressed."""
    hashed = suppressions.digest(address.key, secret)
    reason = suppressions.reasons(connection, [hashed]).get(hashed)
    if reason is not None:
        raise StoreError(
            address.text,
            problem=f"this address is suppressed ({reason})",
            hint="only its owner can lift that, by signing up and confirming",
        )
    if not _insert(connection, address, preferences, consent, state="active"):
        raise StoreError(
            address.text,
            problem="this address is already in the list",
            hint="to change what is known of somebody, import a file with what is new",
        )
    person = require(connection, address)
    note(connection, person.id, "added", consent.time, detail=consent.source)
    return person


def suppress(
    connection: Connection, address: Address, *, source: str, now: datetime, secret: bytes
) -> None:
    """See to it that `address` is never mailed, whether we know it yet or not."""
    known = find(connection, address)
    if known is not None:
        leave(connection, known.id, state="unsubscribed", source=source, now=now, secret=secret)
    suppressions.add(connection, address, reason="listed", source=source, now=now, secret=secret)


def _insert(
    connection: Connection,
    address: Address,
    preferences: Preferences,
    consent: Consent,
    *,
    state: State,
) -> bool:
    """False where the address is there already, even since a moment ago."""
    row = columns_of(preferences) | {
        "key": address.key,
        "address": address.text,
        "domain": address.domain,
        "state": state,
        "consent_source": remark(consent.source),
        "consent_time": consent.time,
        "created": consent.time,
        "changed": consent.time,
    }
    return insert_unless_there(connection, subscriber, [row]) == 1


def confirm(
    connection: Connection,
    id: int,
    *,
    signup: int,
    now: datetime,
    secret: bytes,
    source: str = "confirmation link",
) -> bool:
    """The person clicked the link of sign-up number `signup`: active again, suppression lifted.

    False where the link is spent or older than CONFIRM_WITHIN: a mail scanner that follows an old
    one must not subscribe somebody who has left since.
    """
    row = connection.execute(
        update(subscriber)
        .where(subscriber.c.id == id, subscriber.c.signup == signup)
        .where(subscriber.c.signup_time >= now - CONFIRM_WITHIN, subscriber.c.state != "erased")
        .values(state="active", changed=now, consent_time=now, consent_source=source)
        .returning(subscriber.c.key)
    ).one_or_none()
    if row is None:
        return False
    suppressions.lift(connection, row.key, secret)
    note(connection, id, "confirmed", now, detail=source)
    return True


def prefer(connection: Connection, id: int, preferences: Preferences, now: datetime) -> None:
    """Replace a person's choices."""
    connection.execute(
        update(subscriber)
        .where(subscriber.c.id == id, subscriber.c.state != "erased")
        .values(**columns_of(preferences), changed=now)
    )
    note(connection, id, "changed-preferences", now)


def leave(
    connection: Connection,
    id: int,
    *,
    state: Departure,
    source: str,
    now: datetime,
    secret: bytes,
    mailing: int | None = None,
    code: str = "",
) -> bool:
    """A person unsubscribed, bounced for good or complained: suppressed, and nothing more is sent.

    True where this changed anything. Harsher news wins: an unsubscribed address that complains is
    `complained`, but one that complained stays so when it bounces.
    """
    rank = {"unconfirmed": 0, "active": 0, "bounced": 1, "unsubscribed": 2, "complained": 3}
    # Not a plain FOR UPDATE: foreign keys' checks would wait for it, and it for their rows.
    query = select(subscriber).where(subscriber.c.id == id).with_for_update(key_share=True)
    row = connection.execute(query).one_or_none()
    if row is None or row.state == "erased" or rank[row.state] >= rank[state]:
        return False
    connection.execute(
        update(subscriber)
        .where(subscriber.c.id == id)
        .values(state=state, changed=now, signup=subscriber.c.signup + 1)
    )
    address = Address(row.address, row.domain, row.key)
    suppressions.add(connection, address, reason=state, source=source, now=now, secret=secret)
    waiting.cancel(connection, waiting.of_subscriber(id), now)
    note(connection, id, state, now, mailing=mailing, code=code, detail=source)
    return True


def note(
    connection: Connection,
    id: int,
    kind: str,
    now: datetime,
    *,
    mailing: int | None = None,
    code: str = "",
    detail: str = "",
) -> None:
    """Add to a person's history."""
    connection.execute(
        insert(event).values(
            subscriber=id, mailing=mailing, time=now, kind=kind, code=code, detail=remark(detail)
        )
    )


def listing(
    connection: Connection, *, state: State | None = None, after: int = 0, limit: int = 100
) -> tuple[Subscriber, ...]:
    """Subscribers by id from behind `after`, one screen or batch at a time."""
    query = select(subscriber).where(subscriber.c.id > after).order_by(subscriber.c.id).limit(limit)
    if state is not None:
        query = query.where(subscriber.c.state == state)
    return tuple(map(from_row, connection.execute(query)))


def stream(connection: Connection) -> Iterator[Subscriber]:
    """Everybody by id but the erased, in flat memory."""
    query = select(subscriber).where(subscriber.c.state != "erased").order_by(subscriber.c.id)
    for row in connection.execute(query.execution_options(yield_per=1000)):
        yield from_row(row)


def counts(connection: Connection) -> dict[State, int]:
    """How many there are in each state; every state is named."""
    rows = connection.execute(select(subscriber.c.state, func.count()).group_by(subscriber.c.state))
    found: dict[State, int] = {row[0]: row[1] for row in rows}
    return {state: found.get(state, 0) for state in STATES}
