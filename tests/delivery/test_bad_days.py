"""What may happen to the sender's own machine: a full disk, a locked database, a clock that jumps."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from publisher.errors import StoreError
from publisher.store import database
from tests.delivery.offices import ENVIRON, NOW, Clock, Office, crowd, office_in, progress, send
from tests.delivery.servers import ScriptedServer

PEOPLE, CONNECTIONS = 300, 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB, twice what SQLite's log may grow to; skips where we may not mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8M", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(path: Path) -> None:
    with suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


def test_a_disk_that_fills_up_amid_a_mailing_costs_nobody_their_copy(
    tmp_path: Path, small_disk: Path
) -> None:
    ballast = small_disk / "ballast"
    server, once = ScriptedServer(), threading.Lock()

    def fill(_: str) -> None:
        if len(server.received) >= 50 and once.acquire(blocking=False):
            _fill(ballast)

    server.on_rcpt = fill
    more = f'\n[store]\npath = "{small_disk / "publisher.db"}"\n'
    with server, office_in(tmp_path, port=server.port, more=more) as opened:
        people = crowd(opened, PEOPLE)
        done = _publisher(opened, "send", "2026-11-23")
        assert done.returncode == 1
        assert "disk" in done.stderr and "make room" in done.stderr
        assert "Traceback" not in done.stderr
        assert len(server.received) < PEOPLE
        ballast.unlink()
        done = _publisher(opened, "send", "2026-11-23")
        assert done.returncode == 0, done.stderr
        assert progress(opened).sent == PEOPLE
        assert progress(opened).doubted <= CONNECTIONS
    _nobody_missed(server, people, doubles=CONNECTIONS)


def _publisher(opened: Office, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "publisher", *words],
        cwd=opened.folder,
        env={**os.environ, **ENVIRON},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _nobody_missed(server: ScriptedServer, people: list[str], *, doubles: int) -> None:
    got = Counter(one.recipient for one in server.received)
    assert sorted(got) == sorted(people)
    assert len(server.received) - len(people) <= doubles
    copies = {one.message.partition(b"Message-ID: ")[2].split()[0] for one in server.received}
    assert len(copies) == len(people)


def _hold_lock(opened: Office, seconds: float, until: threading.Event) -> None:
    """Write to the database as another program might, and be in no hurry."""
    assert opened.store.path is not None
    with closing(sqlite3.connect(opened.store.path, isolation_level=None, timeout=20)) as other:
        other.execute("BEGIN IMMEDIATE")
        until.set()
        time.sleep(seconds)
        other.execute("ROLLBACK")


@contextmanager
def _locked_amid(server: ScriptedServer, opened: Office, seconds: float) -> Iterator[None]:
    """After 50 messages the database is another program's for so long."""
    held, once = threading.Event(), threading.Lock()
    thread = threading.Thread(target=_hold_lock, args=(opened, seconds, held))

    def lock(_: str) -> None:
        if len(server.received) >= 50 and once.acquire(blocking=False):
            thread.start()
            held.wait(20)

    server.on_rcpt = lock
    yield
    thread.join()
    assert held.is_set()


def test_a_locked_database_makes_the_sender_wait(tmp_path: Path) -> None:
    with ScriptedServer() as server, office_in(tmp_path, port=server.port) as opened:
        people = crowd(opened, PEOPLE)
        with _locked_amid(server, opened, 1.0):
            assert send(opened).ending == "finished"
    _nobody_missed(server, people, doubles=0)


def test_a_database_that_stays_locked_ends_the_run_and_costs_nobody_their_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.2)
    with ScriptedServer() as server, office_in(tmp_path, port=server.port) as opened:
        people = crowd(opened, PEOPLE)
        with (
            _locked_amid(server, opened, 2.0),
            pytest.raises(StoreError, match="another process has been writing"),
        ):
            send(opened)
        assert 50 <= len(server.received) < PEOPLE
        assert send(opened).ending == "finished"
    _nobody_missed(server, people, doubles=CONNECTIONS)


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(hours=-3), timedelta(days=400)])
def test_a_clock_that_jumps_amid_a_mailing_costs_nobody_their_copy(
    tmp_path: Path, jump: timedelta
) -> None:
    server, clock = ScriptedServer(script={"RCPT": ["451 4.2.2 full"] * 20}), Clock()

    def set_clock(_: str) -> None:
        if len(server.received) == 50:
            clock.now = NOW + jump

    server.on_rcpt = set_clock
    with server, office_in(tmp_path, port=server.port) as opened:
        people = crowd(opened, PEOPLE)
        done = send(opened, clock)
        assert done.progress.sent + done.progress.deferred + done.progress.refused == PEOPLE
        assert done.progress.sent >= PEOPLE - 20
        # What was deferred is due some minutes later by the clock that said so.
        clock.now = NOW + timedelta(minutes=30)
        done = send(opened, clock) if done.ending == "waiting" else done
        assert (done.ending, done.progress.sent) == ("finished", PEOPLE)
    _nobody_missed(server, people, doubles=0)
