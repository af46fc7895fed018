"""Many connections over several relays: who carries which message, and when.

`deliver` runs in the caller's thread and asks it (`Outbox`) before and after every transaction; the
connections (`crew`) compose, sign and send one message each at a time. So what the outbox has committed is true at
every moment: a message that a connection has is marked as under way, and a connection has one.
Commits gather: what finishes within a few milliseconds goes into one.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal, Protocol

from publisher.delivery.backlog import Backlog, Job, Key
from publisher.delivery.crew import Compose, Crew, Result, Route, Worker
from publisher.delivery.limits import Gates
from publisher.delivery.replies import Outcome, Verdict

TICK_SECONDS = 0.25  # how often `stop` is asked
WINDOW = 500  # messages held, so that a slow domain does not hold up the others
TRIES = 3  # over different connections, where no server was reached
FAULTS = 3  # of ours in a row, with nothing sent between, end the run

Ending = Literal["drained", "stopped", "fault"]


@dataclass(frozen=True, slots=True)
class Attempt:
    job: Job
    outcome: Outcome


class Outbox(Protocol):
    """The caller's side, always called from the thread that called `deliver`."""

    def due(self, limit: int, *, without: Sequence[str]) -> Sequence[Job]:
        """Up to `limit` messages that may go now, none to the domains `without`: they have enough
        waiting. Those that are held already may be among them and are ignored."""

    def commit(self, starting: Sequence[Job], finished: Sequence[Attempt]) -> Collection[Key]:
        """In one transaction record what became of `finished`, and mark `starting` as under way.

        Returns the keys of those in `starting` that may go: without any that another process has
        taken or that was cancelled. Nothing of `starting` is sent before this returns.
        """

    def release(self, jobs: Sequence[Job]) -> None:
        """`jobs` came from `due` and were never started: the run ends without them."""


@dataclass(frozen=True, slots=True)
class Report:
    """Why a run ended. `drained`: nothing is due. `fault`: ours, or no relay answers; `because` says.

    `counts` has the attempts by verdict; `relays_lost`, by name, those that refused us (a wrong
    password, say) and were left out from then on.
    """

    ended: Ending
    counts: Mapping[Verdict, int]
    because: Outcome | None = None
    relays_lost: Mapping[str, Outcome] = field(default_factory=dict)


def deliver(
    outbox: Outbox,
    compose: Compose,
    routes: Sequence[Route],
    *,
    domains: Gates,
    relays: Gates,
    stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
    random: Random,
    grace_seconds: float = 10.0,
    patience_seconds: float = 120.0,
) -> Report:
    """Send what is due until nothing is, `stop` says so (asked every quarter second), or we must.

    After that nothing new starts; what is under way may take `grace_seconds` before its connection
    is broken off. No relay reachable for `patience_seconds` ends the run with a fault. Whatever ends the run, an exception or the keyboard too,
    the outcomes that are known are committed.
    """
    crew = Crew(routes, compose)
    run = _Run(
        outbox=outbox,
        crew=crew,
        routes=list(routes),
        backlog=Backlog(domains),
        relays=relays,
        clock=clock,
        random=random,
        patience_seconds=patience_seconds,
    )
    return run.drive(stop, grace_seconds)


