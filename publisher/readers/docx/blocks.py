"""A manuscript's HTML, cut into what stands below each other: headings, paragraphs, lists, tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from publisher import xml
from publisher.model import Finding, Place
from publisher.readers.links import dead_links
from publisher.sanitise import plain, sanitise, shows
from publisher.text import squeeze

_HEADING = re.compile(r"h([1-6])")
_NOTE = re.compile(r"(?:foot|end)note-\d+")
_NOTE_MARK = re.compile(
    r'<sup><a\b[^<>]*href="#((?:foot|end)note-\d+)"[^<>]*>\[?(\d+)\]?</a></sup>', re.IGNORECASE
)
_BACK = re.compile(r'\s*<a href="#(?:foot|end)note-ref-\d+">[^<]*</a>')
_INSIDE = re.compile(r'<a\b[^<>]*href="#[^"]*"[^<>]*>(.*?)</a>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """`number` counts from 1; `level` is 0 for the Title style, 1 to 6 for headings, else None.

    `role` is what its style says (subtitle, byline, kicker, caption); `html` is sanitised; `notes`
    are the footnotes it mentions.
    """

    number: int
    tag: str
    role: str
    level: int | None
    html: str
    text: str
    notes: tuple[str, ...] = ()

    @property
    def shows(self) -> bool:
        return shows(self.html)


@dataclass(frozen=True, slots=True)
class Blocks:
    """`notes` holds the sanitised HTML of each footnote as a list item with its number."""

    blocks: tuple[Block, ...]
    notes: Mapping[str, str]
    findings: tuple[Finding, ...] = ()


def blocks_of(html: str, name: str) -> Blocks:
    """`html` is mammoth's, so well-formed. Raises EditionError where it nests too deep."""
    elements = list(xml.parse(f"<body>{html}</body>", name=name))
    notes: dict[str, str] = {}
    blocks = []
    dead: list[Finding] = []
    for number, element in enumerate(elements, start=1):
        first = next(iter(element), None)
        dead += dead_links(xml.inner_html(element), Place(name, number))
        if element is elements[-1] and first is not None and _is_note(first):
            notes = {str(one.get("id")): _note(one, place) for place, one in enumerate(element, 1)}
        else:
            blocks.append(_block(element, number))
    return Blocks(tuple(blocks), notes, tuple(dead))


def _block(element: xml.Element, number: int) -> Block:
    tag = xml.local(element)
    role = str(element.get("class") or "")
    raw = f"<{tag}>{xml.inner_html(element)}</{tag}>"
    notes = tuple(match[1] for match in _NOTE_MARK.finditer(raw))
    html = sanitise(_INSIDE.sub(r"\1", _NOTE_MARK.sub(r"<sup>[\2]</sup>", raw)))
    heading = _HEADING.fullmatch(tag)
    level = 0 if role == "title" else int(heading[1]) if heading else None
    text = plain(html)
    if level is not None and not text:
        level = None
    return Block(number, tag, role, level, html, text, notes)


def _is_note(element: xml.Element) -> bool:
    return xml.local(element) == "li" and bool(_NOTE.fullmatch(str(element.get("id") or "")))


def _note(element: xml.Element, place: int) -> str:
    inner = _INSIDE.sub(r"\1", _BACK.sub("", xml.inner_html(element)))
    return sanitise(f'<li value="{place}">{inner}</li>')


def one_line(block: Block) -> str:
    return squeeze(block.text.replace("\n", " "))
