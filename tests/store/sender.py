"""A sender in a process of its own, to be killed: `python -m tests.store.sender STORE MAILING LOG`.

What it "delivers" is a line in LOG, written at once; five connections share each commit.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import islice

from publisher.store import database, mailings, outbox, workers
from publisher.store.database import Store
from publisher.store.outbox import Outcome
from publisher.store.workers import Worker
from tests.store.people import NOW, SECRET

CONNECTIONS = 5


def main(where: str, mailing: int, log: int) -> None:
    store = database.open_store(where)
    workers.recover(store, NOW)
    with workers.working(store, mailing, lambda: NOW) as worker:
        due = _due(store, worker)
        finished: list[Outcome] = []
        while True:
            starting = list(islice(due, CONNECTIONS))
            with store.writing() as connection:
                outbox.record(connection, worker, finished, now=NOW, secret=SECRET)
                may_go = outbox.start(connection, worker, starting, now=NOW)
            if not may_go:
                break
            for one in sorted(may_go):
                os.write(log, f"{one}\n".encode())
            finished = [Outcome(subscriber=one, state="sent", code=250) for one in may_go]
    with store.writing() as connection:
        mailings.finish(connection, mailing, NOW)


def _due(store: Store, worker: Worker) -> Iterator[int]:
    while True:
        with store.writing() as connection:
            batch = outbox.claim(connection, worker, limit=50, now=NOW)
        if not batch:
            return
        yield from [row.subscriber for row in batch]


if __name__ == "__main__":
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    main(sys.argv[1], int(sys.argv[2]), os.open(sys.argv[3], flags))
