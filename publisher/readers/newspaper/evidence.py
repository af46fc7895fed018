"""What speaks for and against each reading of a line: the weights, and the reason for each.

A feature is present in a line with a strength (mostly 1); its weight is added to the score of each
role named. Figures in the reasons are from 10,903 printed headlines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from publisher.readers.newspaper.roles import State

F, K, H, M, D, B = (
    State.FURNITURE,
    State.KICKER,
    State.HEADLINE,
    State.HEADLINE_MORE,
    State.SUBHEADLINE,
    State.BYLINE,
)
L, O, P, C, S = State.LEAD, State.OPENING, State.PARAGRAPH, State.CONTINUATION, State.SUBHEAD  # noqa: E741
G, E, X, Y, R = State.SIGN_OFF, State.END_BYLINE, State.CAPTION, State.CAPTION_MORE, State.CREDIT


@dataclass(frozen=True, slots=True)
class Evidence:
    """`reason` completes "this line ..."; `weights` by role."""

    reason: str
    weights: Mapping[State, float]


ALWAYS: Mapping[State, float] = {
    F: -3.6,
    K: -0.8,
    M: -1,
    D: -0.9,
    B: -6,
    G: -2.8,
    E: -6,
    R: -7,
    X: -0.9,
    S: -0,
}

EVIDENCE: dict[str, Evidence] = {
    # How long it is. Headlines: median 12-13 characters, p5 6, p95 24, p99 31.
    "tiny": Evidence(
        "is very short",
        {H: -4, M: -3, D: -4, S: -1.5, K: 0, L: -3, O: -4, P: -3, X: -4, G: 0, C: -1.2},
    ),
    "label-length": Evidence(
        "is as short as a label (under 5% of headlines are)",
        {H: -1.6, M: -1, D: -2.5, K: 1.6, S: -0.2, L: -3, O: -4, P: -2.9, X: -4, G: 0.6, C: -1.2},
    ),
    "short": Evidence(
        "is shorter than most headlines",
        {
            H: -1.5,
            M: -0.7,
            D: -2,
            K: 0.4,
            S: 1.8,
            L: -2.6,
            O: -3.5,
            P: -2.3,
            X: -3.5,
            G: 0.3,
            C: -1.1,
        },
    ),
    "subhead-length": Evidence(
        "is as short as a subhead",
        {H: 2, M: -0.1, D: -0.2, S: 0.4, K: -0.5, L: -2.1, O: -3, P: -2.1, X: -1.8, C: -0.7},
    ),
    "headline-length": Evidence(
        "is as long as most headlines",
        {H: 0.6, M: 0.2, D: 0.6, S: -0.7, K: -0.8, L: -1.6, O: -3, P: -1.3, X: -1.9, C: -0.3},
    ),
    "long-headline": Evidence(
        "is as long as the longest headlines",
        {H: 0.4, D: 0.2, S: -1.5, K: -3, L: -1.2, O: -2.5, P: -1.1, X: -1, M: -0.5},
    ),
    "sentence-length": Evidence(
        "is longer than 99 in 100 headlines",
        {H: -2.5, M: -3, D: -1, S: -4, K: -5, G: -4, L: -0.4, O: -0.5, P: -0.9, X: -0.3},
    ),
    "subhead-words": Evidence("is longer than subheads are", {S: -1}),
    "two-words": Evidence(
        "has only a word or two",
        {H: -2.1, M: -1, D: -2.5, K: 0.8, S: 1.5, L: -3, O: -4, P: -2.9, X: -4, G: 0, C: -1.2},
    ),
    "three-words": Evidence(
        "has three words", {H: 0.3, M: -0.3, D: -1.5, K: 0, S: 0.5, L: -2.8, O: -3.5, P: -2, X: -3}
    ),
    "headline-words": Evidence(
        "has as many words as most headlines",
        {H: 2.1, M: 0.8, D: 0.3, S: -0.9, K: -1.8, L: -2, O: -2.5, P: -1.7, X: -1.5, C: -0.8},
    ),
    "many-words": Evidence(
        "has as many words as the longest headlines",
        {H: 0, D: 0.3, S: -2, K: -3, L: -1.8, O: -2, P: -1.3, X: -0.8, M: -0.5},
    ),
    "kicker-words": Evidence("is longer than labels are", {K: -0.6}),
    # How it ends and begins.
    "ends-sentence": Evidence(
        "ends like a sentence (half of one percent of headlines do)",
        {
            H: -3.1,
            M: -3,
            D: -2,
            K: -4,
            S: -3.6,
            G: -2,
            L: 1.6,
            O: 1.1,
            P: 1.6,
            X: 1.3,
            C: 1.9,
            Y: 0.5,
        },
    ),
    "ends-point": Evidence(
        "ends in a full stop, as no English headline does", {H: -2.5, M: -1, S: -1.5, K: -2}
    ),
    "ends-asking": Evidence(
        "ends in a question or a cry",
        {H: 0.1, K: -2, S: 0.2, D: -1.5, P: 1.1, L: 1, O: 1, C: 0.3, X: 0.3},
    ),
    "ends-pause": Evidence(
        "ends in a comma", {H: -3.5, M: -3, D: -3.1, K: -4, S: -3.2, G: -3, P: 0.8, L: 0.5}
    ),
    "ends-colon": Evidence("ends in a colon", {H: -2, K: -1.5, S: -2, P: 0.8, G: 0, L: 1.5}),
    "ends-dash": Evidence("ends in a dash, as subheads do", {S: 4.8, H: -1.5, K: 0.3, P: -1.6}),
    "has-comma": Evidence(
        "holds a comma (5-7% of headlines do)",
        {H: -2.5, M: -1.6, D: -1.3, K: -3, S: -2.2, P: 0.9, L: 0.9, G: -1},
    ),
    "has-stop": Evidence(
        "holds a full stop",
        {H: -2.6, M: -2.5, D: -1.5, K: -4, S: -3.3, G: -3, P: 0.2, L: -1.4, O: 0.2, X: 0.5},
    ),
    "tells-time": Evidence(
        "tells an hour, as programmes and tables do",
        {P: 2, K: -3, H: -1, S: -1.5, D: -1, M: -1, L: 2, O: 1},
    ),
    "has-space": Evidence(
        "is set in two parts, as headlines are", {H: 0.1, D: 0.1, S: -0.5, K: 0.3, P: 0.2, C: 0.2}
    ),
    "starts-when": Evidence(
        "starts by saying when (under half a percent of headlines do)",
        {H: -4, M: -3, D: -2.5, S: -4, K: -4.8, G: -3, L: 0.8, O: 1.1, P: 0.1, X: 1, C: -1},
    ),
    "starts-dash": Evidence(
        "starts with a dash, as a second headline does",
        {D: 3.9, H: -3.4, K: -3, S: -1.1, M: -2, P: -0.2, C: -1},
    ),
    "starts-number": Evidence(
        "is numbered, as subheads are", {S: 1.7, H: -2, K: -1, P: 0.8, C: -4.5}
    ),
    "starts-opener": Evidence(
        "starts as sentences do",
        {H: -1.6, S: -2.3, K: -1.1, D: -1, G: -1.6, M: -0.8, P: 1.2, L: 1.1, C: -0.7},
    ),
    "leans-on": Evidence(
        "ends in a word that leans on the next",
        {H: -3.1, S: -2.5, K: -3, D: -3, M: -2.5, G: -3, P: 0.2, L: 0.4},
    ),
    "leaves-open": Evidence(
        "leaves a quotation or bracket open",
        {H: -3, S: -3, K: -3, D: -3, M: -1, G: -3, P: 0.8, L: 0.4},
    ),
    "broken-page": Evidence(
        "stands on a page whose columns break off within sentences",
        {P: 0.8, L: 1.4, S: 1.1, H: 0.3},
    ),
    "whole-page": Evidence(
        "stands on a page whose paragraphs are whole", {P: 0.4, L: 0.7, C: -0.8}
    ),
    "starts-closing": Evidence(
        "starts in the middle of a sentence",
        {C: 0.6, Y: 1.5, P: -2.9, L: -2.4, O: -4, H: -4, S: -4, K: -4, X: -3, G: -3, D: -2},
    ),
    "starts-quote": Evidence("starts with an opening quotation mark", {C: -1.5, P: -0.1}),
    "starts-lower": Evidence(
        "starts with a small letter",
        {C: 2.2, Y: 1.5, H: -2, K: -2, S: -1.5, P: -1.5, L: -2.5, O: -3, X: -1.5, M: 0.3},
    ),
    # What kind of line it looks like.
    "dateline": Evidence(
        "starts with a dateline",
        {
            L: 3.9,
            O: 2.5,
            P: -2,
            C: -8.9,
            X: -2.5,
            Y: -9,
            H: -6,
            K: -8,
            S: -8,
            D: -6,
            M: -8,
            G: -8,
            F: -4,
            B: -4,
            E: -4,
        },
    ),
    "people-first": Evidence(
        "starts with a byline in brackets",
        {L: 2.5, O: 1.5, P: -1.5, C: -4, X: -1, H: -4, K: -5, S: -5, D: -4},
    ),
    "no-dateline": Evidence(
        "has no dateline, where this page's stories start with one", {L: -0.3, O: -1.8}
    ),
    "byline": Evidence(
        "is a byline",
        {
            B: 9,
            E: 7,
            R: -2,
            H: -6,
            M: -6,
            D: -6,
            K: -6,
            S: -6,
            P: -2,
            L: -3,
            O: -4,
            C: -2,
            X: -3,
            G: -3,
        },
    ),
    "bare-name": Evidence(
        "is as a name alone, between a headline and the text",
        {B: 8.5, K: -0.5, S: -1, P: -1, E: -3},
    ),
    "credit": Evidence(
        "is a picture credit",
        {
            R: 10,
            B: 1,
            E: 2,
            H: -7,
            M: -7,
            D: -7,
            K: -7,
            S: -7,
            P: -3,
            L: -4,
            O: -4,
            C: -2.5,
            Y: -2.5,
            X: -4,
            G: -5,
        },
    ),
    "both-credits": Evidence(
        "names who wrote it and who took the pictures",
        {
            B: 10,
            E: 7.5,
            R: 7,
            H: -7,
            M: -7,
            D: -7,
            K: -7,
            S: -7,
            P: -3,
            L: -4,
            O: -4,
            C: -2.5,
            X: -4,
            G: -5,
        },
    ),
    "furniture": Evidence(
        "is what pages print beside their stories",
        {F: 9, H: -4, K: -2, P: -2, S: -4, D: -4, M: -4, C: -2, L: -3, O: -3, G: -1, X: -3},
    ),
    "jump": Evidence(
        "says where the story goes on",
        {F: 11, H: -6, K: -4, P: -3, S: -6, D: -6, C: -3, M: -6, L: -4, O: -4},
    ),
    "date-line": Evidence("is a date", {F: 7, G: 5.6, H: -3, K: -2, S: -3, D: -3, M: -4, P: -0.7}),
    "page-head": Evidence("names the paper or a part of it", {F: 3.1, K: 0.6, H: -1}),
    "page-top": Evidence("stands at the top, before any story", {F: 4}),
    "after-sender": Evidence("is the date under the name of an office", {G: 2.5, F: -2.5}),
    "before-date": Evidence("stands right above a date", {G: 1.9, H: -0.9, P: -0.5}),
    "rule": Evidence("holds no letter", {F: 8, C: -1}),
    "sender": Evidence("names an office, as a notice's last line does", {G: 3.5, H: -1.1, K: -0.9}),
    "notice-words": Evidence(
        "is headed as notices are", {H: 2.2, S: -1.2, K: -0.8, P: -1.5, C: -1, L: -1}
    ),
    "caption-words": Evidence(
        "says what a picture shows", {X: 2.5, P: -1.1, O: -0.5, C: -1, Y: -1}
    ),
    "credit-below": Evidence("stands over a picture credit", {X: 2.5, P: -1, O: -1, L: -0.7}),
    "credit-at-end": Evidence(
        "ends in a picture credit", {X: 3.5, Y: 1.5, P: -1, L: -0.5, O: -1.5}
    ),
    "all-capitals": Evidence(
        "is set in capitals", {H: 1.5, M: 1, D: 0.5, S: 0.7, K: 0.8, P: -2.5, L: -3, O: -3, C: -1}
    ),
    "title-case": Evidence(
        "is capitalised like a headline",
        {H: 1, M: 0.7, D: 0.3, S: 0.3, K: 0.3, P: -0.8, L: -1, C: -0.5},
    ),
    # How it stands to its neighbours.
    "full-line": Evidence("fills the column", {H: -1.5, M: -1, D: -1, K: -5, S: -4, G: -4}),
    "indented": Evidence(
        "is indented like a new paragraph",
        {P: 1, L: 0.8, O: 0.8, X: 0.4, C: -1, H: -0.5, K: -0.5, S: 0},
    ),
    "turns": Evidence(
        "stands where the subject changes",
        {S: -2.4, P: -0.8, C: -0.3, K: 0.1, D: -0.3, H: 0.4, O: 0.7, X: 0.3},
    ),
    "stays": Evidence(
        "stands amid one subject", {H: -2.4, K: -0.8, O: -1, M: -0.7, D: -0.5, S: 1.1, P: 0.5}
    ),
    "about-before": Evidence("speaks of what precedes it", {H: -2, S: -0.2, C: 0.1, P: 2, M: 0.3}),
    "about-after": Evidence("speaks of what follows it", {H: 1.8, S: 1.2, D: 0.1}),
    "before-text": Evidence("stands right above text", {H: 0.1, S: 0.4, K: -1, D: 0.1, M: -0.1}),
    "before-short": Evidence("stands above another short line", {S: -0.2, K: 1.4}),
    "before-byline": Evidence("stands right above a byline", {H: 2.5, D: 0.5, S: -2, P: -1, K: -1}),
    "before-opener": Evidence(
        "stands above text that starts as sentences do", {H: -0.1, S: 0.6, P: -0.5}
    ),
    "pair-first": Evidence(
        "is the first of two lines set close above a text", {K: 0.4, H: 0.3, S: -0.5, P: -0.5}
    ),
    "pair-last": Evidence(
        "is the second of two lines set close above a text", {H: 0.1, D: 0.5, M: 0.3, P: -0.5}
    ),
    "stack-first": Evidence(
        "is the first of three lines set close above a text", {K: 1.5, S: -1, P: -0.5}
    ),
    "stack-middle": Evidence(
        "stands between two lines close above a text", {H: 1.8, S: -1, P: -0.5}
    ),
    "stack-last": Evidence(
        "is the last of three lines set close above a text", {D: 2.2, S: -1, P: -0.5}
    ),
    "stacked-pair": Evidence(
        "is one of two lines, as subheads of this page are", {S: 2, K: -1, H: -1}
    ),
    "lone-subhead": Evidence(
        "would be its story's only subhead, and they come in twos and threes", {S: -1.2, H: 0.4}
    ),
    "between-bylines": Evidence(
        "stands between two bylines, of which the second must be another story's",
        {H: 2.5, S: -0.5, P: -0.5},
    ),
    "in-run": Evidence(
        "is one of many short lines, as in verse or a table",
        {P: 3, K: -1.5, H: -0.5, S: -2.5, C: -0.5, D: -1, M: -1},
    ),
    "parallel": Evidence("is as long as a short line near it, as subheads are", {S: 1.1}),
    "strange-pair": Evidence(
        "would make, joined to the text above, a pair of characters that stands nowhere else",
        {C: -0.6, Y: -0.4},
    ),
    "before-when": Evidence("stands above text that starts by saying when", {H: 0.5, D: 0.1}),
    "told-below": Evidence("is told again in the text below", {H: 3, M: 0.5, D: 0.6, S: -0.9}),
    "before-dateline": Evidence(
        "stands right above a dateline", {H: 1.6, S: -4, D: 0.8, M: 0.2, K: -1.5, G: -2, P: -1}
    ),
    "after-pause": Evidence("follows text that stops at a comma", {C: 1.3, Y: 1.5}),
    "closes-quote": Evidence(
        "closes a quotation that the text above left open",
        {C: 1.8, P: -1.3, L: -3, O: -3, H: -2, S: -2, K: -2},
    ),
    "completes-word": Evidence(
        "completes a word that the text above broke off", {C: 2.2, Y: 1.2, P: -1.2, L: 0.2}
    ),
}
