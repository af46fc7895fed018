"""The first line of a list item or numbered paragraph: which part is its headline, which its link."""

from __future__ import annotations

import re
from collections.abc import Sequence

from publisher.model import Person, Struct, replace
from publisher.readers.markdown.parse import Node, walk
from publisher.readers.markdown.render import html, text
from publisher.text import clip, is_cjk, squeeze

HEADLINE_LIMIT = 120  # columns; a Chinese character takes two. 60 hold 99 % of printed headlines
_TAG = re.compile(r"\s*\[([^\[\]]{1,40})\](?=\s|$)")
_SENTENCE = re.compile(r".{8,}?(?:[.!?](?=\s)|[。！？][”’」』）]?)")
_WORD = re.compile(r"\w")
# What parts a headline from the words behind it.
_SEPARATOR = re.compile(r"^[\s\x1e]*(?:[-–—:：|;；,，.。]+)[\s\x1e]*")
_OPENS_ASIDE = re.compile(r"^[\s\x1e]*(?:[(（\[【]|by\s|via\s|from\s|\x1e)", re.I)
_BY = re.compile(r"(?:written |text |words )?by[:：]?\s+(.+)", re.I)
_BY_CJK = re.compile(r"(文|作者|撰文|记者|編輯|编辑|译者)\s*[/／｜|:：]\s*(.+)")
_PARTICLES = frozenset(
    ("al", "bin", "da", "de", "del", "der", "di", "du", "la", "le", "van", "von")
)
_BETWEEN_NAMES = re.compile(r"\s*(?:,? and |,|、|&|，)\s*")
_MORE = frozenset(("Image", "InlineHtml", "FootnoteReference"))


class Lead(Struct, frozen=True, gc=False):
    """`rest` is HTML of what the headline does not hold; `rule` is the item rule that matched."""

    rule: int
    title: str
    headline: str | None
    link: str | None = None
    tags: tuple[str, ...] = ()
    kicker: tuple[str, ...] = ()
    byline: tuple[Person, ...] = ()
    rest: str = ""


def read_lead(nodes: Sequence[Node]) -> Lead:
    """Rule 1: a link first, behind tags, emoji or bold words. Rule 2: text then link, or bold words
    first. Rule 0: neither."""
    tags, nodes = _cut_tags(nodes)
    for place, node in enumerate(nodes):
        if address := link_of(node):
            return _linked(nodes[:place], node, address, nodes[place + 1 :], tags)
    if nodes and nodes[0].kind == "Strong" and text(nodes[:1]):
        return _bold_lead(nodes, tags)
    inner = next((link for node in nodes if (link := inner_link(node))), None)
    return _whole(nodes, tags, inner, rule=2 if inner else 0)


def byline(line: str) -> tuple[Person, ...]:
    """The names in a line such as `By A. Writer and B. Editor` or `文 / 某某`, else nothing."""
    line = squeeze(line)
    match = _BY.fullmatch(line)
    role, names = ("By", match[1]) if match else ("", "")
    if not match and (match := _BY_CJK.fullmatch(line)):
        role, names = match[1], match[2]
    people = [name for name in _BETWEEN_NAMES.split(names) if name]
    if not people or len(line) > 80 or not all(map(_is_name, people)):
        return ()
    return tuple(Person(name, role) for name in people)


def _is_name(words: str) -> bool:
    """`By the river, we walked` names nobody: but for particles, no word of a name is lower-case."""
    capital = all(not word[0].islower() or word in _PARTICLES for word in words.split())
    return capital and len(words) <= 30


def fits(line: str) -> bool:
    """Whether `line` is short enough for a headline."""
    return len(line) * 2 <= HEADLINE_LIMIT or _columns(line) <= HEADLINE_LIMIT


