"""Which decisions are wrong more often than their margins say, by how the page is built around them.

Each risk is taken off the margin between a reading and its best rival. On pages with known readings
one line in eight that was read as half of a stack was wrong though its margin was wide.
"""

from __future__ import annotations

from collections.abc import Sequence

from publisher.readers.newspaper.roles import State
from publisher.readers.newspaper.views import Habits, View

_LABEL = 5.5  # characters; a longer line over a headline may be the headline, and that its 副题


def risk(index: int, views: Sequence[View], states: Sequence[State], habits: Habits) -> float:
    """How much less sure the reading of line `index` is, in units of score."""
    view, state = views[index], states[index]
    if view.line.mark is not None:
        return 0.0
    return sum(
        amount
        for amount, holds in (
            (1.6, _stack(index, views, states)),
            (1.5, state is State.SUBHEAD and "lone-subhead" in view.features),
            (0.5, _fragment(index, views, states)),
            (1.0, state is State.HEADLINE and _undated(view, habits)),
        )
        if holds
    )


def _stack(index: int, views: Sequence[View], states: Sequence[State]) -> bool:
    """A line as long as a headline, read as the kicker of the line under it; and that line."""
    for at in (index, index - 1):
        pair = states[at : at + 2] if at >= 0 else ()
        if tuple(pair) == (State.KICKER, State.HEADLINE) and views[at].units > _LABEL:
            return True
    return False


def _fragment(index: int, views: Sequence[View], states: Sequence[State]) -> bool:
    """A short line read as the start of a broken paragraph could be a heading."""
    view = views[index]
    starts = states[index] in (State.PARAGRAPH, State.LEAD, State.OPENING)
    if not starts or view.long or view.end != "broken" or view.units > 24:
        return False
    below = views[index + 1 : index + 2]
    return not any("completes-word" in other.features for other in below)


def _undated(view: View, habits: Habits) -> bool:
    surely = view.features.keys() & {"before-dateline", "before-byline", "notice-words"}
    return habits.datelines and not surely and view.units <= 24
