"""What there is to see around each line: its neighbours, the text above that it may complete, and
whether both sides speak of the same thing. Adds to the features of each view (see `evidence`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from math import log

from publisher.readers.newspaper import bylines
from publisher.readers.newspaper.cohesion import Topics, terms
from publisher.readers.newspaper.views import QUOTES, RARE, Habits, View, open_quotes
from publisher.text import is_cjk

# Likeness of both sides of a headline: median 0.02, nine in ten under 0.04; of a subhead: 0.05, 0.02.
_AS_LIKE = 0.04
_ROW = re.compile("^[^：:。，,“”]{2,10}[：:](?!\\d\\d\\b)[^：:。！？，,“”]{2,16}$")
_SPEAKS = re.compile("[。！？“”：]")
_LABEL = 6  # characters
_CAPTIONS = 8  # over one credit, at most
_VERSE = 5  # short lines; a headline with 引题, 副题 and two lines of label has that many at most


def surroundings(views: Sequence[View], habits: Habits, topics: Topics) -> None:
    _page_top(views)
    if not habits.datelines:
        _bare_names(views)
    _neighbour_features(views)
    _stacks(views, habits)
    _runs(views)
    _tables(views)
    _captions(views)
    _parallels(views)
    _sign_offs(views)
    _broken_text_features(views, habits, topics)
    _lead_features(views, topics)
    _topic_features(views, topics)


def _page_top(views: Sequence[View]) -> None:
    """Above the first story stand the paper's name, the date and what the page is about."""
    for view, below in pairwise(views):
        if view.furniture in ("head", "date"):
            view.features["page-top"] = 1
        elif not view.furniture:
            if not (view.plain and view.units <= _LABEL and below.furniture) or below.line.gap:
                return
            view.features["over-furniture"] = 1


def _bare_names(views: Sequence[View]) -> None:
    """A name alone on the line between a headline and the text."""
    for index, (above, view, below) in enumerate(zip(views, views[1:], views[2:], strict=False)):
        heading = above.plain and not above.long and above.end == "broken" and above.units > 1.5
        if not (view.plain and heading and below.plain and below.long) or view.line.mark:
            continue
        if below.tail or _credit_under(views, index + 2):
            continue  # two lines of label over a caption
        view.names = bylines.bare_name(view.line.text)
        if view.names is not None:
            view.features["bare-name"] = 1


def _sign_offs(views: Sequence[View]) -> None:
    """An office and a date under it close a notice; that date is not the page's."""
    for above, view in pairwise(views):
        if view.furniture != "date":
            continue
        if "sender" in above.features:
            view.features["after-sender"] = 1
        if above.plain and not above.long:
            above.features["before-date"] = 1


def _stacks(views: Sequence[View], habits: Habits) -> None:
    """Short lines that stand close above a story's text: 引题, headline and 副题."""
    run: list[View] = []
    for view in views:
        heading = view.plain and 5 < view.units <= 34 and view.end == "broken"
        if run and (not heading or view.line.gap >= max(habits.gap, 1)):
            if not heading and (view.long or _begins_story(view)):
                _mark_stack(run)
            run = []
        if heading:
            run.append(view)


def _begins_story(view: View) -> bool:
    return view.opening is not None or (view.names is not None and not view.names.credits)


def _mark_stack(run: Sequence[View]) -> None:
    if len(run) == 2:
        run[0].features["pair-first"] = run[1].features["pair-last"] = 1
    elif len(run) == 3:
        for view, place in zip(run, ("first", "middle", "last"), strict=True):
            view.features[f"stack-{place}"] = 1


def _runs(views: Sequence[View]) -> None:
    """More short lines in a row than any heading has: verse, or a table of results."""
    run: list[View] = []
    for view in (*views, None):
        if view is not None and view.plain and not view.long and view.end != "closed":
            run.append(view)
            continue
        if len(run) >= _VERSE:
            for one in run[1:]:
                one.features["in-run"] = 1
            for one in run:
                one.end = "half"  # verse is whole without stops
        run = []


def _tables(views: Sequence[View]) -> None:
    """Lines of `this: that` under one another are the rows of a table, whole without stops."""
    rows = [view.plain and not view.long and bool(_ROW.match(view.line.text)) for view in views]
    for index, view in enumerate(views):
        announced = index > 0 and "ends-colon" in views[index - 1].features
        if rows[index] and (any(rows[max(index - 1, 0) : index]) or announced):
            for at in (index, index - 1) if rows[index - 1] else (index,):
                views[at].features["table-row"] = 1
            view.end = "half"


def _captions(views: Sequence[View]) -> None:
    """Several captions of one sentence each over one credit."""
    for index, view in enumerate(views):
        if "credit-below" not in view.features:
            continue
        run = [view]
        for above in reversed(views[max(0, index - _CAPTIONS) : index]):
            if not _one_sentence(above):
                break
            run.append(above)
        if len(run) > 2 and _one_sentence(view):
            for one in run:
                one.features["captions-run"] = 1


def _one_sentence(view: View) -> bool:
    shown = view.plain and not view.latin and view.end == "closed" and view.units <= 30
    return shown and view.opening is None and not _SPEAKS.search(view.line.text[:-1])


def _parallels(views: Sequence[View]) -> None:
    """Subheads of one story are often of one length."""
    recent: list[View] = []
    for view in views:
        if not view.plain or view.long or view.end == "closed" or view.latin or view.units < 3:
            continue
        for other in recent[-2:]:
            if other.units == view.units:
                other.features["parallel"] = view.features["parallel"] = 1
        recent.append(view)


def _neighbour_features(views: Sequence[View]) -> None:
    for index, view in enumerate(views):
        below = next((other for other in views[index + 1 : index + 4] if not other.furniture), None)
        if below is None or view.long:
            _mark_caption(views, index)
            continue
        after_byline = next((other for other in views[index + 1 : index + 5] if other.plain), None)
        if _begins_story(below) and below.opening is None:
            view.features["before-byline"] = 1
        if after_byline is not None and after_byline.opening is not None:
            view.features["before-dateline"] = 1
        elif below.long or "ends-sentence" in below.features or "full-line" in below.features:
            view.features["before-text"] = 1
        elif below.names is None and not view.furniture:
            view.features["before-short"] = 1
        _mark_caption(views, index)


def _credit_under(views: Sequence[View], index: int) -> bool:
    return any(
        other.names is not None and bool(other.names.credits) and not other.names.people
        for other in views[index + 1 : index + 2]
    )


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
                view.features.pop("strange-pair", None)
            else:
                view.features["strange-pair"] = 1
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
        elif below.features.keys() & {"starts-opener", "starts-quote", "starts-number"}:
            view.features["before-opener"] = 1
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
