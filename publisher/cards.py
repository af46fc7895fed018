"""What has to be known of every edition while only a few of them are read: one small card each.

A card says nothing that its edition does not; `digest` names the edition's whole value, which is
kept apart (`publisher.cache`). All that stands over the editions is planned from cards alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from publisher import urls
from publisher.config import Publication
from publisher.model import Edition, Item, Struct
from publisher.sections import SectionInfo, in_order, section_finder, section_named


class Tally(Struct, frozen=True, array_like=True, gc=False):
    """How many items of one section and month an edition has; `slug` is empty for no section.

    `newest` is the last publication among them, `digest` changes with whatever a reader sees.
    """

    slug: str
    title: str
    language: str
    month: str
    newest: datetime
    items: int
    digest: str


class Card(Struct, frozen=True, array_like=True, gc=False):
    """One edition: what a line about it says, and what it holds; `pages` are those of its items.

    Months are those of publication, in UTC (`2026-11`); `tallies` are in order of first appearance;
    `assets` is a digest of the contents of its pictures, empty where it has none.
    """

    id: str
    day: date
    title: str
    number: str
    language: str
    published: datetime
    month: str
    updated: datetime
    items: int
    pages: int
    sources: tuple[str, ...]
    tallies: tuple[Tally, ...]
    digest: str
    assets: str = ""


def digest(content: bytes) -> str:
    """What tells contents apart: 128 bits of SHA-256, which processors have instructions for; in hex."""
    return hashlib.sha256(content).hexdigest()[:32]


@lru_cache(maxsize=256)
def month_of(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat()[:7]


def pack(edition: Edition, publication: Publication) -> tuple[Card, bytes]:
    """The card of `edition`, and its whole value as bytes for `unpack`."""
    whole = _packed(edition)
    card = Card(
        id=edition.id,
        day=edition.day,
        title=edition.title,
        number=edition.number,
        language=edition.language,
        published=edition.published,
        month=month_of(edition.published),
        updated=edition.updated,
        items=len(edition.items),
        pages=sum(urls.has_page(publication, item) for item in edition.items),
        sources=edition.sources,
        tallies=tuple(_tallies(edition, publication)),
        digest=digest(whole),
    )
    return card, whole


def _tallies(edition: Edition, publication: Publication) -> Iterator[Tally]:
    find = section_finder(publication)
    groups: dict[tuple[SectionInfo | None, str], list[Item]] = {}
    for item in edition.items:
        groups.setdefault((find(item), month_of(item.published)), []).append(item)
    for (section, month), items in groups.items():
        yield Tally(
            slug=section.slug if section else "",
            title=section.title if section else "",
            language=section.language if section else "",
            month=month,
            newest=max(item.published for item in items),
            items=len(items),
            digest=digest(_packed(items)),
        )


def unpack(packed: bytes) -> Edition:
    """The edition that `pack` was given. Raises ValueError for other bytes."""
    return _DECODER.decode(packed)


def holds(edition: Edition, text: str) -> bool:
    """Whether `text` stands in any string of the edition: one look at all of them."""
    return text.encode() in _packed(edition)


def sections_on(publication: Publication, cards: Iterable[Card]) -> tuple[SectionInfo, ...]:
    """Every section with an item in these editions: configured order, else of first appearance."""
    found: dict[str, Tally] = {}
    for card in cards:
        for tally in card.tallies:
            if tally.slug:
                found.setdefault(tally.slug, tally)
    named = (
        section_named(publication, one.slug, one.title, one.language) for one in found.values()
    )
    return in_order(publication, named)


def _packed(value: Edition | list[Item]) -> bytes:
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:  # a lone surrogate, which no file of ours could hold
        return _ENCODER.encode(_encodable(value))


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "ignore").decode()
    if isinstance(value, Struct):
        return {name: _encodable(getattr(value, name)) for name in value.__struct_fields__}
    return [_encodable(part) for part in value] if isinstance(value, list | tuple) else value


def _as_text(value: Any) -> str:
    if isinstance(value, Path):
        return value.as_posix()
    raise NotImplementedError


def _from_text(kind: type[Any], value: Any) -> Any:
    return kind(value)


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_as_text)
_DECODER = msgspec.msgpack.Decoder(Edition, dec_hook=_from_text)