def derived_title(line: str) -> str:
    """A title for a text that has none: its first sentence, else as much as a headline may hold."""
    sentence = _SENTENCE.match(line)
    if sentence and fits(sentence[0]):
        return sentence[0]
    return line if fits(line) else clip(line, HEADLINE_LIMIT * len(line) // _columns(line))


def _columns(line: str) -> int:
    return len(line) if line.isascii() else len(line) + sum(map(is_cjk, line))


def _cut_tags(nodes: Sequence[Node]) -> tuple[tuple[str, ...], Sequence[Node]]:
    """`[audio] [video] ` at the very front, as tags; a link's own brackets are no text here."""
    if not nodes or nodes[0].kind != "Text":
        return (), nodes
    rest = list(nodes)
    while rest and rest[0].kind == "Text" and not rest[0].value.strip():
        rest.pop(0)
    tags = []
    while rest and rest[0].kind == "Text" and len(rest) > 1 and (tag := _TAG.match(rest[0].value)):
        if tag[1].strip() not in ("", "x", "X"):  # those are boxes to tick
            tags.append(squeeze(tag[1]))
        rest[0] = replace(rest[0], value=rest[0].value[tag.end() :])
        if not rest[0].value.strip():
            rest.pop(0)
    return tuple(tags), rest


def link_of(node: Node) -> str | None:
    """The address where `node` is a link with words, or emphasis around nothing else."""
    if node.kind == "Link":
        return str(node.value[0]) if _has_words(node.children) else None
    if node.kind not in ("Strong", "Emphasis", "Strikethrough"):
        return None
    inner = [child for child in node.children if child.kind != "Text" or child.value.strip()]
    return link_of(inner[0]) if len(inner) == 1 else None


def _has_words(nodes: Sequence[Node]) -> bool:
    for node in nodes:
        if node.value.strip() if node.kind in ("Text", "Code") else _has_words(node.children):
            return True
    return False


def inner_link(node: Node) -> str | None:
    """The address of the first link with words in `node`."""
    return link_of(node) or next(filter(None, map(inner_link, node.children)), None)


def _linked(
    before: Sequence[Node],
    link: Node,
    address: str,
    after: Sequence[Node],
    tags: tuple[str, ...],
) -> Lead:
    title = text((link,))
    if not before and not after:
        return Lead(1, title, title, address, tags)
    prefix, tail = text(before), text(after)
    bare = not _WORD.search(prefix)
    bold = bool(before) and all(node.kind == "Strong" or not text([node]) for node in before)
    if not (bare or bold or (prefix.endswith((":", "：")) and len(prefix) <= 60)):
        return _whole([*before, link, *after], tags, address, rule=2)
    rule = 1 if bare or bold else 2
    rest = html(after)
    if tail and not _SEPARATOR.match(rest) and not _OPENS_ASIDE.match(rest):
        return _whole([*before, link, *after], tags, address, rule=rule, link_text=title)
    headline = f"{prefix} {title}" if bare and prefix.strip("*•·-–:： ") else title
    people = byline(tail.strip("()（） ,，-–—.")) if tail else ()
    if people and any(map(inner_link, after)):  # names with addresses stay in the text
        people = ()
    return Lead(
        rule=rule,
        title=headline,
        headline=headline,
        link=address,
        tags=tags,
        kicker=() if bare else (prefix.rstrip(":： "),),
        byline=people,
        rest="" if people else _SEPARATOR.sub("", rest).strip(),
    )


def _bold_lead(nodes: Sequence[Node], tags: tuple[str, ...]) -> Lead:
    headline = text(nodes[:1]).rstrip(":：.。 ")
    link = next((link for node in nodes if (link := inner_link(node))), None)
    rest = _SEPARATOR.sub("", html(nodes[1:])).strip()
    if not fits(headline):
        return _whole(nodes, tags, link, rule=2)
    return Lead(2, headline, headline, link, tags, rest=rest)


def _whole(
    nodes: Sequence[Node],
    tags: tuple[str, ...],
    link: str | None,
    *,
    rule: int,
    link_text: str = "",
) -> Lead:
    """A line that is one sentence: the headline where it is short enough, else what its link says."""
    line = text(nodes)
    if line and fits(line):
        return Lead(rule, line, line, link, tags, rest=html(nodes) if _says_more(nodes) else "")
    speaks = len(link_text.split()) > 2 or sum(map(is_cjk, link_text)) > 5
    headline = link_text if speaks and fits(link_text) else None
    title = headline or derived_title(line)
    return Lead(rule, title, headline, link, tags, rest=html(nodes))


def _says_more(nodes: Sequence[Node]) -> bool:
    """Whether a line holds what a headline and one link cannot: links, pictures, notes."""
    kinds = [node.kind for node in walk(nodes)]
    return kinds.count("Link") > 1 or not _MORE.isdisjoint(kinds)
