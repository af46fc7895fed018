"""Entries and documents become the edition files that they are to be written as."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Literal

from publisher.config import Publication
from publisher.importing import markdown
from publisher.importing.gather import Document
from publisher.model import Asset, Draft, Finding, Story, Struct, replace
from publisher.publish import EDITIONS
from publisher.readers import dates
from publisher.text import slugify

By = Literal["day", "week", "month", "entry"]
State = Literal["new", "same", "replaced", "taken"]
PERIODS: tuple[By, ...] = ("day", "week", "month", "entry")
_IMAGES = "images"
_SLUG_LIMIT = 40


class Planned(Struct, frozen=True, kw_only=True):
    """One edition file: `path` relative to the publication, its bytes, its stories as they were found.

    `taken` means that the edition is there already, and differs. `beside` are pictures that it shows,
    by path. `from_feed`: the ledger keeps the ids and dates of its stories.
    """

    path: str
    body: bytes
    stories: tuple[Story, ...]
    state: State = "new"
    beside: Mapping[str, bytes] = {}
    from_feed: bool = False

    @property
    def id(self) -> str:
        """The name of the file, which is the edition's id where it begins with the date."""
        return Path(self.path).stem


def from_entries(
    entries: Iterable[Story], feed_title: str, by: By, publication: Publication
) -> Iterator[Planned]:
    """Editions of the entries that have a date, oldest first."""
    groups: dict[str, list[Story]] = {}
    for moment, story in sorted(_dated(entries), key=lambda pair: pair[0]):
        day = moment.astimezone(publication.zone).date()
        groups.setdefault(_stem(story, day, by, groups), []).append(story)
    for stem, stories in groups.items():
        front = _front_of(stories[0], publication) if by == "entry" else {}
        ordered = (
            [replace(stories[0], section=())] if by == "entry" else _sorted(stories, feed_title)
        )
        yield Planned(
            path=f"{EDITIONS}/{stem}.md",
            body=markdown.edition(front, "", ordered).encode(),
            stories=tuple(ordered),
            from_feed=True,
        )


def undated(entries: Iterable[Story]) -> Iterator[Finding]:
    for story in entries:
        if not story.dated:
            yield Finding(
                "warning",
                "undated-entry",
                story.place,
                f"“{story.title}” has no date, so it is in no edition",
                "give it a date in the feed",
            )


def from_document(document: Document, publication: Publication) -> Planned:
    """Mail and HTML become Markdown, their pictures beside it; an editor's own file stays as it is."""
    draft = document.draft
    if document.as_it_is:
        return _copied(document)
    pictures = {
        asset.path: f"{_IMAGES}/{draft.id}/{Path(asset.path).name}" for asset in draft.assets
    }
    front = {
        "title": draft.title,
        "date": _written_date(draft),
        "number": draft.number,
        "language": "" if draft.language == publication.language else draft.language,
    }
    stories = (_with_pictures(story, pictures) for story in draft.stories)
    text = markdown.edition(front, _moved(draft.introduction, pictures), stories)
    return Planned(
        path=f"{EDITIONS}/{draft.id}.md",
        body=text.encode(),
        stories=draft.stories,
        beside={f"{EDITIONS}/{pictures[asset.path]}": _bytes(asset) for asset in draft.assets},
    )


def without_twins(planned: Iterable[Planned]) -> Iterator[Planned]:
    """Two documents of one day and name get different names: none is written over another."""
    seen: set[str] = set()
    for one in planned:
        path, copy = one.path, 1
        while path in seen:
            copy += 1
            path = re.sub(r"(\.\w+)$", rf"-{copy}\1", one.path)
        seen.add(path)
        yield replace(one, path=path)


def _dated(entries: Iterable[Story]) -> Iterator[tuple[datetime, Story]]:
    return ((story.dated, story) for story in entries if story.dated)


def _stem(story: Story, day: date, by: By, taken: Mapping[str, object]) -> str:
    """The name of the edition that an entry of `day` goes to.

    Weeks are called by their Monday, months by their first, so that none is dated in the future.
    """
    if by == "week":
        return str(day - timedelta(days=day.weekday()))
    if by == "month":
        return str(day.replace(day=1))
    if by == "day":
        return str(day)
    stem = f"{day}-{slugify(story.title)[:_SLUG_LIMIT].strip('-')}"
    copies = (f"{stem}-{number}" if number > 1 else stem for number in range(1, len(taken) + 2))
    return next(one for one in copies if one not in taken)


def _front_of(story: Story, publication: Publication) -> dict[str, str]:
    moment = story.dated.astimezone(publication.zone) if story.dated else None
    return {"title": story.title, "date": moment.isoformat(" ", "seconds") if moment else ""}


def _sorted(stories: Iterable[Story], feed_title: str) -> list[Story]:
    """By section, in order of first appearance; beside sections, none is called by the feed's title."""
    stories = list(stories)
    usual = (feed_title or "…",) if any(story.section for story in stories) else ()
    groups: dict[tuple[str, ...], list[Story]] = {}
    for story in stories:
        section = story.section or usual
        groups.setdefault(section, []).append(replace(story, section=section))
    return [story for group in groups.values() for story in group]


def _written_date(draft: Draft) -> str:
    """The date as the document wrote it, with its time and offset, where that is the one that counted."""
    written = draft.pages[0].front.get("date", "")
    with suppress(ValueError):
        if dates.written(written)[0] == draft.day:
            return written
    return str(draft.day)


def _copied(document: Document) -> Planned:
    """The file under its own name, with the pictures that it shows."""
    root = document.path.parents[len(document.relative.parts) - 1]
    assets = document.draft.assets
    return Planned(
        path=f"{EDITIONS}/{document.relative.as_posix()}",
        body=document.path.read_bytes(),
        stories=document.draft.stories,
        beside={
            f"{EDITIONS}/{asset.source.relative_to(root).as_posix()}": _bytes(asset)
            for asset in assets
        },
    )


def _with_pictures(story: Story, pictures: Mapping[str, str]) -> Story:
    images = tuple(replace(one, src=pictures.get(one.src, one.src)) for one in story.images)
    return replace(story, body=_moved(story.body, pictures), images=images)


def _moved(html: str, pictures: Mapping[str, str]) -> str:
    for asset, file in pictures.items():
        html = html.replace(f'src="{escape(asset)}"', f'src="{escape(file)}"')
    return html


def _bytes(asset: Asset) -> bytes:
    return asset.source.read_bytes() if asset.body is None else asset.body
