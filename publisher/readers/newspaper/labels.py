"""Which story a column label belongs to: the one above it, or the one below.

Markup decides, then the publication's setting, then how closely the label stands, then a vote of
the page's labels by the terms that they share with the stories above and below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from publisher.readers.newspaper.cohesion import Topics
from publisher.readers.newspaper.stories import Label, Sketch
from publisher.readers.newspaper.views import View

Side = Literal["before", "after"]  # the label stands before its story, or after it
_LABEL_SIZE = 8.5  # longer lines above a headline are its kicker (引题), not a column's label
_TIE = 0.12


@dataclass(frozen=True, slots=True)
class Tie:
    """A label that nothing decides: its first line and where it was put."""

    index: int
    side: Side


def attach(
    labels: Sequence[Label],
    views: Sequence[View],
    topics: Topics,
    setting: Literal["auto", "before", "after"],
) -> list[Tie]:
    """Give every label to its story; returns the ties."""
    sides = [_certain(label, views, setting) for label in labels]
    votes = [
        _vote(label, topics) if side is None else 0.0
        for label, side in zip(labels, sides, strict=True)
    ]
    total = sum(votes) + sum(map(_edge_vote, labels))
    ties: list[Tie] = []
    for label, side in zip(labels, sides, strict=True):
        chosen = side or ("before" if total > 0 else "after")
        if side is None and abs(total) < _TIE:
            ties.append(Tie(label.lines[0], chosen))
        _give(label, chosen)
    return ties


def _give(label: Label, side: Side) -> None:
    story = label.below if side == "before" else label.above
    story = story or label.below or label.above
    if story is not None:
        story.kickers = sorted([*story.kickers, *label.lines])


def _certain(label: Label, views: Sequence[View], setting: str) -> Side | None:
    marks = {views[index].line.mark for index in label.lines}
    if label.below is None or "kicker-after" in marks:
        return "after"
    if label.above is None or "kicker" in marks or label.above is label.below:
        return "before"
    if setting == "before" or views[label.lines[-1]].units > _LABEL_SIZE:
        return "before"
    return "after" if setting == "after" else _nearer(label, views)


def _nearer(label: Label, views: Sequence[View]) -> Side | None:
    below = label.lines[-1] + 1
    gap_above = views[label.lines[0]].line.gap
    gap_below = views[below].line.gap if below < len(views) else gap_above
    if gap_above == gap_below:
        return None
    return "before" if gap_below < gap_above else "after"


def _edge_vote(label: Label) -> float:
    """A label above the first story, or under the last one, shows what the paper does."""
    if label.above is None:
        return 0.5
    return -0.5 if label.below is None else 0.0


def _vote(label: Label, topics: Topics) -> float:
    """Above 0 for the story below, under 0 for the story above."""
    own = frozenset().union(*(topics.terms[index] for index in label.lines))
    return _shared(own, label.below, topics) - _shared(own, label.above, topics)


def _shared(own: frozenset[str], story: Sketch | None, topics: Topics) -> float:
    if story is None:
        return 0.0
    said = frozenset().union(*(topics.terms[index] for index in story.text_lines()))
    return topics.share(own, said)
