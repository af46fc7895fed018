"""A page's text, cut into the lines that mean something: numbered, bare, with what stood around them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low

from publisher.readers.newspaper import markup
from publisher.readers.newspaper.markup import Mark
from publisher.text import ILLEGAL_IN_XML, INVISIBLE

# Only these end a line, so that numbers agree with an editor's; a form feed is white space.
_LINE_END = re.compile(r"\r\n|\n|\r")
# Joiners and direction marks mean something after an emoji or a letter of a script that needs them.
_STRAY_JOINER = re.compile(
    "(?<![\u0590-\u1fff\u2600-\u27bf\ufe0f\U0001f000-\U0001ffff])[\u200c-\u200f]+"
)
_WIDE_RUN = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]+")
_SOFT_HYPHEN_AT_END = re.compile("\u00ad(?=\\s*$)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank.

    `text` is bare of markup, invisible characters and white space at its ends. `gap` counts the
    blank lines above. `size` is its length as a Chinese sub-editor counts: one for a full-width
    character, a half for others. `spaced` says that white space followed it.
    """

    number: int
    text: str
    gap: int
    size: float
    indented: bool
    spaced: bool
    mark: Mark | None
    new_story: bool


def split(text: str, *, first_line: int = 1) -> tuple[Line, ...]:
    """Cut `text` into lines; a `---` of the light markup becomes `new_story` of the line after it."""
    lines: list[Line] = []
    gap, new_story = 0, False
    for number, raw in enumerate(_LINE_END.split(text), start=first_line):
        clean = _clean(raw)
        bare = clean.strip()
        if markup.is_break(bare):
            new_story = True
            continue
        mark, bare = markup.parse(bare)
        if not bare:
            gap += 1
            continue
        indented, spaced = clean[:1].isspace(), clean[-1:].isspace()
        lines.append(Line(number, bare, gap, size_of(bare), indented, spaced, mark, new_story))
        gap, new_story = 0, False
    return tuple(lines)


def _clean(raw: str) -> str:
    """`raw` without what cannot be seen or printed; nothing that can be read is changed."""
    if raw.isascii() and raw.isprintable():
        return raw
    text = _SOFT_HYPHEN_AT_END.sub("-", raw)
    text = _STRAY_JOINER.sub("", INVISIBLE.sub("", text))
    return ILLEGAL_IN_XML.sub("", text.replace("\f", " ").replace("\v", " "))


def size_of(text: str) -> float:
    wide = wide_count(text)
    return wide + (len(text) - wide) / 2


def wide_count(text: str) -> int:
    """How many characters of `text` are Chinese, Japanese or full-width."""
    return 0 if text.isascii() else sum(map(len, _WIDE_RUN.findall(text)))


def usual_gap(lines: tuple[Line, ...]) -> int:
    """How many blank lines usually stand between two lines of this page."""
    return median_low([after.gap for _, after in pairwise(lines)]) if len(lines) > 1 else 0


def wrap_size(lines: tuple[Line, ...]) -> float:
    """The size at which the page's text is hard-wrapped, 0 where it is not.

    Wrapped text has a margin: most lines that another follows directly come close to the longest.
    """
    sizes = sorted(line.size for line, after in pairwise(lines) if after.gap == 0)
    if len(sizes) < max(5, 0.3 * len(lines)):
        return 0.0
    margin = sizes[-1 - len(sizes) // 20]
    full = sum(size >= 0.8 * margin for size in sizes)
    return margin if 8 <= margin <= 55 and full >= 0.55 * len(sizes) else 0.0
