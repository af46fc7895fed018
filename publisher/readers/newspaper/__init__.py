"""Newspaper pages as they are: plain text with no markup, read into stories with how sure we are.

The road: `lines` cuts the text; `features` looks at each line and `context` around it; `evidence`
and `roles` weigh what was seen; `viterbi` finds the best reading of the page as a whole, and
`second_look` has it read again where a story came out odd; `stories` and `labels` sort the lines
into stories; `telling` writes them out; `doubts` lists the decisions that were close, or whose place
on the page is one of the `risks`.
"""

from __future__ import annotations

from publisher.config import Reading
from publisher.model import Finding, LineReading, Page, Place
from publisher.readers.newspaper import doubts, labels, legibility
from publisher.readers.newspaper.cohesion import Topics
from publisher.readers.newspaper.decisions import SHAKY, Decision, decide
from publisher.readers.newspaper.features import look
from publisher.readers.newspaper.joining import Words
from publisher.readers.newspaper.lines import Line, split
from publisher.readers.newspaper.stories import Builder, Sketch
from publisher.readers.newspaper.telling import tell
from publisher.readers.newspaper.views import View

_DEFAULTS = Reading()


def read(
    text: str, *, name: str, options: Reading = _DEFAULTS, language: str = "", first_line: int = 1
) -> Page:
    """Read one newspaper page.

    `name` is the file, for places; `language` the publication's; `first_line` the number of the
    text's first line where front matter was cut off above it. Never raises: a page that cannot be
    read is returned with `refused` saying why, no stories, and all its lines as furniture.
    """
    lines = split(text, first_line=first_line)
    refused = legibility.why_not(lines)
    if refused:
        return _refuse(lines, name, refused)
    topics = Topics(lines)
    refused = legibility.interleaved(lines, topics)
    if refused:
        return _refuse(lines, name, refused)
    views, habits = look(lines, topics)
    decisions = decide(views, habits)
    refused = legibility.too_doubtful([one.confidence for one in decisions], SHAKY)
    if refused:
        return _refuse(lines, name, refused)
    builder = Builder(views)
    for index, decision in enumerate(decisions):
        builder.add(index, decision.state)
    builder.finish()
    ties = labels.attach(builder.labels, views, topics, options.label_side)
    return _page(name, language, options, builder, views, decisions, ties)


def _page(
    name: str,
    language: str,
    options: Reading,
    builder: Builder,
    views: list[View],
    decisions: list[Decision],
    ties: list[labels.Tie],
) -> Page:
    words = Words([view.line for view in views])
    sketches = sorted(builder.stories, key=lambda sketch: sketch.first)
    told = [tell(sketch, views, words, name=name, language=language) for sketch in sketches]
    furniture = [views[index].line.text for index in builder.furniture]
    return Page(
        name=name,
        stories=tuple(story for story, _ in told),
        furniture=tuple(furniture + [jump for _, jumps in told for jump in jumps]),
        doubts=doubts.listed(views, decisions, ties, threshold=options.doubt_threshold),
        lines=_line_readings(sketches, views, decisions),
        findings=tuple(
            Finding(
                "info",
                "derived-title",
                story.place,
                f"this {story.kind} has no headline; feeds will call it “{story.title}”",
                "write a headline above it, as: # Headline",
            )
            for story, _ in told
            if story.headline is None
        ),
    )


def _line_readings(
    sketches: list[Sketch], views: list[View], decisions: list[Decision]
) -> tuple[LineReading, ...]:
    homes: dict[int, int] = {}
    for number, sketch in enumerate(sketches):
        for index in sketch.all_lines():
            homes.setdefault(index, number)
    return tuple(
        LineReading(
            view.line.number, decision.role, homes.get(index), decision.confidence, view.line.text
        )
        for index, (view, decision) in enumerate(zip(views, decisions, strict=True))
    )


def _refuse(lines: tuple[Line, ...], name: str, why: str) -> Page:
    place = Place(name, lines[0].number if lines else None)
    return Page(
        name=name,
        stories=(),
        furniture=tuple(line.text for line in lines),
        lines=tuple(LineReading(line.number, "unread", None, 0.0, line.text) for line in lines),
        findings=(
            Finding(
                "error",
                "unreadable-page",
                place,
                why,
                "correct the text, or put '# ' before each headline",
            ),
        ),
        refused=why,
    )
