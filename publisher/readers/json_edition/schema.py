"""Our own JSON for editions (docs/readers.md); an unknown key is an error, since it is a typing error."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from publisher.model import Kind

Count = Annotated[int, Meta(ge=1, le=99_999)]
Bytes = Annotated[int, Meta(ge=0)]
Required = Annotated[str, Meta(min_length=1)]


class Author(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Someone in a byline; `role` as printed (By, 记者)."""

    name: Required
    role: str = ""


class Picture(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`src` is an http(s) address or a file beside the edition; sizes in CSS pixels."""

    src: Required
    alt: str = ""
    width: Count | None = None
    height: Count | None = None
    caption: str = ""
    credit: str = ""


class Attachment(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sound, film or document that belongs to an item."""

    url: Required
    media_type: Required
    length_bytes: Bytes
    title: str = ""


class Item(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One story, notice or link. `html` or `text` is its body; `date` its own, where it has one."""

    title: str = ""
    kicker: str | tuple[str, ...] = ()
    subtitle: str = ""
    authors: tuple[str | Author, ...] = ()
    dateline: str = ""
    date: str = ""
    link: str = ""
    html: str = ""
    text: str = ""
    summary: str = ""
    images: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    tags: tuple[str, ...] = ()
    language: str = ""
    kind: Kind | None = None


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the edition; `introduction` and `closing` are HTML of its own."""

    title: str = ""
    introduction: str = ""
    closing: str = ""
    items: tuple[Item, ...] = ()
    sections: tuple[Section, ...] = ()


class Edition(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. `introduction` and `closing` are HTML; items may stand outside sections."""

    schema: str = field(default="", name="$schema")
    title: str = ""
    date: str = ""
    number: str | int = ""
    language: str = ""
    introduction: str = ""
    closing: str = ""
    items: tuple[Item, ...] = ()
    sections: tuple[Section, ...] = ()
