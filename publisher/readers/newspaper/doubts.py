"""The decisions that were close, with the alternative and what spoke for each."""

from __future__ import annotations

from collections.abc import Sequence

from publisher.model import Doubt
from publisher.readers.newspaper.decisions import Decision
from publisher.readers.newspaper.evidence import ALWAYS, EVIDENCE
from publisher.readers.newspaper.labels import Tie
from publisher.readers.newspaper.roles import ROLE, TWIN, State
from publisher.readers.newspaper.views import View

_REASONS = 3  # a side


def listed(
    views: Sequence[View], decisions: Sequence[Decision], ties: Sequence[Tie], *, threshold: float
) -> tuple[Doubt, ...]:
    """One doubt for each decision with less confidence than `threshold`, in page order."""
    found = [
        Doubt(
            view.line.number,
            decision.role,
            ROLE[decision.rival],
            round(decision.confidence, 3),
            _because(view, decision.state, decision.rival),
        )
        for view, decision in zip(views, decisions, strict=True)
        if decision.rival is not None and decision.confidence < threshold
    ]
    found += [_tie(views[tie.index], tie) for tie in ties]
    return tuple(sorted(found, key=lambda doubt: doubt.line))


def _because(view: View, chosen: State, rival: State) -> tuple[str, ...]:
    chosen, rival = TWIN[chosen], TWIN[rival]
    weighed = sorted(
        (
            (EVIDENCE[name].weights.get(chosen, 0) - EVIDENCE[name].weights.get(rival, 0))
            * strength,
            EVIDENCE[name].reason,
        )
        for name, strength in view.features.items()
    )
    against = [f"for {ROLE[rival]}: it {reason}" for score, reason in weighed if score < -0.05]
    favour = [
        f"for {ROLE[chosen]}: it {reason}" for score, reason in reversed(weighed) if score > 0.05
    ]
    usual = ALWAYS.get(chosen, 0) - ALWAYS.get(rival, 0)
    if not favour and not against:
        common = chosen if usual >= 0 else rival
        favour = [
            f"for {ROLE[common]}: it is the commoner of the two, and the lines around allow both"
        ]
    return (*favour[:_REASONS], *against[:_REASONS])


def _tie(view: View, tie: Tie) -> Doubt:
    other = "after" if tie.side == "before" else "before"
    return Doubt(
        view.line.number,
        f"kicker standing {tie.side} its story",
        f"kicker standing {other} its story",
        0.5,
        (
            "it shares as many words with the story above as with the story below",
            "settle it with @kicker: or @kicker-after:",
        ),
    )
