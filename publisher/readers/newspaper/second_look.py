"""What shows only once a page has been read: stories that are odd as a whole.

Each finding becomes a feature of the lines in question (see `evidence`), and the page is read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from publisher.readers.newspaper.roles import State
from publisher.readers.newspaper.views import View

_BEGINS = (State.HEADLINE, State.OPENING)


def look_again(views: Sequence[View], states: Sequence[State]) -> bool:
    """Mark what is odd; True where something was."""
    odd = _stacked_pairs(views, states)
    for start, stop in _stories(states):
        odd |= _lone_subhead(views, states, start, stop)
        odd |= _two_bylines(views, states, start, stop)
    return odd


def _stories(states: Sequence[State]) -> Iterator[tuple[int, int]]:
    starts = [index for index, state in enumerate(states) if state in _BEGINS]
    yield from pairwise([*starts, len(states)])


def _lone_subhead(views: Sequence[View], states: Sequence[State], start: int, stop: int) -> bool:
    """Subheads come in twos and threes; one alone is often the next story's headline."""
    found = [
        index
        for index in range(start, stop)
        if states[index] is State.SUBHEAD and states[index - 1] is not State.SUBHEAD
    ]
    if len(found) != 1:
        return False
    views[found[0]].features["lone-subhead"] = 1
    return True


def _stacked_pairs(views: Sequence[View], states: Sequence[State]) -> bool:
    """Where subheads are set on two lines, a label over a headline may be one more of them."""
    pairs = list(pairwise(states))
    if (State.SUBHEAD, State.SUBHEAD) not in pairs:
        return False
    found = [at for at, pair in enumerate(pairs) if pair == (State.KICKER, State.HEADLINE)]
    for at in found:
        views[at].features["stacked-pair"] = views[at + 1].features["stacked-pair"] = 1
    return bool(found)


def _two_bylines(views: Sequence[View], states: Sequence[State], start: int, stop: int) -> bool:
    """Where a story is signed under its headline and again at its end, the second signature is that
    of another story, whose headline was missed."""
    tops = [index for index in range(start, stop) if states[index] is State.BYLINE]
    ends = [index for index in range(start, stop) if states[index] is State.END_BYLINE]
    if not tops or not ends:
        return False
    for view in views[tops[-1] + 1 : ends[0]]:
        if view.plain and not view.long and view.end != "closed":
            view.features["between-bylines"] = 1
    return True
