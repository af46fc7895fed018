"""A section's blocks parted into entries (list items, numbered paragraphs) and prose."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from itertools import pairwise, zip_longest
from typing import Literal

from publisher.model import Struct, replace
from publisher.readers.markdown.leads import Lead, link_of, read_lead
from publisher.readers.markdown.parse import BLOCKS, Node
from publisher.readers.markdown.render import text

# 1、  1.  1．  1)  1）  （1）  (1): the groups tell the styles apart; "3.5 per cent" is none.
_NUMBER = re.compile(
    r"\s*(?:\d{1,3}(?:(、)|([.．](?!\d))|([)）]))|([（(])\d{1,3}[)）])[ \t\u3000]*"
)
_DIGITS = re.compile(r"\d+")
_COVERS = frozenset(("Strong", "Emphasis", "Image"))  # what a number may stand in, or behind
_ARTICLE_BLOCKS = (
    3  # paragraphs before the first number that make the numbers points of an argument
)


class Entry(Struct, frozen=True, gc=False):
    """A list item or numbered paragraph: its first line as nodes and as read, and what follows it."""

    lead: Lead
    first: tuple[Node, ...]
    body: tuple[Node, ...]
    line: int


Unit = Entry | Node


class Rules(Struct, frozen=True):
    """What `[reading]` says of a publication's entries: see `publisher.config_reading.Reading`."""

    children: Literal["auto"] | bool = "auto"
    numbered: bool = True


USUAL = Rules()


def split(blocks: Sequence[Node], rules: Rules) -> list[Unit]:
    """Entries and prose in page order.

    Behind a numbered paragraph everything belongs to it, up to the next number of the same style:
    （1） inside 1、 is a part of its body. A paragraph of bold words over a list is its kicker.
    """
    units = _part(_uncovered(blocks) if rules.numbered else blocks, rules)
    return list(blocks) if _is_argument(units) else units


def _uncovered(blocks: Sequence[Node]) -> Sequence[Node]:
    """`blocks` with the numbers in bold words, or behind pictures, laid bare.

    Only where with them the numbers of the plain paragraphs run on, as `**2、b**` does between
    `1、a` and `3、c`: else they may as well be points of a text.
    """
    if not any(map(_is_covered, blocks)):
        return blocks
    styles = (_style(block.children) for block in blocks if block.kind == "Paragraph")
    style = next(filter(None, styles), "")
    bare = [part for block in blocks for part in _laid_bare(block, style)]
    lines = [nodes[0].value for block in bare for _, nodes in _numbered_lines(block, style)]
    numbers = [int(_DIGITS.findall(line)[0]) for line in lines]
    runs_on = all(after == before + 1 for before, after in pairwise(numbers))
    return bare if runs_on else blocks


def _is_covered(block: Node) -> bool:
    return block.kind == "Paragraph" and any(one.kind in _COVERS for one in block.children[:1])


def _laid_bare(block: Node, style: str) -> list[Node]:
    """A covered paragraph whose first words begin with a number of `style`: what stands before them,
    then the number and all behind it."""
    if not style or not _is_covered(block):
        return [block]
    nodes = block.children
    at = next((place for place, node in enumerate(nodes) if text([node])), 0)
    inner = nodes[at].children if nodes[at].kind in _COVERS else nodes[at : at + 1]
    if _style(inner) != style:
        return [block]
    words = replace(inner[0], value=_NUMBER.sub("", inner[0].value, count=1))
    number = replace(inner[0], value=inner[0].value.removesuffix(words.value))
    rest = replace(nodes[at], children=(words, *inner[1:])) if nodes[at].children else words
    line = block.line + sum(node.kind.endswith("Break") for node in nodes[:at])
    numbered = Node("Paragraph", None, (number, rest, *nodes[at + 1 :]), line)
    return [*([replace(block, children=nodes[:at])] if at else []), numbered]


def _part(blocks: Sequence[Node], rules: Rules) -> list[Unit]:
    units: list[Unit] = []
    tail: list[Node] = []  # what belongs to the entry that `units` ends with
    style = ""
    list_starts = {block.value for block in blocks if block.kind == "List"}
    for block in blocks:
        found = _numbered(block, style) if rules.numbered else []
        if found:
            style = style or _style(block.children)
        elif block.kind == "List" and style in ("", "list") and (found := _items(block, rules)):
            style = "list" if _goes_on(block, list_starts) else ""
            if not tail:
                found = _under_label(units, found)
        if found:
            _close(units, tail)
            units += found
        elif style:
            tail.append(block)
        else:
            units.append(block)
    _close(units, tail)
    return units


