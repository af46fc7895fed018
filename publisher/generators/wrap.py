"""Plain text filled to a display width: a Chinese or Japanese character counts two columns.

Lines break at spaces and between CJK characters, but never before closing punctuation nor after
opening punctuation (kinsoku; JIS X 4051, CLREQ section 3.1.5).
"""

from __future__ import annotations

import re

from publisher.text import is_cjk

COLUMNS = 72

# One column each, and no break but at spaces: Latin letters, digits, dashes, quotation marks.
_PLAIN = re.compile("[ -~\u00a0-\u00ac\u00ae-\u024f\u2010-\u2027]*")
_LEFT_OPEN = re.compile("[([{<‘“] ")  # what follows an opening mark stays with it
_CLOSING = frozenset(
    ")]}>,.;:!?%、，。．；：！？）］｝〉》」』】〕〗〞’”…—～·‧々ーぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)
_OPENING = frozenset("([{<（［｛〈《「『【〔〖〝‘“")


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


def _is_simple(line: str) -> bool:
    """True for printable ASCII that is filled already: most lines are, so spare them the rest."""
    return line.isascii() and line.isprintable() and "  " not in line


def _filled(text: str, columns: int, first_columns: int) -> list[str]:
    plain = bool(_PLAIN.fullmatch(text))
    if plain and not _LEFT_OPEN.search(text):
        return _cut(" ".join(filter(None, text.split(" "))), columns, first_columns)
    measure = len if plain else width
    lines = [""]
    used = 0
    for space, chunk in _words(text) if plain else _chunks(text):
        wanted = measure(chunk)
        room = (first_columns if len(lines) == 1 else columns) - used
        if lines[-1] and wanted + space > room:
            lines.append(chunk)
            used = wanted
        else:
            gap = " " if space and lines[-1] else ""
            lines[-1] += gap + chunk
            used += wanted + len(gap)
    return lines


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
    space, before = False, ""
    for char in text:
        if char in " \t":  # a no-break or full-width space holds its neighbours together
            space = True
            continue
        if chunks and not _breakable(before, char, space):
            gap = " " if space else ""
            chunks[-1] = (chunks[-1][0], chunks[-1][1] + gap + char)
        else:
            chunks.append((space, char))
        space, before = False, char
    return chunks


def _words(text: str) -> list[tuple[bool, str]]:
    """`_chunks` of plain Latin text: its words, one that ends in an opening mark with the next."""
    chunks: list[tuple[bool, str]] = []
    for word in filter(None, text.split(" ")):
        if chunks and chunks[-1][1][-1] in _OPENING:
            chunks[-1] = (True, f"{chunks[-1][1]} {word}")
        else:
            chunks.append((True, word))
    return chunks


def _breakable(before: str, after: str, space: bool) -> bool:
    if after in _CLOSING and (not space or is_cjk(after)):
        return False
    if before in _OPENING:
        return False
    return space or is_cjk(before) or is_cjk(after)
