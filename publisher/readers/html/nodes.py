"""Elements of an HTML page become the nodes that the Markdown reader tells stories of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from publisher import xml
from publisher.model import replace
from publisher.readers.markdown.parse import Node, known_tags_only
from publisher.text import ILLEGAL_IN_XML

if TYPE_CHECKING:
    from publisher.xml import Element

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
SUBHEAD = "data-subhead"  # marks a heading inside a story, which opens no story of its own
_HEADINGS = frozenset(HEADINGS)
# Blocks that stay HTML as they are: nothing in them is a story of its own.
_AS_IS = frozenset(
    ("pre", "dl", "figure", "details", "iframe", "object", "embed", "video", "audio")
)
_PARTS = frozenset(
    (
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "nav",
        "center",
        "address",
    )
)
_TABLE_PARTS = frozenset(("tbody", "thead", "tfoot", "tr", "td", "th", "caption", "dt", "dd"))
BLOCKS = (
    _HEADINGS | _AS_IS | _PARTS | _TABLE_PARTS | {"ul", "ol", "li", "table", "blockquote", "hr"}
)
_LAYOUT = _HEADINGS | {"table", "ul", "ol", "div", "p", "blockquote", "figure"}
_EMPHASIS = {
    **dict.fromkeys(("b", "strong"), "Strong"),
    **dict.fromkeys(("i", "em"), "Emphasis"),
    **dict.fromkeys(("s", "del", "strike"), "Strikethrough"),
}
# What means something within a line, and has no node of its own.
_TAGS_WITHIN = frozenset(
    ("sub", "sup", "small", "mark", "u", "ins", "q", "cite", "abbr", "kbd", "samp", "var", "time")
) | {"ruby", "rb", "rt", "rtc", "rp", "bdi", "wbr"}
_SPACES = re.compile(r"[ \t\r\f\v\n]+")


def blocks_of(element: Element) -> list[Node]:
    """The blocks inside `element`, which is tidied (`html.tree`) and nests no deeper than it allows.

    Elements that only lay out fall away; two line breaks part paragraphs, as mail programs write.
    """
    blocks: list[Node] = []
    line = xml.line(element) or 1
    run = _texts(element.text, line)
    for child in element:
        name = xml.local(child)
        if name in BLOCKS or _holds_blocks(child):
            blocks += _paragraphs(run, line)
            blocks += _block(name, child)
            run, line = [], xml.line(child) or line
        else:
            line = line if run else xml.line(child) or line
            run += _inline(name, child)
        run += _texts(child.tail, line)
    return blocks + _paragraphs(run, line)


def _holds_blocks(element: Element) -> bool:
    return len(element) > 0 and any(xml.local(inner) in BLOCKS for inner in element.iter())


def _block(name: str, element: Element) -> list[Node]:
    line = xml.line(element) or 1
    if name in _HEADINGS and element.get(SUBHEAD) is None:
        inner = _trimmed(_flat(element))
        return [Node("Heading", int(name[1]), tuple(inner), line)] if inner else []
    if name in ("ul", "ol"):
        return _list(name, element, line)
    if name == "blockquote":
        return [Node("BlockQuote", None, tuple(blocks_of(element)), line)]
    if name == "hr":
        return [Node("Rule", None, (), line)]
    if name in _HEADINGS or name in _AS_IS or (name == "table" and not _lays_out(element)):
        return [Node("HtmlBlock", None, (Node("Html", _raw(element), (), line),), line)]
    inner = blocks_of(element)
    return [_linked(block, element) for block in inner] if name == "a" else inner


def _list(name: str, element: Element, line: int) -> list[Node]:
    start = element.get("start", "")
    first = int(start) if re.fullmatch(r"\d{1,6}", start) else 1
    items = [item for child in element if (item := _item(child)).children]
    return [Node("List", first if name == "ol" else None, tuple(items), line)] if items else []


def _item(element: Element) -> Node:
    """A list's item; where it marks no paragraphs itself, its first line is bare."""
    inner = blocks_of(element)
    loose = any(xml.local(child) == "p" for child in element)
    if inner and inner[0].kind == "Paragraph" and not loose:
        inner[:1] = inner[0].children
    return Node("Item", None, tuple(inner), xml.line(element) or 1)