def _close(units: list[Unit], tail: list[Node]) -> None:
    """Give the last entry its tail."""
    if tail and isinstance(last := units[-1], Entry):
        units[-1] = replace(last, body=(*last.body, *tail))
        tail.clear()


def _is_argument(units: Sequence[Unit]) -> bool:
    """Whether the entries are points of an article: much prose before them, and few links in them."""
    entries = [unit for unit in units if isinstance(unit, Entry)]
    before = next((i for i, unit in enumerate(units) if isinstance(unit, Entry)), 0)
    return before >= _ARTICLE_BLOCKS and sum(bool(e.lead.link) for e in entries) * 2 < len(entries)


def _under_label(units: list[Unit], items: list[Entry]) -> list[Entry]:
    """`items` with the bold paragraph just before them, taken out of `units`, as their kicker."""
    last = units[-1] if units else None
    if not isinstance(last, Node) or last.kind != "Paragraph":
        return items
    words = [node for node in last.children if text([node])]
    if len(words) != 1 or words[0].kind != "Strong" or link_of(words[0]):
        return items
    units.pop()
    kicker = (text(words).rstrip(":： "),)
    return [replace(e, lead=replace(e.lead, kicker=(*kicker, *e.lead.kicker))) for e in items]


def children(entry: Entry, rules: Rules) -> tuple[Entry, ...]:
    """The items of a nested list, where they are the real ones: links under a line that is none.

    A publication can say that nested items always are the real ones, if a link is among them, or
    never.
    """
    if rules.children is False or (entry.lead.rule == 1 and rules.children == "auto"):
        return ()
    if len(entry.body) != 1 or entry.body[0].kind != "List":
        return ()
    inner = tuple(map(_entry, entry.body[0].children))
    if rules.children is True:
        return inner if any(child.lead.link for child in inner) else ()
    return inner if all(child.lead.rule == 1 for child in inner) else ()


def _numbered(block: Node, style: str) -> list[Entry]:
    """One entry per line of a paragraph that begins with a number of `style` (any, where empty)."""
    return [_numbered_entry(nodes, start) for start, nodes in _numbered_lines(block, style)]


def _numbered_lines(block: Node, style: str) -> list[tuple[int, list[Node]]]:
    own = _style(block.children) if block.kind == "Paragraph" else ""
    if not own or style not in ("", own):
        return []
    line = block.line
    parts: list[tuple[int, list[Node]]] = [(line, [])]
    for node, following in zip_longest(block.children, block.children[1:]):
        line += node.kind.endswith("Break")
        if node.kind.endswith("Break") and following and _style((following,)) == own:
            parts.append((line, []))
        else:
            parts[-1][1].append(node)
    return parts


def _numbered_entry(nodes: list[Node], line: int) -> Entry:
    number, *rest = nodes
    first = replace(number, value=_NUMBER.sub("", number.value, count=1))
    return Entry(read_lead([first, *rest]), (first, *rest), (), line)


def _style(nodes: Sequence[Node]) -> str:
    """The kind of number that text begins with; nothing where it begins with none."""
    match = _NUMBER.match(nodes[0].value) if nodes and nodes[0].kind == "Text" else None
    return f"style {match.lastindex}" if match else ""


def _items(block: Node, rules: Rules) -> list[Entry]:
    """A list's entries, if at least half of them say what they are about by rule 1 or 2."""
    entries = list(map(_entry, block.children))
    told = sum(bool(entry.lead.rule or children(entry, rules)) for entry in entries)
    return entries if told * 2 >= len(entries) else []


def _goes_on(block: Node, starts: Container[int | None]) -> bool:
    """Whether a numbered list is cut by the unindented bodies of its items: another one goes on,
    or this one did."""
    if block.value is None:
        return False
    after = block.value + len(block.children)
    return after in starts or (block.value > 1 and len(block.children) == 1)


def _entry(item: Node) -> Entry:
    """An item of a list: in tight lists its first line is bare, in loose ones a paragraph."""
    inline = 0
    for node in item.children:
        if node.kind in BLOCKS:
            break
        inline += 1
    first, rest = item.children[:inline], item.children[inline:]
    if not first and rest and rest[0].kind == "Paragraph":
        first, rest = rest[0].children, rest[1:]
    return Entry(read_lead(first), first, rest, item.line)
