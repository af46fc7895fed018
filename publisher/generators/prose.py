"""A story's HTML as plain text for people: paragraphs, lists, quotes, tables, code, links as numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import unescape
from typing import Any

from publisher.generators.wrap import COLUMNS, fill, width
from publisher.model import Struct, field
from publisher.text import is_cjk, squeeze

_BLOCKS = frozenset(
    (
        *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "dt", "dd", "hr"),
        *("blockquote", "pre", "table", "caption", "figure", "figcaption", "details", "summary"),
    )
)
_TAG = re.compile(r"(<[^>]*>)")
_LINK = '<a href="'
_ALT = re.compile(r'<img(?: (?!alt=)[a-z-]+="[^"]*")* alt="([^"]*)"')
_EMPHASIS = frozenset(
    f"<{end}{name}>" for name in ("em", "strong", "b", "i", "code", "del") for end in ("", "/")
)
_BREAK = "\x00"  # a <br>, until white space is squeezed; sanitised text holds no controls


class Links(Struct):
    """Addresses in order of first mention; a number counts from 1."""

    addresses: list[str] = field(default_factory=list)

    def number(self, address: str) -> int:
        if address not in self.addresses:
            self.addresses.append(address)
        return self.addresses.index(address) + 1

    def listed(self) -> str:
        return "\n".join(f"[{number}] {url}" for number, url in enumerate(self.addresses, start=1))


def prose(html: str, links: Links) -> str:
    """Sanitised `html` as blocks with a blank line between, filled to 72 columns; links go to `links`."""
    if not html.strip():
        return ""
    known = len(links.addresses)
    blocks = _paragraphs(html, links)
    if blocks is None:
        del links.addresses[known:]
        blocks = _parsed(html, links)
    return "\n\n".join(blocks)


def _paragraphs(html: str, links: Links) -> list[str] | None:
    """The blocks of paragraphs that hold text, links, emphasis and pictures, as most stories do.

    None where there is anything else.
    """
    blocks: list[str] = []
    run, link, start = "", "", 0
    for place, piece in enumerate(_TAG.split(html)):
        if place % 2 == 0:
            run += unescape(piece)
        elif piece in ("<p>", "</p>") and not link:
            blocks += _paragraph(run, COLUMNS)
            run = ""
        elif piece == "</a>" and link:
            run = run[:start] + _referenced(run[start:], link, links)
            link = ""
        elif piece.startswith(_LINK) and not link:
            link, start = unescape(piece[len(_LINK) :].partition('"')[0]), len(run)
        elif piece in ("<br>", "<br/>"):
            run += _BREAK
        elif piece.startswith("<img "):
            found = _ALT.match(piece)
            run += _described(unescape(found[1]) if found else "")
        elif piece not in _EMPHASIS:
            return None
    return None if link else blocks + _paragraph(run, COLUMNS)


def _parsed(html: str, links: Links) -> list[str]:
    from lxml import etree

    return _blocks(etree.fromstring(f"<div>{html}</div>", _parser()), links, COLUMNS)


@cache
def _parser() -> Any:
    from lxml import etree

    return etree.HTMLParser()


def _blocks(element: Any, links: Links, columns: int) -> list[str]:
    """The blocks in `element`: runs of text between block elements are paragraphs."""
    found: list[str] = []
    run = element.text or ""
    for child in element:
        if child.tag in _BLOCKS or _holds_blocks(child):
            found += _paragraph(run, columns)
            run = ""
            found += _block(child, links, columns)
        elif isinstance(child.tag, str):
            run = run + _inline(child, links)
        run += child.tail or ""
    return found + _paragraph(run, columns)


def _holds_blocks(element: Any) -> bool:
    if not len(element) or not isinstance(element.tag, str):
        return False
    return any(True for _ in element.iterdescendants(*_BLOCKS))


def _block(element: Any, links: Links, columns: int) -> list[str]:
    special = _SPECIAL.get(element.tag)
    return special(element, links, columns) if special else _blocks(element, links, columns)


def _code(element: Any, links: Links, columns: int) -> list[str]:
    text = "".join(element.itertext()).strip("\n")
    return ["\n".join(f"    {line}".rstrip() for line in text.split("\n"))]


def _quote(element: Any, links: Links, columns: int) -> list[str]:
    inner = _blocks(element, links, columns - 2)
    return [_prefixed("\n\n".join(inner), "> ", "> ")] if inner else []


def _definition(element: Any, links: Links, columns: int) -> list[str]:
    return [_prefixed(block, "  ", "  ") for block in _blocks(element, links, columns - 2)]


def _heading(element: Any, links: Links, columns: int) -> list[str]:
    text = squeeze(_inline(element, links).replace(_BREAK, " "))
    return [underlined(text, "-")] if text else []


def _divider(element: Any, links: Links, columns: int) -> list[str]:
    return ["* * *"]


def _list(element: Any, links: Links, columns: int) -> list[str]:
    """One block per list: its items are lines, and nested blocks stand under them."""
    start = element.get("start", "1")
    number = int(start) if start.isdecimal() else 1
    lines: list[str] = []
    for child in element.iterchildren("li"):
        value = child.get("value", "")
        number = int(value) if value.isdecimal() else number
        mark = f"{number}. " if element.tag == "ol" else "- "
        number += 1
        inner = "\n".join(_blocks(child, links, columns - len(mark)))
        if inner:
            lines.append(_prefixed(inner, mark, " " * len(mark)))
    return ["\n".join(lines)] if lines else []


def _table(element: Any, links: Links, columns: int) -> list[str]:
    """Aligned columns where they fit; else each row as lines of `heading: cell`."""
    rows = [
        [squeeze(_inline(cell, links)) for cell in row.iterchildren("td", "th")]
        for row in element.iterdescendants("tr")
    ]
    rows = [row for row in rows if any(row)]
    if not rows:
        return []
    count = max(map(len, rows))
    rows = [row + [""] * (count - len(row)) for row in rows]
    widths = [max(width(row[place]) for row in rows) for place in range(count)]
    if sum(widths) + 2 * (count - 1) > columns:
        return [_row_by_row(rows, columns)]
    lines = [
        "  ".join(cell + " " * (room - width(cell)) for cell, room in zip(row, widths, strict=True))
        for row in rows
    ]
    if element.find(".//th") is not None:
        lines.insert(1, "  ".join("-" * room for room in widths))
    return ["\n".join(line.rstrip() for line in lines)]


def _row_by_row(rows: list[list[str]], columns: int) -> str:
    heads, *others = rows
    groups = [
        "\n".join(
            fill(f"{head}: {cell}" if head else cell, columns=columns, rest="  ")
            for head, cell in zip(heads, row, strict=True)
            if cell
        )
        for row in others
    ]
    return "\n\n".join(groups) if groups else fill(" ".join(heads), columns=columns)


def _inline(element: Any, links: Links) -> str:
    """The text of an inline element; a link carries its number, a picture its description."""
    if not isinstance(element.tag, str):  # a comment
        return ""
    if element.tag == "br":
        return _BREAK
    if element.tag == "img":
        return _described(element.get("alt") or "")
    text = element.text or ""
    for child in element:
        text = text + _inline(child, links) + (child.tail or "")
    if element.tag == "rt":
        return f"({text})" if text else ""
    if element.tag == "rp":
        return ""
    return _referenced(text, element.get("href"), links) if element.tag == "a" else text


def _described(alt: str) -> str:
    return f"[{squeeze(alt)}]" if alt and not alt.isspace() else ""


def _referenced(text: str, address: str | None, links: Links) -> str:
    shown = squeeze(text)
    if not address or address.startswith("#") or shown in (address, address.partition(":")[2]):
        return text
    mark = f"[{links.number(address)}]"
    return f"{text.rstrip()}{'' if not shown or is_cjk(shown[-1]) else ' '}{mark}"


def _paragraph(run: str, columns: int) -> list[str]:
    if not run or run.isspace():
        return []
    text = "\n".join(map(squeeze, run.split(_BREAK))).strip("\n")
    return [fill(text, columns=columns)] if text else []


def _prefixed(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join(((rest if n else first) + line).rstrip() for n, line in enumerate(lines))


def underlined(text: str, mark: str) -> str:
    """`text`, filled, above a line of `mark` as wide as its widest line."""
    block = fill(text)
    return f"{block}\n{mark * max(map(width, block.split(chr(10))))}"


_SPECIAL: dict[str, Callable[[Any, Links, int], list[str]]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    **dict.fromkeys(("ul", "ol"), _list),
    "blockquote": _quote,
    "dd": _definition,
    "hr": _divider,
    "pre": _code,
    "table": _table,
}
