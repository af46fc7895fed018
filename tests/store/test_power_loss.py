"""Power loss: what the disk may hold at any moment is enough to keep the promise.

A real sender runs under strace, which writes down what it hands to the disk, when it waits for it
(fdatasync), and when a message has left. From that, the files are made as a power cut could leave them
at any moment: all that was waited for is there; of what came after, any part, torn at any byte.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from publisher.store import database
from tests.store import sender
from tests.store.people import crowd, mailing

PEOPLE = 150
CRASHES = 200
ROOT = Path(__file__).resolve().parents[2]
# The pages of a short mailing would never be moved from the log to the database otherwise.
CHECKPOINT = "PRAGMA wal_autocheckpoint=20"
SENDER = """
import os, sys
from publisher.store import database
from tests.store import sender
usual = database._on_connect
def on_connect(connection, record):
    usual(connection, record)
    for pragma in sys.argv[4:]:
        connection.execute(pragma)
database._on_connect = on_connect
sender.main(sys.argv[1], int(sys.argv[2]), os.open(sys.argv[3], os.O_WRONLY | os.O_APPEND))
"""
_CALL = re.compile(
    r'(?:\d+ +)?(\w+)\((?:\d+<([\\x0-9a-f]*)>)?(?:, )?(?:"([\\x0-9a-f]*)")?([^)]*)\) += '
)


@dataclass(frozen=True)
class Call:
    """A system call: its name, the file, what was written, and the numbers behind that."""

    name: str
    path: str
    data: bytes
    numbers: tuple[int, ...]


@dataclass
class Disk:
    """One file: what is surely there, and what was written since the last sync."""

    sure: bytearray
    pending: list[tuple[int, bytes]] = field(default_factory=list)

    def write(self, offset: int, data: bytes) -> None:
        self.pending.append((offset, data))

    def sync(self) -> None:
        for offset, data in self.pending:
            _put(self.sure, offset, data)
        self.pending.clear()

    def after_a_cut(self, chance: random.Random) -> bytes:
        """Each pending write is there, or not, or in part: its beginning, or some of its sectors."""
        found = bytearray(self.sure)
        for offset, data in self.pending:
            luck = chance.randrange(4)
            if luck == 1:
                _put(found, offset, data)
            elif luck == 2:
                _put(found, offset, data[: chance.randrange(len(data) + 1)])
            elif luck == 3:
                for start in range(0, len(data), 512):
                    if chance.random() < 0.5:
                        _put(found, offset + start, data[start : start + 512])
        return bytes(found)


def _put(content: bytearray, offset: int, data: bytes) -> None:
    if not data:
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


def _octets(text: str | None) -> bytes:
    return bytes.fromhex((text or "").replace("\\x", ""))


def _calls(trace: Path) -> Iterator[Call]:
    for line in trace.read_text(encoding="ascii").splitlines():
        if found := _CALL.match(line):
            numbers = tuple(map(int, re.findall(r"\d+", found[4])))
            yield Call(found[1], os.fsdecode(_octets(found[2])), _octets(found[3]), numbers)


@dataclass(frozen=True)
class Recording:
    """A whole mailing: the database before it, and each call from its start to its end."""

    folder: Path
    before: bytes
    calls: tuple[Call, ...]
    people: tuple[int, ...]

    def cut(self, moment: int, folder: Path, chance: random.Random) -> list[int]:
        """Leave the files in `folder` as a power cut after so many calls could; who had been served."""
        names = ("publisher.db", "publisher.db-wal")
        disks = {str(self.folder / name): Disk(bytearray()) for name in names}
        disks[str(self.folder / names[0])].sure[:] = self.before
        served: list[int] = []
        for call in self.calls[:moment]:
            disk = disks.get(call.path)
            if call.path == str(self.folder / "log"):
                served += map(int, call.data.split())
            elif disk and call.name == "pwrite64":
                disk.write(call.numbers[1], call.data)
            elif disk and call.name in ("fsync", "fdatasync"):
                disk.sync()
        for name, disk in zip(names, disks.values(), strict=True):
            (folder / name).write_bytes(disk.after_a_cut(chance))
        (folder / "publisher.db-shm").unlink(missing_ok=True)
        return served


def record(folder: Path, template: Path, *pragmas: str) -> Recording:
    """Skips where there is no strace, or where it may not trace."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    path = folder / "publisher.db"
    shutil.copy(template, path)
    store = database.open_store(path)
    people = crowd(store, PEOPLE)
    id = mailing(store)
    store.close()
    (folder / "log").touch()
    before = path.read_bytes()
    watched = "trace=pwrite64,write,fsync,fdatasync,unlink"
    options = ("-f", "--seccomp-bpf", "-y", "-xx", "-s", "70000", "-e", watched)
    command = ["strace", *options, "-o", str(folder / "trace"), sys.executable, "-c", SENDER]
    done = subprocess.run(
        [*command, str(path), str(id), str(folder / "log"), CHECKPOINT, *pragmas],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and "ptrace" in done.stderr.lower():
        pytest.skip(f"strace may not trace here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    calls = list(_calls(folder / "trace"))
    end = next(n for n, call in enumerate(calls) if call.name == "unlink" and b"-wal" in call.data)
    return Recording(folder, before, tuple(calls[:end]), tuple(people))


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Recording:
    return record(tmp_path_factory.mktemp("recorded"), sqlite_template)


def broken_promises(recording: Recording, folder: Path, crashes: int) -> list[str]:
    """What is wrong after each of so many power cuts, at moments all over the mailing."""
    chance = random.Random(5)
    wrong: list[str] = []
    for number in range(crashes):
        moment = len(recording.calls) * number // crashes + chance.randrange(3)
        served = recording.cut(moment, folder, chance)
        with closing(sqlite3.connect(folder / "publisher.db")) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchone()[0]
            rows = dict(connection.execute("SELECT subscriber, state FROM delivery"))
        states = Counter(rows.values())
        known = {one for one, state in rows.items() if state in ("sent", "in_flight")}
        sent = {one for one, state in rows.items() if state == "sent"}
        if whole != "ok" or len(rows) != PEOPLE:
            wrong.append(f"{moment}: the database is damaged: {whole}")
        if set(served) - known:
            wrong.append(f"{moment}: {len(set(served) - known)} were served, and nobody knows")
        if sent - set(served):
            wrong.append(f"{moment}: {len(sent - set(served))} count as served and were not")
        if states["in_flight"] > sender.CONNECTIONS:
            wrong.append(f"{moment}: {states['in_flight']} are in doubt")
    return wrong


def test_whenever_the_power_fails_the_disk_knows_who_was_served(
    recording: Recording, tmp_path: Path
) -> None:
    syncs = Counter(call.path.rpartition("-")[2] for call in recording.calls if "sync" in call.name)
    assert syncs["wal"] > PEOPLE // sender.CONNECTIONS, "not every commit waited for the disk"
    assert any(call.name == "pwrite64" and call.path.endswith(".db") for call in recording.calls)
    assert broken_promises(recording, tmp_path, CRASHES) == []


def test_without_waiting_for_the_disk_the_promise_would_not_hold(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """That is why `synchronous` is FULL, and that this test can fail."""
    careless = tmp_path / "careless"
    careless.mkdir()
    recorded = record(careless, sqlite_template, "PRAGMA synchronous=NORMAL")
    assert any("nobody knows" in one for one in broken_promises(recorded, tmp_path, 60))


def test_after_a_power_cut_the_mailing_ends_as_promised(
    recording: Recording, tmp_path: Path
) -> None:
    chance = random.Random(9)
    for number in range(6):
        folder = tmp_path / str(number)
        folder.mkdir()
        served = recording.cut(chance.randrange(len(recording.calls)), folder, chance)
        log = folder / "log"
        log.write_text("".join(f"{one}\n" for one in served))
        sender.main(str(folder / "publisher.db"), 1, os.open(log, os.O_WRONLY | os.O_APPEND))
        delivered = Counter(map(int, log.read_text().split()))
        assert sorted(delivered) == list(recording.people)
        assert sum(delivered.values()) - PEOPLE <= sender.CONNECTIONS
