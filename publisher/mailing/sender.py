"""One process's part in a mailing: it claims, sends and records, round after round."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Literal

from publisher import mime, tokens
from publisher.delivery import pool, setup
from publisher.delivery.compose import Composer
from publisher.mailing.limits import SharedLimits
from publisher.mailing.office import Office
from publisher.mailing.outbox import StoredOutbox
from publisher.mime import Prepared
from publisher.store import mailings, outbox, reports, workers
from publisher.store.mailings import Mailing
from publisher.store.reports import Progress
from publisher.store.workers import Worker
from publisher.tokens import Token

WORTH_TELLING = timedelta(minutes=1)
TEST_MAILING = 0  # no mailing has this number, so links and bounces of a test reach nobody
POLL_SECONDS = 0.5  # how soon a pause, a resume or the keyboard is noticed while waiting

Clock = Callable[[], datetime]
Ending = Literal["finished", "cancelled", "stopped", "paused", "held", "waiting", "fault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Who looks on: `stop` says whether to end (asked several times a second), `sleep` waits that many
    seconds or until then, `tell` takes words, `progress` counts about once a second where it is given.
    """

    clock: Clock
    stop: Callable[[], bool] = lambda: False
    sleep: Callable[[float], object] = time.sleep
    tell: Callable[[str], None] = lambda _: None
    progress: Callable[[Progress], None] | None = None


def composer(office: Office, variants: dict[int, Prepared]) -> Composer:
    """What makes each recipient's message of the prepared copies: the same bytes every time."""
    delivery = office.publication.delivery

    def unsubscribe_token(mailing: int, subscriber: int) -> str:
        who = 0 if mailing == TEST_MAILING else subscriber
        return tokens.sign(Token("unsubscribe", who, mailing), office.secret)

    return Composer(
        variants=variants,
        unsubscribe_token=unsubscribe_token,
        bounce_address=delivery.bounce_address,
        sender_address=office.publication.sender.address,
        secret=office.secret,
        keys=setup.signing_keys(office.publication, office.folder, office.environ),
    )


class Sender:
    """One worker's run: what it needs is made once, and its limits are remembered."""

    def __init__(self, office: Office, worker: Worker, watch: Watch, random: Random) -> None:
        self._office, self._worker, self._watch, self._random = office, worker, watch, random
        self._mailing = self._read()
        self._composer = composer(office, self._prepared())
        self._routes = setup.routes(office.publication, office.folder, office.environ)
        self._domains, self._relays = setup.gates(office.publication.delivery)
        self._limits = SharedLimits(office.store, self._domains, self._relays, watch.clock)
        self._limits.open()
        self._outbox = StoredOutbox(
            store=office.store,
            worker=worker,
            secret=office.secret,
            started=self._mailing.trying_since,
            deadline=timedelta(hours=office.publication.delivery.retry_hours),
            clock=watch.clock,
            random=random,
        )
        self._counted = float("-inf")  # on the monotonic clock
        self._pace = 1.0
        self._told = ""
        self.because = ""
        self.relays_lost: dict[str, str] = {}

    def round(self, wait: bool) -> Ending | None:
        """Send all that is due; None where there is something to wait for."""
        workers.recover(self._office.store, self._watch.clock())
        self._count()
        if self._watch.stop():
            return "stopped"
        mailing = self._read()
        state, self._outbox.started = mailing.state, mailing.trying_since
        if state == "sending":
            return self._send_due(wait)
        if state == "paused":
            if wait:
                self._tell_once(f"is paused ({mailing.reason}): waits until it is resumed")
            return None if wait else "paused"
        return "finished" if state == "finished" else "cancelled"

    def _send_due(self, wait: bool) -> Ending | None:
        if self._is_due():
            report = self._deliver()
            if report.ended == "fault":
                self._pause(report.because.text if report.because else "no relay is left")
                return "fault"
            if self._watch.stop():
                return "stopped"
        with self._office.store.writing() as connection:
            if mailings.finish(connection, self._worker.mailing, self._watch.clock()):
                return "finished"
        if wait:
            self._tell_of_wait()
        return None if wait or self._is_due() else "waiting"

    def _tell_of_wait(self) -> None:
        with self._office.store.reading() as connection:
            due = outbox.next_due(connection, self._worker.mailing)
        if due and due > self._watch.clock() + WORTH_TELLING:
            at = due.astimezone(self._office.publication.zone)
            self._tell_once(f"waits until {at:%H:%M} to try again what was deferred")

    def _tell_once(self, words: str) -> None:
        """Silence would look like a program that hangs."""
        if words != self._told:
            self._told = words
            self._watch.tell(f"{words}; Ctrl-C loses nothing")

    def _pause(self, because: str) -> None:
        self.because = because
        with self._office.store.writing() as connection:
            if mailings.get(connection, self._worker.mailing).state == "sending":
                mailings.pause(connection, self._worker.mailing, because)

    def _deliver(self) -> pool.Report:
        try:
            report = pool.deliver(
                self._outbox,
                self._composer,
                self._routes,
                domains=self._domains,
                relays=self._relays,
                stop=self._stop,
                random=self._random,
            )
        finally:
            self._limits.close()
        self.relays_lost |= {name: said.text for name, said in report.relays_lost.items()}
        return report

    def _stop(self) -> bool:
        self._count()
        self._limits.trade_when_due()
        return self._watch.stop() or self._read().state != "sending"

    def _count(self) -> None:
        """Report progress; counting a million rows takes a while, so at most a twentieth of the time."""
        begun = time.monotonic()
        if self._watch.progress is None or begun - self._counted < self._pace:
            return
        with self._office.store.reading() as connection:
            seen = reports.progress(connection, self._worker.mailing)
        self._counted = time.monotonic()
        self._pace = max(1.0, 20 * (self._counted - begun))
        self._watch.progress(seen)

    def _read(self) -> Mailing:
        with self._office.store.reading() as connection:
            return mailings.get(connection, self._worker.mailing)

    def _is_due(self) -> bool:
        with self._office.store.reading() as connection:
            next_due = outbox.next_due(connection, self._worker.mailing)
        return next_due is not None and next_due <= self._watch.clock()

    def _prepared(self) -> dict[int, Prepared]:
        with self._office.store.reading() as connection:
            found = mailings.variants(connection, self._worker.mailing)
        return {number: mime.reopen(one.prepared) for number, one in found.items()}
