"""Plain text filled to a display width: a Chinese or Japanese character counts two columns.

Lines break at spaces and between CJK characters, but never before closing punctuation nor after
opening punctuation (kinsoku; JIS X 4051, CLREQ section 3.1.5).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate

from publisher.text import CJK, is_cjk

COLUMNS = 72

# One column each, and no break but at spaces: Latin letters, digits, dashes, quotation marks.
_PLAIN = re.compile("[ -~\u00a0-\u00ac\u00ae-\u024f\u2010-\u2027]*")
_LEFT_OPEN = re.compile("[([{<‘“] ")  # what follows an opening mark stays with it
_CLOSING = frozenset(
    ")]}>,.;:!?%、，。．；：！？）］｝〉》」』】〕〗〞’”…—～·‧々ーぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)
_OPENING = frozenset("([{<（［｛〈《「『【〔〖〝‘“")
_SPACES = re.compile(r"[ \t]+")
# A character with all that follows without a chance to break, and the space before it: what stands
# behind an opening mark, closing marks, and Latin letters behind one another. A space in front of a
# closing mark is no chance either where that mark is CJK; nor is a no-break or full-width space.
_OPENS = f"[{re.escape(''.join(sorted(_OPENING)))}]"
_CLOSES = f"[{re.escape(''.join(sorted(_CLOSING)))}]| [{''.join(sorted(filter(is_cjk, _CLOSING)))}]"
_CHUNK = (
    rf" ?(?:[\u4e00-\u9fff](?!{_CLOSES})"  # most are such, so they come first
    rf"|.(?:(?<={_OPENS}) ?.|{_CLOSES}|(?<![{CJK}])[^{CJK} ])*)"
)


def width(text: str) -> int:
    """Columns that `text` takes in a terminal or a mail reader with a fixed-width font."""
    if text.isascii() and text.isprintable():
        return len(text)
    if _PLAIN.fullmatch(text):
        return len(text)
    from wcwidth import wcswidth  # imported where a text needs it: its tables take a while

    columns = wcswidth(text)
    return columns if columns >= 0 else sum(max(0, wcswidth(char)) for char in text)


def fill(text: str, *, columns: int = COLUMNS, first: str = "", rest: str = "") -> str:
    """`text` in lines of at most `columns`, prefixes counted; a longer word (an address) stays whole.

    Line ends in `text` are kept. `first` stands before the first line, `rest` before all others.
    """
    line = first + text
    sure = columns if line.isascii() else columns // 2  # no character takes more than two
    if len(line) <= sure and line.isprintable() and "  " not in line and text == text.strip(" "):
        return line  # it is filled already, as most are
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _filled(
            paragraph, columns - width(rest), columns - width(first if not lines else rest)
        )
    return "\n".join((rest if place else first) + line for place, line in enumerate(lines))


@lru_cache(maxsize=8192)  # Chinese text comes in single characters, and the same ones
def _width(chunk: str) -> int:
    return width(chunk)


def _filled(text: str, columns: int, room: int) -> list[str]:
    """`text` in lines of at most `columns`; `room` is there on the first line."""
    plain = bool(_PLAIN.fullmatch(text))
    if plain and not _LEFT_OPEN.search(text):
        return _cut(" ".join(filter(None, text.split(" "))), columns, room)
    chunks = _chunks(text)
    reach = [0, *accumulate(map(len if plain else _width, chunks))]
    lines: list[str] = []
    start = 0
    while start < len(chunks):
        space = chunks[start].startswith(" ")  # none stands at the beginning of a line
        end = max(start + 1, bisect_right(reach, reach[start] + space + room) - 1)
        lines.append("".join(chunks[start:end])[space:])
        start, room = end, columns
    return lines or [""]


def _chunks(text: str) -> list[str]:
    """What may not be broken, each with the space that stands before it."""
    # Compiled where there is such text.
    return re.findall(_CHUNK, " ".join(filter(None, _SPACES.split(text))))


def _cut(text: str, columns: int, room: int) -> list[str]:
    """Plain `text` with single spaces, cut at the last one that leaves a line of at most `columns`.

    `room` is there on the first line.
    """
    lines: list[str] = []
    while len(text) > room:
        place = text.rfind(" ", 0, max(room, 0) + 1)
        place = place if place > 0 else text.find(" ")
        if place < 0:
            break
        lines.append(text[:place])
        text = text[place + 1 :]
        room = columns
    return [*lines, text]
