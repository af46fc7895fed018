"""Mailings: an edition on its way to its subscribers, from the plan to the end.

scheduled -> sending -> finished          `freeze` decides who gets it; nobody joins later
scheduled -> held                         it woke too late to be sent unasked
sending <-> paused                        by the editor, or by us where sending on would harm
any but finished -> cancelled
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    Row,
    Select,
    func,
    insert,
    literal,
    select,
    update,
)

from publisher.errors import StoreError
from publisher.store import waiting
from publisher.store.subscribers import Cadence, Format, join_sections, split_sections
from publisher.store.tables import choice, delivery, mailing, subscriber, suppression, variant

State = Literal["scheduled", "held", "sending", "paused", "finished", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """A row as it stands. `round` is 0, or counts the times that it was sent again on purpose.

    `reason` says why it is paused or held. `options` is what the sender wants to know again after a
    restart, as JSON values.
    """

    id: int
    edition: str
    round: int
    subject: str
    state: State
    reason: str
    at: datetime
    created: datetime
    started: datetime | None
    finished: datetime | None
    options: Mapping[str, Any]

    @property
    def trying_since(self) -> datetime:
        """From when the hours count after which what is deferred is given up (see `renew`)."""
        renewed = self.options.get("trying_since")
        return datetime.fromisoformat(renewed) if renewed else self.started or self.created


@dataclass(frozen=True, slots=True)
class Choice:
    """What decides which copy a person gets; `sections` sorted, empty for all."""

    sections: tuple[str, ...]
    format: Format
    language: str


@dataclass(frozen=True, slots=True)
class Variant:
    """A prepared copy, for all who made one of `choices`; `prepared` is delivery's own affair."""

    name: str
    prepared: bytes
    choices: tuple[Choice, ...] = field(default=())


def _mailing(row: Row[Any]) -> Mailing:
    return Mailing(**row._mapping)


def create(
    connection: Connection,
    *,
    edition: str,
    subject: str,
    at: datetime,
    now: datetime,
    options: Mapping[str, Any] | None = None,
    again: bool = False,
) -> Mailing:
    """Plan a mailing, to start `at`. Raises StoreError where the edition has one, unless `again`.

    `edition` is the edition's id, or what a digest is called (`2026-W48`).
    """
    last = latest(connection, edition)
    if last is not None and not again:
        raise StoreError(
            edition,
            problem=f"this edition is already mailing {last.id} ({last.state})",
            hint=f"see: publisher mailings show {last.id}; to send it to everybody twice: --again",
        )
    row = {
        "edition": edition,
        "round": 0 if last is None else last.round + 1,
        "subject": subject,
        "state": "scheduled",
        "at": at,
        "created": now,
        "options": dict(options or {}),
    }
    return _mailing(connection.execute(insert(mailing).values(**row).returning(*mailing.c)).one())


def get(connection: Connection, id: int) -> Mailing:
    """Raises StoreError where there is no such mailing."""
    row = connection.execute(select(mailing).where(mailing.c.id == id)).one_or_none()
    if row is None:
        raise StoreError(
            problem=f"there is no mailing {id}", hint="publisher mailings list shows them all"
        )
    return _mailing(row)


def latest(connection: Connection, edition: str) -> Mailing | None:
    """The last mailing of an edition, whatever its state."""
    query = select(mailing).where(mailing.c.edition == edition).order_by(mailing.c.round.desc())
    row = connection.execute(query.limit(1)).one_or_none()
    return None if row is None else _mailing(row)


def listing(connection: Connection, *, limit: int = 50) -> tuple[Mailing, ...]:
    """The newest first."""
    query = select(mailing).order_by(mailing.c.id.desc()).limit(limit)
    return tuple(map(_mailing, connection.execute(query)))


def choices(connection: Connection, cadence: Cadence = "every") -> dict[Choice, int]:
    """Every choice that somebody active has made, and by how many: what variants must cover."""
    columns = (subscriber.c.sections, subscriber.c.format, subscriber.c.language)
    rows = connection.execute(
        select(*columns, func.count())
        .where(subscriber.c.state == "active", subscriber.c.cadence == cadence)
        .group_by(*columns)
        .order_by(*columns)
    )
    return {Choice(split_sections(row[0]), row[1], row[2]): row[3] for row in rows}


