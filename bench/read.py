"""`make bench-read`: how fast pages are read, the program starts and the sample publication builds.

Each job gives rows: what was measured, the figure, the target, and whether it is met. A table is
printed, then one line that sums up; the exit code is 1 where a target is missed. Reading is timed in
CPU time (it has one thread and waits for nothing), so that a busy machine does not count.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from publisher.readers.newspaper import read

ROOT = Path(__file__).resolve().parents[1]
SEED = ROOT.parent / "shared" / "seed"
FIXTURE = ROOT / "tests" / "fixtures" / "newspaper" / "songwan.txt"
READ_MS, LINEAR, START, BUILD_S = 10.0, 1.5, 3.0, 1.0  # the targets
ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure; met when it is at most `target`."""

    what: str
    figure: float
    target: float
    unit: str

    @property
    def met(self) -> bool:
        return self.figure <= self.target


def page() -> tuple[str, str]:
    """The page to read and what it is called: the real one where it stands beside the checkout."""
    real = sorted(SEED.glob("*.txt"))
    path = real[0] if real else FIXTURE
    return path.read_text(encoding="utf-8"), "the real page" if real else "the project's own page"


def one_page() -> Iterator[Row]:
    text, called = page()
    read(text, name="page.txt")
    times = [_cpu_seconds(lambda: read(text, name="page.txt")) for _ in range(ROUNDS)]
    yield Row(f"read {called}, median of {ROUNDS}", median(times) * 1000, READ_MS, "ms")


def long_pages() -> Iterator[Row]:
    """Time a line at 10,000 lines over time a line at 1,000; rounds of both are interleaved."""
    text, _ = page()
    lines = len(text.splitlines())
    short, long = (text + "\n\n") * (1_000 // lines), (text + "\n\n") * (10_000 // lines)
    read(short, name="page.txt")
    ratios = []
    for _ in range(3):
        short_times = [_cpu_seconds(lambda: read(short, name="page.txt")) for _ in range(3)]
        at_short = median(short_times) / len(short)
        at_long = _cpu_seconds(lambda: read(long, name="page.txt")) / len(long)
        ratios.append(at_long / at_short)
    yield Row("time a line, 10,000 lines over 1,000", median(ratios), LINEAR, "x")


def start_up() -> Iterator[Row]:
    """`publisher --help` over `python -c pass`, medians of interleaved runs in one session."""
    bare, helped = [], []
    for _ in range(12):
        bare.append(_seconds(lambda: _run("-c", "pass")))
        helped.append(_seconds(lambda: _run("-m", "publisher", "--help")))
    yield Row("publisher --help over python -c pass", median(helped) / median(bare), START, "x")


def sample_build() -> Iterator[Row]:
    """The sample publication, whole processes: built from nothing, and again with nothing changed."""
    cold, rewritten = [], []
    for _ in range(5):
        with TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copy(ROOT / "publisher.toml", folder)
            shutil.copytree(ROOT / "editions", folder / "editions")
            cold.append(_seconds(partial(_build, folder)))
            rewritten.append(len(json.loads(_build(folder))["written"]))
    yield Row("build the sample publication from nothing", median(cold), BUILD_S, "s")
    yield Row("files written by a second build", max(rewritten), 0, "")


JOBS: tuple[Callable[[], Iterator[Row]], ...] = (one_page, long_pages, start_up, sample_build)


def _build(folder: Path) -> bytes:
    command = [sys.executable, "-m", "publisher", "build", "--json"]
    return subprocess.run(command, check=True, cwd=folder, capture_output=True).stdout


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def _cpu_seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> int:
    rows = [row for job in JOBS for row in job()]
    width = max(len(row.what) for row in rows)
    for row in rows:
        verdict = "met" if row.met else "MISSED"
        print(
            f"{row.what:<{width}}  {row.figure:8.2f} {row.unit:<2}  at most {row.target:g} {row.unit:<2}  {verdict}"
        )
    missed = sum(not row.met for row in rows)
    print(f"bench-read: {len(rows) - missed} of {len(rows)} targets met")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
