"""Returned mail taken in: bounces and complaints recorded, and unsubscribing by mail."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from publisher import tokens
from publisher.delivery import bounces as reading
from publisher.delivery import mailboxes
from publisher.delivery.bounces import BounceReport
from publisher.delivery.mailboxes import Letter
from publisher.errors import ConfigError
from publisher.mailing.office import Office
from publisher.store import bounces, subscribers
from publisher.store.bounces import Bounce, SoftPolicy
from publisher.store.database import Connection

# What the mailto of List-Unsubscribe puts into the subject (`publisher.headers`).
_UNSUBSCRIBE = re.compile(r"unsubscribe\s+([A-Za-z0-9_-]{60})", re.IGNORECASE)


@dataclass(slots=True)
class Taken:
    """What a run took in. `unsigned` were about somebody, but without a token of ours: anybody may
    have written them. `gone` left the list because of it."""

    letters: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    gone: list[str] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)


def letters(office: Office) -> Iterable[Letter]:
    """The new letters of the mailbox that `[delivery.bounces]` names. Raises ConfigError without one."""
    box = office.publication.delivery.bounces
    if box.maildir:
        return mailboxes.from_maildir(office.folder / box.maildir)
    if not box.imap_host:
        raise ConfigError(
            "delivery.bounces",
            problem="it names no mailbox",
            hint="set maildir or imap_host there, or pipe a message into: publisher bounces --stdin",
        )
    return mailboxes.from_imap(
        partial(
            mailboxes.log_in,
            box.imap_host,
            box.imap_port,
            box.imap_user,
            _password(office, box.imap_password_env),
        ),
        box.imap_folder,
    )


def _password(office: Office, name: str) -> str:
    if not office.environ.get(name):
        raise ConfigError(
            "delivery.bounces.imap_password_env",
            problem=f"the environment has no {name or 'variable of that name'}",
            hint="secrets stand in the environment, not in files",
        )
    return office.environ[name]


def take_in(office: Office, found: Iterable[Letter], now: datetime) -> Taken:
    """Record what `found` reports; each letter is marked as seen once that is committed."""
    taken = Taken()
    for letter in found:
        reports = reading.read(letter.octets, office.secret)
        with office.store.writing() as connection:
            for report in reports:
                _take(connection, office, report, taken, now)
        letter.done()
        taken.letters += 1
    return taken


def _take(
    connection: Connection, office: Office, report: BounceReport, taken: Taken, now: datetime
) -> None:
    if report.kind == "ignored":
        _unsubscribe(connection, office, report, taken, now)
    elif report.key is None:
        taken.counts["unsigned"] += 1
        taken.unsigned.append(report.recipient)
    else:
        taken.counts[report.kind] += 1
        mailing, subscriber = report.key
        bounce = Bounce(
            subscriber=subscriber,
            kind=report.kind,
            mailing=mailing,
            code=report.code,
            text=report.text,
        )
        policy = SoftPolicy(limit=office.publication.delivery.bounces.soft_limit)
        if bounces.record(connection, bounce, policy=policy, now=now, secret=office.secret):
            _note_gone(connection, subscriber, taken)


def _unsubscribe(
    connection: Connection, office: Office, report: BounceReport, taken: Taken, now: datetime
) -> None:
    """A letter that is no report may be what List-Unsubscribe's mailto made (RFC 2369 section 3.2)."""
    match = _UNSUBSCRIBE.search(report.text)
    token = tokens.verify(match[1], office.secret, "unsubscribe") if match else None
    if token is None:
        taken.counts["ignored"] += 1
        return
    taken.counts["unsubscribed"] += 1
    if subscribers.leave(
        connection,
        token.subscriber,
        state="unsubscribed",
        source="mail to the unsubscribe address",
        now=now,
        secret=office.secret,
        mailing=token.number or None,
    ):
        _note_gone(connection, token.subscriber, taken)


def _note_gone(connection: Connection, subscriber: int, taken: Taken) -> None:
    person = subscribers.get(connection, subscriber)
    taken.gone.append(person.address if person else "")
