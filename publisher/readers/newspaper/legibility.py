"""Whether a page can be read at all: interleaved or garbled OCR is refused, never published."""

from __future__ import annotations

import re
from collections.abc import Sequence

from publisher.readers.newspaper.lines import Line

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