@dataclass(slots=True, kw_only=True)
class _Run:
    """The state of one `deliver`; the caller's thread alone touches it."""

    outbox: Outbox
    crew: Crew
    routes: list[Route]  # those still of use
    backlog: Backlog
    relays: Gates
    clock: Callable[[], float]
    random: Random
    patience_seconds: float
    finished: list[Attempt] = field(default_factory=list)
    counts: Counter[Verdict] = field(default_factory=Counter)
    ending: Ending | None = None
    because: Outcome | None = None
    error: BaseException | None = None
    relays_lost: dict[str, Outcome] = field(default_factory=dict)
    faults: int = 0
    out_of_reach_since: float | None = None
    source_dry: bool = False
    starved: bool = False  # a connection was free, and no waiting domain was
    ask_again: float = -math.inf

    def drive(self, stop: Callable[[], bool], grace_seconds: float) -> Report:
        asked = self.clock()
        try:
            while self.ending is None:
                self.step()
                if self.clock() - asked >= TICK_SECONDS:
                    asked = self.clock()
                    self.end("stopped" if stop() else None)
        finally:
            self.wind_up(grace_seconds)
        if self.error:
            raise self.error
        return Report(self.ending, dict(self.counts), self.because, self.relays_lost)

    def end(self, ending: Ending | None, because: Outcome | None = None) -> None:
        """The first reason counts."""
        if self.ending is None and ending:
            self.ending, self.because = ending, because

    def step(self) -> None:
        """Fill up, commit, hand out, and wait for the next outcome."""
        self._refill()
        starting = self._choose()
        self._commit(starting)
        if not self.crew.under_way and not self.backlog and self.source_dry:
            self.end("drained")
            return
        self._settle(self.crew.results(self._nap()))

    def _refill(self) -> None:
        """Ask for more when half is gone, or all that waits is for domains that must wait.

        A source that had nothing new is not asked every time.
        """
        now = self.clock()
        low = len(self.backlog) < WINDOW // 2 or (self.starved and len(self.backlog) < 4 * WINDOW)
        if not low or now < self.ask_again:
            return
        crowded = self.backlog.crowded(WINDOW // 4, now) if self.starved else []
        added = self.backlog.add(self.outbox.due(WINDOW, without=crowded))
        self.source_dry = not added and not crowded
        self.ask_again = now if added else now + TICK_SECONDS

    def _choose(self) -> list[Worker]:
        """As many messages as there are free connections, open gates and willing domains."""
        chosen: list[Worker] = []
        now = self.clock()
        self.starved = False
        while route := self._open_route(now):
            job = self.backlog.take(now)
            if job is None:
                self.starved = bool(self.backlog)
                break
            self.relays[route.name].enter(now)
            chosen.append(self.crew.reserve(route, job))
        return chosen

    def _open_route(self, now: float) -> Route | None:
        """One with a free connection that may be used now, by weight (as RFC 2782 does)."""
        able = [
            each
            for each in self.routes
            if self.crew.has_idle(each) and self.relays[each.name].wait(now) <= 0
        ]
        if len(able) < 2:
            return able[0] if able else None
        return self.random.choices(able, [each.weight for each in able])[0]

    def _commit(self, starting: Sequence[Worker]) -> None:
        """Before anything starts, and after anything finished: one transaction for both."""
        if not starting and not self.finished:
            return
        jobs = [worker.job for worker in starting if worker.job]
        cleared: Collection[Key] = ()
        try:
            cleared = self.outbox.commit(jobs, self.finished)
            self.finished = []
        finally:
            for worker, job in zip(starting, jobs, strict=True):
                if job.key in cleared:
                    self.crew.go(worker)
                else:
                    self.crew.release(worker)
                    self._leave(worker.route, job)
                    self.backlog.forget(job)

    def _nap(self) -> float:
        """Seconds to wait for an outcome: until one comes, a gate opens, or `stop` is to be asked."""
        now = self.clock()
        opens = math.inf
        if self.starved:
            opens = self.backlog.wait(now)
        elif self.backlog:
            free = [each for each in self.routes if self.crew.has_idle(each)]
            opens = min((self.relays[each.name].wait(now) for each in free), default=math.inf)
        return max(0.001, min(TICK_SECONDS, opens))

    def _settle(self, results: Sequence[Result]) -> None:
        for each in results:
            if each.error:
                self.error = self.error or each.error
                self.end("fault", each.outcome)
            if not self._put_back(each.worker.route, each.job, each.outcome):
                self._finish(each.job, each.outcome)
            self._leave(each.worker.route, each.job)

    def _leave(self, route: Route, job: Job) -> None:
        now = self.clock()
        self.backlog.gates.leave(job.domain, now)
        self.relays.leave(route.name, now)

    def _put_back(self, route: Route, job: Job, outcome: Outcome) -> bool:
        """True where `outcome` is the relay's own trouble and another connection shall try."""
        if not outcome.unreached:
            self.out_of_reach_since = None
            self.relays[route.name].succeed()
            return False
        now = self.clock()
        if outcome.verdict == "fault":
            self.routes = [each for each in self.routes if each.name != route.name]
            self.relays_lost[route.name] = outcome
        else:
            self.relays[route.name].slow_down(now, self.random)
        if self.out_of_reach_since is None:
            self.out_of_reach_since = now
        if not self.routes or now - self.out_of_reach_since >= self.patience_seconds:
            self.end("fault", outcome)
        if self.ending or self.backlog.held[job.key] >= TRIES:
            return False
        self.backlog.put_back(job)
        return True

    def _finish(self, job: Job, outcome: Outcome) -> None:
        self.backlog.forget(job)
        self.finished.append(Attempt(job, outcome))
        self.counts[outcome.verdict] += 1
        if outcome.verdict == "sent":
            self.faults = 0
            self.backlog.gates[job.domain].succeed()
        elif outcome.verdict == "throttled" and not outcome.unreached:
            self.backlog.gates[job.domain].slow_down(self.clock(), self.random)
        elif outcome.verdict == "fault":
            self.faults += 1
            if self.faults >= FAULTS:
                self.end("fault", outcome)

    def wind_up(self, grace_seconds: float) -> None:
        """Let what is under way end, in time or by force, and commit every outcome.

        A call that not even force brings back leaves its message marked as under way.
        """
        self.end("stopped")
        try:
            self._wait(grace_seconds)
            self.crew.abort()
            self._wait(grace_seconds)
            tried, untried = self.backlog.drain()
            left = self.because or Outcome("transient", text="broken off before it was sent")
            for job in tried:
                self._finish(job, left)
            self._commit([])
            self.outbox.release(untried)
        finally:
            self.crew.abort()
            self.crew.dismiss(timeout=1.0)

    def _wait(self, seconds: float) -> None:
        deadline = self.clock() + seconds
        while self.crew.under_way and self.clock() < deadline:
            self._settle(self.crew.results(TICK_SECONDS))
            self._commit([])
