"""Builds of a real archive, ours beside Hugo's and Pelican's, and how ours grow.

Whole programs by the wall clock, the runs of each job in turn, medians of `RUNS`. Exit 1 where a
target is missed.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import peers
from bench.measure import Run, middle, run
from bench.pages import SHARED

RUNS = 5
SIZES = (100, 1_000, 10_000)
GROWTH_RUNS = 3
OURS = (sys.executable, "-m", "publisher", "build", "-q")


@dataclass(frozen=True, slots=True)
class Target:
    """What one figure may be at most, as a share of another."""

    job: str
    figure: float
    limit: float

    @property
    def met(self) -> bool:
        return self.figure <= self.limit


def main(arguments: Sequence[str]) -> int:
    tools = Path(arguments[0] if arguments else ".bench").resolve() / "bin"
    editions = sorted((SHARED / "corpora" / "twir").glob("*.md"))
    if not editions:
        print("the archive that this measures is not beside the checkout")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        targets = [*_beside_peers(folder, editions, tools), *_growth(folder)]
    print()
    for target in targets:
        mark = "met   " if target.met else "MISSED"
        print(f"{mark} {target.job:<46} {target.figure:6.2f} x, at most {target.limit:.2f} x")
    missed = sum(not target.met for target in targets)
    print(f"{len(targets) - missed} of {len(targets)} targets met")
    return int(missed > 0)


def _beside_peers(folder: Path, editions: Sequence[Path], tools: Path) -> list[Target]:
    ours = peers.ours(folder / "ours", editions, "twir")
    hugo = peers.hugo(folder / "hugo", editions)
    pelican = peers.pelican(folder / "pelican", editions)
    newest = ours / "editions" / editions[-1].name
    jobs: dict[str, Callable[[int], Run]] = {
        "Hugo": lambda _: _fresh(hugo, "public", tools / "hugo", "--quiet"),
        "Pelican": lambda _: _fresh(pelican, "output", tools / "pelican", "--quiet"),
        "cold": lambda _: _cold(ours),
        "unchanged": lambda _: _unchanged(ours),
        "one edited": lambda turn: _edited(ours, newest, turn),
    }
    runs: dict[str, list[Run]] = {name: [] for name in jobs}
    for turn in range(RUNS):
        for name, job in jobs.items():
            runs[name].append(job(turn))
    found = {name: middle(one) for name, one in runs.items()}
    _table(f"{len(editions)} editions", found)
    base = found["Hugo"]
    return [
        Target("cold, wall against Hugo", found["cold"].wall_s / base.wall_s, 1.0),
        Target("cold, peak memory against Hugo", found["cold"].peak_mb / base.peak_mb, 0.5),
        Target("cold, wall against Pelican", found["cold"].wall_s / found["Pelican"].wall_s, 0.15),
        Target("one edited, against Hugo's build", found["one edited"].wall_s / base.wall_s, 0.15),
        Target("unchanged, against Hugo's build", found["unchanged"].wall_s / base.wall_s, 0.1),
    ]


def _growth(folder: Path) -> list[Target]:
    """Cold and warm builds of ever more editions; each size warms its own."""
    cold: dict[int, Run] = {}
    warm: dict[int, Run] = {}
    for size in SIZES:
        paper = peers.invented(folder / str(size), size)
        rounds = GROWTH_RUNS if size < SIZES[-1] else 1
        cold[size] = middle([_cold(paper) for _ in range(rounds)])
        newest = max((paper / "editions").iterdir())
        warm[size] = middle([_edited(paper, newest, turn) for turn in range(RUNS)])
        shutil.rmtree(paper)
    _table("invented editions, cold", {f"{size:,}": one for size, one in cold.items()})
    _table("invented editions, one edited", {f"{size:,}": one for size, one in warm.items()})
    small, middle_size, large = SIZES
    per_edition = {size: one.wall_s / size for size, one in cold.items()}
    return [
        Target(
            "time per edition, 10,000 against 1,000",
            per_edition[large] / per_edition[middle_size],
            1.3,
        ),
        Target(
            "time per edition, 10,000 against 100", per_edition[large] / per_edition[small], 1.3
        ),
        Target(
            "one edited, of 10,000 against of 100", warm[large].wall_s / warm[small].wall_s, 2.0
        ),
    ]


def _fresh(folder: Path, made: str, *command: str | Path) -> Run:
    shutil.rmtree(folder / made, ignore_errors=True)
    return run(command, folder)


def _cold(folder: Path) -> Run:
    shutil.rmtree(folder / ".publisher", ignore_errors=True)
    (folder / "publisher.lock").unlink(missing_ok=True)
    return _fresh(folder, "public", *OURS)


def _unchanged(folder: Path) -> Run:
    before = _times(folder)
    done = run(OURS, folder)
    if _times(folder) != before:
        raise AssertionError("a build that had nothing to do has written something")
    return done


def _edited(folder: Path, edition: Path, turn: int) -> Run:
    edition.write_text(edition.read_text("utf-8") + f"\n\nCorrected, {turn}.\n", "utf-8")
    return run(OURS, folder)


def _times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def _table(title: str, found: dict[str, Run]) -> None:
    print(f"\n{title:<30} {'wall s':>8} {'CPU s':>8} {'peak MB':>8}")
    for name, one in found.items():
        print(f"{name:<30} {one.wall_s:8.2f} {one.cpu_s:8.2f} {one.peak_mb:8.0f}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
