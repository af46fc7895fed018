"""Placeholders that stand in prepared email until delivery fills them, one value per recipient.

A slot's name and its value both hold `[A-Za-z0-9_-]` only, at most 70 characters, so that neither
URL escaping nor HTML escaping nor quoted-printable touches them. `RECIPIENT` alone is filled with an
address as RFC 5322 writes it, and stands in headers only.

A `Field` is a slot for what a reader's own record says, to greet them with. It stands in text only,
never in a header or a link; its name carries all that filling it needs, so that a prepared message
says for itself what it asks for.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from typing import Literal

from publisher.model import Struct

TOKEN = "SLOT-subscriber-token"
MESSAGE_ID = "SLOT-message-id"
RECIPIENT = "SLOT-recipient"
ALL = (TOKEN, MESSAGE_ID, RECIPIENT)

Kind = Literal["text", "html"]

LONGEST_VALUE = (
    200  # characters of a field; nobody is greeted with more, and the largest copy counts
)
_FIELD = re.compile(r"SLOT-(text|html)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]*)\.")
PATTERN = re.compile(rf"{'|'.join(map(re.escape, ALL))}|SLOT-(?:text|html)\.[\w-]+\.[\w-]*\.", re.A)
_WANTED = re.compile(r"\{([^{}|]*)(?:\|([^{}|]*))?\}")


class Field(Struct, frozen=True):
    """`name` is "name" or one of the list's own fields; `fallback` stands where it is empty."""

    name: str
    fallback: str
    kind: Kind

    @property
    def slot(self) -> str:
        return f"SLOT-{self.kind}.{_coded(self.name)}.{_coded(self.fallback)}."

    def value(self, known: Mapping[str, str]) -> str:
        """What stands in the slot for a reader of whom `known` says this, escaped where it must be."""
        text = known.get(self.name.casefold(), "") or self.fallback
        if len(text) > LONGEST_VALUE:
            text = text[: LONGEST_VALUE - 1] + "…"
        return escape(text) if self.kind == "html" else text


def known_of(name: str, fields: Mapping[str, str]) -> dict[str, str]:
    """A reader's record as `Field.value` takes it; capitals in a field's name make no difference."""
    return {**{key.casefold(): value for key, value in fields.items()}, "name": name}


@cache
def field_in(slot: str) -> Field | None:
    """The field that a slot is for; None for a token, an address or an id."""
    found = _FIELD.fullmatch(slot)
    if found is None:
        return None
    kind: Kind = "html" if found[1] == "html" else "text"
    return Field(_decoded(found[2]), _decoded(found[3]), kind)


def greeting(template: str, kind: Kind) -> str:
    """`template` ("Dear {name|reader},") with slots for its fields, ready to stand in a text or page."""
    shown = escape if kind == "html" else str
    pieces = (
        piece.slot if isinstance(piece, Field) else harmless(shown(piece))
        for piece in _pieces(template, kind)
    )
    return "".join(pieces)


def problem_of(template: str) -> str:
    """What is wrong with a greeting's template, in words; nothing where it is well."""
    rest = _WANTED.sub("", template)
    if "{" in rest or "}" in rest:
        return "has a brace without its other half"
    if any(not name.strip() for name, _ in _WANTED.findall(template)):
        return "has a field without a name"
    return ""


def with_fallbacks(text: str) -> str:
    """`text` as it stands where there is no reader to greet: on the web, or in a sample."""
    return _FIELD.sub(lambda found: _found(found).value({}), text)


def at_their_longest(text: str) -> str:
    """`text` with each field as long as any reader's, for weighing: in HTML nothing takes more."""
    return _FIELD.sub(lambda found: escape("'") * LONGEST_VALUE, text)


def harmless(text: str) -> str:
    """`text` of a story, in which nothing will be filled: else a link in it could carry a reader's
    token, or address, to whoever wrote it."""
    return text.replace("SLOT-", "SLOT\u2011")


def _pieces(template: str, kind: Kind) -> Iterator[str | Field]:
    start = 0
    for found in _WANTED.finditer(template):
        yield template[start : found.start()]
        yield Field(found[1].strip(), harmless((found[2] or "").strip()), kind)
        start = found.end()
    yield template[start:]


def _found(match: re.Match[str]) -> Field:
    field = field_in(match[0])
    assert field is not None
    return field


def _coded(text: str) -> str:
    return urlsafe_b64encode(text.encode("utf-8")).decode("ascii").rstrip("=")


def _decoded(text: str) -> str:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("utf-8", "replace")
