"""The connections' threads: each has one transport, takes one job at a time, and puts its outcome in
one queue that the caller's thread reads."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from publisher.delivery.backlog import Job
from publisher.delivery.replies import Outcome
from publisher.delivery.transport import Envelope, Transport
from publisher.errors import PublisherError

LINGER_SECONDS = 0.001

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
    inbox: queue.SimpleQueue[Job | None] = field(default_factory=queue.SimpleQueue)
    job: Job | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """`error` is a defect of ours: it ends the run, and is raised in the caller's thread."""

    worker: Worker
    job: Job
    outcome: Outcome
    error: BaseException | None = None


class Crew:
    """Used by the caller's thread alone, apart from `_work`."""

    def __init__(self, routes: Sequence[Route], compose: Compose) -> None:
        self._compose = compose
        self._results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._workers = [
            Worker(each, each.open()) for each in routes for _ in range(each.connections)
        ]
        self._idle: dict[str, list[Worker]] = {each.name: [] for each in routes}
        self._threads: list[threading.Thread] = []
        self.under_way = 0
        for worker in self._workers:
            self._idle[worker.route.name].append(worker)

    def start(self) -> None:
        for worker in self._workers:
            thread = threading.Thread(target=self._work, args=(worker,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self, worker: Worker) -> None:
        while (job := worker.inbox.get()) is not None:
            self._results.put(self._result(worker, job))
        worker.transport.close()

    def _result(self, worker: Worker, job: Job) -> Result:
        try:
            envelope = self._compose(job)
        except PublisherError as error:
            return Result(worker, job, Outcome("permanent", text=error.describe()))
        except BaseException as error:  # noqa: BLE001 - it reaches the caller's thread in the result
            return Result(worker, job, Outcome("transient", text=f"not composed: {error!r}"), error)
        try:
            return Result(worker, job, worker.transport.send(envelope))
        except BaseException as error:  # noqa: BLE001 - likewise; how far it came is not known
            return Result(worker, job, Outcome("uncertain", text=f"broke: {error!r}"), error)

    def has_idle(self, route: Route) -> bool:
        return bool(self._idle[route.name])

    def reserve(self, route: Route, job: Job) -> Worker:
        """A free connection of `route`, kept for `job` until `go` or `release`."""
        worker = self._idle[route.name].pop()
        worker.job = job
        self.under_way += 1
        return worker

    def go(self, worker: Worker) -> None:
        worker.inbox.put(worker.job)

    def release(self, worker: Worker) -> None:
        worker.job = None
        self.under_way -= 1
        self._idle[worker.route.name].append(worker)

    def results(self, timeout: float) -> list[Result]:
        """What has finished: at least one unless `timeout` seconds pass; their workers are released.

        Where others are under way it lingers for them: a commit costs more than a millisecond.
        """
        found: list[Result] = []
        try:
            found.append(self._results.get(timeout=timeout))
            if self.under_way > 1:
                time.sleep(LINGER_SECONDS)
            while True:
                found.append(self._results.get_nowait())
        except queue.Empty:
            pass
        for result in found:
            self.release(result.worker)
        return found

    def abort(self) -> None:
        """Break off every connection that has a job; its outcome still comes, soon."""
        for worker in self._workers:
            if worker.job:
                worker.transport.abort()

    def dismiss(self, timeout: float) -> None:
        """Let every thread end; one that hangs in a system call is left behind, a daemon."""
        for worker in self._workers:
            worker.inbox.put(None)
        for thread in self._threads:
            thread.join(timeout)
