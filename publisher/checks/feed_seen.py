"""RSS 2.0, Atom 1.0 and JSON Feed 1.1 in one shape, for checks that hold for all three.

Everything stands as written, what is absent is empty: whether a date is one is for the checks to say.
"""

from __future__ import annotations

from collections.abc import Mapping

from publisher.model import Struct
from publisher.urls import FeedFormat


class SeenLink(Struct, frozen=True):
    """A link; `line` counts from 1, None in JSON. `length` is in bytes, as written."""

    line: int | None
    rel: str
    href: str
    media_type: str = ""
    language: str = ""
    length: str = ""


class SeenEntry(Struct, frozen=True, kw_only=True):
    """An entry; `labels` are its categories. `content_type` is Atom's (RFC 4287 section 4.1.3.1)."""

    line: int | None
    id: str
    title: str
    summary: str
    content: str
    published: str
    updated: str
    language: str
    links: tuple[SeenLink, ...]
    enclosures: tuple[SeenLink, ...]
    authors: tuple[str, ...]
    labels: tuple[str, ...]
    guid_is_permalink: bool = False
    content_type: str = "html"


class SeenFeed(Struct, frozen=True, kw_only=True):
    """A feed; `required` maps what its format asks of it to what it has there.

    `metadata_behind_entries` names the elements that stand too late.
    """

    format: FeedFormat
    line: int | None
    required: Mapping[str, str]
    title: str
    description: str
    updated: str
    language: str
    links: tuple[SeenLink, ...]
    authors: tuple[str, ...]
    entries: tuple[SeenEntry, ...]
    metadata_behind_entries: tuple[str, ...] = ()


class NotAFeed(Exception):
    """The document cannot be read as a feed: `code` of the finding, what was seen, and the line."""

    def __init__(self, code: str, detail: str, line: int | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.line = line