def _linked(block: Node, anchor: Element) -> Node:
    """A heading or paragraph within a link has the link within."""
    href = anchor.get("href")
    if not href or block.kind not in ("Heading", "Paragraph"):
        return block
    link = Node("Link", (href, ""), tuple(_without_links(block.children)), block.line)
    return replace(block, children=(link,))


def _without_links(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        if node.kind == "Link":
            yield from node.children
        else:
            yield node


def _lays_out(table: Element) -> bool:
    """Whether a table is there for looks: it says so, is one column, or holds blocks in its cells."""
    if table.get("role") in ("presentation", "none"):
        return True
    inner = [xml.local(element) for element in table.iterdescendants()]
    if "th" in inner or "caption" in inner:
        return False
    return inner.count("td") <= inner.count("tr") or not _LAYOUT.isdisjoint(inner)


def _inline(name: str, element: Element) -> list[Node]:
    line = xml.line(element) or 1
    if name == "br":
        return [Node("HardBreak", None, (), line)]
    if name == "img":
        return [Node("InlineHtml", _raw(element), (), line)]
    if name == "code":
        return [Node("Code", "".join(map(str, element.itertext())), (), line)]
    return _phrase(name, element, _flat(element), line)


def _phrase(name: str, element: Element, inner: list[Node], line: int) -> list[Node]:
    if not inner:
        return []
    if name == "a" and element.get("href") is not None:
        return [Node("Link", (element.get("href", ""), ""), tuple(inner), line)]
    if name in _EMPHASIS:
        return [Node(_EMPHASIS[name], None, tuple(inner), line)]
    if name in _TAGS_WITHIN:
        opening, closing = (
            Node("InlineHtml", tag, (), line) for tag in (f"<{name}>", f"</{name}>")
        )
        return [opening, *inner, closing]
    return inner


def _flat(element: Element) -> list[Node]:
    """All that is inside as one line, blocks or not."""
    line = xml.line(element) or 1
    nodes = _texts(element.text, line)
    for child in element:
        nodes += _inline(xml.local(child), child)
        nodes += _texts(child.tail, line)
    return nodes


def _texts(text: str | None, line: int) -> list[Node]:
    """White space becomes one space; where it breaks the line, a soft break (Chinese joins there)."""
    words = ILLEGAL_IN_XML.sub("", text or "")
    nodes: list[Node] = []
    for number, part in enumerate(re.split(r"[ \t\r\f\v]*\n[ \t\r\f\v\n]*", words)):
        if number:
            nodes.append(Node("SoftBreak", None, (), line))
        if part:
            nodes.append(Node("Text", _SPACES.sub(" ", part), (), line))
    return nodes


def _paragraphs(run: list[Node], line: int) -> list[Node]:
    """The paragraphs of a run of inline nodes: two breaks in a row part them."""
    parts: list[list[Node]] = [[]]
    breaks = 0
    for node in run:
        if node.kind == "HardBreak":
            breaks += 1
            continue
        if breaks and not _is_blank(node):
            if breaks > 1:
                parts.append([])
            elif parts[-1]:
                parts[-1].append(Node("HardBreak", None, (), node.line))
            breaks = 0
        parts[-1].append(node)
    trimmed = (_trimmed(part) for part in parts)
    return [Node("Paragraph", None, tuple(part), line) for part in trimmed if part]


def _trimmed(nodes: list[Node]) -> list[Node]:
    """`nodes` without white space at the ends; nothing where there is nothing else."""
    start, end = 0, len(nodes)
    while start < end and _is_blank(nodes[start]):
        start += 1
    while start < end and _is_blank(nodes[end - 1]):
        end -= 1
    kept = nodes[start:end]
    if kept and kept[0].kind == "Text":
        kept[0] = replace(kept[0], value=kept[0].value.lstrip(" "))
    if kept and kept[-1].kind == "Text":
        kept[-1] = replace(kept[-1], value=kept[-1].value.rstrip(" "))
    return kept


def _is_blank(node: Node) -> bool:
    return node.kind.endswith("Break") or (node.kind == "Text" and not node.value.strip())


def _raw(element: Element) -> str:
    """The element as HTML; tags that HTML does not have (`<o:p>`) fall away around their words."""
    names = {xml.local(inner) for inner in element.iter()}
    return xml.outer_html(
        element, rename={name: "" for name in names if known_tags_only(f"<{name}>")[0] != "<"}
    )
