"""An existing feed or archive becomes editions: gather -> plan -> write -> remember.

`plan` reads and decides, and writes nothing; `write` does what a plan says. The ledger is told the
ids and dates that entries had, so that a feed's subscribers do not see them as new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from publisher import config, files, ledger
from publisher.config import Publication
from publisher.errors import EditionError
from publisher.importing.editions import (
    PERIODS,
    By,
    Planned,
    from_document,
    from_entries,
    undated,
    without_twins,
)
from publisher.importing.gather import Gathered, files_of, gather
from publisher.model import Draft, Finding, Story, replace
from publisher.parallel import Progress, silent
from publisher.publish import EDITIONS, LEDGER
from publisher.readers.editions import Source, read_edition

__all__ = ["PERIODS", "By", "Plan", "Planned", "plan", "write"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do; `known` counts entries that another edition holds already."""

    publication: Publication
    editions: tuple[Planned, ...]
    findings: tuple[Finding, ...]
    known: int = 0


def plan(
    folder: Path, sources: Sequence[Path], *, by: By = "day", progress: Progress = silent
) -> Plan:
    """Read `sources` (feed files, documents, or folders of them) for the publication in `folder`.

    Entries of feeds are put together by day, ISO week, month, or not at all; a document is an edition
    of its own. Raises ConfigError; EditionError where there is nothing to import, or an edition of
    the same name stands there in another format.
    """
    publication = config.load(folder / config.FILE_NAME)
    found = Gathered()
    paths = files_of(sources)
    for number, (path, root) in enumerate(paths, start=1):
        gather(path, root, publication, found)
        progress("read", number, len(paths))
    if not paths:
        raise EditionError(
            str(sources[0]) if sources else "",
            problem="there is nothing to import",
            hint="give a feed's file (not its address), or a folder of feeds, mail, HTML or Markdown",
        )
    elsewhere = _imported_before(folder)
    of_feeds = [*from_entries(found.entries, found.feed_title, by, publication)]
    new = [
        story
        for one in of_feeds
        for story in one.stories
        if elsewhere.get(story.guid, one.id) == one.id
    ]
    if len(new) < sum(len(one.stories) for one in of_feeds):
        of_feeds = [*from_entries(new, found.feed_title, by, publication)]
    planned = [*of_feeds, *(from_document(one, publication) for one in found.documents)]
    editions = tuple(_decided(folder, without_twins(planned)))
    known = sum(1 for story in found.entries if story.dated) - len(new)
    return Plan(publication, editions, (*found.findings, *undated(found.entries)), known)


def write(folder: Path, plan: Plan, *, now: datetime, force: bool = False) -> tuple[Planned, ...]:
    """Write the editions of `plan`, and what the ledger is to remember of them; what became of each.

    Raises EditionError, before anything is written, where an edition is there already and differs;
    with `force` it is replaced. `now` dates corrections, as in a build.
    """
    taken = [one.path for one in plan.editions if one.state == "taken"]
    if taken and not force:
        others = f", and so do {len(taken) - 1} more" if len(taken) > 1 else ""
        raise EditionError(
            taken[0],
            problem=f"this edition is there already, and differs{others}",
            hint="look at them with --dry-run; --force replaces them",
        )
    for one in plan.editions:
        for name, body in one.beside.items():
            files.write_if_changed(folder / name, body)
        files.write_if_changed(folder / one.path, one.body)
    _remember(folder, plan, now)
    return tuple(
        replace(one, state="replaced") if one.state == "taken" else one for one in plan.editions
    )


def _decided(folder: Path, planned: Iterable[Planned]) -> Iterator[Planned]:
    """Each with what would become of it; an edition of its name may be there in whatever format."""
    present = _present(folder / EDITIONS)
    for one in planned:
        path = folder / one.path
        there = present.get(path.with_suffix(""), path)
        if there != path:
            raise EditionError(
                there.relative_to(folder).as_posix(),
                problem=f"this edition is there already, and {one.path} would be the same again",
                hint="move it away first, or choose another --by",
            )
        if not path.exists():
            yield one
        else:
            same = path.is_file() and path.read_bytes() == one.body
            yield replace(one, state="same" if same else "taken")


def _present(editions: Path) -> dict[Path, Path]:
    """Every file and folder of editions, by its path without an ending."""
    return {
        path if path.is_dir() else path.with_suffix(""): path
        for path in sorted(editions.rglob("*"))
    }


def _imported_before(folder: Path) -> Mapping[str, str]:
    """The edition that holds each entry that was imported before, by the entry's id."""
    remembered = ledger.load(folder / LEDGER)
    records = (remembered.record(edition) for edition in remembered.blocks)
    return {
        entry.guid: record.id
        for record in records
        if record
        for entry in record.entries
        if entry.guid and not entry.gone
    }


def _remember(folder: Path, plan: Plan, now: datetime) -> None:
    """Give the ledger the ids and dates that the entries had."""
    remembered = ledger.load(folder / LEDGER)
    for one in plan.editions:
        if one.from_feed:
            path = folder / one.path
            draft = read_edition(Source(path, (path,), folder / EDITIONS), plan.publication)
            draft = _as_published(draft, one.stories)
            known = remembered.record(draft.id)
            record = ledger.recognise(draft, known, plan.publication, now=now).record
            remembered = remembered.with_records(record)
    if any(one.from_feed for one in plan.editions):
        files.write_if_changed(folder / LEDGER, ledger.dump(remembered).encode())


def _as_published(draft: Draft, stories: Sequence[Story]) -> Draft:
    """The edition as it will be read, its stories with the ids and dates that they had in the feed.

    Where a setting such as `skip_sections` takes some of them out, headlines tell which are which.
    """
    had = {story.headline or story.title: story for story in stories}
    one_to_one = len(draft.stories) == len(stories)
    pairs = zip(
        draft.stories,
        stories if one_to_one else (had.get(story.title) for story in draft.stories),
        strict=True,
    )
    told = (replace(read, guid=was.guid, dated=was.dated) if was else read for read, was in pairs)
    return replace(draft, stories=tuple(told))
