"""An existing feed or archive becomes editions: gather -> group -> plan -> write -> remember.

`plan` reads and decides, and writes nothing; `write` does what a plan says. The ledger is told the
ids and dates that entries had, so that a feed's subscribers do not see them as new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Literal

from publisher import config, files, ledger
from publisher.config import Publication
from publisher.errors import EditionError
from publisher.importing import markdown
from publisher.importing.gather import Document, Gathered, files_of, gather
from publisher.model import Asset, Draft, Finding, Story
from publisher.publish import EDITIONS, LEDGER, Progress, silent
from publisher.readers.editions import Source, read_edition
from publisher.text import slugify

By = Literal["day", "week", "month", "entry"]
State = Literal["new", "same", "replaced", "taken"]
PERIODS: tuple[By, ...] = ("day", "week", "month", "entry")
_IMAGES = "images"


@dataclass(frozen=True, slots=True)
class Planned:
    """One edition file: `path` relative to the publication, its bytes, its stories as they were
    found, and what would become of it.

    `taken` means that the edition is there already, and differs; `beside` are pictures it shows.
    """

    path: str
    body: bytes
    stories: tuple[Story, ...]
    state: State
    beside: Mapping[str, bytes]
    imported: bool = True  # from a feed, whose ids and dates the ledger keeps


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
    of its own. Raises ConfigError, and EditionError where there is nothing to import.
    """
    publication = config.load(folder / config.FILE_NAME)
    found = Gathered()
    paths = files_of(sources)
    for number, (path, root) in enumerate(paths, start=1):
        gather(path, root, publication, found)
        progress("read", number, len(paths))
    if not found.entries and not found.documents and not found.findings:
        raise EditionError(
            str(sources[0]) if sources else "",
            problem="there is nothing to import",
            hint="give a feed's file (not its address), or a folder of feeds, mail, HTML or Markdown",
        )
    taken = _known_guids(folder)
    groups, findings, known = _grouped(found, publication, by, taken)
    planned = [
        *(_from_feed(stem, stories, found.feed_title, by, publication) for stem, stories in groups),
        *map(_from_document, found.documents),
    ]
    decided = tuple(_decided(folder, one) for one in _without_twins(planned))
    return Plan(publication, decided, (*found.findings, *findings), known)


def write(folder: Path, plan: Plan, *, now: datetime, force: bool = False) -> tuple[Planned, ...]:
    """Write the editions of `plan` and what the ledger is to remember of them; those written.

    Raises EditionError, before anything is written, where an edition is there already and differs;
    with `force` Markdown files of the same name are replaced. `now` dates corrections, as in a build.
    """
    taken = [one for one in plan.editions if one.state == "taken"]
    if taken and not force:
        raise EditionError(
            taken[0].path,
            problem=f"{len(taken)} of these editions are there already, and differ"
            if len(taken) > 1
            else "this edition is there already, and differs",
            hint="look at them with --dry-run; --force replaces them",
        )
    written = tuple(
        replace(one, state="replaced") if one.state == "taken" else one
        for one in plan.editions
        if one.state in ("new", "taken")
    )
    for one in written:
        for name, body in one.beside.items():
            files.write_if_changed(folder / name, body)
        files.write_if_changed(folder / one.path, one.body)
    _remember(folder, plan, now)
    return written


def _grouped(
    found: Gathered, publication: Publication, by: By, known: Mapping[str, str]
) -> tuple[list[tuple[str, list[Story]]], list[Finding], int]:
    """Entries by the names of their editions, oldest first; findings on those without a date."""
    dated = sorted((one for one in found.entries if one.dated), key=lambda one: one.dated or 0)
    groups: dict[str, list[Story]] = {}
    skipped = 0
    for story in dated:
        stem = _stem(story, by, publication, groups)
        if known.get(story.guid, stem) != stem:
            skipped += 1
            continue
        groups.setdefault(stem, []).append(story)
    findings = [
        Finding(
            "warning",
            "undated-entry",
            story.place,
            f"“{story.title}” has no date, so it is in no edition",
            "give it a date in the feed",
        )
        for story in found.entries
        if not story.dated
    ]
    return list(groups.items()), findings, skipped


def _stem(story: Story, by: By, publication: Publication, groups: Mapping[str, object]) -> str:
    """The name of the edition that an entry goes to, from the day that it had where it was published.

    Weeks are called by their Monday, months by their first, so that none is dated in the future.
    """
    day = _local(story, publication).date()
    if by == "entry":
        stem = f"{day}-{slugify(story.title)[:40].strip('-')}"
        copies = (f"{stem}-{number}" if number > 1 else stem for number in range(1, 10_000))
        return next(one for one in copies if one not in groups)
    return str(_first(day, by))


def _first(day: date, by: By) -> date:
    if by == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if by == "month" else day


