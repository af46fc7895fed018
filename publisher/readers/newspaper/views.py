"""A line and all that is seen in it, and what holds for the whole page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from publisher.readers.newspaper import bylines, credits, furniture
from publisher.readers.newspaper.bylines import Names
from publisher.readers.newspaper.credits import Opening
from publisher.readers.newspaper.lines import Line, usual_gap, wide_count, wrap_size

CLOSERS = "”’」』）)》】\"' \u3000"
RARE = (
    0.05  # of the long lines: pages where fewer break off within a sentence have whole paragraphs
)
_LONG_LETTERS = 170
QUOTES = {"“": "”", "「": "」", "『": "』", "（": "）", "(": ")", "《": "》"}
_ASIDE = re.compile('[。！？!?….][”’」』"]?\\s*[（(][^（()）]{2,40}[）)]$')  # ...。(记者 甲)


@dataclass(slots=True)
class View:
    """One line with everything seen in it; `features` grows while the page is looked at."""

    line: Line
    latin: bool
    units: float
    end: str
    furniture: str
    names: Names | None
    opening: Opening | None
    tail: tuple[str, ...]
    features: dict[str, float] = field(default_factory=dict)

    @property
    def long(self) -> bool:
        """Too long for anything but text."""
        return self.units > 48 or len(self.line.text) > _LONG_LETTERS

    @property
    def plain(self) -> bool:
        return not self.furniture and self.names is None


@dataclass(frozen=True, slots=True)
class Habits:
    """What holds for a whole page: its usual gap, the size it is hard-wrapped at (or 0), whether
    blank lines part its paragraphs, whether its stories start with datelines, whether some (not
    all) long lines are indented."""

    gap: int
    wrap: float
    parted: bool
    datelines: bool
    indents: bool
    breaks: float


def view_of(line: Line) -> View:
    text = line.text
    latin = line.size <= len(text) / 2 if len(text) < 40 else line.size < 0.65 * len(text)
    units = 2.0 * len(text.split()) if latin else line.size
    kind = "" if line.mark else furniture.kind(text)
    names = None if kind else bylines.read(text)
    uncut, jump = furniture.cut_jump(text)
    _, tail = bylines.tail_credit(text) if names is None else ("", ())
    end = "broken" if jump else "closed" if tail else text_end(uncut)
    opening = credits.opening(text) if not kind and names is None else None
    return View(line, latin, units, end, kind, names, opening, tail)


def decimal_point(bare: str) -> bool:
    """Chinese text ends no sentence with a point after a digit: a number broke off there."""
    return bare[-1:] == "." and bare[-2:-1].isdigit() and wide_count(bare[-30:]) > 0


def text_end(text: str) -> str:
    """How a line ends, read as text: `closed`, `half` (`；`, a colon, a dash) or `broken`."""
    bare = text.rstrip(CLOSERS)
    if decimal_point(bare):
        return "broken"
    if bare[-1:] in tuple("。！？!?….｡") or _ASIDE.search(text):
        return "closed"
    return "half" if bare[-1:] in tuple(";；:：—") else "broken"


def habits_of(views: Sequence[View]) -> Habits:
    lines = tuple(view.line for view in views)
    datelines = sum(names_writers(view) for view in views)
    heads = sum(view.plain and view.units <= 31 and view.end == "broken" for view in views)
    long_lines = [view.line for view in views if view.long]
    indented = sum(line.indented for line in long_lines)
    broken = sum(view.long and view.end == "broken" for view in views)
    gaps = sum(line.gap > 0 for line in lines[1:])
    return Habits(
        gap=usual_gap(lines),
        wrap=wrap_size(lines),
        parted=gaps > 0.04 * len(lines),
        datelines=datelines >= 2 and datelines >= 0.5 * heads,
        indents=0 < indented < len(long_lines),
        breaks=broken / max(len(long_lines), 1),
    )


def names_writers(view: View) -> bool:
    return view.opening is not None or (view.names is not None and bool(view.names.people))


def open_quotes(text: str, depth: list[str]) -> list[str]:
    found = list(depth)
    for char in text:
        if char in QUOTES:
            found.append(QUOTES[char])
        elif found and char == found[-1]:
            found.pop()
    return found[-3:]
