"""The second story, top to bottom: an edition and its subscribers become mail with a known end.

    plan       read the edition as it was built, render a copy for each choice, check every copy
    begin      write down who gets which copy: one transaction, nobody joins or falls out later
    carry_on   claim, send and record until nobody is left; any number of processes may share it

Whatever dies in between, `send` goes on where the store says (`store/outbox.py` tells how).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from publisher import addresses, parallel
from publisher.delivery import replies as smtp
from publisher.delivery import setup
from publisher.delivery.backlog import Job
from publisher.delivery.compose import Reader
from publisher.errors import BuildRefused, ConfigError, DeliveryError, StoreError
from publisher.mailing import helpers, issue
from publisher.mailing.issue import Issue
from publisher.mailing.office import Office
from publisher.mailing.sender import POLL_SECONDS, TEST_MAILING, Ending, Sender, Watch, composer
from publisher.mailing.variants import Copies, Desk, copies_of
from publisher.model import Finding
from publisher.store import mailings, reports, subscribers, workers
from publisher.store.database import Connection
from publisher.store.mailings import Choice, Mailing, Variant
from publisher.store.reports import Progress

GRACE = timedelta(hours=1)  # a mailing that wakes later than this is held
FIRST_POLL_SECONDS = 0.02  # others may be about to end
TEST_MARK = "[Test] "
EVERYTHING = Choice((), "html", "")


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended. `because` says why it was paused, held or broken off; `relays_lost` names the
    relays that refused us on the way, with what they said."""

    mailing: Mailing
    ending: Ending
    progress: Progress
    because: str = ""
    relays_lost: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """An issue with all its copies, before anything is written. `findings` are those of both."""

    issue: Issue
    copies: Copies

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self.issue.findings, *self.copies.findings)

    @property
    def subject(self) -> str:
        return max(self.copies.copies, key=lambda copy: len(copy.sections)).subject


def plan(
    office: Office,
    edition: str,
    *,
    now: datetime,
    sections: frozenset[str] = frozenset(),
    jobs: int = 1,
    progress: parallel.Progress = parallel.silent,
) -> Plan:
    """Read `edition` and render what its subscribers will get; nothing is written or sent.

    `sections` (slugs) limits what is sent; empty means all.
    """
    what = issue.read(office.folder, edition, now=now, jobs=jobs, progress=progress)
    desk = Desk(what.edition, what.publication, office.folder)
    _refuse_unknown(sections, desk)
    with office.store.reading() as connection:
        choices = mailings.choices(connection, issue.cadence_of(edition))
    return Plan(what, copies_of(desk, choices, only=sections, date=now))


def _refuse_unknown(sections: frozenset[str], desk: Desk) -> None:
    unknown = sorted(sections - set(desk.sections))
    if unknown:
        raise ConfigError(
            "--sections",
            problem=f"this edition has no section {unknown[0]!r}",
            hint=f"it has: {', '.join(desk.sections) or 'none'}",
        )


def refuse_on_errors(findings: tuple[Finding, ...]) -> None:
    """Raise BuildRefused with all findings where one is an error."""
    count = sum(one.severity == "error" for one in findings)
    if count:
        raise BuildRefused(
            findings,
            problem=f"{count} error{'s' * (count > 1)} found, so nothing was sent",
            hint="mend what is listed, build, then send again",
        )


