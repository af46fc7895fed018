"""Entries of feeds as they stand in documents: serialised and examined once, however many hold them.

A fragment is one entry in every format. The fragments of an edition are kept beside its value
(`publisher.cache`); a document is a head, fragments in order, and a tail, joined as bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

from publisher import urls
from publisher.model import Artifact
from publisher.urls import FeedFormat

Kind = Literal["items", "editions"]
# A code of `checks.feed_rules`, what was seen, and its line.
Problem = tuple[str, str, int | None]


class Seen(Struct, frozen=True, array_like=True):
    """An entry as the bytes say: what a document's checks ask of it, and the problems of its own.

    `updated` is when it last changed; a time is None where there is none or it is not one. Lines of
    problems count from the entry's own, which is 0; there are none in JSON.
    """

    id: str
    title: str
    published: datetime | None
    updated: datetime | None
    problems: tuple[Problem, ...]


class Form(Struct, frozen=True, array_like=True):
    """One entry in one format; `seen` is None where it has not been examined by itself.

    `lines` says how many there are, 0 in JSON, where nothing tells lines.
    """

    body: bytes
    lines: int = 0
    seen: Seen | None = None


class Position(Struct, frozen=True, array_like=True):
    """What decides which documents hold an entry, and where in them.

    `id` is the item's or edition's, `place` the item's in its edition, from 0. `published` is the
    instant that orders it, `month` that instant's in UTC (`2026-11`). `section` is a slug, empty for
    none. The document was updated when the latest of its entries was.
    """

    kind: Kind
    id: str
    place: int
    section: str
    published: datetime
    updated: datetime
    month: str


class Fragment(Struct, frozen=True, array_like=True):
    """One entry in every format."""

    position: Position
    forms: dict[FeedFormat, Form]


class Joined(Struct, frozen=True, kw_only=True):
    """One document in one format; `head` and `tail` alone are a document without entries."""

    path: str
    format: FeedFormat
    head: bytes
    forms: tuple[Form, ...]
    tail: bytes
    between: bytes = b""

    @property
    def artifact(self) -> Artifact:
        return self._holding(self.forms)

    @property
    def empty(self) -> Artifact:
        return self._holding(())

    def lines(self) -> Iterator[int | None]:
        """The line that each entry begins on; None in JSON."""
        line = self.head.count(b"\n") + 1
        for form in self.forms:
            yield None if self.format == "json" else line
            line += form.lines

    def _holding(self, forms: Sequence[Form]) -> Artifact:
        # Megabytes: they are copied once only.
        parts = [part for form in forms for part in (self.between, form.body)][1:]
        body = b"".join([self.head, *parts, self.tail])
        return Artifact(self.path, urls.FEED_MEDIA_TYPES[self.format], body)


def pack(fragments: Sequence[Fragment]) -> bytes:
    """The fragments of one edition as bytes for `unpack`."""
    return _ENCODER.encode(fragments)


def unpack(packed: bytes, wanted: Callable[[Position], bool]) -> list[Fragment]:
    """Those that are `wanted` of the fragments that `pack` was given. Raises ValueError for other bytes."""
    return [
        Fragment(one.position, _FORMS.decode(one.forms))
        for one in _FRAGMENTS.decode(packed)
        if wanted(one.position)
    ]


class _Packed(Struct, frozen=True, array_like=True):
    """A fragment whose forms nobody has asked for: most documents hold few of an edition's entries."""

    position: Position
    forms: msgspec.Raw


_ENCODER = msgspec.msgpack.Encoder()
_FRAGMENTS = msgspec.msgpack.Decoder(list[_Packed])
_FORMS = msgspec.msgpack.Decoder(dict[FeedFormat, Form])
