"""Who is sending, and whether they are still alive: a lock that dies with its process, and no clock.

A worker holds a lock for as long as it lives: on SQLite an `flock` on a file beside the database, on
PostgreSQL a session's advisory lock. The operating system or the server drops it at the moment of
death, `kill -9` too. So another worker who can take that lock knows that its owner is dead, however
the clocks jump, and takes over what it had.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from publisher.errors import StoreError
from publisher.store import waiting
from publisher.store.database import Store
from publisher.store.tables import delivery, worker


@dataclass(frozen=True, slots=True)
class Worker:
    """A live sender of one mailing; its `id` marks the deliveries that it has."""

    id: int
    mailing: int


@contextmanager
def working(store: Store, mailing: int, clock: Callable[[], datetime]) -> Iterator[Worker]:
    """Be a worker of `mailing`: several share it safely, each row has one.

    On leaving, rows that were claimed and not started go back to the queue. One that is still in
    flight then (an exception struck) becomes uncertain, as after a death.
    """
    lock = secrets.randbits(63)
    with _trying(store, lock) as got:
        assert got, "a random number of 63 bits was drawn twice"
        with store.writing() as connection:
            me = _register(connection, lock, mailing, clock())
        try:
            yield me
        finally:
            with store.writing() as connection:
                _bury(connection, me, clock(), resend=True)


def recover(store: Store, now: datetime, *, resend: bool = True) -> int:
    """Take back what dead workers had; how many messages are now uncertain.

    What was in flight at a death becomes `uncertain`: it may have arrived. With `resend` it is due at
    once, with the same Message-ID, so that nobody is missed; without, it waits for the editor's
    `retry`. What was only claimed goes back to the queue.
    """
    with store.reading() as connection:
        known = connection.execute(select(worker.c.id, worker.c.mailing, worker.c.lock)).all()
    uncertain = 0
    for id, mailing, lock in known:
        with _trying(store, lock) as dead:
            if dead:
                with store.writing() as connection:
                    uncertain += _bury(connection, Worker(id, mailing), now, resend=resend)
    return uncertain


def _register(connection: Connection, lock: int, mailing: int, now: datetime) -> Worker:
    result = connection.execute(
        insert(worker)
        .values(lock=lock, mailing=mailing, host=socket.gethostname(), pid=os.getpid(), started=now)
        .returning(worker.c.id)
    )
    return Worker(result.scalar_one(), mailing)


def _bury(connection: Connection, who: Worker, now: datetime, *, resend: bool) -> int:
    mine = (delivery.c.mailing == who.mailing) & (delivery.c.worker == who.id)
    doubtful = connection.execute(
        update(delivery)
        .where(mine, delivery.c.state == "in_flight")
        .values(
            state="uncertain",
            doubts=delivery.c.doubts + 1,
            next_attempt=waiting.AT_ONCE if resend else None,
            worker=None,
            changed=now,
        )
    )
    connection.execute(update(delivery).where(mine).values(worker=None))
    connection.execute(delete(worker).where(worker.c.id == who.id))
    return doubtful.rowcount


@contextmanager
def _trying(store: Store, lock: int) -> Iterator[bool]:
    """Hold the lock within the block, if it is free."""
    if store.path is None:
        with _advisory_lock(store, lock) as got:
            yield got
    else:
        with _file_lock(Path(f"{store.path}-worker-{lock:x}")) as got:
            yield got


@contextmanager
def _file_lock(path: Path) -> Iterator[bool]:
    """A lock on a file of its own, which is deleted again while the lock is held."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(
            path,
            problem=f"cannot be made: {error.strerror}",
            hint="a sender needs to write in the database's folder",
        ) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        yield False
        return
    try:
        with _kept_from_children(descriptor):
            yield True
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


@contextmanager
def _advisory_lock(store: Store, lock: int) -> Iterator[bool]:
    """A session's lock on a connection that does nothing else; it ends with that connection."""
    connection = store.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    try:
        got = connection.execute(select(func.pg_try_advisory_lock(lock))).scalar()
        driver: Any = connection.connection.driver_connection
        with _kept_from_children(driver.fileno()):
            yield bool(got)
    finally:
        connection.invalidate()
        connection.close()


@contextmanager
def _kept_from_children(descriptor: int) -> Iterator[None]:
    """Close `descriptor` in every process forked within the block: else it would keep the lock alive
    after its owner's death."""
    held = [descriptor]

    def let_go() -> None:
        for one in held:
            os.close(one)

    os.register_at_fork(after_in_child=let_go)
    try:
        yield
    finally:
        held.clear()
