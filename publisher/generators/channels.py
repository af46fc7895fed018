"""Which feeds there are and what stands in each, whatever the format it is written in.

The main feed stands at `feeds/` and holds items, except with `feeds.entries = "editions"`, where it
holds editions: its address is the one that people have, so it is always there. With "both", the
feed of editions stands beside it at `feeds/editions/`. A section's feed always holds items.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from publisher import urls
from publisher.config import Publication
from publisher.generators.entries import Entry, from_edition, from_item, one_line
from publisher.model import Edition, Item
from publisher.sections import SectionInfo, section_finder, sections_in

_EDITIONS = {"en": "Editions", "zh": "各期"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One feed, in all of its formats.

    `scope` is what `urls.feed` takes; `page` is the path of the page that it is the feed of;
    `section` is a slug, empty for the feeds of the whole publication.
    """

    scope: str
    id: str
    title: str
    description: str
    language: str
    page: str
    holds: Literal["items", "editions"] = "items"
    section: str = ""


def channels(publication: Publication, editions: Sequence[Edition]) -> tuple[Channel, ...]:
    """Every feed of the publication: the main one, the editions', then one per section.

    There is none where there is nothing to hold: a feed must say when it was updated.
    """
    if not editions:
        return ()
    feeds = publication.feeds
    found = [_whole(publication, "items", feeds.entries == "editions")]
    if feeds.entries == "both":
        found.append(_whole(publication, "editions", True))
    if feeds.sections:
        found += [
            _of_section(publication, section) for section in sections_in(publication, editions)
        ]
    return tuple(found)


def _of_section(publication: Publication, section: SectionInfo) -> Channel:
    scope = f"sections/{section.slug}"
    return Channel(
        scope=scope,
        id=_id(publication, scope),
        title=one_line(f"{publication.title} · {section.title}"),
        description=one_line(section.description or section.title),
        language=section.language,
        page=urls.section_page(section.slug),
        section=section.slug,
    )


def _whole(publication: Publication, scope: str, of_editions: bool) -> Channel:
    """A feed of the whole publication; its id says what it holds, its scope where it stands."""
    title = publication.title
    if scope == "editions":
        word = _EDITIONS.get(publication.language.partition("-")[0].lower(), _EDITIONS["en"])
        title = f"{title} · {word}"
    return Channel(
        scope=scope,
        id=_id(publication, "editions" if of_editions else "items"),
        title=one_line(title),
        description=one_line(publication.description or publication.title),
        language=publication.language,
        page=urls.ARCHIVE if scope == "editions" else urls.INDEX,
        holds="editions" if of_editions else "items",
    )


def _id(publication: Publication, name: str) -> str:
    return f"tag:{publication.authority}:feeds/{quote(name)}"


def filled(
    publication: Publication, editions: Sequence[Edition]
) -> Iterator[tuple[Channel, tuple[Entry, ...]]]:
    """Each feed with its newest entries, `feeds.limit` at most; an empty feed is left out."""
    items = newest_items(editions)
    issues = sorted(editions, key=lambda edition: (-edition.published.timestamp(), edition.id))
    whole = publication.feeds.entries == "editions" and publication.feeds.full_text
    from_each = _once(lambda item: from_item(publication, item))
    limit = publication.feeds.limit
    by_section = _by_section(publication, items)
    for channel in channels(publication, editions):
        if channel.holds == "editions":
            entries = [
                from_edition(publication, issue, full_text=whole) for issue in issues[:limit]
            ]
        else:
            chosen = by_section.get(channel.section, []) if channel.section else items
            entries = [from_each(item) for item in chosen[:limit]]
        if entries:
            yield channel, tuple(entries)


def newest_items(editions: Sequence[Edition]) -> list[Item]:
    """All items, newest first; ties by position in the edition, then by id."""
    placed = [pair for edition in editions for pair in enumerate(edition.items)]
    placed.sort(key=lambda pair: (-pair[1].published.timestamp(), pair[0], pair[1].id))
    return [item for _, item in placed]


def _by_section(publication: Publication, items: Sequence[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    find = section_finder(publication)
    for item in items:
        section = find(item)
        if section is not None:
            found.setdefault(section.slug, []).append(item)
    return found


def _once(make: Callable[[Item], Entry]) -> Callable[[Item], Entry]:
    """`make`, which is asked once per item however many feeds the item stands in."""
    made: dict[str, Entry] = {}

    def entry(item: Item) -> Entry:
        if item.id not in made:
            made[item.id] = make(item)
        return made[item.id]

    return entry
