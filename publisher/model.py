"""The values that every floor speaks of: frozen, typed, with no behaviour but small derivations.

Flow: bytes -> `Page` (one file as read) -> `Draft` (all pages of one edition) -> `Edition` (stories
have become items, with ids and times from the ledger) -> `Artifact`s. Times are aware and in UTC.
HTML in `body` and `introduction` is sanitised (`publisher.sanitise`) and well-formed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import asdict, replace

__all__ = (
    "Artifact",
    "Asset",
    "Doubt",
    "Draft",
    "Edition",
    "Enclosure",
    "Finding",
    "Image",
    "Item",
    "Kind",
    "LineReading",
    "Page",
    "Paragraph",
    "Person",
    "Place",
    "Severity",
    "Story",
    "Struct",
    "Subhead",
    "asdict",
    "field",
    "replace",
)

Kind = Literal["article", "photo", "notice", "link"]
Severity = Literal["error", "warning", "info"]


class Place(Struct, frozen=True, array_like=True, gc=False):
    """Where something stands: a file (relative to the publication) or artifact path, and a line from 1."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


class Finding(Struct, frozen=True, array_like=True, gc=False):
    """Something that a check saw. `code` is kebab-case and stable; docs/reference.md lists all."""

    severity: Severity
    code: str
    place: Place
    message: str
    hint: str = ""


class Person(Struct, frozen=True):
    """One name of a byline; `role` as printed (记者, 通讯员, By), or empty."""

    name: str
    role: str = ""


class Asset(Struct, frozen=True):
    """A local file that goes to `public/` with an edition; `path` is where, relative to `public/`.

    `body` is its bytes where `source` is a document that holds it, None where it is `source` itself.
    """

    path: str
    source: Path
    body: bytes | None = None


class Image(Struct, frozen=True):
    """A picture; sizes in CSS pixels.

    `src` is an http(s) address, or (local files, until output) an `Asset.path`.
    """

    src: str
    alt: str = ""
    width: int | None = None
    height: int | None = None
    caption: str = ""
    credit: str = ""


class Enclosure(Struct, frozen=True):
    """A file that belongs to an item (RSS 2.0 `<enclosure>`, RFC 4287 section 4.2.7.2)."""

    url: str
    length_bytes: int
    media_type: str
    title: str = ""


class Paragraph(Struct, frozen=True):
    """Plain text, and the source lines it was joined from, counted from 1."""

    text: str
    lines: tuple[int, ...]


class Subhead(Struct, frozen=True):
    """A story's inner heading; `before_paragraph` is an index from 0."""

    before_paragraph: int
    text: str
    line: int


class Story(Struct, frozen=True, kw_only=True):
    """One story, notice, photo or link as it was read: an item that has no identity yet.

    `title` is never empty: the headline, or a title derived from the text where the page printed
    none (`headline is None`). `body` is HTML, empty for a bare link. `summary` is plain text.
    `section` is the heading path or page name, outermost first, empty where there is none.
    `paragraphs` and `subheads` are filled by readers that know source lines (newspaper pages).
    `dated` is the story's own date, where the source gives it one that differs from the edition's.
    `guid` is the id under which another feed published it before, where it is a URI.
    """

    title: str
    place: Place
    kind: Kind = "article"
    section: tuple[str, ...] = ()
    kicker: tuple[str, ...] = ()
    headline: str | None = None
    subheadline: str | None = None
    byline: tuple[Person, ...] = ()
    dateline: str | None = None
    body: str = ""
    summary: str = ""
    paragraphs: tuple[Paragraph, ...] = ()
    subheads: tuple[Subhead, ...] = ()
    images: tuple[Image, ...] = ()
    photo_credit: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    link: str | None = None
    tags: tuple[str, ...] = ()
    language: str = ""
    dated: datetime | None = None
    guid: str = ""

    @property
    def headline_derived(self) -> bool:
        return self.headline is None


class Item(Story, frozen=True, kw_only=True):
    """A story that the ledger has given an identity.

    `id` is a tag URI (RFC 4151) that holds neither title nor link, or the story's `guid`, so that
    subscribers of the feed that it came from do not see it again. `tail` is the last part of that
    tag, which the permalink carries; `published <= updated`.
    """

    id: str
    tail: str
    published: datetime
    updated: datetime


class Doubt(Struct, frozen=True):
    """A decision of a reader under the threshold; `confidence` in [0, 1]."""

    line: int
    read_as: str
    alternative: str
    confidence: float
    because: tuple[str, ...] = ()


class LineReading(Struct, frozen=True):
    """What became of one source line: its role, the story it went to (index from 0) or None."""

    line: int
    role: str
    story: int | None
    confidence: float
    text: str


class Page(Struct, frozen=True, kw_only=True):
    """One edition file as read.

    `front` holds what the file says of itself (keys lower-case: title, date, section, language,
    number, ...), values as written. `introduction` is prose before the first story (HTML).
    `furniture` is what was left out, as printed. `files` holds the pictures that stood inside the
    file, by the name under which stories show them. `refused` says why the page cannot be read with
    any confidence (interleaved OCR, say), empty where it can; `findings` hold it as an error, too.
    """

    name: str
    stories: tuple[Story, ...]
    front: Mapping[str, str] = field(default_factory=dict)
    introduction: str = ""
    furniture: tuple[str, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    lines: tuple[LineReading, ...] = ()
    findings: tuple[Finding, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    refused: str = ""


class Draft(Struct, frozen=True, kw_only=True):
    """One edition as read, before the ledger: stories without identity.

    `id` is the date (`2026-11-23`), with a suffix where a publication has several a day.
    `instant` is when the edition appears, in UTC. `sources` are its files, in reading order.
    """

    id: str
    day: date
    instant: datetime
    title: str
    language: str
    stories: tuple[Story, ...]
    number: str = ""
    introduction: str = ""
    sources: tuple[str, ...] = ()
    assets: tuple[Asset, ...] = ()
    pages: tuple[Page, ...] = ()
    findings: tuple[Finding, ...] = ()


class Edition(Struct, frozen=True, kw_only=True):
    """One issue of the publication; `items` in page order.

    `updated` is the latest change of an item, of the introduction, or of which items there are.
    """

    id: str
    tag: str
    day: date
    published: datetime
    updated: datetime
    title: str
    language: str
    items: tuple[Item, ...]
    number: str = ""
    introduction: str = ""
    sources: tuple[str, ...] = ()
    assets: tuple[Asset, ...] = ()


class Artifact(Struct, frozen=True):
    """A generated file; `path` is relative to `public/`, with forward slashes."""

    path: str
    media_type: str
    body: bytes
