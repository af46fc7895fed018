"""What an archive holds, counted without our readers, and where in the editions it went.

Markdown is counted by markdown-it-py and by patterns over lines, JSON by the standard library. Every
count is carried on to the number of items by named sums; what is nowhere in an edition is lost.
"""

from __future__ import annotations

import json
import re
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from publisher.model import Draft
from publisher.sanitise import plain

_NUMBERED = re.compile(r"^\s*(?:\d{1,3}(?:、|[.．)）](?!\d))|[(（]\d{1,3}[)）])")
_COUNTED = re.compile(r"\d{1,2}[、.．]|[(（]\d{1,2}[)）]")
_QUANTITY = re.compile(r"\d+[.．]\d")
_LISTED = re.compile(r"^\s*(?:[*+-]|\d+[.)])\s")
_HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
# Four titles of an archive of JSON are written as HTML, and told by their words.
_INLINE = re.compile(r"</?(?:a|b|i|em|strong|code)(?:\s[^<>]*)?>")
_FOLLOWED = re.compile(r"(?:https?://[^/\s]|mailto:|tel:)|(?![a-z][a-z0-9+.-]*:)\S", re.IGNORECASE)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Explained:
    """`found` things of the kind `what`; with the signed `parts` they come to the number of items."""

    what: str
    found: int
    parts: tuple[tuple[str, int], ...]
    lost: int
    examples: tuple[str, ...]


def links_in_lists(files: Sequence[Path], drafts: Sequence[Draft]) -> Explained:
    """Links in list items, each the link of an item, or a part of one's text or label.

    How the published count of This Week in Rust was made, 122 higher, is not known: CommonMark
    parsers agree on ours within ten links, and one that makes links of bare names
    (`irc.mozilla.org`, `crates.io`) finds 103 more, which leaves 19.
    """
    seen: Counter[str] = Counter()
    lost: list[str] = []
    for path, draft in _pairs(files, drafts):
        told = {story.place.line: story for story in draft.stories}
        addresses = _addresses(draft)
        for item in _list_items(_text(path)):
            seen["links"] += len(item.links)
            story = told.get(item.line)
            if story is not None:
                own = int(bool(story.link and item.links))
                seen["more"] += len(item.links) - own
                seen["without"] += 1 - own
            elif any(line in told for line in item.inner):
                seen["over"] += len(item.links)
            else:
                seen["prose"] += len(item.links)
            lost += [
                f"{path.name}:{item.line} {link}"
                for link in item.links
                if _FOLLOWED.match(link) and unquote(link) not in addresses
            ]
        seen["headings"] += _at(draft, path, lambda line: not _LISTED.match(line))
    parts = (
        ("further links in an item's text", -seen["more"]),
        ("links in a line over nested items, told with each of them", -seen["over"]),
        ("links in lists that are text: of prose, or inside an item", -seen["prose"]),
        ("list items without a link that can be followed", seen["without"]),
        ("sections of prose, and headings that are links", seen["headings"]),
    )
    return Explained("links in list items", seen["links"], parts, len(lost), tuple(lost[:5]))


def numbered_paragraphs(files: Sequence[Path], drafts: Sequence[Draft]) -> Explained:
    """Paragraphs that begin with a number, each an item, or a point within one's text.

    A paragraph of the page itself counts, by its text as shown (`**1、Headline**` too), where it
    begins with one or two digits before `、`, `.` or `．`, or in parentheses.
    """
    seen: Counter[str] = Counter()
    lost: list[str] = []
    for path, draft in _pairs(files, drafts):
        lines = _text(path).split("\n")
        told = Counter(story.place.line or 1 for story in draft.stories)
        labels = {_bare(label) for story in draft.stories for label in story.kicker}
        starts = sorted(told)
        whole = _words(draft)
        for line, shown in _paragraphs(_text(path)):
            if not _COUNTED.match(shown):
                continue
            seen["paragraphs"] += 1
            if told[line]:
                told[line] -= 1
                continue
            around = lines[starts[bisect(starts, line) - 1] - 1]
            kind = "labels" if _bare(shown) in labels else _point(shown, around)
            seen[kind] += 1
            if kind != "labels" and _bare(shown) not in whole:
                lost.append(f"{path.name}:{line} {shown[:40]}")
        seen.update(_other(lines[at - 1]) for at in told.elements())
    parts = (
        ("quantities at the front of a sentence, like 13.8", -seen["quantities"]),
        ("numbers over a list whose items are the items", -seen["labels"]),
        ("points within an article under a heading", -seen["points of articles"]),
        ("points within the text of an item", -seen["points of items"]),
        ("numbered lines within a paragraph, or with a number of another kind", seen["numbered"]),
        ("items of lists", seen["listed"]),
        ("headings over a text of their own", seen["headed"]),
        ("paragraphs without a number", seen["prose"]),
    )
    return Explained("numbered paragraphs", seen["paragraphs"], parts, len(lost), tuple(lost[:5]))


