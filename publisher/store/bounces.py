"""Bounces and complaints that come back by mail, recorded against the delivery that caused them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, func, select, update

from publisher.store import subscribers
from publisher.store.cleaning import remark
from publisher.store.tables import delivery, event

Kind = Literal["hard", "soft", "complaint"]

_EVENTS: dict[Kind, str] = {"hard": "hard-bounce", "soft": "soft-bounce", "complaint": "complaint"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """What came back. `mailing` is None where only the address is known; `code` as in RFC 3463."""

    subscriber: int
    kind: Kind
    mailing: int | None = None
    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class SoftPolicy:
    """So many mailings that bounced softly within so long are as good as one hard bounce."""

    limit: int = 5
    within: timedelta = timedelta(days=60)


def record(
    connection: Connection, bounce: Bounce, *, policy: SoftPolicy, now: datetime, secret: bytes
) -> bool:
    """Write a bounce down; True where the address has left the list because of it.

    The same report twice (a mailbox read again) counts once.
    """
    person = subscribers.get(connection, bounce.subscriber)
    if person is None or _known(connection, bounce):
        return False
    subscribers.note(
        connection,
        person.id,
        _EVENTS[bounce.kind],
        now,
        mailing=bounce.mailing,
        code=bounce.code,
        detail="" if person.state == "erased" else bounce.text,
    )
    if bounce.kind == "soft" and _soft(connection, person.id, now - policy.within) < policy.limit:
        return False
    if bounce.kind != "complaint" and person.state != "erased":
        _mark_delivery(connection, bounce, now)
    return subscribers.leave(
        connection,
        person.id,
        state="complained" if bounce.kind == "complaint" else "bounced",
        source=bounce.text or _EVENTS[bounce.kind],
        now=now,
        secret=secret,
        mailing=bounce.mailing,
        code=bounce.code,
    )


def _known(connection: Connection, bounce: Bounce) -> bool:
    """Whether this mailing's report of this kind is there already."""
    query = select(func.count()).where(
        event.c.subscriber == bounce.subscriber,
        event.c.kind == _EVENTS[bounce.kind],
        event.c.mailing == bounce.mailing,
    )
    return bool(connection.execute(query).scalar_one())


def _soft(connection: Connection, id: int, since: datetime) -> int:
    query = select(func.count()).where(
        event.c.subscriber == id, event.c.kind == _EVENTS["soft"], event.c.time >= since
    )
    return connection.execute(query).scalar_one()


def _mark_delivery(connection: Connection, bounce: Bounce, now: datetime) -> None:
    """What was sent, or might have been, was refused after all. A copy in flight is left alone."""
    connection.execute(
        update(delivery)
        .where(delivery.c.mailing == bounce.mailing, delivery.c.subscriber == bounce.subscriber)
        .where(delivery.c.state.in_(("sent", "uncertain")), delivery.c.worker.is_(None))
        .values(
            state="refused",
            code=None,  # the server took it; the report came later, with a status alone
            enhanced=bounce.code or None,
            reply=remark(bounce.text) or None,
            next_attempt=None,
            changed=now,
        )
    )
