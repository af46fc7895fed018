"""What is to be imported: feeds as entries, documents as editions, anything else as a finding."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publisher.config import Publication
from publisher.errors import EditionError, PublisherError
from publisher.model import Draft, Finding, Place, Story, replace
from publisher.readers import empty, feed, read_page, readers_for
from publisher.readers.editions import Source, read_edition
from publisher.readers.sources import natural, read_bytes

AS_THEY_ARE = (".md", ".markdown", ".txt")  # an editor's own formats: copied, not rewritten
_TO_MARKDOWN = (".eml", ".html", ".htm", ".xhtml")
_FEEDS = (".xml", ".rss", ".atom", ".rdf")
_FEED_MARK = b"jsonfeed.org/version/"


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is an edition of its own: its path below the folder that was given, and its draft."""

    path: Path
    relative: Path
    draft: Draft

    @property
    def as_it_is(self) -> bool:
        return self.path.suffix.lower() in AS_THEY_ARE


@dataclass(slots=True)
class Gathered:
    """`entries` of all feeds, each id once; `feed_title` of the first."""

    entries: list[Story] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    feed_title: str = ""


def files_of(sources: Sequence[Path]) -> tuple[tuple[Path, Path], ...]:
    """The files in `sources` that a reader takes, each with the folder that it was found under.

    Folders are searched in natural order; hidden files, links and the folders of saved pages are
    passed over.
    """
    return tuple(
        (path, source if source.is_dir() else source.parent)
        for source in sources
        for path in (_below(source) if source.is_dir() else (source,))
    )


def gather(path: Path, root: Path, publication: Publication, found: Gathered) -> None:
    """Read one file into `found`; one that cannot be read becomes an error finding."""
    document = Source(path, (path,), root)
    name = document.name_of(path)
    try:
        source = read_bytes(path, name)
        suffix = path.suffix.lower()
        if not source.strip():
            raise empty(name)
        if feed.is_feed(source) or (suffix == ".json" and _FEED_MARK in source):
            _add_feed(source, name, publication, found)
        elif suffix in (*AS_THEY_ARE, *_TO_MARKDOWN):
            draft = read_edition(document, publication)
            found.documents.append(Document(path, path.relative_to(root), draft))
            found.findings += draft.findings
        else:
            raise EditionError(
                name,
                problem="this is neither a feed nor an edition in HTML, Markdown, text or mail",
                hint="copy it into editions/ as it is: publisher check says whether it can be read there",
            )
    except PublisherError as error:
        found.findings.append(_unread(error, name))


def _unread(error: PublisherError, name: str) -> Finding:
    place = Place(error.where or name, error.line)
    return Finding("error", "unreadable-edition", place, error.problem, error.hint)


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir(), key=lambda path: natural(path.name)):
        if path.name.startswith((".", "_")) or path.name.endswith("_files") or path.is_symlink():
            continue  # a browser saves what a page shows in page_files/
        if path.is_dir():
            yield from _below(path)
        elif readers_for(path.name):
            yield path


def _add_feed(source: bytes, name: str, publication: Publication, found: Gathered) -> None:
    """The entries of one feed document, those left out that an earlier one held (RFC 5005).

    In JSON each item is read alone, so that one that is broken does not hide the others.
    """
    if not name.lower().endswith((*_FEEDS, ".json")):
        raise EditionError(
            name, problem="this is a feed, and named like something else", hint="name it feed.xml"
        )
    pages = [*_json_pages(source, name)] if name.endswith(".json") else [(source, "")]
    known = {story.guid for story in found.entries if story.guid}
    for part, guid in pages:
        try:
            page = read_page(part, name=name, options=publication.reading)
        except EditionError as error:
            found.findings.append(_unread(error, name))
            continue
        found.feed_title = found.feed_title or page.front.get("title", "")
        found.findings += page.findings
        for story in page.stories:
            own = replace(story, guid=guid or story.guid)
            if not own.guid or own.guid not in known:
                known.add(own.guid)
                found.entries.append(own)


def _json_pages(source: bytes, name: str) -> Iterator[tuple[bytes, str]]:
    """A JSON Feed with each of its items alone, and that item's id (JSON Feed 1.1, Items)."""
    try:
        document: Any = json.loads(source)
        items = [item for item in document["items"] if isinstance(item, dict)]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise EditionError(
            name, problem="this JSON Feed cannot be read", hint="a feed has a list of items"
        ) from None
    for item in items:
        alone = json.dumps({**document, "items": [item]}, ensure_ascii=False)
        yield alone.encode("utf-8", "replace"), str(item.get("id") or item.get("url") or "")
