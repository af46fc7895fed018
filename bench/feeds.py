"""Whether the feeds that a build has written say what its editions do, as another's parser reads them.

Each feed is followed as a subscriber would: from the document that is asked for, along its links, to
the end of its archive (RFC 5005 section 4; `next_url` in JSON Feed). feedparser reads RSS and Atom, the
standard library JSON. What each entry must say (`bench.entries`: title, links, times, summary, authors,
sections and tags, lead picture, enclosures, language, and the whole of its content) is told from the
stories as they were read, without our generators.
"""

from __future__ import annotations

import calendar
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import feedparser

from bench import contents
from bench.entries import Told, told_of
from publisher import config, standing, urls
from publisher.cache import Cache
from publisher.config import Publication
from publisher.model import Draft, Edition, asdict, replace
from publisher.sections import section_finder
from publisher.urls import FEED_FILES, FeedFormat

Entries = Mapping[str, Told]

_SHOWN = 50  # characters before two texts part, and three times as many behind


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


def prove(folder: Path, drafts: Sequence[Draft]) -> Proof:
    """Look at every feed of the publication in `folder`, which has been built of `drafts`."""
    publication = config.load(folder / config.FILE_NAME)
    cache = Cache(folder / standing.FOLDER)
    built = {one.card.id: cache.edition(one.card) for one in cache.load().sources.values()}
    editions = [_as_read(built[draft.id], draft) for draft in drafts]
    return compare(folder / "public", publication, editions)


def _as_read(edition: Edition, draft: Draft) -> Edition:
    """`draft` with the identities and times that its stories have been given in `edition`."""
    pairs = zip(edition.items, draft.stories, strict=True)
    items = tuple(replace(item, **asdict(story)) for item, story in pairs)
    return replace(edition, introduction=draft.introduction, items=items)


def compare(public: Path, publication: Publication, editions: Sequence[Edition]) -> Proof:
    """The feeds in `public` against `editions`: each entry once, and as it should be."""
    differences: list[str] = []
    met: set[str] = set()
    entries = 0
    whole = dict(told_of(publication, editions))
    alike: dict[str, str] = {}
    for format in FEED_FILES:
        for scope, ids in _scopes(publication, editions).items():
            counts: Counter[str] = Counter()
            due = {id: whole[id][format] for id in ids}
            for path, document in _chain(public, publication, scope, format):
                met.add(path)
                counts.update(id for id, _ in document.entries)
                differences += _unlike(path, document, due, alike)
            entries += counts.total()
            differences += _miscounted(f"{scope} as {format}", counts, due)
    there = {path.relative_to(public).as_posix() for path in _documents(public)}
    differences += [f"{path}: no feed leads here" for path in sorted(there - met)]
    items = sum(len(edition.items) for edition in editions)
    return Proof(len(met), entries, items, tuple(differences))


def _scopes(publication: Publication, editions: Sequence[Edition]) -> dict[str, list[str]]:
    """The ids of the entries of each feed, by its scope (of `urls.feed`)."""
    feeds, find = publication.feeds, section_finder(publication)
    due: dict[str, list[str]] = {}
    for edition in editions:
        if feeds.entries != "items":
            scope = "items" if feeds.entries == "editions" else "editions"
            due.setdefault(scope, []).append(edition.tag)
        for item in edition.items:
            if feeds.entries != "editions":
                due.setdefault("items", []).append(item.id)
            section = find(item) if feeds.sections else None
            if section:
                due.setdefault(f"sections/{section.slug}", []).append(item.id)
    return due


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
    rss = version.startswith("rss")
    related = [link.href for link in entry.links if link.rel == "related"]
    contained = entry.get("content", ())
    return Told(
        title=entry.title,
        links=(entry.link,) if rss else (entry.link, "".join(related)),
        published=_time(entry.published_parsed),
        updated=None if rss else _time(entry.updated_parsed),
        summary=unescape(entry.summary) if rss else entry.summary,
        authors=tuple(author.name for author in entry.get("authors", ())),
        labels=tuple(tag.label or tag.term for tag in entry.get("tags", ())),
        picture=_xml_picture(entry.get("media_content", ())),
        enclosures=tuple(
            (one.href, one.type, one.length, one.get("title", "")) for one in entry.enclosures
        ),
        language="".join(one.language or "" for one in contained),
        content="".join(one.value for one in contained),
    )


def _xml_picture(media: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    return tuple(one.get(key, "") for one in media for key in ("url", "width", "height"))


def _time(parsed: Any) -> datetime:
    return datetime.fromtimestamp(calendar.timegm(parsed), UTC)


def _read_json(body: bytes) -> Document:
    try:
        read = json.loads(body)
    except ValueError as error:
        return Document((), broken=str(error))
    entries = [(item["id"], _json_entry(item)) for item in read["items"]]
    return Document(entries, read.get("next_url", ""))


def _json_entry(item: Mapping[str, Any]) -> Told:
    attached = item.get("attachments", ())
    return Told(
        title=item["title"],
        links=(item["url"], item.get("external_url", "")),
        published=datetime.fromisoformat(item["date_published"]),
        updated=datetime.fromisoformat(item["date_modified"]),
        summary=item["summary"],
        authors=tuple(author["name"] for author in item.get("authors", ())),
        labels=tuple(item.get("tags", ())),
        picture=(item["image"],) if "image" in item else (),
        enclosures=tuple(
            (one["url"], one["mime_type"], str(one["size_in_bytes"]), one.get("title", ""))
            for one in attached
        ),
        language=item["language"],
        content=item["content_html"],
    )


def _unlike(path: str, document: Document, due: Entries, alike: dict[str, str]) -> Iterator[str]:
    """Where the document is broken, or an entry says something else than it should.

    `alike` keeps the content of each entry that was found right: it is in several feeds and formats.
    """
    if document.broken:
        yield f"{path}: {document.broken}"
    for id, read in document.entries:
        if id not in due:
            yield f"{path}: {id} is in no edition, or not of this feed"
            continue
        should = due[id]
        same = alike.get(id) == read.content or contents.canonical(read.content) == should.content
        if same:
            alike[id] = read.content
        told = read._replace(
            content=should.content if same else read.content,
            summary=should.summary if _abridged(read.summary, should.summary) else read.summary,
        )
        for name, said, right in zip(Told._fields, told, should, strict=True):
            if said != right:
                yield f"{path}: {id}: {name} is {_apart(said, right)}, not {_apart(right, said)}"


def _apart(one: object, other: object) -> str:
    """`one` in words, of long texts from shortly before where they part."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return repr(one)
    pairs = enumerate(zip(one, other, strict=False))
    part = next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
    start = max(0, part - _SHOWN)
    return ("…" if start else "") + repr(one[start : start + 4 * _SHOWN])


def _abridged(said: str, whole: str) -> bool:
    """Whether a summary is `whole`, or its beginning; spaces between paragraphs do not count."""
    said, whole = "".join(said.split()), "".join(whole.split())
    return said == whole or (said.endswith("…") and whole.startswith(said[:-1]))


def _miscounted(feed: str, counts: Mapping[str, int], due: Entries) -> Iterator[str]:
    """The whole history has each entry once."""
    for id in due:
        if counts.get(id, 0) != 1:
            yield f"{feed}: {id} stands {counts.get(id, 0)} times in its history"


def _documents(public: Path) -> Iterator[Path]:
    for name in FEED_FILES.values():
        yield from (public / "feeds").rglob(f"*{name}")