# Sending


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What `publisher send` was asked for. `at` is when to start, None for now; without `wait` the run
    ends when nothing is due, instead of waiting for what was deferred."""

    edition: str
    sections: frozenset[str] = frozenset()
    at: datetime | None = None
    again: bool = False
    wait: bool = True
    jobs: int = 1


def send(office: Office, order: Order, watch: Watch, *, random: Random) -> Result:
    """Send an edition, or go on with the mailing that it has already.

    Raises BuildRefused where a check finds an error, StoreError where it has been sent already.
    """
    routes_or_refuse(office)
    mailing = _standing(office, order, watch.clock())
    if mailing is None:
        mailing = _create(office, order, watch.clock())
        if mailing.state == "scheduled":
            watch.tell(f"{_continues(office, mailing)}; if this is stopped, it stays so")
    else:
        watch.tell(_continues(office, mailing))
    if mailing.state == "held" and order.at is not None:
        return _result(office, mailing.id, "held")
    if mailing.state in ("scheduled", "held"):
        unready = _wake(office, mailing, order, watch)
        if unready:
            return _result(office, mailing.id, unready)
    return carry_on(office, mailing.id, watch, random=random, wait=order.wait, jobs=order.jobs)


def send_due(office: Office, watch: Watch, *, random: Random, jobs: int = 1) -> tuple[Result, ...]:
    """What a timer calls: start the mailings whose time has come, and try again what is due.

    Never waits. One that woke more than an hour late is held for the editor.
    """
    routes_or_refuse(office)
    now = watch.clock()
    with office.store.writing() as connection:
        awake = {one.id for one in mailings.wake(connection, now, grace=GRACE)}
        every = mailings.listing(connection)
    done: list[Result] = []
    # Those under way first: one that cannot be begun must not hold them up.
    for mailing in sorted(every, key=lambda one: (one.id in awake, one.id)):
        if watch.stop():
            break
        if mailing.state == "held":
            done.append(_result(office, mailing.id, "held"))
            continue
        if mailing.id in awake:
            _freeze_scheduled(office, mailing, Order(edition=mailing.edition, jobs=jobs), now)
        elif mailing.state != "sending":
            continue
        done.append(carry_on(office, mailing.id, watch, random=random, wait=False, jobs=jobs))
    return tuple(done)


def routes_or_refuse(office: Office) -> None:
    """Raise ConfigError now where mail could not leave later."""
    setup.routes(office.publication, office.folder, office.environ)
    setup.signing_keys(office.publication, office.folder, office.environ)


def _standing(office: Office, order: Order, now: datetime) -> Mailing | None:
    """The mailing that this order goes on with; None where it begins one.

    Raises StoreError where the edition was sent, unless `again`; and for `again` too early.
    """
    with office.store.reading() as connection:
        known = mailings.latest(connection, order.edition)
    if known is None or (order.again and known.state in ("finished", "cancelled")):
        return None
    if order.again:
        raise StoreError(
            order.edition,
            problem=f"mailing {known.id} of this edition is {known.state}, not over yet",
            hint=f"finish it with: publisher send {order.edition}",
        )
    if known.state in ("finished", "cancelled"):
        finished = known.state == "finished"
        rest = f"publisher mailings {'show' if finished else 'retry --cancelled'} {known.id}"
        raise StoreError(
            order.edition,
            problem=f"this edition was {'sent already' if finished else known.state}: mailing {known.id}",
            hint=f"{'see' if finished else 'for the rest'}: {rest}; to begin anew with everybody: --again",
        )
    return known


def _continues(office: Office, mailing: Mailing) -> str:
    if mailing.state in ("scheduled", "held"):
        at = mailing.at.astimezone(office.publication.zone)
        return f"mailing {mailing.id} is {mailing.state}, to start {at:%Y-%m-%d %H:%M %Z}"
    with office.store.reading() as connection:
        seen = reports.progress(connection, mailing.id)
    return f"goes on with mailing {mailing.id}: {seen.sent:,} of {seen.total:,} sent so far"


def _create(office: Office, order: Order, now: datetime) -> Mailing:
    """Plan the mailing, and begin it at once unless it is for later.

    Where another process was faster, theirs is the mailing.
    """
    if order.at is not None and order.at < now - GRACE:
        raise DeliveryError(
            f"{order.at:%Y-%m-%d %H:%M} UTC",
            problem="this time has passed",
            hint="leave --at out to send it now",
        )
    made = plan(office, order.edition, now=now, sections=order.sections, jobs=order.jobs)
    _refuse_to_begin(made)
    try:
        with office.store.writing() as connection:
            mailing = mailings.create(
                connection,
                edition=order.edition,
                subject=made.subject,
                at=order.at or now,
                now=now,
                options={"sections": sorted(order.sections)},
                again=order.again,
            )
            if order.at is None:
                _freeze(connection, mailing.id, made, now)
    except StoreError:
        with office.store.reading() as connection:
            other = mailings.latest(connection, order.edition)
        if other is None or order.again or other.state in ("finished", "cancelled"):
            raise
        return other
    return replace(mailing, state="sending") if order.at is None else mailing


def _refuse_to_begin(made: Plan) -> None:
    refuse_on_errors(made.findings)
    if not made.copies.copies:
        raise DeliveryError(
            made.issue.name,
            problem="nobody is subscribed to this",
            hint="publisher subscribers list shows who there is, and what they chose",
        )


def _freeze(connection: Connection, id: int, made: Plan, now: datetime) -> int:
    """Write down who gets which copy. Raises StoreError where somebody has just made a new choice."""
    cadence = issue.cadence_of(made.issue.name)
    if mailings.choices(connection, cadence).keys() - made.copies.covered:
        raise StoreError(problem="a subscriber has just changed their choices", hint="send again")
    copies = [Variant(copy.name, copy.prepared.dump(), copy.choices) for copy in made.copies.copies]
    return mailings.freeze(connection, id, copies, cadence=cadence, now=now)


def _wake(office: Office, mailing: Mailing, order: Order, watch: Watch) -> Ending | None:
    """Wait for a scheduled mailing's time and freeze it; None where it is sending now.

    A held one is sent because the editor asks for it by name.
    """
    while (now := watch.clock()) < mailing.at:
        if watch.stop():
            return "stopped"
        if _state(office, mailing.id) == "cancelled":
            return "cancelled"
        watch.sleep(min(POLL_SECONDS, (mailing.at - now).total_seconds()))
    if mailing.state == "scheduled":
        with office.store.writing() as connection:
            mailings.wake(connection, now, grace=GRACE)
        if (state := _state(office, mailing.id)) in ("held", "cancelled"):
            return "held" if state == "held" else "cancelled"
    _freeze_scheduled(office, mailing, order, now)
    return None


def _state(office: Office, id: int) -> mailings.State:
    with office.store.reading() as connection:
        return mailings.get(connection, id).state


def _freeze_scheduled(office: Office, mailing: Mailing, order: Order, now: datetime) -> None:
    """With the sections that it was planned with, and the edition as it is now; unless another
    process was faster."""
    sections = frozenset(mailing.options.get("sections", ()))
    made = plan(office, mailing.edition, now=now, sections=sections, jobs=order.jobs)
    _refuse_to_begin(made)
    with office.store.writing() as connection:
        if mailings.get(connection, mailing.id).state in ("scheduled", "held"):
            _freeze(connection, mailing.id, made, now)


# Delivering


def carry_on(
    office: Office, id: int, watch: Watch, *, random: Random, wait: bool = True, jobs: int = 1
) -> Result:
    """Deliver mailing `id` until it is finished, stopped, or must be paused.

    While it is paused by somebody else, and while what was deferred is not due, it waits if `wait`.
    A large one is shared among up to `jobs` processes.
    """
    with office.store.reading() as connection:
        mailing, seen = mailings.get(connection, id), reports.progress(connection, id)
    delivery, now = office.publication.delivery, watch.clock()
    if seen.queued and now >= mailing.trying_since + timedelta(hours=delivery.retry_hours):
        # Some were never tried: it was broken off, and not for want of an answer.
        with office.store.writing() as connection:
            mailings.renew(connection, id, now)
    of = helpers.parts(delivery, jobs=jobs, recipients=seen.open)
    mine = replace(office, publication=office.publication.share(0, of))
    with (
        helpers.helping(office, id, of) as others,
        workers.working(office.store, id, watch.clock) as worker,
    ):
        sender = Sender(mine, worker, watch, random)
        pause = FIRST_POLL_SECONDS
        while not (ending := sender.round(wait)):
            others.look(watch.tell)
            if others.fault:
                break
            watch.sleep(pause)
            pause = min(2 * pause, POLL_SECONDS)
    others.look(watch.tell)
    if others.fault:
        ending = "fault"
    return _result(
        office, id, ending or "fault", others.fault or sender.because, sender.relays_lost
    )


def _result(
    office: Office, id: int, ending: Ending, because: str = "", lost: dict[str, str] | None = None
) -> Result:
    with office.store.reading() as connection:
        mailing = mailings.get(connection, id)
        progress = reports.progress(connection, id)
    return Result(mailing, ending, progress, because or mailing.reason, lost or {})


def send_test(
    office: Office,
    edition: str,
    address: str,
    *,
    now: datetime,
    sections: frozenset[str] = frozenset(),
    jobs: int = 1,
) -> tuple[smtp.Outcome, tuple[Finding, ...]]:
    """One copy with a marked subject to `address`; nothing is written down. It greets who has this
    address in the list; anybody else sees the fallbacks.

    Findings do not stop it: seeing them is what a test is for. Returns what the server said, and them.
    """
    what = issue.read(office.folder, edition, now=now, jobs=jobs)
    desk = Desk(what.edition, what.publication, office.folder)
    _refuse_unknown(sections, desk)
    body = desk.body(EVERYTHING, sections)
    prepared = desk.prepare(body, html=True, date=now, mark=TEST_MARK)
    # The moment, not a person: mail programs show only the first of two with one Message-ID.
    job = Job((TEST_MAILING, int(now.timestamp())), address, _reader(office, address))
    envelope = composer(office, {0: prepared})(job)
    route = setup.routes(office.publication, office.folder, office.environ)[0]
    transport = route.open()
    try:
        outcome = transport.send(envelope)
    finally:
        transport.close()
    return outcome, (*what.findings, *desk.check(body))


def _reader(office: Office, address: str) -> Reader:
    """With the number of a test's only variant."""
    with office.store.reading() as connection:
        known = subscribers.find(connection, addresses.parse(address))
    return Reader(0, known.preferences.name, known.preferences.fields) if known else Reader(0)
