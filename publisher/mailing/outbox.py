"""The pool's outbox, kept in the store: what is due, and the marks before and after each message."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from publisher.delivery import retry
from publisher.delivery.backlog import Job, Key
from publisher.delivery.compose import Reader
from publisher.delivery.pool import Attempt
from publisher.store import outbox
from publisher.store.database import Store
from publisher.store.outbox import Due, Outcome
from publisher.store.workers import Worker


@dataclass(slots=True, kw_only=True)
class StoredOutbox:
    """An `Outbox` (see `delivery.pool`) for one worker of one mailing, used by its main thread alone.

    `started` and `deadline` bound how long a deferred message is tried again.
    """

    store: Store
    worker: Worker
    secret: bytes = field(repr=False)
    started: datetime
    deadline: timedelta
    clock: Callable[[], datetime]
    random: Random
    _held: dict[int, Due] = field(default_factory=dict)

    def due(self, limit: int, *, without: Sequence[str]) -> Sequence[Job]:
        """Claim up to `limit` recipients."""
        now = self.clock()
        with self.store.writing() as connection:
            claimed = outbox.claim(
                connection, self.worker, limit=limit, now=now, except_domains=without
            )
        self._held |= {one.subscriber: one for one in claimed}
        return [
            Job(
                (self.worker.mailing, one.subscriber),
                _recipient(one),
                Reader(one.variant, one.name, one.fields),
            )
            for one in claimed
        ]

    def commit(self, starting: Sequence[Job], finished: Sequence[Attempt]) -> Collection[Key]:
        """Record, start, and give back whoever may not be started (a pause, say): one transaction."""
        now = self.clock()
        outcomes = [self._outcome(attempt, now) for attempt in finished]
        ids = [job.key[1] for job in starting]
        with self.store.writing() as connection:
            outbox.record(connection, self.worker, outcomes, now=now, secret=self.secret)
            may_go = outbox.start(connection, self.worker, ids, now=now)
            refused = [id for id in ids if id not in may_go]
            if refused:
                outbox.release(connection, self.worker, refused)
        for id in (*refused, *(one.subscriber for one in outcomes)):
            self._held.pop(id, None)
        return {(self.worker.mailing, id) for id in may_go}

    def release(self, jobs: Sequence[Job]) -> None:
        if not jobs:
            return
        with self.store.writing() as connection:
            outbox.release(connection, self.worker, [job.key[1] for job in jobs])
        for job in jobs:
            self._held.pop(job.key[1], None)

    def _outcome(self, attempt: Attempt, now: datetime) -> Outcome:
        """The pool's outcome as the store keeps it, with what follows from it."""
        said, due = attempt.outcome, self._held[attempt.job.key[1]]
        state, text = said.state, said.text
        again = self._again(attempt, due, now)
        if state == "deferred" and again is None:
            hours = int(self.deadline.total_seconds() // 3600)
            state, text = "refused", f"given up after {hours} hours: {text}"
        return Outcome(
            subscriber=due.subscriber,
            state=state,
            code=said.code or None,
            enhanced=said.status,
            reply=text,
            relay=said.relay,
            next_attempt=again,
            suppress="bounced" if said.suppress else None,
        )

    def _again(self, attempt: Attempt, due: Due, now: datetime) -> datetime | None:
        """When to try again. What is our fault waits for us alone. What may have arrived is sent once
        more, with the same Message-ID; from then on only when the editor says so."""
        verdict = attempt.outcome.verdict
        if verdict == "fault":
            return now
        if verdict in ("sent", "permanent") or (verdict == "uncertain" and due.doubts):
            return None
        return retry.next_attempt(
            due.attempts + 1, now, started=self.started, random=self.random, deadline=self.deadline
        )


def _recipient(due: Due) -> str:
    """The address with its domain in ASCII, the form in which limits and the store know it."""
    return f"{due.address.rpartition('@')[0]}@{due.domain}"
