"""Group commit: many connections' marks, one transaction, one fsync.

Each connection waits for two commits a message (its start, its outcome). One thread does them for
all: it takes whatever is waiting, commits it as one, then lets everybody go on. The busier the
connections, the larger the groups; a lone one waits for nobody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue

from publisher.errors import PublisherError, StoreError
from publisher.store import outbox
from publisher.store.database import Store
from publisher.store.outbox import Outcome
from publisher.store.workers import Worker

MAX_GROUP = 500


@dataclass(frozen=True, slots=True)
class _Entry:
    """One connection's request: an outcome to write, a message to start, or both."""

    outcome: Outcome | None
    start: int | None
    done: Future[bool]


class Journal:
    """The one writer of a worker's marks; use it as a context manager.

    `mark` may be called from any thread; the futures work with asyncio by `asyncio.wrap_future`.
    """

    def __init__(
        self, store: Store, worker: Worker, *, clock: Callable[[], datetime], secret: bytes
    ) -> None:
        self._store = store
        self._worker = worker
        self._clock = clock
        self._secret = secret
        self._waiting: SimpleQueue[_Entry | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)

    def __enter__(self) -> Journal:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Commit what is waiting, then stop."""
        self._waiting.put(None)
        self._thread.join()

    def mark(self, outcome: Outcome | None = None, *, start: int | None = None) -> Future[bool]:
        """Write `outcome`, and mark subscriber `start` as in flight, in the next commit.

        The future's result comes after that commit: whether `start` may be handed to the connection
        (False where they unsubscribed, or the mailing was paused or cancelled). It raises StoreError
        where the commit failed: then nothing may be started, and the outcome is not recorded.
        """
        if not self._thread.is_alive():
            raise RuntimeError("a journal that is not running writes nothing")
        done: Future[bool] = Future()
        self._waiting.put(_Entry(outcome, start, done))
        return done

    def _run(self) -> None:
        """Commit group after group until told to stop; then what came before that."""
        while (first := self._waiting.get()) is not None:
            group: list[_Entry | None] = [first]
            while len(group) < MAX_GROUP and group[-1] and not self._waiting.empty():
                group.append(self._waiting.get())
            self._commit([entry for entry in group if entry is not None])
            if group[-1] is None:
                return

    def _commit(self, group: list[_Entry]) -> None:
        # A caller that was cancelled meanwhile starts nothing more, but its outcome stays a fact.
        wanted = [entry for entry in group if entry.done.set_running_or_notify_cancel()]
        starts = [entry.start for entry in wanted if entry.start is not None]
        outcomes = [entry.outcome for entry in group if entry.outcome is not None]
        try:
            started = self._write(outcomes, starts)
        except PublisherError as error:
            _fail(wanted, error)
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of it, or waits for ever
            _fail(wanted, StoreError(problem=f"the outcomes could not be written: {error!r}"))
        else:
            for entry in wanted:
                entry.done.set_result(entry.start in started)

    def _write(self, outcomes: list[Outcome], starts: list[int]) -> frozenset[int]:
        now = self._clock()
        with self._store.writing() as connection:
            outbox.record(connection, self._worker, outcomes, now=now, secret=self._secret)
            return outbox.start(connection, self._worker, starts, now=now)


def _fail(entries: list[_Entry], error: PublisherError) -> None:
    for entry in entries:
        entry.done.set_exception(error)
