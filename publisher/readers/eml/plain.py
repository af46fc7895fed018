"""A message in plain text becomes blocks: paragraphs, lists, underlined headings; addresses link."""

from __future__ import annotations

import re
from collections.abc import Sequence

from publisher.readers.markdown.parse import Node

_GAP = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_RULE = re.compile(r"[ \t]*([-=*_~#])\1{2,}[ \t]*")
_BULLET = re.compile(r"[ \t]*(?:[-*•·+]|\d{1,3}[.)])[ \t]+")
_HASHES = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t#]*")
_URL = re.compile(r"<?(https?://[^\s<>\"]*[^\s<>\"().,;:!?'，。；：！？、）】])>?")
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)  # RFC 3676 section 4.3
_SIGNATURE_LINES = 15


def blocks(text: str) -> tuple[list[Node], str]:
    """The blocks of `text`, and the sender's signature, which is none of them."""
    body, signature = _signed(text)
    found: list[Node] = []
    line = 1
    at = 0
    for gap in [*_GAP.finditer(body), None]:
        group = body[at : gap.start() if gap else len(body)]
        found += _group([one.rstrip() for one in group.strip("\n").split("\n")], line)
        at = gap.end() if gap else at
        line += group.count("\n") + (gap[0].count("\n") if gap else 0)
    return found, signature


def _signed(text: str) -> tuple[str, str]:
    """`text` parted before the last line of two hyphens, if a few lines follow that."""
    start = max((mark.start() for mark in _SIGNATURE.finditer(text)), default=len(text))
    few = text.count("\n", start) <= _SIGNATURE_LINES
    return (text[:start], text[start:].strip()) if few else (text, "")


def _group(lines: Sequence[str], line: int) -> list[Node]:
    """The blocks of lines between blank ones."""
    lines = [one for one in lines if one.strip()]
    if not lines:
        return []
    if len(lines) > 1 and _RULE.fullmatch(lines[1]) and not _BULLET.match(lines[0]):
        level = 1 if "=" in lines[1] else 2
        return [_heading(level, lines[0], line), *_group(lines[2:], line + 2)]
    if _RULE.fullmatch(lines[0]):
        return [Node("Rule", None, (), line), *_group(lines[1:], line + 1)]
    if hashes := _HASHES.fullmatch(lines[0]):
        return [_heading(len(hashes[1]), hashes[2], line), *_group(lines[1:], line + 1)]
    if _BULLET.match(lines[0]) and (len(lines) > 1 or not lines[0].lstrip()[:1].isdigit()):
        return [_list(lines, line)]
    return [Node("Paragraph", None, tuple(_inline(lines, line)), line)]


def _heading(level: int, words: str, line: int) -> Node:
    return Node("Heading", level, (Node("Text", words.strip(" *#"), (), line),), line)


def _list(lines: Sequence[str], line: int) -> Node:
    items: list[tuple[int, list[str]]] = []
    for number, one in enumerate(lines, start=line):
        if _BULLET.match(one):
            items.append((number, [_BULLET.sub("", one, count=1)]))
        else:
            items[-1][1].append(one.strip())
    return Node("List", None, tuple(_item(words, number) for number, words in items), line)


def _item(lines: list[str], line: int) -> Node:
    """An item; where it ends in an address, its words are the link."""
    words = " ".join(lines)
    urls = [*_URL.finditer(words)]
    before = words[: urls[0].start()].rstrip(" :：-–—([|,，") if urls else ""
    if len(urls) == 1 and before and not words[urls[0].end() :].strip(" )].。"):
        link = Node("Link", (urls[0][1], ""), (Node("Text", before, (), line),), line)
        return Node("Item", None, (link,), line)
    return Node("Item", None, tuple(_inline(lines, line)), line)


def _inline(lines: Sequence[str], line: int) -> list[Node]:
    nodes: list[Node] = []
    for number, written in enumerate(lines, start=line):
        if nodes:
            nodes.append(Node("SoftBreak", None, (), number))
        at = 0
        words = written.strip()
        for url in _URL.finditer(words):
            nodes.append(Node("Text", words[at : url.start()], (), number))
            shown = Node("Text", url[1], (), number)
            nodes.append(Node("Link", (url[1], ""), (shown,), number))
            at = url.end()
        nodes.append(Node("Text", words[at:], (), number))
    return [node for node in nodes if node.kind != "Text" or node.value]
