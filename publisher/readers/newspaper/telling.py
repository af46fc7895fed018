"""From sketches to `Story` values: headlines joined, datelines cut, names read, HTML made."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from publisher.model import Kind, Paragraph, Person, Place, Story, Subhead
from publisher.readers.newspaper import bylines, credits, furniture
from publisher.readers.newspaper.joining import Words, glue, join
from publisher.readers.newspaper.lines import Line, wide_count
from publisher.readers.newspaper.stories import Sketch
from publisher.readers.newspaper.views import View
from publisher.text import clip, is_cjk

_TITLE, _SUMMARY = 60, 200  # characters


def tell(
    sketch: Sketch, views: Sequence[View], words: Words, *, name: str, language: str
) -> tuple[Story, list[str]]:
    """The story that `sketch` outlines, and the jump lines that were cut from its paragraphs."""
    lines = [view.line for view in views]
    paragraphs, cut = _paragraphs(sketch, lines, words)
    writers, photographers = _names(sketch, views)
    headline = _heading(sketch.headline, lines)
    texts = [paragraph.text for paragraph in paragraphs]
    whole = _run_of(texts)
    story = Story(
        title=headline or _derived(texts, sketch, lines),
        place=Place(name, lines[sketch.first].number),
        kind=_kind(sketch, views),
        kicker=tuple(lines[index].text for index in sketch.kickers),
        headline=headline,
        subheadline=_heading(sketch.subheadline, lines),
        byline=tuple(dict.fromkeys(cut.people + writers)),
        dateline=cut.dateline,
        body=_body(paragraphs, sketch, lines),
        summary=clip(whole, _SUMMARY),
        paragraphs=tuple(paragraphs),
        subheads=_subheads(sketch, lines),
        photo_credit=tuple(dict.fromkeys(photographers + cut.credits)),
        language=language_of((headline or "") + whole, language),
    )
    return story, cut.jumps


def _run_of(texts: Sequence[str]) -> str:
    """As much of the paragraphs as a summary and a look at the script need, in one run."""
    run = "".join(texts[:1])
    for before, text in pairwise(texts[:4]):
        run += glue(before, text) + text
    return run[: 3 * _SUMMARY]


def _names(sketch: Sketch, views: Sequence[View]) -> tuple[list[Person], list[str]]:
    """Who wrote the story and who took its pictures, by its byline and credit lines."""
    writers: list[Person] = []
    photographers: list[str] = []
    for index in sketch.bylines:
        found = _named(views[index])
        writers += found.people
        photographers += found.credits
    for index in sketch.credits:
        found = _named(views[index])
        photographers += found.credits or [person.name for person in found.people]
        writers += found.people if found.credits else ()
    return writers, photographers


def _named(view: View) -> bylines.Names:
    if view.line.mark is not None:
        return bylines.marked(view.line.text)
    return view.names or bylines.Names()


class _Extra:
    """What is cut from a story's paragraphs while they are joined."""

    def __init__(self) -> None:
        self.dateline: str | None = None
        self.people: list[Person] = []
        self.credits: list[str] = []
        self.jumps: list[str] = []


def _paragraphs(
    sketch: Sketch, lines: Sequence[Line], words: Words
) -> tuple[list[Paragraph], _Extra]:
    extra = _Extra()
    told: list[Paragraph] = []
    for place, indexes in enumerate(sketch.paragraphs):
        text, jump = furniture.cut_jump(join([lines[index] for index in indexes], words))
        if jump:
            extra.jumps.append(jump)
        if place == 0:
            text = _cut_opening(text, extra)
        if sketch.photo:
            text, names = bylines.tail_credit(text)
            extra.credits += names
        if place == len(sketch.paragraphs) - 1:
            text, people = credits.closing(text)
            extra.people += people
        told.append(Paragraph(text, tuple(lines[index].number for index in indexes)))
    return told, extra


def _cut_opening(text: str, extra: _Extra) -> str:
    opening = credits.opening(text)
    if opening is None or opening.length >= len(text):
        return text
    extra.dateline = opening.dateline
    extra.people += opening.people
    return text[opening.length :]


def _heading(indexes: Sequence[int], lines: Sequence[Line]) -> str | None:
    """The lines of a headline as one: with a space, in Chinese only where the page has one."""
    text = ""
    for index in indexes:
        line = lines[index]
        if not text:
            text, spaced = line.text, line.spaced
            continue
        chinese = is_cjk(text[-1]) or is_cjk(line.text[0])
        text += ("" if chinese and not spaced else " ") + line.text
        spaced = line.spaced
    return text or None


def _derived(texts: Sequence[str], sketch: Sketch, lines: Sequence[Line]) -> str:
    for text in (*texts, *(lines[index].text for index in (*sketch.subheadline, *sketch.kickers))):
        if text.strip():
            return clip(_first_sentence(text), 30 if is_cjk(text[0]) else _TITLE)
    return clip(lines[sketch.first].text, _TITLE)


def _first_sentence(text: str) -> str:
    ends = [at for mark in ("。", "！", "？", ". ", "! ", "? ") if (at := text.find(mark)) > 0]
    return (text[: min(ends)] if ends else text.rstrip("。.")) or text


def _kind(sketch: Sketch, views: Sequence[View]) -> Kind:
    if sketch.photo:
        return "photo"
    if any(views[lines[0]].opening is not None for lines in sketch.paragraphs[:1]):
        return "article"
    notice = any("notice-words" in views[index].features for index in sketch.headline)
    return "notice" if notice or sketch.signs else "article"


def _subheads(sketch: Sketch, lines: Sequence[Line]) -> tuple[Subhead, ...]:
    return tuple(
        Subhead(before, lines[index].text, lines[index].number) for before, index in sketch.subheads
    )


def _body(paragraphs: Sequence[Paragraph], sketch: Sketch, lines: Sequence[Line]) -> str:
    heads: dict[int, list[str]] = {}
    for before, index in sketch.subheads:
        heads.setdefault(before, []).append(f"<h3>{escape(lines[index].text, quote=False)}</h3>")
    parts: list[str] = []
    for place, paragraph in enumerate(paragraphs):
        parts += heads.get(place, [])
        if paragraph.text:
            parts.append(f"<p>{escape(paragraph.text, quote=False)}</p>")
    return "".join(parts + heads.get(len(paragraphs), []))


_KANA = re.compile("[\u3040-\u30ff]")
_TRADITIONAL = re.compile(
    "[們這國說會個來時對學發經為與關後過還點進長問間東車見開門電機區實業務議體黨華員團報訊讓聲]"
)
_SIMPLIFIED = re.compile(
    "[们这国说会个来时对学发经为与关后过还点进长问间东车见开门电机区实业务议体党华员团报讯让声]"
)


def language_of(text: str, language: str) -> str:
    """The publication's `language` where the script of `text` agrees with it, else what it looks like."""
    head = text[:400]
    primary = language.partition("-")[0]
    if wide_count(head) < 0.3 * len(head.replace(" ", "")) or not head:
        return "en" if primary in ("zh", "ja") else language
    if len(_KANA.findall(head)) > 0.1 * len(head):
        return language if primary == "ja" else "ja"
    if primary == "zh":
        return language
    traditional = len(_TRADITIONAL.findall(head)) > len(_SIMPLIFIED.findall(head))
    return "zh-Hant" if traditional else "zh-Hans"
