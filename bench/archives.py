"""`make bench-archives`: four real archives through their profiles, their items against other counts.

Each profile in `bench/profiles/` is a whole `publisher.toml` of at most 20 lines. The editions are
copied beside it (with dates made up for the archives that carry none), read, built whole, and every
feed is read back (`bench.feeds`); `--read-only` leaves it at reading. Printed: a row for each archive,
warnings by code, what the feeds hold, and how the items relate to what two independent counts found,
one published with the archives and one made here without our readers. Exit code 1 where a finding is
an error, a link is lost, or a feed differs from its editions.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import counting, feeds
from bench.counting import Explained
from bench.feeds import Proof
from publisher import config, publish
from publisher.errors import BuildRefused
from publisher.model import Draft, Finding

ROOT = Path(__file__).resolve().parents[1]
CORPORA = ROOT.parent / "shared" / "corpora"
PROFILES = Path(__file__).with_name("profiles")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Archive:
    """`counted` is the published count of items; `days` gives the editions of an undated archive theirs."""

    name: str
    counted: int
    explain: Callable[[Sequence[Path], Sequence[Draft]], Explained]
    days: Callable[[], Iterator[date]] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one archive; `proof` is of its feeds, None where they were not built."""

    archive: Archive
    drafts: tuple[Draft, ...]
    findings: tuple[Finding, ...]
    explained: Explained
    proof: Proof | None = None

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity == "error")

    @property
    def failed(self) -> bool:
        unlike = bool(self.proof and self.proof.differences)
        return bool(self.errors) or self.explained.lost > 0 or unlike


def weekly() -> Iterator[date]:
    """Fridays."""
    day = date(2018, 4, 20)
    while True:
        yield day
        day += timedelta(weeks=1)


def monthly() -> Iterator[date]:
    """The 28th of each month."""
    month = 2016 * 12 + 4
    while True:
        yield date(month // 12, month % 12 + 1, 28)
        month += 1


ARCHIVES = (
    Archive("twir", 74_902, counting.links_in_lists),
    Archive("perlweekly", 21_832, counting.json_entries),
    Archive("ruanyf-weekly", 16_522, counting.numbered_paragraphs, weekly),
    Archive("hellogithub", 4_147, counting.numbered_paragraphs, monthly),
)


def prepare(archive: Archive, folder: Path, *, limit: int | None = None) -> tuple[Path, ...]:
    """Lay a publication out in `folder`: profile, editions (the first `limit`) and list of dates."""
    (folder / publish.EDITIONS).mkdir()
    shutil.copy(PROFILES / f"{archive.name}.toml", folder / config.FILE_NAME)
    files = sorted((CORPORA / archive.name).iterdir(), key=_number)[:limit]
    copies = [Path(shutil.copy(path, folder / publish.EDITIONS / path.name)) for path in files]
    if archive.days:
        lines = (
            f'"{path.name}" = {day}\n' for path, day in zip(copies, archive.days(), strict=False)
        )
        (folder / "dates.toml").write_text("".join(lines), encoding="utf-8")
    return tuple(copies)


def run(archive: Archive, *, limit: int | None = None, build: bool = False) -> Outcome:
    """Read the archive in a folder of its own; `build` generates everything, and looks at its feeds."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        files = prepare(archive, folder, limit=limit)
        read = publish.read(folder)
        findings, proof = _built(folder, read.drafts) if build else (read.findings, None)
        return Outcome(archive, read.drafts, findings, archive.explain(files, read.drafts), proof)


def _built(folder: Path, drafts: Sequence[Draft]) -> tuple[tuple[Finding, ...], Proof | None]:
    try:
        return publish.build(folder, now=NOW, jobs=2).findings, feeds.prove(folder, drafts)
    except BuildRefused as error:
        return error.findings, None


def _number(path: Path) -> tuple[int, ...]:
    """Editions are numbered or dated: both sort by the numbers in their names."""
    return tuple(map(int, re.findall(r"\d+", path.name)))


def report(outcome: Outcome) -> Iterator[str]:
    """The lines to print: figures, findings by code, and the sum that leads to the items."""
    stories = [story for draft in outcome.drafts for story in draft.stories]
    sections = sum(len({story.section for story in draft.stories}) for draft in outcome.drafts)
    yield (
        f"{outcome.archive.name}: {len(outcome.drafts)} editions, {len(stories):,} items, "
        f"{sections:,} sections, {len(outcome.errors)} errors"
    )
    found = Counter((one.severity, one.code) for one in outcome.findings)
    for (severity, code), count in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"  {severity:<8}{count:>7,}  {code}"
    for error in outcome.errors[:10]:
        yield f"  {error.place}: {error.message}"
    if outcome.proof:
        yield from _of_feeds(outcome.proof)
    explained = outcome.explained
    yield f"  items against {explained.what}: {outcome.archive.counted:,} published, {explained.found:,} found here"
    for label, count in explained.parts:
        if count:
            yield f"    {count:>+8,}  {label}"
    total = explained.found + sum(count for _, count in explained.parts)
    yield f"    {total:>8,}  items" + ("" if total == len(stories) else f", but {len(stories):,}!")
    if explained.lost:
        yield f"    {explained.lost:,} LOST: {', '.join(explained.examples)}"


def _of_feeds(proof: Proof) -> Iterator[str]:
    yield (
        f"  feeds: {proof.documents:,} documents, {proof.entries:,} entries, "
        f"{proof.items:,} items, {len(proof.differences):,} differences"
    )
    yield from (f"    {difference}" for difference in proof.differences[:10])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.archives", description=__doc__)
    parser.add_argument("archives", nargs="*", help="names; all four where none is given")
    parser.add_argument("--read-only", action="store_true", help="build nothing")
    chosen = parser.parse_args(arguments)
    if not CORPORA.is_dir():
        print("bench-archives: the archives are not beside this checkout")
        return 1
    failed = []
    for archive in ARCHIVES:
        if not chosen.archives or archive.name in chosen.archives:
            outcome = run(archive, build=not chosen.read_only)
            print("\n".join(report(outcome)), flush=True)
            failed += [archive.name] if outcome.failed else []
    print(f"bench-archives: {'failed: ' + ', '.join(failed) if failed else 'no error'}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