def freeze(
    connection: Connection,
    id: int,
    variants: Sequence[Variant],
    *,
    cadence: Cadence = "every",
    now: datetime,
) -> int:
    """Write down who gets which variant, and start; how many there are.

    One statement in the caller's transaction: a crash leaves everybody in the mailing or nobody.
    Only active subscribers of `cadence` whose choice a variant names are in it.
    Raises StoreError where the mailing has begun already.
    """
    _move(connection, id, "sending", since=("scheduled", "held"), started=now, reason="")
    for number, copy in enumerate(variants):
        connection.execute(
            insert(variant).values(
                mailing=id, number=number, name=copy.name, prepared=copy.prepared
            )
        )
        if copy.choices:
            connection.execute(insert(choice), [_choice(id, number, c) for c in copy.choices])
    columns = ("mailing", "subscriber", "variant", "domain", "state", "next_attempt")
    fill = insert(delivery).from_select(columns, _recipients(id, cadence))
    return connection.execute(fill.execution_options(preserve_rowcount=True)).rowcount


def _choice(id: int, number: int, made: Choice) -> dict[str, Any]:
    return {
        "mailing": id,
        "sections": join_sections(made.sections),
        "format": made.format,
        "language": made.language,
        "variant": number,
    }


def _recipients(id: int, cadence: Cadence) -> Select[Any]:
    """Whoever is active is not suppressed; that is asked again here, because it matters most."""
    suppressed = select(suppression.c.key).where(suppression.c.key == subscriber.c.key)
    return (
        select(
            literal(id),
            subscriber.c.id,
            choice.c.variant,
            subscriber.c.domain,
            literal("queued"),
            literal(waiting.AT_ONCE, delivery.c.next_attempt.type),
        )
        .where(
            choice.c.mailing == id,
            choice.c.sections == subscriber.c.sections,
            choice.c.format == subscriber.c.format,
            choice.c.language == subscriber.c.language,
            subscriber.c.state == "active",
            subscriber.c.cadence == cadence,
            ~suppressed.exists(),
        )
        .order_by(subscriber.c.id)
    )


def variants(connection: Connection, id: int) -> dict[int, Variant]:
    """The prepared copies by number, without their choices."""
    rows = connection.execute(select(variant).where(variant.c.mailing == id))
    return {row.number: Variant(row.name, row.prepared) for row in rows}


def wake(connection: Connection, now: datetime, *, grace: timedelta) -> tuple[Mailing, ...]:
    """The scheduled mailings whose time has come; those later than `grace` are held instead.

    The caller freezes what it gets. A machine that slept until noon does not send the morning's
    edition unasked.
    """
    late = f"it was to start more than {int(grace.total_seconds() // 60)} minutes ago"
    connection.execute(
        update(mailing)
        .where(mailing.c.state == "scheduled", mailing.c.at < now - grace)
        .values(state="held", reason=late)
    )
    query = select(mailing).where(mailing.c.state == "scheduled", mailing.c.at <= now)
    return tuple(map(_mailing, connection.execute(query.order_by(mailing.c.at, mailing.c.id))))


def pause(connection: Connection, id: int, reason: str) -> None:
    """No further message starts from now on; `outbox.start` asks each time."""
    _move(connection, id, "paused", since=("sending",), reason=reason)


def resume(connection: Connection, id: int, now: datetime) -> None:
    _move(connection, id, "sending", since=("paused",), reason="")
    renew(connection, id, now)


def renew(connection: Connection, id: int, now: datetime) -> None:
    """Let what is deferred be tried for as long again as when the mailing began."""
    options = {**get(connection, id).options, "trying_since": now.isoformat()}
    connection.execute(update(mailing).where(mailing.c.id == id).values(options=options))


def cancel(connection: Connection, id: int, now: datetime) -> int:
    """Give up on all who have not been reached; how many."""
    since: tuple[State, ...] = ("scheduled", "held", "sending", "paused")
    _move(connection, id, "cancelled", since=since, reason="", finished=now)
    return waiting.cancel(connection, waiting.of_mailing(id), now)


def finish(connection: Connection, id: int, now: datetime) -> bool:
    """Close a mailing that has nothing left to do; False where something is waiting or in flight."""
    result = connection.execute(
        update(mailing)
        .where(mailing.c.id == id, mailing.c.state == "sending")
        .where(waiting.first_due(id).scalar_subquery().is_(None))
        .where(~waiting.claimed(id).exists())
        .values(state="finished", finished=now)
    )
    return result.rowcount == 1


def _move(
    connection: Connection, id: int, state: State, *, since: tuple[State, ...], **values: Any
) -> None:
    """Change the state if it is one of `since`. Raises StoreError otherwise."""
    result = connection.execute(
        update(mailing)
        .where(mailing.c.id == id, mailing.c.state.in_(since))
        .values(state=state, **values)
    )
    if result.rowcount == 0:
        found = get(connection, id)
        already = found.state == state
        raise StoreError(
            f"mailing {id}",
            problem=f"it is {found.state}{' already' if already else f', so it cannot become {state}'}",
            hint="" if already else f"only one that is {' or '.join(since)} can",
        )
