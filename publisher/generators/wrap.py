"""Plain text filled to a display width: a Chinese or Japanese character counts two columns.

Lines break at spaces and between CJK characters, but never before closing punctuation nor after
opening punctuation (kinsoku; JIS X 4051, CLREQ section 3.1.5).
"""

from __future__ import annotations

import re
from functools import lru_cache

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
# A character with all that follows without a chance to break: what stands behind an opening mark,
# closing marks, and Latin letters behind one another.
_CLOSES = f"[{re.escape(''.join(sorted(_CLOSING)))}]"
_CHUNK = (
    rf"[\u4e00-\u9fff](?!{_CLOSES})"  # most are such, so they come first
    rf"|.(?:(?<=[{re.escape(''.join(sorted(_OPENING)))}]).|{_CLOSES}|(?<![{CJK}])[^{CJK}])*"
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
    if len(line) <= columns and _is_simple(line) and text == text.strip(" "):
        return line
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += _filled(
            paragraph, columns - width(rest), columns - width(first if not lines else rest)
        )
    return "\n".join((rest if place else first) + line for place, line in enumerate(lines))


@lru_cache(maxsize=8192)  # Chinese text comes in single characters, and the same ones
def _width(chunk: str) -> int:
    return width(chunk)


def _is_simple(line: str) -> bool:
    """True for printable ASCII that is filled already: most lines are, so spare them the rest."""
    return line.isascii() and line.isprintable() and "  " not in line


def _filled(text: str, columns: int, first_columns: int) -> list[str]:
    plain = bool(_PLAIN.fullmatch(text))
    if plain and not _LEFT_OPEN.search(text):
        return _cut(" ".join(filter(None, text.split(" "))), columns, first_columns)
    measure = len if plain else _width
    lines: list[str] = []
    line, room = "", first_columns
    for space, chunk in _words(text) if plain else _chunks(text):
        wanted = measure(chunk) + (space and line != "")
        if line and wanted > room:
            lines.append(line)
            line, room = chunk, columns - measure(chunk)
        else:
            line += f" {chunk}" if space and line else chunk
            room -= wanted
    return [*lines, line]


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


def _chunks(text: str) -> list[tuple[bool, str]]:
    """What may not be broken, each with whether a space stands before it."""
    chunks: list[tuple[bool, str]] = []
    # A no-break or full-width space holds its neighbours together.
    for place, part in enumerate(_SPACES.split(text)):
        found = re.findall(_CHUNK, part, re.S)  # compiled where there is such text
        if found and chunks and _hold(chunks[-1][1][-1], found[0][0]):
            chunks[-1] = (chunks[-1][0], f"{chunks[-1][1]} {found[0]}")
        elif found:
            chunks.append((place > 0, found[0]))
        chunks += [(False, chunk) for chunk in found[1:]]
    return chunks


def _hold(before: str, after: str) -> bool:
    """Whether a line may not break at the space between these two."""
    return before in _OPENING or (after in _CLOSING and is_cjk(after))


def _words(text: str) -> list[tuple[bool, str]]:
    """`_chunks` of plain Latin text: its words, one that ends in an opening mark with the next."""
    chunks: list[tuple[bool, str]] = []
    for word in filter(None, text.split(" ")):
        if chunks and chunks[-1][1][-1] in _OPENING:
            chunks[-1] = (True, f"{chunks[-1][1]} {word}")
        else:
            chunks.append((True, word))
    return chunks
