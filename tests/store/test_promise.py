"""Killed again and again at random moments, a sender misses nobody and doubles no more than promised."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from publisher.store import mailings, reports
from publisher.store.database import Store
from tests.store import sender
from tests.store.people import crowd, mailing

PEOPLE = 600
KILLS = 3
ROOT = Path(__file__).resolve().parents[2]


def test_after_any_number_of_kills_nobody_is_missed(store: Store, tmp_path: Path) -> None:
    people = crowd(store, PEOPLE)
    id = mailing(store)
    log = tmp_path / "delivered"
    log.touch()
    chance = random.Random(7)
    kills = 0
    while _state(store, id) != "finished":
        child = _start(store, id, log)
        if kills < KILLS and _wait_for_lines(child, log, PEOPLE // 8):
            time.sleep(chance.random() / 50)
            child.kill()
            kills += child.wait() != 0
        assert child.wait(120) in (0, -9)
    delivered = Counter(map(int, log.read_text().split()))
    assert sorted(delivered) == people
    doubled = sum(count - 1 for count in delivered.values())
    assert kills == KILLS
    assert doubled <= kills * sender.CONNECTIONS
    with store.reading() as connection:
        found = reports.progress(connection, id)
    assert (found.sent, found.total) == (PEOPLE, PEOPLE)
    assert doubled <= found.doubted <= kills * sender.CONNECTIONS


def _start(store: Store, id: int, log: Path) -> subprocess.Popen[bytes]:
    where = store.path or store.engine.url.set(drivername="postgresql").render_as_string(False)
    command = [sys.executable, "-m", "tests.store.sender", str(where), str(id), str(log)]
    return subprocess.Popen(command, cwd=ROOT)


def _wait_for_lines(child: subprocess.Popen[bytes], log: Path, more: int) -> bool:
    """Whether `more` messages were delivered before the child ended."""
    wanted = log.read_bytes().count(b"\n") + more
    while child.poll() is None:
        if log.read_bytes().count(b"\n") >= wanted:
            return True
        time.sleep(0.002)
    return False


def _state(store: Store, id: int) -> str:
    with store.reading() as connection:
        return mailings.get(connection, id).state
