"""The connections: each has one transport and takes one job at a time. One thread drives them all; what
blocks by nature (a folder, a program) runs in threads beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from publisher.delivery.backlog import Job
from publisher.delivery.replies import Outcome
from publisher.delivery.steps import Loop, Steps, blocking
from publisher.delivery.transport import Envelope, Stepwise, Transport
from publisher.errors import PublisherError

LINGER_SECONDS = 0.004  # for others' outcomes: a commit costs about as much for many as for one

Compose = Callable[[Job], Envelope]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A way out. `open` makes one transport for each connection, and does not connect yet."""

    name: str
    open: Callable[[], Transport]
    weight: int = 1
    connections: int = 1


@dataclass(eq=False, slots=True)
class Worker:
    route: Route
    transport: Transport
    send: Callable[[Envelope], Steps[Outcome]]
    job: Job | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """`error` is a defect of ours: it ends the run, and is raised in the caller's thread."""

    worker: Worker
    job: Job
    outcome: Outcome
    error: BaseException | None = None


class Crew:
    """Used by one thread."""

    def __init__(self, routes: Sequence[Route], compose: Compose) -> None:
        self._compose = compose
        self._loop: Loop[Worker] = Loop()
        self._finished: list[Result] = []  # and not read yet
        self._workers = [_worker(each) for each in routes for _ in range(each.connections)]
        self._idle: dict[str, list[Worker]] = {each.name: [] for each in routes}
        self.under_way = 0
        for worker in self._workers:
            self._idle[worker.route.name].append(worker)

    def has_idle(self, route: Route) -> bool:
        return bool(self._idle[route.name])

    def reserve(self, route: Route, job: Job) -> Worker:
        """A free connection of `route`, kept for `job` until `go` or `release`."""
        worker = self._idle[route.name].pop()
        worker.job = job
        self.under_way += 1
        return worker

    def go(self, worker: Worker) -> None:
        """Compose the worker's job, and send it as far as that goes without waiting."""
        job = worker.job
        assert job is not None, "go comes behind reserve"
        try:
            envelope = self._compose(job)
        except PublisherError as error:
            refused = Outcome("permanent", text=error.describe())
            self._finished.append(Result(worker, job, refused))
        except BaseException as error:  # noqa: BLE001 - the caller raises it, from the result
            broken = Outcome("transient", text=f"not composed: {error!r}")
            self._finished.append(Result(worker, job, broken, error))
        else:
            self._loop.begin(worker, worker.send(envelope))

    def release(self, worker: Worker) -> None:
        worker.job = None
        self.under_way -= 1
        self._idle[worker.route.name].append(worker)

    def results(self, timeout: float) -> list[Result]:
        """What has finished: at least one unless `timeout` seconds pass; their workers are released.

        Where others are under way it lingers for them.
        """
        until = time.monotonic() + (0.0 if self._finished else timeout)
        while True:
            left = until - time.monotonic()
            fresh = self._turn(max(0.0, left))
            if fresh and not self._finished:
                until = min(until, time.monotonic() + LINGER_SECONDS)
            self._finished += fresh
            if left <= 0 or (self._finished and len(self._finished) == self.under_way):
                break
        found, self._finished = self._finished, []
        for result in found:
            self.release(result.worker)
        return found

    def _turn(self, timeout: float) -> list[Result]:
        results: list[Result] = []
        for worker, value, error in self._loop.turn(timeout):
            assert worker.job is not None, "it has one until its result is read"
            # How far a defect let it come is not known.
            outcome = Outcome("uncertain", text=f"broke: {error!r}") if error else value
            results.append(Result(worker, worker.job, outcome, error))
        return results

    def abort(self) -> None:
        """Break off every connection that has a job; its outcome still comes, soon."""
        for worker in self._workers:
            if worker.job:
                worker.transport.abort()

    def dismiss(self, timeout: float) -> None:
        """Close every connection, politely where that takes no longer than `timeout` seconds."""
        until = time.monotonic() + timeout
        for worker in self._workers:
            if worker.job:
                continue  # it hangs in a system call, and is left behind
            if isinstance(worker.transport, Stepwise):
                self._loop.begin(worker, worker.transport.farewell())
            else:
                worker.transport.close()
        while self._loop.busy and (left := until - time.monotonic()) > 0:
            self._loop.turn(left)
        self._loop.close()


def _worker(route: Route) -> Worker:
    transport = route.open()
    if isinstance(transport, Stepwise):
        return Worker(route, transport, transport.steps)
    return Worker(route, transport, lambda envelope: blocking(partial(transport.send, envelope)))
