"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from publisher import urls
from publisher.config import Publication
from publisher.fragments import Form, Joined
from publisher.generators.channels import Document
from publisher.generators.entries import Entry
from publisher.model import Enclosure

VERSION = "https://jsonfeed.org/version/1.1"


def write(publication: Publication, document: Document, entries: Sequence[Entry]) -> Joined:
    """`document` with these entries, as UTF-8; its `next_url` leads to the one with older ones."""
    channel = document.channel
    hub = "" if document.period else publication.feeds.hub

    def address(period: str) -> str:
        return urls.absolute(publication, urls.feed(channel.scope, "json", period))

    written = {
        "version": VERSION,
        "title": channel.title,
        "home_page_url": urls.absolute(publication, channel.page),
        "feed_url": address(document.period),
        "description": channel.description,
        "next_url": address(document.older) if document.older else "",
        "authors": [{"name": publication.title, "url": publication.home}],
        "language": channel.language,
        "hubs": [{"type": "WebSub", "url": hub}] if hub else [],
        "items": [],
    }
    head = _text(_without_empty(written)).removesuffix(b"]\n}")
    return Joined(
        path=urls.feed(channel.scope, "json", document.period),
        format="json",
        head=head + b"\n",
        forms=tuple(_form(entry) for entry in entries),
        between=b",\n",
        tail=b"\n  ]\n}\n",
    )


def _form(entry: Entry) -> Form:
    """Indented as it stands in a document: in JSON, a line's end is never part of a text."""
    return Form(b"    " + _text(_item(entry)).replace(b"\n", b"\n    "))


def _text(value: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2)


def _item(entry: Entry) -> dict[str, Any]:
    return _without_empty(
        {
            "id": entry.id,
            "url": entry.permalink,
            "external_url": entry.external,
            "title": entry.title,
            "content_html": entry.content,
            "summary": entry.summary,
            "image": entry.image.src if entry.image else "",
            "date_published": _rfc3339(entry.published),
            "date_modified": _rfc3339(entry.updated),
            "authors": [{"name": name} for name in entry.authors],
            "tags": list(dict.fromkeys(category.label for category in entry.categories)),
            "language": entry.language,
            "attachments": [_attachment(enclosure) for enclosure in entry.enclosures],
        }
    )


def _attachment(enclosure: Enclosure) -> dict[str, Any]:
    return _without_empty(
        {
            "url": enclosure.url,
            "mime_type": enclosure.media_type,
            "title": enclosure.title,
            "size_in_bytes": enclosure.length_bytes,
        }
    )


def _rfc3339(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")


def _without_empty(fields: dict[str, Any]) -> dict[str, Any]:
    """An optional field that says nothing is left out, as the format asks; `items` is required."""
    return {name: value for name, value in fields.items() if value or name == "items"}
