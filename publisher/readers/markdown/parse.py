"""Markdown text becomes a tree of nodes that know their lines: the only module that knows pyromark."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

import pyromark

from publisher.errors import EditionError
from publisher.model import Struct

DEPTH_LIMIT = 100
BLOCKS = frozenset(
    ("Paragraph", "Heading", "List", "BlockQuote", "CodeBlock", "HtmlBlock", "Table", "Rule")
)
_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
)
_PARSER = pyromark.Markdown(options=_OPTIONS)
# `Box<Path>` outside code is text, not markup: only names that HTML has had are tags.
_HTML_NAME = re.compile(
    "a|abbr|acronym|address|applet|area|article|aside|audio|b|base|bdi|bdo|big|blink|blockquote"
    "|body|br|button|canvas|caption|center|cite|code|col|colgroup|data|datalist|dd|del|details|dfn"
    "|dialog|dir|div|dl|dt|em|embed|fieldset|figcaption|figure|font|footer|form|frame|frameset"
    "|h[1-6]|head|header|hgroup|hr|html|i|iframe|img|input|ins|kbd|label|legend|li|link|main|map"
    "|mark|marquee|math|menu|meta|meter|nav|nobr|noframes|noscript|object|ol|optgroup|option"
    "|output|p|param|picture|pre|progress|q|r[bpt]|rtc|ruby|s|samp|script|section|select|slot"
    "|small|source|span|strike|strong|style|su[bp]|summary|svg|table|t[bdhrt]|tbody|template"
    "|textarea|tfoot|thead|time|title|track|u|ul|var|video|wbr",
    re.IGNORECASE,
)
_OPENING = re.compile(r"<(?=/?([A-Za-z][\w:-]*))")


class Node(Struct, frozen=True, gc=False):
    """One element: `value` is what its kind needs (a level, an address, a text); `line` from 1."""

    kind: str
    value: Any
    children: tuple[Node, ...]
    line: int


def parse(text: str, *, name: str, first_line: int = 1) -> tuple[Node, ...]:
    """The blocks of `text`, whose first line is line `first_line` of file `name`.

    Values: Heading its level; List its first number or None; Link and Image (address, title);
    CodeBlock its language; Table its alignments; FootnoteDefinition and -Reference their label;
    Text, Code, Html and InlineHtml their text. Raises EditionError for nesting without end.
    """
    starts = _line_starts(text.encode())
    outer: list[tuple[str, Any, int, list[Node]]] = []
    kind, detail, line = "Document", None, first_line  # of the innermost element that is open
    nodes: list[Node] = []
    events: Iterable[tuple[Any, Any]] = _PARSER.events_with_range(text, merge_text=True)
    for event, span in events:
        if isinstance(event, str):
            nodes.append(Node(event, None, (), line))
            continue
        what, value = event.popitem()
        if what == "Start":
            outer.append((kind, detail, line, nodes))
            line, nodes = first_line - 1 + bisect_right(starts, span["start"]), []
            kind, detail = (value, None) if isinstance(value, str) else _start(value)
            if len(outer) > DEPTH_LIMIT:
                raise _too_deep(name, line)
        elif what == "End":
            node = Node(kind, detail, tuple(nodes), line)
            kind, detail, line, nodes = outer.pop()
            nodes.append(node)
        else:
            if what == "InlineHtml" and known_tags_only(value) != value:
                what = "Text"
            nodes.append(Node(what, value, (), line))
    return tuple(nodes)


def _too_deep(name: str, line: int) -> EditionError:
    return EditionError(
        name,
        line=line,
        problem=f"lists or quotations are nested more than {DEPTH_LIMIT} deep",
        hint="flatten them",
    )


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Every node of the trees, each before its children."""
    for node in nodes:
        yield node
        if node.children:
            yield from walk(node.children)


def gather(nodes: Iterable[Node], kinds: tuple[str, ...]) -> list[Node]:
    """The nodes of the trees that are of one of `kinds`, each before those inside it."""
    found: list[Node] = []
    _gather(nodes, kinds, found)
    return found


def _gather(nodes: Iterable[Node], kinds: tuple[str, ...], found: list[Node]) -> None:
    for node in nodes:
        if node.kind in kinds:
            found.append(node)
        if node.children:
            _gather(node.children, kinds, found)


def known_tags_only(html: str) -> str:
    """`html` with the `<` of every tag that HTML does not have turned into text."""
    return _OPENING.sub(lambda tag: "<" if _HTML_NAME.fullmatch(tag[1]) else "&lt;", html)


def _line_starts(source: bytes) -> list[int]:
    """Where the lines begin, in bytes."""
    return list(accumulate(map(len, source.splitlines(keepends=True)), initial=0))


def _start(tag: Any) -> tuple[str, Any]:
    kind, value = tag.popitem()
    if kind in ("Link", "Image"):
        address = value["dest_url"]
        mail = "mailto:" if value["link_type"] == "Email" else ""
        return kind, (mail + address, value["title"])
    if kind == "Heading":
        return kind, int(value["level"][1])
    if kind == "CodeBlock":
        return kind, value["Fenced"].split(" ")[0] if isinstance(value, dict) else ""
    return kind, value
