"""A sender in a process of its own, to be killed: `python -m tests.store.sender STORE MAILING LOG`.

What it "delivers" is a line in LOG, written at once; five connections share one journal.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator

from publisher.store import database, mailings, outbox, workers
from publisher.store.database import Store
from publisher.store.journal import Journal
from publisher.store.outbox import Outcome
from publisher.store.workers import Worker
from tests.store.people import NOW, SECRET

CONNECTIONS = 5


def main(where: str, mailing: int, log: int) -> None:
    store = database.open_store(where)
    workers.recover(store, NOW)
    with workers.working(store, mailing, lambda: NOW) as worker:
        due = _due(store, worker)
        lock = threading.Lock()
        with Journal(store, worker, clock=lambda: NOW, secret=SECRET) as journal:
            threads = [
                threading.Thread(target=_connection, args=(journal, due, lock, log))
                for _ in range(CONNECTIONS)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    with store.writing() as connection:
        mailings.finish(connection, mailing, NOW)


def _due(store: Store, worker: Worker) -> Iterator[int]:
    while True:
        with store.writing() as connection:
            batch = outbox.claim(connection, worker, limit=50, now=NOW)
        if not batch:
            return
        yield from [row.subscriber for row in batch]


def _connection(journal: Journal, due: Iterator[int], lock: threading.Lock, log: int) -> None:
    outcome = None
    while True:
        with lock:
            one = next(due, None)
        if one is None:
            journal.mark(outcome).result()
            return
        if journal.mark(outcome, start=one).result():
            os.write(log, f"{one}\n".encode())
            outcome = Outcome(subscriber=one, state="sent", code=250)


if __name__ == "__main__":
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    main(sys.argv[1], int(sys.argv[2]), os.open(sys.argv[3], flags))
