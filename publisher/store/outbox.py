"""One row for each recipient of a mailing, and the marks that keep the promise.

    queued ----+                          +-> sent
    deferred --+-> claimed -> in_flight --+-> refused
    uncertain -+                          +-> deferred    (due again at `next_attempt`)
                                          +-> uncertain   (nobody can tell; likewise, or by `retry`)

`claim` takes a batch for one worker; nothing is at stake yet, and it goes back if the worker dies.
`start` marks a row `in_flight` and must be committed before its message is handed to a connection;
`record` writes the outcome and must be committed before that connection begins another. So what a
dead worker left `in_flight` is what may have arrived: at most one message for each connection.
One transaction records and starts for all connections that are waiting, or nothing would be fast:

    with store.writing() as connection:
        outbox.record(connection, worker, finished, now=now, secret=secret)
        may_go = outbox.start(connection, worker, next_ones, now=now)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Dialect,
    bindparam,
    or_,
    select,
    update,
)

from publisher.store import mailings, subscribers, waiting
from publisher.store.cleaning import remark
from publisher.store.subscribers import Departure
from publisher.store.tables import delivery, mailing, subscriber
from publisher.store.workers import Worker

State = Literal["queued", "in_flight", "sent", "refused", "deferred", "uncertain", "cancelled"]
Settled = Literal["sent", "refused", "deferred", "uncertain"]
Retryable = Literal["refused", "deferred", "uncertain", "cancelled"]

STATES: tuple[State, ...] = (
    "queued", "in_flight", "sent", "refused", "deferred", "uncertain", "cancelled"
)  # fmt: skip


def _sending(mailing_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """That the mailing is still to be sent: asked with every batch, so that a pause takes at once."""
    query = select(mailing.c.id).where(mailing.c.id == mailing_id, mailing.c.state == "sending")
    return query.exists()


_DUE = (
    delivery.c.subscriber,
    subscriber.c.address,
    delivery.c.domain,
    subscriber.c.name,
    subscriber.c.fields,
    delivery.c.variant,
    delivery.c.attempts,
    delivery.c.doubts,
)
# These two run for every group of messages. Building them costs more than running them does.
_MAILING = bindparam("in_mailing", type_=delivery.c.mailing.type)
_START = (
    update(delivery)
    .where(delivery.c.mailing == _MAILING)
    .where(delivery.c.subscriber.in_(bindparam("who", expanding=True)))
    .where(delivery.c.worker == bindparam("of_worker"), delivery.c.state != "in_flight")
    .where(_sending(_MAILING))
    .values(state="in_flight", attempts=delivery.c.attempts + 1, changed=bindparam("now"))
    .returning(delivery.c.subscriber)
)
_RECORD = (
    update(delivery)
    .where(delivery.c.mailing == _MAILING, delivery.c.subscriber == bindparam("who"))
    .where(
        or_(
            delivery.c.worker == bindparam("of_worker"),
            delivery.c.worker.is_(None) & (delivery.c.state == "uncertain"),
        )
    )
    .values(
        worker=None,
        state=bindparam("outcome"),
        code=bindparam("new_code"),
        enhanced=bindparam("new_enhanced"),
        reply=bindparam("new_reply"),
        relay=bindparam("new_relay"),
        next_attempt=bindparam("again"),
        doubts=delivery.c.doubts + bindparam("doubt"),
        changed=bindparam("now"),
    )
)


@dataclass(frozen=True, slots=True)
class Due:
    """A claimed recipient: all that filling and addressing their copy needs.

    `attempts` have been made before this one; `doubts` of them may have arrived.
    """

    subscriber: int
    address: str
    domain: str
    name: str
    fields: Mapping[str, str]
    variant: int
    attempts: int
    doubts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one attempt; `code` and `enhanced` as RFC 5321 and RFC 3463 have them.

    `next_attempt` is when to try again, None for never. `suppress` says that the address itself is
    to blame, and as what it leaves the list.
    """

    subscriber: int
    state: Settled
    code: int | None = None
    enhanced: str = ""
    reply: str = ""
    relay: str = ""
    next_attempt: datetime | None = None
    suppress: Departure | None = None


def claim(
    connection: Connection,
    worker: Worker,
    *,
    limit: int,
    now: datetime,
    except_domains: Collection[str] = (),
) -> tuple[Due, ...]:
    """Take up to `limit` due rows, the longest due first; none where the mailing is not sending.

    Two workers never get the same row: SQLite has one writer at a time, PostgreSQL skips what the
    other has locked.
    """
    query = (
        select(*_DUE)
        .where(delivery.c.subscriber == subscriber.c.id, delivery.c.mailing == worker.mailing)
        .where(delivery.c.worker.is_(None), delivery.c.next_attempt <= now)
        .where(_sending(worker.mailing))
        .order_by(delivery.c.next_attempt, delivery.c.subscriber)
        .limit(limit)
        .with_for_update(of=delivery, skip_locked=True)
    )
    if except_domains:
        query = query.where(delivery.c.domain.not_in(sorted(except_domains)))
    found = tuple(Due(*row) for row in connection.execute(query))
    if found:
        connection.execute(
            update(delivery)
            .where(delivery.c.mailing == worker.mailing)
            .where(delivery.c.subscriber.in_([due.subscriber for due in found]))
            .values(worker=worker.id)
        )
    return found


