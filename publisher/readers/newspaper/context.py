"""What there is to see around each line: its neighbours, the text above that it may complete, and
whether both sides speak of the same thing. Adds to the features of each view (see `evidence`)."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from publisher.readers.newspaper.cohesion import Topics, terms
from publisher.readers.newspaper.views import QUOTES, RARE, Habits, View, open_quotes
from publisher.text import is_cjk

# Likeness of both sides of a headline: median 0.02, nine in ten under 0.04; of a subhead: 0.05, 0.02.
_AS_LIKE = 0.04


def surroundings(views: Sequence[View], habits: Habits, topics: Topics) -> None:
    _neighbour_features(views)
    _broken_text_features(views, habits, topics)
    _lead_features(views, topics)
    _topic_features(views, topics)


def _neighbour_features(views: Sequence[View]) -> None:
    at_top = True
    for index, view in enumerate(views):
        at_top = at_top and bool(view.furniture)
        if at_top and view.furniture in ("head", "date"):
            view.features["page-top"] = 1
        below = next((other for other in views[index + 1 : index + 4] if not other.furniture), None)
        if below is None or view.long:
            _mark_caption(views, index)
            continue
        after_byline = next((other for other in views[index + 1 : index + 5] if other.plain), None)
        if after_byline is not None and after_byline.opening is not None:
            view.features["before-dateline"] = 1
        elif below.long or "ends-sentence" in below.features or "full-line" in below.features:
            view.features["before-text"] = 1
        elif below.names is None:
            view.features["before-short"] = 1
        _mark_caption(views, index)


def _mark_caption(views: Sequence[View], index: int) -> None:
    ahead = 1 if views[index].end != "broken" else 2
    for other in views[index + 1 : index + 1 + ahead]:
        if other.names is not None and other.names.credits and not other.names.people:
            views[index].features["credit-below"] = 1


def _broken_text_features(views: Sequence[View], habits: Habits, topics: Topics) -> None:
    """Whether a line completes what the nearest text above it left open: a word, or a quotation."""
    above: View | None = None
    last_long: View | None = None
    depth: list[str] = []
    for view in views:
        for earlier in (above, last_long):
            if (
                earlier is not None
                and earlier.end == "broken"
                and _joins(earlier.line.text, view.line.text)
            ):
                view.features["completes-word"] = 1
        if habits.breaks >= RARE and any(
            earlier is not None and "ends-pause" in earlier.features
            for earlier in (above, last_long)
        ):
            view.features["after-pause"] = 1
        if depth and _closes_first(view.line.text, depth[-1]):
            view.features["closes-quote"] = 1
        if not view.plain:
            continue
        depth = open_quotes(
            view.line.text, depth if above is not None and above.end == "broken" else []
        )
        if depth and view.end == "closed":
            view.end = "half"
        above = view
        if view.units > 12:
            last_long = view
    _mark_known_words(views, topics)


def _joins(earlier: str, later: str) -> bool:
    return earlier[-1].isdigit() and later[0].isdigit()


def _closes_first(text: str, closer: str) -> bool:
    opener = next(left for left, right in QUOTES.items() if right == closer)
    closes = text.find(closer)
    return closes >= 0 and not 0 <= text.find(opener) < closes


def _mark_known_words(views: Sequence[View], topics: Topics) -> None:
    """How often the pair of characters across a break stands elsewhere on the page: of true breaks
    55% have such a pair and 32% one that stands there thrice; of other line ends hardly any."""
    above: View | None = None
    last_long: View | None = None
    for view in views:
        for earlier in (above, last_long):
            if earlier is None or earlier.end != "broken" or "completes-word" in view.features:
                continue
            across = earlier.line.text[-1] + view.line.text[0]
            if not (is_cjk(across[0]) and is_cjk(across[1]) and across.isalpha()):
                continue
            if across in topics.lines_with:
                view.features["completes-word"] = min(topics.lines_with[across], 4) / 4 + 0.5
        if view.plain:
            above = view
            if view.units > 12:
                last_long = view


def _lead_features(views: Sequence[View], topics: Topics) -> None:
    """A headline is told again in the sentence under it; and news begins by saying when."""
    for index, view in enumerate(views):
        if view.long or not view.plain:
            continue
        below = next((other for other in views[index + 1 : index + 5] if other.plain), None)
        if below is None:
            continue
        if "starts-when" in below.features:
            view.features["before-when"] = 1
        own = topics.terms[index]
        if len(own) > 2 and (view.latin or view.units > 13):
            view.features["told-below"] = len(own & terms(below.line.text[:160])) / len(own)


def _topic_features(views: Sequence[View], topics: Topics) -> None:
    for index, view in enumerate(views):
        if (
            view.long
            or not view.plain
            or "ends-sentence" in view.features
            or view.opening is not None
        ):
            continue
        around, before, after, trust = topics.around(index)
        if view.latin:
            trust *= 0.4
        seen = view.features
        lean = log((around + 0.005) / _AS_LIKE)
        if lean < 0:
            seen["turns"] = trust * min(1.0, -lean)
        else:
            seen["stays"] = trust * min(1.0, lean)
        if before:
            seen["about-before"] = before * trust
        if after:
            seen["about-after"] = after * trust
