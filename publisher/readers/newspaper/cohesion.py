"""How much the text before and after a line is about the same thing: shared rare words.

Chinese is read as pairs of characters, other scripts as words; what stands in many lines of the
page says little and weighs little (inverse document frequency).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import log, sqrt

from publisher.readers.newspaper.lines import Line

_HAN_RUN = re.compile("[\u3040-\u30ff\u3400-\u9fff]{2,}")
_WORD = re.compile(r"[^\W\d_]{4,}")
_ENOUGH = 80  # terms a side, two or three sentences of Chinese
_REACH = 5  # lines each side: a story's own words recur within a few paragraphs


def terms(text: str) -> frozenset[str]:
    """The pairs of Chinese characters and the longer words of `text`, lower-case, word ends cut."""
    found = {run[at : at + 2] for run in _HAN_RUN.findall(text) for at in range(len(run) - 1)}
    if len(found) * 4 < len(text):
        found.update(
            word.casefold()[:6] for word in _WORD.findall(text) if word.isascii() or word < "\u2e80"
        )
    return frozenset(found)


class Topics:
    """The terms of each line of a page, in how many lines each stands, and what each is worth.

    Worths are whole numbers (thousandths), so that sums do not depend on the order of a set.
    """

    def __init__(self, lines: Sequence[Line]) -> None:
        self.terms = [terms(line.text) for line in lines]
        self.lines_with: Counter[str] = Counter()
        for found in self.terms:
            self.lines_with.update(found)
        total = len(lines) + 1
        self._worth_of_count = {
            count: round(1000 * log(total / count)) for count in set(self.lines_with.values())
        }

    def weigh(self, found: Iterable[str]) -> int:
        worth, lines_with = self._worth_of_count, self.lines_with
        return sum([worth[lines_with[term]] for term in found])

    def about(self, start: int, stop: int) -> frozenset[str]:
        """Everything that lines `start` to `stop` (exclusive) speak of."""
        return frozenset().union(*self.terms[max(start, 0) : max(stop, 0)])

    def likeness(self, before: frozenset[str], after: frozenset[str]) -> float:
        """In [0, 1]: the worth of what both sides speak of, by the geometric mean of their worths."""
        both = self.weigh(before) * self.weigh(after)
        return self.weigh(before & after) / sqrt(both) if both else 0.0

    def share(self, own: frozenset[str], said: frozenset[str]) -> float:
        """In [0, 1]: how much of what `own` speaks of is spoken of in `said` too."""
        known = [term for term in own if self.lines_with[term] > 1]
        worth = self.weigh(known)
        return self.weigh([term for term in known if term in said]) / worth if worth else 0.0

    def around(self, index: int) -> tuple[float, float, float, float]:
        """How like each other are both sides of a line; the line and what precedes it; the line and
        what follows; and how far to trust it all, which grows with the text on both sides."""
        before, after = self.about(index - _REACH, index), self.about(index + 1, index + 1 + _REACH)
        own = self.terms[index]
        trust = min(1.0, len(before) / _ENOUGH, len(after) / _ENOUGH)
        return (
            self.likeness(before, after),
            self.share(own, before),
            self.share(own, after),
            trust,
        )