def start(
    connection: Connection, worker: Worker, ids: Sequence[int], *, now: datetime
) -> frozenset[int]:
    """Mark claimed rows as in flight; which of `ids` may now be handed to a connection.

    Left out are those who unsubscribed since, and all where the mailing was paused or cancelled.
    """
    if not ids:
        return frozenset()
    values = {"in_mailing": worker.mailing, "of_worker": worker.id, "who": ids, "now": now}
    return frozenset(connection.execute(_START, values).scalars())


def record(
    connection: Connection,
    worker: Worker,
    outcomes: Sequence[Outcome],
    *,
    now: datetime,
    secret: bytes,
) -> None:
    """Write down outcomes of this worker's messages, and let suppressed addresses leave the list.

    An outcome that comes after another worker gave this one up for dead settles the doubt, unless
    the row has been claimed again.
    """
    # People before their rows, and in order, as everybody who touches both does: so PostgreSQL
    # never has two transactions wait for each other.
    for outcome in sorted(outcomes, key=lambda outcome: outcome.subscriber):
        if outcome.suppress is not None:
            subscribers.leave(
                connection,
                outcome.subscriber,
                state=outcome.suppress,
                source=outcome.reply or "refused by its server",
                now=now,
                secret=secret,
                mailing=worker.mailing,
                code=outcome.enhanced or str(outcome.code or ""),
            )
    if outcomes:
        form = _recording(connection.dialect)
        same = {"in_mailing": worker.mailing, "of_worker": worker.id, "now": form.time(now)}
        values = {**form.fixed, **same}
        rows = [form.row({**values, **_parameters(one, form.time)}) for one in outcomes]
        connection.exec_driver_sql(form.sql, rows)


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement in the driver's own words, and how the driver takes its values: SQLAlchemy looks at
    every value of every row, which takes longer than writing the row."""

    sql: str
    fixed: Mapping[str, Any]
    row: Callable[[Mapping[str, Any]], Any]
    time: Callable[[datetime | None], Any]


@lru_cache(maxsize=4)
def _recording(dialect: Dialect) -> _Form:
    compiled: Any = _RECORD.compile(dialect=dialect)
    row = itemgetter(*compiled.positiontup) if compiled.positional else dict
    time: Any = delivery.c.changed.type.bind_processor(dialect)
    return _Form(str(compiled), compiled.params, row, time)


def _parameters(outcome: Outcome, time: Callable[[datetime | None], Any]) -> dict[str, Any]:
    return {
        "who": outcome.subscriber,
        "outcome": outcome.state,
        "new_code": outcome.code,
        "new_enhanced": outcome.enhanced or None,
        "new_reply": remark(outcome.reply) or None,
        "new_relay": outcome.relay or None,
        "again": time(outcome.next_attempt),
        "doubt": int(outcome.state == "uncertain"),
    }


def release(
    connection: Connection, worker: Worker, ids: Sequence[int], *, until: datetime | None = None
) -> None:
    """Give claimed rows back unsent, not to be claimed before `until` (their domain is throttled)."""
    values: dict[str, Any] = {"worker": None}
    if until is not None:
        values["next_attempt"] = until
    connection.execute(
        update(delivery)
        .where(delivery.c.mailing == worker.mailing, delivery.c.subscriber.in_(ids))
        .where(delivery.c.worker == worker.id, delivery.c.state != "in_flight")
        .values(**values)
    )


def next_due(connection: Connection, mailing_id: int) -> datetime | None:
    """When the next unclaimed row is due, which may be past; None where none waits."""
    return connection.execute(waiting.first_due(mailing_id)).scalar_one()


def retry(
    connection: Connection, mailing_id: int, states: Collection[Retryable], *, now: datetime
) -> int:
    """Make exactly the rows in `states` due now, and the mailing `sending` again; how many.

    Whatever is deferred again has as many hours as at the mailing's start. Not due are those whose
    address has left the list since.
    """
    active = select(subscriber.c.id).where(
        subscriber.c.id == delivery.c.subscriber, subscriber.c.state == "active"
    )
    rows = (
        update(delivery)
        .where(delivery.c.mailing == mailing_id, delivery.c.worker.is_(None), active.exists())
        .values(next_attempt=waiting.AT_ONCE)
    )
    count = 0
    for state in sorted(states):
        # What is deferred or uncertain stays called so until its outcome is known.
        again = {} if state in ("deferred", "uncertain") else {"state": "queued"}
        count += connection.execute(rows.where(delivery.c.state == state).values(**again)).rowcount
    if count:
        mailings.renew(connection, mailing_id, now)
        connection.execute(
            update(mailing)
            .where(mailing.c.id == mailing_id, mailing.c.state != "paused")
            .values(state="sending", finished=None)
        )
    return count
