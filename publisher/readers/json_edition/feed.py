"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/) read as an edition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from publisher.readers.json_edition.schema import Attachment, Edition, Item, Picture
from publisher.readers.json_edition.source import JsonFile


class _Author(Struct, frozen=True):
    name: str | None = None


class _Attachment(Struct, frozen=True):
    url: str
    mime_type: str
    title: str | None = None
    size_in_bytes: int | float | None = None


class _Item(Struct, frozen=True):
    url: str | None = None
    external_url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    image: str | None = None
    date_published: str | None = None
    authors: tuple[_Author, ...] | None = None
    author: _Author | None = None  # of version 1.0
    tags: tuple[str, ...] | None = None
    language: str | None = None
    attachments: tuple[_Attachment, ...] | None = None


class _Feed(Struct, frozen=True):
    items: tuple[_Item, ...]
    title: str = ""
    language: str | None = None


def is_feed(value: Mapping[str, Any]) -> bool:
    return "jsonfeed.org/version/" in str(value.get("version", ""))


def edition(value: object, file: JsonFile) -> Edition:
    """The feed as an edition, its items in the feed's order. Raises EditionError."""
    feed = file.convert(value, _Feed)
    return Edition(
        title=feed.title, language=feed.language or "", items=tuple(map(_item, feed.items))
    )


def _item(item: _Item) -> Item:
    authors = item.authors or ((item.author,) if item.author else ())
    return Item(
        title=item.title or "",
        link=item.external_url or item.url or "",
        html=item.content_html or "",
        text=item.content_text or "",
        summary=item.summary or "",
        images=(Picture(src=item.image),) if item.image else (),
        date=item.date_published or "",
        authors=tuple(author.name for author in authors if author.name),
        tags=item.tags or (),
        language=item.language or "",
        attachments=tuple(_attachments(item)),
    )


def _attachments(item: _Item) -> Iterator[Attachment]:
    """Those whose size is given: RSS 2.0 requires it of an enclosure."""
    for one in item.attachments or ():
        if one.url and one.mime_type and one.size_in_bytes is not None:
            yield Attachment(
                url=one.url,
                media_type=one.mime_type,
                length_bytes=max(0, int(one.size_in_bytes)),
                title=one.title or "",
            )
