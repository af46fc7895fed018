"""Whether the feeds that a build has written say what its editions do, as another's parser reads them.

Each feed is followed as a subscriber would: from the document that is asked for, along its links, to
the end of its archive (RFC 5005 section 4; `next_url` in JSON Feed). feedparser reads RSS and Atom, the
standard library JSON; what entries must say is told from the editions, without our generators.
"""

from __future__ import annotations

import calendar
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import feedparser

from publisher import config, urls
from publisher.cache import Cache
from publisher.config import Publication
from publisher.model import Edition, Item
from publisher.sections import section_finder
from publisher.text import squeeze
from publisher.urls import FEED_FILES, FeedFormat


class Told(NamedTuple):
    """What an entry says. `links` are the alternate and the related one, or JSON's two addresses."""

    title: str
    links: tuple[str, ...]
    published: datetime
    updated: datetime | None


Entries = Mapping[str, Told]


class Document(NamedTuple):
    """One document as read: its entries with their ids, and the address of the one with older ones."""

    entries: Sequence[tuple[str, Told]]
    older: str = ""
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """How much was looked at, and each difference in words."""

    documents: int
    entries: int
    items: int
    differences: tuple[str, ...]


def prove(folder: Path) -> Proof:
    """Look at every feed of the publication in `folder`, which has been built."""
    publication = config.load(folder / config.FILE_NAME)
    cache = Cache(folder / ".publisher")
    editions = [cache.edition(one.card) for one in cache.load().sources.values()]
    return compare(folder / "public", publication, editions)


def compare(public: Path, publication: Publication, editions: Sequence[Edition]) -> Proof:
    """The feeds in `public` against `editions` in output form: each entry once, and as it should be."""
    differences: list[str] = []
    met: set[str] = set()
    entries = 0
    for format in FEED_FILES:
        for scope, due in expected(publication, editions, format).items():
            counts: Counter[str] = Counter()
            for path, document in _chain(public, publication, scope, format):
                met.add(path)
                counts.update(id for id, _ in document.entries)
                differences += _unlike(path, document, due)
            entries += counts.total()
            differences += _miscounted(f"{scope} as {format}", counts, due)
    there = {path.relative_to(public).as_posix() for path in _documents(public)}
    differences += [f"{path}: no feed leads here" for path in sorted(there - met)]
    items = sum(len(edition.items) for edition in editions)
    return Proof(len(met), entries, items, tuple(differences))


def expected(
    publication: Publication, editions: Sequence[Edition], format: FeedFormat
) -> dict[str, dict[str, Told]]:
    """What the entries of each feed must say, by its scope (of `urls.feed`) and their ids."""
    feeds, find = publication.feeds, section_finder(publication)
    due: dict[str, dict[str, Told]] = {}
    for edition in editions:
        if feeds.entries != "items":
            scope = "items" if feeds.entries == "editions" else "editions"
            due.setdefault(scope, {})[edition.tag] = _of_edition(publication, edition, format)
        for item in edition.items:
            told = _of_item(publication, item, format)
            if feeds.entries != "editions":
                due.setdefault("items", {})[item.id] = told
            section = find(item) if feeds.sections else None
            if section:
                due.setdefault(f"sections/{section.slug}", {})[item.id] = told
    return due


def _of_item(publication: Publication, item: Item, format: FeedFormat) -> Told:
    page = urls.absolute(publication, urls.item(publication, item))
    pair = (page, item.link or "")
    if format != "json" and item.kind == "link" and item.link:
        pair = (item.link, page)
    return _told(item, item.title, pair, format)


def _of_edition(publication: Publication, edition: Edition, format: FeedFormat) -> Told:
    page = urls.absolute(publication, urls.edition_page(edition))
    named = edition.title not in ("", publication.title)
    title = edition.title if named else f"{edition.title} {edition.day}"
    return _told(edition, title, (page, ""), format)


def _told(one: Item | Edition, title: str, links: tuple[str, str], format: FeedFormat) -> Told:
    """Feeds have times of whole seconds, and RSS one link and no time of change."""
    published, updated = (time.replace(microsecond=0) for time in (one.published, one.updated))
    rss = format == "rss"
    return Told(squeeze(title), links[:1] if rss else links, published, None if rss else updated)


def _chain(
    public: Path, publication: Publication, scope: str, format: FeedFormat
) -> Iterator[tuple[str, Document]]:
    """Each document of a feed with its path, newest first, as their links lead."""
    read = _read_json if format == "json" else _read_xml
    path, met = urls.feed(scope, format), set[str]()
    while path and path not in met:
        met.add(path)
        file = public / path
        document = (
            read(file.read_bytes()) if file.is_file() else Document((), broken="is not there")
        )
        yield path, document
        path = unquote(document.older.removeprefix(publication.home))


def _read_xml(body: bytes) -> Document:
    # What a parser does to HTML for its user's safety is not what was sent.
    read = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    if read.bozo:
        return Document((), broken=f"bozo: {read.bozo_exception}")
    older = [link.href for link in read.feed.links if link.rel == "prev-archive"]
    entries = [(entry.id, _xml_entry(entry, read.version)) for entry in read.entries]
    return Document(entries, "".join(older))


def _xml_entry(entry: Any, version: str) -> Told:
    published = _time(entry.published_parsed)
    if version.startswith("rss"):
        return Told(entry.title, (entry.link,), published, None)
    related = [link.href for link in entry.links if link.rel == "related"]
    links = (entry.link, "".join(related))
    return Told(entry.title, links, published, _time(entry.updated_parsed))


def _time(parsed: Any) -> datetime:
    return datetime.fromtimestamp(calendar.timegm(parsed), UTC)


def _read_json(body: bytes) -> Document:
    try:
        read = json.loads(body)
    except ValueError as error:
        return Document((), broken=str(error))
    entries = [(item["id"], _json_entry(item)) for item in read["items"]]
    return Document(entries, read.get("next_url", ""))


def _json_entry(item: Mapping[str, str]) -> Told:
    published, updated = (
        datetime.fromisoformat(item[key]) for key in ("date_published", "date_modified")
    )
    return Told(item["title"], (item["url"], item.get("external_url", "")), published, updated)


def _unlike(path: str, document: Document, due: Entries) -> Iterator[str]:
    """Where the document is broken, or an entry says something else than it should."""
    if document.broken:
        yield f"{path}: {document.broken}"
    for id, told in document.entries:
        if id not in due:
            yield f"{path}: {id} is in no edition, or not of this feed"
            continue
        for name, said, should in zip(Told._fields, told, due[id], strict=True):
            if said != should:
                yield f"{path}: {id}: {name} is {said!r}, not {should!r}"


def _miscounted(feed: str, counts: Mapping[str, int], due: Entries) -> Iterator[str]:
    """The whole history has each entry once."""
    for id in due:
        if counts.get(id, 0) != 1:
            yield f"{feed}: {id} stands {counts.get(id, 0)} times in its history"


def _documents(public: Path) -> Iterator[Path]:
    for name in FEED_FILES.values():
        yield from (public / "feeds").rglob(f"*{name}")
