"""What a line can be, and what may follow what.

A state is a role plus what the reader must remember: whether a sentence was left open when a label,
a picture or a jump line came between its halves (`..._BETWEEN`), and whether a first paragraph has
a headline above it (`LEAD`) or opens a story that has none (`OPENING`).
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

from publisher.readers.newspaper.viterbi import Table


class State(IntEnum):
    FURNITURE = 0
    KICKER = 1
    HEADLINE = 2
    HEADLINE_MORE = 3
    SUBHEADLINE = 4
    BYLINE = 5
    LEAD = 6
    OPENING = 7
    PARAGRAPH = 8
    CONTINUATION = 9
    SUBHEAD = 10
    SIGN_OFF = 11
    END_BYLINE = 12
    CAPTION = 13
    CAPTION_MORE = 14
    CREDIT = 15
    FURNITURE_BETWEEN = 16
    KICKER_BETWEEN = 17
    CAPTION_BETWEEN = 18
    CAPTION_MORE_BETWEEN = 19
    CREDIT_BETWEEN = 20


_S = State
# The role that a line is reported under; states with one name are no alternatives to each other.
ROLE: tuple[str, ...] = (
    "furniture",
    "kicker",
    "headline",
    "headline",
    "subheadline",
    "byline",
    "paragraph",
    "opening",
    "paragraph",
    "continuation",
    "subhead",
    "sign-off",
    "byline",
    "caption",
    "continuation",
    "credit",
    "furniture",
    "kicker",
    "caption",
    "continuation",
    "credit",
)
_NAMES = tuple(dict.fromkeys(ROLE))
GROUPS: tuple[int, ...] = tuple(_NAMES.index(name) for name in ROLE)
# States that are weighed alike (roles in `evidence`), by the state that stands for them.
TWIN: tuple[State, ...] = tuple(
    {
        _S.FURNITURE_BETWEEN: _S.FURNITURE,
        _S.KICKER_BETWEEN: _S.KICKER,
        _S.CAPTION_BETWEEN: _S.CAPTION,
        _S.CAPTION_MORE_BETWEEN: _S.CAPTION_MORE,
        _S.CREDIT_BETWEEN: _S.CREDIT,
    }.get(state, state)
    for state in State
)

NEVER = -12.0  # not forbidden: an editor's markup may force any sequence, and it must still be read

START: dict[State, float] = {
    _S.FURNITURE: 0,
    _S.HEADLINE: 0,
    _S.KICKER: -0.5,
    _S.CAPTION: -1.5,
    _S.OPENING: -2.5,
    _S.BYLINE: -4,
}
_NEW: dict[State, float] = {
    _S.HEADLINE: -0.3,
    _S.KICKER: -0.8,
    _S.FURNITURE: -0.3,
    _S.CAPTION: -1.2,
    _S.OPENING: -4,
}
_INTO_BODY: dict[State, float] = {_S.LEAD: 0, _S.CAPTION: -2}

FOLLOWS: dict[State, dict[State, float]] = {
    _S.FURNITURE: {
        **_NEW,
        _S.HEADLINE: 0,
        _S.KICKER: -0.3,
        _S.OPENING: -2.5,
        _S.PARAGRAPH: -2,
        _S.SUBHEAD: -1.5,
        _S.SIGN_OFF: -2.5,
        _S.END_BYLINE: -2,
        _S.CREDIT: -3,
        _S.CONTINUATION: -5,
    },
    _S.KICKER: {
        _S.KICKER: -0.3,
        _S.HEADLINE: 0,
        _S.CAPTION: -0.5,
        _S.OPENING: -2,
        _S.FURNITURE: -0.8,
        _S.PARAGRAPH: -2.5,
        _S.SUBHEAD: -4,
    },
    _S.HEADLINE: {
        **_INTO_BODY,
        _S.HEADLINE_MORE: -1,
        _S.SUBHEADLINE: -1.3,
        _S.BYLINE: 0,
        _S.FURNITURE: -2.5,
        _S.CREDIT: -2,
        _S.HEADLINE: -4.5,
        _S.KICKER: -5,
        _S.SUBHEAD: -3.5,
    },
    _S.HEADLINE_MORE: {
        **_INTO_BODY,
        _S.HEADLINE_MORE: -2.5,
        _S.SUBHEADLINE: -1.5,
        _S.BYLINE: 0,
        _S.HEADLINE: -5,
        _S.FURNITURE: -3,
    },
    _S.SUBHEADLINE: {
        **_INTO_BODY,
        _S.SUBHEADLINE: -1.5,
        _S.BYLINE: 0,
        _S.HEADLINE: -5,
        _S.SUBHEAD: -3.5,
        _S.FURNITURE: -3,
    },
    _S.BYLINE: {
        **_INTO_BODY,
        _S.BYLINE: -0.3,
        _S.SUBHEADLINE: -2,
        _S.CREDIT: -0.5,
        _S.SUBHEAD: -3,
        _S.HEADLINE: -5,
        _S.FURNITURE: -2.5,
    },
    _S.SUBHEAD: {
        _S.PARAGRAPH: 0,
        _S.SUBHEAD: -2,
        _S.CAPTION: -3,
        _S.FURNITURE: -3,
        _S.KICKER: -5,
        _S.HEADLINE: -6,
    },
    _S.SIGN_OFF: {**_NEW, _S.SIGN_OFF: 1.5, _S.PARAGRAPH: -3.5},
    _S.END_BYLINE: {
        **_NEW,
        _S.HEADLINE: 0,
        _S.END_BYLINE: -0.5,
        _S.CREDIT: -0.5,
        _S.PARAGRAPH: -4,
        _S.CAPTION: -0.8,
    },
    _S.CREDIT: {
        **_NEW,
        _S.HEADLINE: 0,
        _S.CREDIT: -0.5,
        _S.PARAGRAPH: -1.2,
        _S.LEAD: -3,
        _S.SUBHEAD: -2,
        _S.END_BYLINE: -1,
        _S.CAPTION: -0.8,
        _S.SIGN_OFF: -4,
    },
    _S.FURNITURE_BETWEEN: {
        _S.CONTINUATION: 0.3,
        _S.FURNITURE_BETWEEN: -0.3,
        _S.KICKER_BETWEEN: -1,
        _S.CAPTION_BETWEEN: -2,
    },
    _S.KICKER_BETWEEN: {_S.CONTINUATION: 0.3, _S.KICKER_BETWEEN: -0.3, _S.FURNITURE_BETWEEN: -1},
    _S.CREDIT_BETWEEN: {
        _S.CONTINUATION: 0.3,
        _S.CREDIT_BETWEEN: -1,
        _S.CAPTION_BETWEEN: -2,
        _S.KICKER_BETWEEN: -2,
    },
}
# After a line of text that ends a sentence, that may (`；`, `:`), and that breaks off.
_CLOSED: dict[State, float] = {
    **_NEW,
    _S.PARAGRAPH: 0,
    _S.SUBHEAD: -0.9,
    _S.CREDIT: -2,
    _S.END_BYLINE: -0.5,
    _S.SIGN_OFF: -1.8,
    _S.CONTINUATION: -4.5,
}
_HALF: dict[State, float] = {
    **_CLOSED,
    _S.PARAGRAPH: -0.4,
    _S.CONTINUATION: -2.3,
    _S.HEADLINE: -2,
    _S.KICKER: -2,
    _S.SUBHEAD: -2,
    _S.OPENING: -5,
}
_BROKEN: dict[State, float] = {
    _S.CONTINUATION: 0,
    _S.FURNITURE_BETWEEN: -0.8,
    _S.KICKER_BETWEEN: -1.5,
    _S.CAPTION_BETWEEN: -3,
    _S.CREDIT_BETWEEN: -6,
    _S.PARAGRAPH: -4,
    _S.FURNITURE: -4,
    _S.HEADLINE: -4.5,
    _S.KICKER: -4.5,
    _S.SUBHEAD: -4.5,
    _S.CREDIT: -3.5,
    _S.END_BYLINE: -3,
    _S.SIGN_OFF: -3.5,
    _S.CAPTION: -4.5,
    _S.OPENING: -6,
}
_PAUSE: dict[State, float] = {**_BROKEN, _S.PARAGRAPH: 1.2}
_TEXT = {"closed": _CLOSED, "half": _HALF, "broken": _BROKEN, "pause": _PAUSE}
_CAPTION = {
    "closed": {_S.CREDIT: 0.0, _S.CAPTION: -1.5, _S.CAPTION_MORE: -4.5},
    "half": {_S.CREDIT: 0.0, _S.CAPTION: -2.0, _S.CAPTION_MORE: -1.0},
    "broken": {_S.CAPTION_MORE: 0.0, _S.CREDIT: -0.7, _S.CAPTION: -4.0},
}
_CAPTION["pause"] = _CAPTION["broken"]
_CAPTION_ALONE = 3.2  # a caption that no credit follows is hardly ever one

# A gap that is wider, or narrower, than the page's usual one: what it makes likelier.
_WIDE: dict[State, float] = {
    _S.HEADLINE: 1.2,
    _S.KICKER: 0.8,
    _S.CAPTION: 1.2,
    _S.OPENING: 1.5,
    _S.SUBHEAD: 0.5,
    _S.PARAGRAPH: -0.8,
    _S.CONTINUATION: -1.2,
    _S.HEADLINE_MORE: -1.5,
}
_TIGHT: dict[State, float] = {
    _S.HEADLINE_MORE: 1.2,
    _S.SUBHEADLINE: 0.8,
    _S.CONTINUATION: 0.8,
    _S.CREDIT: 0.4,
    _S.HEADLINE: -0.4,
    _S.CAPTION: -0.5,
    _S.OPENING: -1,
}
_TIGHT_PAIR = {
    (_S.KICKER, _S.KICKER): 1.2,
    (_S.KICKER, _S.HEADLINE): 1.2,
    (_S.SIGN_OFF, _S.SIGN_OFF): 0.5,
    (_S.SUBHEAD, _S.SUBHEAD): 1.5,
    (_S.KICKER_BETWEEN, _S.KICKER_BETWEEN): 1.2,
}

_BEGINS = {_S.HEADLINE, _S.KICKER, _S.OPENING, _S.CAPTION, _S.FURNITURE, _S.LEAD}


@lru_cache(maxsize=64)
def table(end: str, gap: str, *, jump: bool, credited: bool, new_story: bool) -> Table:
    """Scores of going from one line's state to the next one's.

    `end` says how the upper line ends as text: closed, half or broken; `gap` how far apart they
    stand: wide, usual or tight; `jump` that the lower one is a jump line, which may cut a sentence
    for good; `credited` that the upper one ends in a credit; `new_story` that an editor put `---`
    between them.
    """
    rows = [[NEVER] * len(State) for _ in State]
    for origin in State:
        for target, score in _exits(origin, end, credited=credited).items():
            rows[origin][target] = score
    if jump:
        for origin in (_S.LEAD, _S.OPENING, _S.PARAGRAPH, _S.CONTINUATION):
            rows[origin][_S.FURNITURE] = max(rows[origin][_S.FURNITURE], -1.0)
    by_gap = {"wide": _WIDE, "tight": _TIGHT}.get(gap, {})
    for row in rows:
        for target, score in by_gap.items():
            row[target] += score
    if gap == "tight":
        for (origin, target), score in _TIGHT_PAIR.items():
            rows[origin][target] += score
    if new_story:
        rows = [_fresh_row() for _ in State]
    return rows


def _fresh_row() -> list[float]:
    return [START.get(state, NEVER) for state in State]


def _exits(origin: State, end: str, *, credited: bool) -> dict[State, float]:
    if origin in (_S.LEAD, _S.OPENING, _S.PARAGRAPH, _S.CONTINUATION):
        return _TEXT[end]
    if origin in (_S.CAPTION, _S.CAPTION_MORE):
        onward = dict(_CAPTION[end])
        cost = 0.0 if credited else _CAPTION_ALONE
        for target, score in {**_NEW, _S.PARAGRAPH: -1.2}.items():
            onward[target] = max(onward.get(target, NEVER), score - cost)
        return onward
    if origin in (_S.CAPTION_BETWEEN, _S.CAPTION_MORE_BETWEEN):
        onward = {BETWEEN[target]: score for target, score in _CAPTION[end].items()}
        return {**onward, _S.CONTINUATION: 0.0 if credited else -_CAPTION_ALONE}
    return FOLLOWS[origin]


BETWEEN: dict[State, State] = {
    _S.CREDIT: _S.CREDIT_BETWEEN,
    _S.CAPTION: _S.CAPTION_BETWEEN,
    _S.CAPTION_MORE: _S.CAPTION_MORE_BETWEEN,
}
END: tuple[float, ...] = tuple(
    {
        _S.HEADLINE: -4.0,
        _S.HEADLINE_MORE: -4.0,
        _S.SUBHEADLINE: -4.0,
        _S.SUBHEAD: -5.0,
        _S.BYLINE: -3.0,
    }.get(state, -5.0 if TWIN[state] != state else 0.0)
    for state in State
)
STARTS: tuple[float, ...] = tuple(_fresh_row())

# What an editor's mark allows a line to be.
ALLOWED: dict[str, tuple[State, ...]] = {
    "headline": (_S.HEADLINE, _S.HEADLINE_MORE),
    "subhead": (_S.SUBHEAD,),
    "kicker": (_S.KICKER, _S.KICKER_BETWEEN),
    "kicker-after": (_S.KICKER, _S.KICKER_BETWEEN),
    "sub": (_S.SUBHEADLINE,),
    "by": (_S.BYLINE, _S.END_BYLINE),
    "credit": (_S.CREDIT, _S.CREDIT_BETWEEN),
    "join": (_S.CONTINUATION, _S.HEADLINE_MORE, _S.CAPTION_MORE),
    "paragraph": (_S.PARAGRAPH, _S.LEAD, _S.OPENING),
    "omit": (_S.FURNITURE, _S.FURNITURE_BETWEEN),
}
LONG: tuple[State, ...] = (
    _S.LEAD,
    _S.OPENING,
    _S.PARAGRAPH,
    _S.CONTINUATION,
    _S.CAPTION,
    _S.CAPTION_MORE,
    _S.CAPTION_BETWEEN,
    _S.CAPTION_MORE_BETWEEN,
)
