"""A program as its user meets it: how long it takes, and how much memory it and its children hold."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_EVERY_S = 0.03


@dataclass(frozen=True, slots=True)
class Run:
    """One run: wall clock and processor time in seconds, peak memory in MB (PSS, children with it)."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def run(command: Sequence[str | Path], folder: Path, env: Mapping[str, str] | None = None) -> Run:
    """Run `command` in `folder`. Raises CalledProcessError where it fails, with what it said."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=folder,
        env={**os.environ, **(env or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    watch = _Watch(process.pid)
    said, _ = process.communicate()
    wall = time.perf_counter() - started
    watch.stop()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, said)
    return Run(wall, watch.cpu_s, watch.peak_kb / 1024)


def middle(runs: Sequence[Run]) -> Run:
    """The median of each figure."""
    return Run(
        median(one.wall_s for one in runs),
        median(one.cpu_s for one in runs),
        median(one.peak_mb for one in runs),
    )


class _Watch(threading.Thread):
    """Looks, again and again, at what the processes of a session hold and have used (proc(5))."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self.session, self.peak_kb, self.over = session, 0, threading.Event()
        self.used_s: dict[int, float] = {}
        self.start()

    @property
    def cpu_s(self) -> float:
        """What all of them have used, but for the last moment of each."""
        return sum(self.used_s.values())

    def run(self) -> None:
        while not self.over.wait(_EVERY_S):
            processes = self._processes()
            self.used_s.update(
                (one, max(_used_s(one), self.used_s.get(one, 0))) for one in processes
            )
            self.peak_kb = max(self.peak_kb, sum(map(_pss_kb, processes)))

    def stop(self) -> None:
        self.over.set()
        self.join()

    def _processes(self) -> list[int]:
        found = []
        for entry in os.listdir("/proc"):  # noqa: PTH208 - names alone, many times a second
            if entry.isdigit():
                try:
                    if os.getsid(int(entry)) == self.session:
                        found.append(int(entry))
                except OSError:
                    continue
        return found


def _pss_kb(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def _used_s(process: int) -> float:
    try:
        fields = (
            Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        )
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