def _local(story: Story, publication: Publication) -> datetime:
    assert story.dated is not None
    return story.dated.astimezone(publication.zone)


def _from_feed(
    stem: str, stories: list[Story], feed_title: str, by: By, publication: Publication
) -> Planned:
    front = {}
    if by == "entry":
        front = {
            "title": stories[0].title,
            "date": _local(stories[0], publication).isoformat(" ", "seconds"),
        }
        stories = [replace(stories[0], section=())]
    elif any(story.section for story in stories):
        stories = [
            story if story.section else replace(story, section=(feed_title or "…",))
            for story in stories
        ]
    ordered = _by_section(stories)
    text = markdown.edition(front, "", ordered)
    return Planned(f"{EDITIONS}/{stem}.md", text.encode(), tuple(ordered), "new", {})


def _by_section(stories: Iterable[Story]) -> list[Story]:
    groups: dict[tuple[str, ...], list[Story]] = {}
    for story in stories:
        groups.setdefault(story.section, []).append(story)
    return [story for group in groups.values() for story in group]


def _from_document(document: Document) -> Planned:
    draft = document.draft
    if document.as_it_is:
        return _copied(document)
    pictures = {
        asset.path: f"{_IMAGES}/{draft.id}/{Path(asset.path).name}" for asset in draft.assets
    }
    front = {
        "title": draft.title,
        "date": draft.instant.isoformat(" ", "seconds"),
        "number": draft.number,
        "language": draft.language,
    }
    stories = [_with_pictures(story, pictures) for story in draft.stories]
    introduction = _moved(draft.introduction, pictures)
    text = markdown.edition(front, introduction, stories)
    beside = {f"{EDITIONS}/{pictures[asset.path]}": _bytes(asset) for asset in draft.assets}
    return Planned(
        f"{EDITIONS}/{draft.id}.md", text.encode(), draft.stories, "new", beside, imported=False
    )


def _copied(document: Document) -> Planned:
    """An editor's own file stays as it is, under its own name, with the pictures that it shows."""
    root = document.path.parents[len(document.relative.parts) - 1]
    beside = {
        f"{EDITIONS}/{asset.source.relative_to(root).as_posix()}": _bytes(asset)
        for asset in document.draft.assets
    }
    name = f"{EDITIONS}/{document.relative.as_posix()}"
    body = document.path.read_bytes()
    return Planned(name, body, document.draft.stories, "new", beside, imported=False)


def _with_pictures(story: Story, pictures: Mapping[str, str]) -> Story:
    images = tuple(replace(one, src=pictures.get(one.src, one.src)) for one in story.images)
    return replace(story, body=_moved(story.body, pictures), images=images)


def _moved(html: str, pictures: Mapping[str, str]) -> str:
    for asset, file in pictures.items():
        html = html.replace(f'src="{escape(asset)}"', f'src="{escape(file)}"')
    return html


def _bytes(asset: Asset) -> bytes:
    return asset.source.read_bytes() if asset.body is None else asset.body


def _without_twins(planned: Iterable[Planned]) -> Iterator[Planned]:
    """Two documents of one day and name get different names; nothing is written over."""
    seen: set[str] = set()
    for one in planned:
        path, copy = one.path, 1
        while path in seen:
            copy += 1
            path = re.sub(r"(\.\w+)$", rf"-{copy}\1", one.path)
        seen.add(path)
        yield replace(one, path=path)


def _decided(folder: Path, planned: Planned) -> Planned:
    """What would become of it: an edition of that name may be there, in whatever format."""
    path = folder / planned.path
    others = [
        one for one in path.parent.glob(f"{path.stem}*") if one.stem == path.stem and one != path
    ]
    if others:
        raise EditionError(
            others[0].relative_to(folder).as_posix(),
            problem=f"this edition is there already, and {planned.path} would be the same again",
            hint="move it away first, or choose another --by",
        )
    if not path.exists():
        return planned
    same = path.is_file() and path.read_bytes() == planned.body
    return replace(planned, state="same" if same else "taken")


def _known_guids(folder: Path) -> dict[str, str]:
    """The ids of entries that were imported before, with the edition that holds each."""
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
        if not one.imported:
            continue
        path = folder / one.path
        draft = _as_published(
            read_edition(Source(path, (path,), folder / EDITIONS), plan.publication), one
        )
        known = ledger.recognise(draft, remembered.record(draft.id), plan.publication, now=now)
        remembered = remembered.with_records(known.record)
    files.write_if_changed(folder / LEDGER, ledger.dump(remembered).encode())


def _as_published(draft: Draft, planned: Planned) -> Draft:
    """The edition as it will be read, its stories with the ids and dates that they had in the feed."""
    if len(draft.stories) != len(planned.stories):
        return draft
    both = zip(draft.stories, planned.stories, strict=True)
    stories = tuple(replace(read, guid=had.guid, dated=had.dated) for read, had in both)
    return replace(draft, stories=stories)
