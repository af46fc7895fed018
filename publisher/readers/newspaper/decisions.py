"""Which reading of a page is the likeliest as a whole, and how sure each line of it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp

from publisher.readers.newspaper import evidence
from publisher.readers.newspaper.risks import risk
from publisher.readers.newspaper.roles import (
    ALLOWED,
    END,
    GROUPS,
    LONG,
    ROLE,
    STARTS,
    TWIN,
    State,
    table,
)
from publisher.readers.newspaper.second_look import look_again
from publisher.readers.newspaper.views import RARE, Habits, View
from publisher.readers.newspaper.viterbi import Scores, Step, Table, best_path

_EVERY: tuple[State, ...] = tuple(State)
_LONG_FURNITURE: tuple[State, ...] = (*LONG, State.FURNITURE, State.FURNITURE_BETWEEN)
_NOT_CREDITS: tuple[State, ...] = tuple(
    state for state in State if TWIN[state] not in (State.CREDIT, State.BYLINE, State.END_BYLINE)
)
# So that doubts (under 0.6) begin at a margin of 1.2: on pages with known readings two wrong
# decisions in three are closer than that, and one right one in eighty.
_SCALE = 3.0
_HOPELESS = 9.0  # a role this far behind another is not tried: no neighbour makes up for it
SHAKY = 0.6  # a decision under this is close, whatever threshold a publication sets for doubts
# How the line above ends, where an editor joins a line to it or begins a paragraph under it.
_SETTLED_ENDS = {"join": "broken", "paragraph": "closed"}
_SURE = 20.0  # beyond this margin the exponential says nothing more


@dataclass(frozen=True, slots=True)
class Decision:
    """What a line was read as, the likeliest other role (None where there is none), and the
    confidence in [0.5, 1]: the logistic of the margin between the two readings of the page."""

    state: State
    rival: State | None
    confidence: float

    @property
    def role(self) -> str:
        return ROLE[self.state]


def decide(views: Sequence[View], habits: Habits) -> list[Decision]:
    strict = any(view.line.mark == "headline" for view in views)
    tables = _tables(views, habits)
    steps = _path(views, tables, strict=strict)
    if look_again(views, [State(step.state) for step in steps]):
        steps = _path(views, tables, strict=strict)
    states = [State(step.state) for step in steps]
    return [
        Decision(
            states[index],
            None if step.rival is None else State(step.rival),
            _confidence(step.margin - risk(index, views, states, habits)),
        )
        for index, step in enumerate(steps)
    ]


def _confidence(margin: float) -> float:
    return 1 / (1 + exp(-max(0.0, min(margin, _SURE)) / _SCALE))


def _path(views: Sequence[View], tables: Sequence[Table], *, strict: bool) -> list[Step]:
    emissions = [_scores(view, strict=strict) for view in views]
    return best_path(emissions, tables, STARTS, END, GROUPS)


def _scores(view: View, *, strict: bool) -> Scores:
    states = _possible(view, strict=strict)
    if view.line.mark == "join":
        # What the line is depends on the one above it alone: its own looks tell nothing any more.
        return dict.fromkeys(states, 0.0)
    weights = dict(evidence.ALWAYS)
    for name, strength in view.features.items():
        for role, weight in evidence.EVIDENCE[name].weights.items():
            weights[role] = weights.get(role, 0.0) + weight * strength
    scores = {state: weights.get(TWIN[state], 0.0) for state in states}
    least = max(scores.values()) - _HOPELESS
    return {state: score for state, score in scores.items() if score >= least}


def _possible(view: View, *, strict: bool) -> tuple[State, ...]:
    mark = view.line.mark
    if mark is not None and mark in ALLOWED:
        return ALLOWED[mark]
    if view.long:
        return _LONG_FURNITURE if view.furniture else LONG
    states = _EVERY if view.names is not None else _NOT_CREDITS
    if strict:
        return tuple(state for state in states if state is not State.HEADLINE)
    return states


def _tables(views: Sequence[View], habits: Habits) -> list[Table]:
    return [
        table(
            ending(views[max(index - 1, 0)], view, habits),
            _gap(view, habits),
            jump=view.furniture == "jump",
            credited=bool(views[max(index - 1, 0)].tail),
            new_story=view.line.new_story,
        )
        for index, view in enumerate(views)
    ]


def ending(above: View, below: View, habits: Habits) -> str:
    """How `above` ends as text, seen from the line under it: on a hard-wrapped page a full line
    goes on in the next, and a short one that ends a sentence ends its paragraph. Where hardly any
    line breaks off, one that ends in a comma may be a slip of the pen: `pause`. An editor's mark on
    the lower line settles it."""
    if below.line.mark in _SETTLED_ENDS:
        return _SETTLED_ENDS[below.line.mark]
    if above.end == "broken" and "ends-pause" in above.features and habits.breaks < RARE:
        return "pause"
    if not habits.wrap or below.line.gap or above.end == "broken":
        return above.end
    if "full-line" not in above.features:
        return above.end
    if habits.parted:
        return "broken"
    return (
        "half" if below.line.indented else "broken" if "starts-lower" in below.features else "half"
    )


def _gap(view: View, habits: Habits) -> str:
    if view.line.gap > habits.gap:
        return "wide"
    return "tight" if view.line.gap < habits.gap else "usual"
