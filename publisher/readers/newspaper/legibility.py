"""Whether a page can be read at all: interleaved or garbled OCR is refused, never published."""

from __future__ import annotations

import re
from collections.abc import Sequence

from publisher.readers.newspaper.cohesion import Topics, terms
from publisher.readers.newspaper.lines import Line, size_of
from publisher.readers.newspaper.views import text_end

_CLEAN = re.compile(
    r"^[(\"'“‘«\[—–-]*(?:[^\W\d_]+(?:['’.\-/–&@][^\W\d_]+)*['’]?|[$£€#]?\d[\d.,:/%–-]*[a-z]{0,3}|[^\W_]+)[.,;:!?)\"'”’»%\]…—–-]*$"
)
_MARKS_ALONE = frozenset("-–—&•·*|/+=…")
_LETTERS_ALONE = frozenset("aAIiyYoOàAéuUeE")
_HAN = re.compile("[\u2e80-\u9fff\uac00-\ud7af]")
_TOO_MUCH = 0.015  # clean pages have under 0.002 of such words, OCR of old newspapers 0.024 to 0.07
_FEW = 8  # garbled words that any page may have: a table of results, a formula
_TOO_DOUBTFUL = 0.4  # of the lines; pages that read well have under 0.1
_ENOUGH_LINES = 20
_GUTTER = re.compile(r"^(.*?\S)(?:\s{2,}|\t|\u3000)(\S.*)$")
_COLUMN = 11  # characters, less than the narrowest column has
_SIDES, _ENOUGH_SIDES = 0.5, 5  # of the lines; lines
_ALTERNATING = 8  # of pages with known readings none has so many, and four times as many as not
_BROKEN = 0.5  # of the lines of text; columns of a newspaper break nearly every line
_ENOUGH_WORDS = 150


def why_not(lines: Sequence[Line]) -> str:
    """What makes the page unreadable, empty where nothing does."""
    if any(line.mark == "headline" for line in lines):
        return ""
    words = [word for line in lines for word in line.text.split() if not _HAN.search(word)]
    letters = sum(len(line.text) for line in lines)
    replaced = sum(line.text.count("\ufffd") for line in lines)
    if replaced > 0.01 * letters:
        return f"{replaced} characters were lost before this file was saved"
    if len(words) < _ENOUGH_WORDS:
        return ""
    garbled = sum(map(_is_garbled, words))
    if garbled <= max(_FEW, _TOO_MUCH * len(words)):
        return ""
    return f"{garbled} of {len(words)} words are garbled, as in a scan that no one has corrected"


def interleaved(lines: Sequence[Line], topics: Topics) -> str:
    """What shows that two columns were read across, empty where nothing does.

    Either both stand side by side in each line; or they alternate, so that a line of text speaks of
    what the line after next does, and of other things than the next one.
    """
    if any(line.mark is not None for line in lines):
        return ""
    sides = sum(_two_columns(line.text) for line in lines)
    if sides >= _ENOUGH_SIDES and sides > _SIDES * len(lines):
        return f"{sides} of {len(lines)} lines hold a wide gap, as where columns stand side by side"
    near, far = _alternation(lines, topics)
    if far >= _ALTERNATING and far >= 4 * near:
        return f"in {far} places a line goes on in the line after next, as where columns are interleaved"
    return ""


def _two_columns(text: str) -> bool:
    found = _GUTTER.match(text)
    return found is not None and min(size_of(found[1]), size_of(found[2])) >= _COLUMN


def _alternation(lines: Sequence[Line], topics: Topics) -> tuple[int, int]:
    """Of each three lines of Chinese text: how often the first is more like the second, and how
    often more like the third; both 0 on pages whose lines mostly end with their sentences."""
    text = [line for line in lines if line.size >= _COLUMN and _HAN.search(line.text)]
    broken = sum(text_end(line.text) == "broken" for line in text)
    if broken < _BROKEN * len(text) or len(text) < len(lines) / 2:
        return 0, 0
    said = [terms(line.text) for line in text]
    near = far = 0
    for first, second, third in zip(said, said[1:], said[2:], strict=False):
        following, beyond = topics.likeness(first, second), topics.likeness(first, third)
        near += following > beyond
        far += beyond > following
    return near, far


def _is_garbled(word: str) -> bool:
    if word in _MARKS_ALONE:
        return False
    if len(bare := word.strip(".,;:!?")) == 1 and bare.isalpha():
        return bare not in _LETTERS_ALONE
    return not _CLEAN.match(word)


def too_doubtful(confidences: Sequence[float], threshold: float) -> str:
    """The same, once the lines have been read: columns that were interleaved fit no reading."""
    doubtful = sum(confidence < threshold for confidence in confidences)
    if len(confidences) < _ENOUGH_LINES or doubtful <= _TOO_DOUBTFUL * len(confidences):
        return ""
    return f"{doubtful} of {len(confidences)} lines can be read in two ways, as where columns are interleaved"
