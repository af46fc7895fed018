"""What an archive holds, counted without our readers, and where in the editions it went.

Markdown is counted by markdown-it-py and by patterns over lines, JSON by the standard library. Every
count is carried on to the number of items by named sums; what is nowhere in an edition is lost.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from publisher.model import Draft
from publisher.sanitise import plain

_NUMBERED = re.compile(r"^\s*(?:\d{1,3}(?:、|[.．)）](?!\d))|[(（]\d{1,3}[)）])")
_LISTED = re.compile(r"^\s*(?:[*+-]|\d+[.)])\s")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
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
    """Links in list items, each the link of an item, or a part of one's text or label."""
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


def numbered_lines(files: Sequence[Path], drafts: Sequence[Draft]) -> Explained:
    """Lines that begin with a number, each an item, or a point within one's text."""
    seen: Counter[str] = Counter()
    lost: list[str] = []
    for path, draft in _pairs(files, drafts):
        told = {story.place.line for story in draft.stories}
        labels = {_bare(label) for story in draft.stories for label in story.kicker}
        whole = _words(draft)
        for number, line, in_code in _lines(_text(path)):
            if not _NUMBERED.match(line):
                continue
            seen["lines"] += 1
            if number in told:
                continue
            kind = "code" if in_code else "labels" if _bare(line) in labels else "points"
            seen[kind] += 1
            if kind == "points" and _bare(_without_links(line)) not in whole:
                lost.append(f"{path.name}:{number} {line.strip()[:40]}")
        seen["lists"] += _at(draft, path, lambda line: bool(_LISTED.match(line)))
        seen["headings"] += _at(draft, path, lambda line: line.startswith("#"))
    parts = (
        ("lines inside code", -seen["code"]),
        ("numbers over a list whose items are the items", -seen["labels"]),
        ("points within an item's or an article's text", -seen["points"]),
        ("items of lists with bullets", seen["lists"]),
        ("sections of prose", seen["headings"]),
    )
    return Explained("numbered lines", seen["lines"], parts, len(lost), tuple(lost[:5]))


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
                title = _bare(entry["title"])
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


def _lines(text: str) -> Iterator[tuple[int, str, bool]]:
    """Number, line, and whether it stands in fenced code."""
    in_code = False
    for number, line in enumerate(text.split("\n"), start=1):
        in_code ^= bool(_FENCE.match(line))
        yield number, line, in_code


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


def _without_links(line: str) -> str:
    """The line's words as they are shown: no addresses, no markup of pictures and (but in code) HTML."""
    line = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", line)
    parts = line.split("`")
    parts[::2] = (re.sub(r"<[a-z/][^>]*>", "", part) for part in parts[::2])
    return re.sub(r"\]\([^)\s]*\)|\]\[[^\]]*\]", "", "".join(parts))


def _says(value: object) -> bool:
    texts = value if isinstance(value, list) else [value]
    return any(isinstance(text, str) and plain(text) for text in texts)
