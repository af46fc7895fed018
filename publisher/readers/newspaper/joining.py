"""How lines become a paragraph, and how a broken word is made whole (newspaper text, rule 8)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from publisher.readers.newspaper.lines import Line
from publisher.text import is_cjk

_WORD_LENGTH = 40  # characters, more than words have
_LINE_END_HYPHEN = re.compile(r"([^\W\d_]+)-$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_WORD_WITH_HYPHEN = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_PLAIN_WORD = re.compile(r"[^\W_]+")


class Words:
    """The words that a page attests, to settle whether a hyphen or a space belongs at a break."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._hyphened: frozenset[str] | None = None
        self._plain: frozenset[str] = frozenset()

    def _read(self) -> None:
        if self._hyphened is None:
            text = "\n".join(line.text for line in self._lines).casefold()
            self._hyphened = frozenset(_WORD_WITH_HYPHEN.findall(text))
            self._plain = frozenset(_PLAIN_WORD.findall(text))

    def keeps_hyphen(self, left: str, right: str) -> bool:
        """A hyphen at a line's end stays where the page has the word with it and not without it,
        and before a capital; else it is the typesetter's."""
        self._read()
        if right[:1].isupper() and not left.isupper():
            return True
        joined = (left + right).casefold()
        return f"{left}-{right}".casefold() in (self._hyphened or ()) and joined not in self._plain

    def one_word(self, left: str, right: str) -> bool:
        self._read()
        return (left + right).casefold() in self._plain


def join(lines: Sequence[Line], words: Words) -> str:
    """The lines as one run of text: Chinese with nothing between, other scripts with a space."""
    parts = [line.text for line in lines[:1]]
    for before, line in pairwise(lines):
        parts[-1], glue = _join(before.text, line.text, words, spaced=before.spaced)
        parts += (glue, line.text)
    return "".join(parts)


def _join(text: str, more: str, words: Words, *, spaced: bool) -> tuple[str, str]:
    """`text` as it stays before `more`, and what stands between them."""
    left, right = text[-1], more[0]
    if is_cjk(left) or is_cjk(right):
        return text, ""
    hyphen = _LINE_END_HYPHEN.search(text[-_WORD_LENGTH:])
    follower = _FIRST_WORD.match(more)
    if hyphen and follower:
        return (text, "") if words.keeps_hyphen(hyphen[1], follower[0]) else (text[:-1], "")
    if _chinese_around(text, more):
        letters = left.isalpha() and right.isalpha()
        return text, " " if letters and (spaced or _two_words(text, more, words)) else ""
    return text, " "


def glue(text: str, more: str) -> str:
    """What stands between two paragraphs set in one run: nothing in Chinese, else a space."""
    return "" if _chinese_around(text, more) else " "


def _chinese_around(text: str, more: str) -> bool:
    """The break falls within Latin letters or digits of Chinese text, which is set without regard to them."""
    return any(map(is_cjk, text[-12:])) or any(map(is_cjk, more[:12]))


def _two_words(text: str, more: str, words: Words) -> bool:
    left = re.search(r"[^\W\d_]+$", text[-_WORD_LENGTH:])
    right = _FIRST_WORD.match(more)
    return not (left and right and words.one_word(left[0], right[0]))