def _point(shown: str, around: str) -> str:
    """What a numbered paragraph is that is no item; the story around it begins with that line."""
    if _QUANTITY.match(shown):
        return "quantities"
    return "points of articles" if around.startswith("#") else "points of items"


def _other(line: str) -> str:
    """What an item begins with that is at no numbered paragraph."""
    if line.startswith("#"):
        return "headed"
    if _LISTED.match(line):
        return "listed"
    return "numbered" if _NUMBERED.match(line) else "prose"


def json_entries(files: Sequence[Path], drafts: Sequence[Draft]) -> Explained:
    """Entries of chapters, each an item; what chapters and editions say besides is prose."""
    seen: Counter[str] = Counter()
    lost: list[str] = []
    for path, draft in _pairs(files, drafts):
        edition = json.loads(path.read_text(encoding="utf-8"))
        titles = Counter(_bare(story.title) for story in draft.stories)
        for chapter in edition["chapters"]:
            seen["entries"] += len(chapter["entries"])
            seen["chapters"] += any(map(_says, (chapter.get("header"), chapter.get("footer"))))
            for entry in chapter["entries"]:
                title = _bare(unescape(_INLINE.sub("", entry["title"])))
                titles[title] -= 1
                if title and titles[title] < 0:
                    lost.append(f"{path.name}: {entry['title'][:40]}")
        seen["closings"] += _says(edition.get("footer"))
    parts = (
        ("chapters that say something themselves", seen["chapters"]),
        ("closing words of editions", seen["closings"]),
    )
    return Explained("entries", seen["entries"], parts, len(lost), tuple(lost[:5]))


@dataclass(slots=True)
class _ListItem:
    """Its first line, the links of its own text, the first lines of the items inside it."""

    line: int
    links: list[str]
    inner: list[int]


def _list_items(text: str) -> list[_ListItem]:
    items: list[_ListItem] = []
    open_items: list[_ListItem] = []
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "list_item_open" and token.map:
            item = _ListItem(token.map[0] + 1, [], [])
            for outer in open_items:
                outer.inner.append(item.line)
            open_items.append(item)
            items.append(item)
        elif token.type == "list_item_close":
            open_items.pop()
        elif token.type == "inline" and open_items:
            open_items[-1].links += _links(token)
    return items


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """First line and text as shown of each paragraph that stands in no list or quotation."""
    tokens = MarkdownIt("commonmark").parse(text)
    for opening, token in pairwise(tokens):
        if opening.type == "paragraph_open" and opening.level == 0 and token.map:
            yield token.map[0] + 1, "".join(map(_shown, token.children or ()))


def _shown(child: Token) -> str:
    if child.type in ("softbreak", "hardbreak"):
        return "\n"
    return child.content if child.type in ("text", "code_inline") else ""


def _links(token: Token) -> Iterator[str]:
    for child in token.children or ():
        if child.type == "link_open":
            yield str(child.attrs["href"])


def _pairs(files: Sequence[Path], drafts: Sequence[Draft]) -> Iterator[tuple[Path, Draft]]:
    by_name = {path.name: path for path in files}
    for draft in drafts:
        yield by_name[Path(draft.sources[0]).name], draft


def _at(draft: Draft, path: Path, fits: Callable[[str], bool]) -> int:
    """How many stories begin at a line that `fits`."""
    lines = _text(path).split("\n")
    return sum(fits(lines[story.place.line - 1]) for story in draft.stories if story.place.line)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig").replace("\r\n", "\n")


def _bodies(draft: Draft) -> Iterator[str]:
    yield draft.introduction
    for story in draft.stories:
        yield story.body


def _addresses(draft: Draft) -> set[str]:
    """Every address in the edition, its percent-encoding undone."""
    found = {unquote(story.link) for story in draft.stories if story.link}
    for body in _bodies(draft):
        found.update(unquote(unescape(href)) for href in _HREF.findall(body))
    return found


def _words(draft: Draft) -> str:
    titles = (story.title for story in draft.stories)
    return _bare(" ".join((*titles, *map(plain, _bodies(draft)))))


def _bare(text: str) -> str:
    """Letters and digits alone, without the number in front."""
    return "".join(_WORD.findall(_NUMBERED.sub("", text))).replace("_", "")


def _says(value: object) -> bool:
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(text, str) and plain(text) for text in texts)
