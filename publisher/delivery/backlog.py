"""Messages that wait for a connection, by their recipient's domain, so that none holds up the others."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from publisher.delivery.limits import Gates
from publisher.delivery.transport import domain_of

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Job:
    """One message to one recipient; `key` is (mailing, subscriber), `payload` whatever composes it."""

    key: Key
    recipient: str
    payload: object = field(default=None, repr=False, compare=False)

    @property
    def domain(self) -> str:
        return domain_of(self.recipient)


@dataclass(slots=True)
class Backlog:
    """Domains take turns; within one, first come first served. `held` knows those under way too."""

    gates: Gates
    held: dict[Key, int] = field(default_factory=dict)  # with the number of tries
    _by_domain: dict[str, deque[Job]] = field(default_factory=dict)
    _count: int = 0

    def __len__(self) -> int:
        return self._count

    def add(self, jobs: Iterable[Job]) -> int:
        """Take in those that are not held yet; how many they were."""
        fresh = [job for job in jobs if job.key not in self.held]
        for job in fresh:
            self.held[job.key] = 0
            self._by_domain.setdefault(job.domain, deque()).append(job)
        self._count += len(fresh)
        return len(fresh)

    def put_back(self, job: Job) -> None:
        """At the head of its domain: it was under way, and no server took it."""
        self._by_domain.setdefault(job.domain, deque()).appendleft(job)
        self._count += 1

    def forget(self, job: Job) -> None:
        self.held.pop(job.key, None)

    def take(self, now: float) -> Job | None:
        """The next whose domain may be served, entering its gate; None where none may."""
        for domain, jobs in self._by_domain.items():
            gate = self.gates[domain]
            if gate.wait(now) > 0:
                continue
            gate.enter(now)
            job = jobs.popleft()
            del self._by_domain[domain]
            if jobs:
                self._by_domain[domain] = jobs  # to the end of the queue of domains
            self._count -= 1
            self.held[job.key] += 1
            return job
        return None

    def wait(self, now: float) -> float:
        """Seconds until `take` can give one; infinite where time alone will not do it."""
        return min((self.gates[domain].wait(now) for domain in self._by_domain), default=math.inf)

    def crowded(self, share: int, now: float) -> list[str]:
        """Domains that must wait and have `share` messages waiting or more, in alphabetical order."""
        return sorted(
            domain
            for domain, jobs in self._by_domain.items()
            if len(jobs) >= share and self.gates[domain].wait(now) > 0
        )

    def drain(self) -> tuple[list[Job], list[Job]]:
        """All that wait, taken out: those that were under way before, and those that never were."""
        jobs = [job for jobs in self._by_domain.values() for job in jobs]
        self._by_domain.clear()
        self._count = 0
        return [job for job in jobs if self.held[job.key]], [
            job for job in jobs if not self.held[job.key]
        ]
