"""Founder (方正) e-paper pages: one HTML file, mostly one story, its parts in an `enpproperty` comment.

引题, 主题 and 副题 are kicker, headline and subheadline; the 版名 (page name) is the section. The
pages differ from paper to paper: parts stand in the comment (`<title>` or `<founder-title>`), or as
elements of the page; text between `<!--enpcontent-->` or in `<founder-content>`; photos around it.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from publisher import xml
from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Image, Page, Place, replace
from publisher.readers.newsroom.moments import front_date
from publisher.readers.newsroom.telling import Copy, page, picture_source, pixels
from publisher.readers.people import people
from publisher.sanitise import plain, sanitise
from publisher.text import is_cjk, one_line

if TYPE_CHECKING:
    from publisher.xml import Element

_COMMENT = re.compile("<!--\\s*enpproperty", re.IGNORECASE)
_KEY = re.compile(
    "<(/?)(?:founder-)?(date|author|title|subtitle|introtitle|keyword|nodename)>", re.IGNORECASE
)
_MARK = re.compile(r"<!--\s*(/?)(enp)content\s*-->|<(/?)(founder)-content\b[^<>]*>", re.IGNORECASE)
_END = re.compile(r"<!--\s*enpproperty|</body", re.IGNORECASE)
# Where a page has no comment: the elements or ids that show each part.
_SHOWN = {
    "introtitle": ("founder-introtitle", "h3"),
    "title": ("founder-title", "NewsArticleTitle", "h1", "title"),
    "subtitle": ("founder-subtitle", "h2"),
    "author": ("founder-author", "NewsArticleAuthor", "h4"),
    "date": ("founder-date",),
}
_INDENT = re.compile(r"(<p\b[^<>]*>)(?:\s|&nbsp;)+", re.IGNORECASE)  # the look indents, or not
_PAGE_NAME = re.compile(
    r"第?\s*[A-Z]?[\d一二三四五六七八九十]{1,3}\s*版\s*[:：]\s*([\w·（）、&-]{1,20})"
)
_PHOTO = re.compile(r"(?:^|/)(?:(?:res|pics?|attach\w*|photos?)/|images?/\d)", re.IGNORECASE)
_CREDIT = re.compile(
    r"[\s（(]*(?:[\u3400-\u9fff]{0,4}(?:记者|記者|通讯员))?[\s:：/]*"
    r"([\u3400-\u9fff·]{2,4})\s*(?:摄影|攝影|摄|攝)\s*[）)]?$"
)
_BLOCKS = frozenset(("table", "div", "figure", "li", "td", "dl"))
_PHOTO_LIMIT = 50  # no page of a paper prints more
_CAPTION_LIMIT = 400  # characters; more is a story that the photo stands in


@dataclass(frozen=True, slots=True)
class _Span:
    """A part of the file's text from mark to mark, and what is inside."""

    start: int
    end: int
    inside: str


def read(
    text: str, *, name: str, options: Reading, language: str = "", first_line: int = 1
) -> Page:
    """Read one page. Raises EditionError where no story is marked in it."""
    comments, contents = [*_comments(text)], [*_contents(text)]
    if not comments and not contents:
        raise EditionError(
            name,
            problem="no story is marked in this page",
            hint="a Founder page has <!--enpproperty ...--> or <founder-content>",
        )
    around = xml.parse_html(_without(text, [*contents, *comments]), name=name, first_line=None)
    parts = [_values(comment.inside) for comment in comments]
    if not any(values.get("title") for values in parts):
        parts = [{**_shown(around), **values} for values in parts or [{}]]
    breaks = [found.start() for found in re.finditer("\n", text)]
    copies = [
        _copy(
            values or {},
            content.inside if content else "",
            Place(name, first_line + bisect(breaks, (content or comments[at]).start)),
        )
        for at, (values, content) in enumerate(zip_longest(parts, contents))
    ]
    if len(copies) == 1:
        copies = [_with_surroundings(copies[0], around)]
    front = {
        "date": front_date(_first(parts, "date")),
        "section": _line(_first(parts, "nodename")) or _page_name(around),
    }
    return page(name, copies, front=front)


def _comments(text: str) -> Iterator[_Span]:
    at = 0
    while found := _COMMENT.search(text, at):
        stop = text.find("-->", found.end())
        stop = len(text) if stop < 0 else stop
        at = min(stop + len("-->"), len(text))
        yield _Span(found.start(), at, text[found.end() : stop])


def _contents(text: str) -> Iterator[_Span]:
    """What stands between marks of one kind; marks of either kind inside, and stray ones, say nothing."""
    opened: re.Match[str] | None = None
    for mark in _MARK.finditer(text):
        closes, kind = bool(mark[1] or mark[3]), (mark[2] or mark[4]).lower()
        if opened is None:
            opened = None if closes else mark
        elif closes and kind == (opened[2] or opened[4]).lower():
            yield _Span(opened.start(), mark.end(), text[opened.end() : mark.start()])
            opened = None
    if opened is not None:
        end = _END.search(text, opened.end())
        stop = end.start() if end else len(text)
        yield _Span(opened.start(), stop, text[opened.end() : stop])


def _without(text: str, spans: Iterable[_Span]) -> str:
    kept, at = [], 0
    for span in sorted(spans, key=lambda one: one.start):
        if span.start >= at:
            kept.append(text[at : span.start])
        at = max(at, span.end)
    return "".join((*kept, text[at:]))


def _values(comment: str) -> dict[str, str]:
    """What the comment says under each key, as HTML; a key's first value counts."""
    values: dict[str, str] = {}
    opened: re.Match[str] | None = None
    for tag in _KEY.finditer(comment):
        if not tag[1]:
            opened = tag
        elif opened is not None and opened[2].lower() == tag[2].lower():
            values.setdefault(tag[2].lower(), comment[opened.end() : tag.start()].strip())
            opened = None
    return {key: value for key, value in values.items() if value}


def _shown(around: Element) -> dict[str, str]:
    """What the page itself shows as title and so on, as HTML."""
    wanted = {place for shown in _SHOWN.values() for place in shown}
    places: dict[str, str] = {}
    for element in around.iter():
        for place in (xml.local(element), element.get("id", "")):
            if place in wanted and place not in places:
                places[place] = xml.inner_html(element)
    values = {
        key: next((places[place] for place in shown if _line(places.get(place, ""))), "")
        for key, shown in _SHOWN.items()
    }
    return {key: value for key, value in values.items() if value}


def _copy(values: Mapping[str, str], content: str, place: Place) -> Copy:
    return Copy(
        place=place,
        headline=_line(values.get("title", "")),
        kicker=tuple(_lines(values.get("introtitle", ""))),
        subheadline=_line(values.get("subtitle", "")),
        byline=people(_line(values.get("author", ""))),
        html=_INDENT.sub(r"\1", content),
        tags=tuple(re.split(r"[\s,，;；、]+", _line(values.get("keyword", "")))),
    )


def _with_surroundings(copy: Copy, around: Element) -> Copy:
    """The page's only story with the photos around it; unmarked text stands where the page zooms."""
    zoomed = next((one for one in around.iter() if one.get("id") == "ozoom"), None)
    html = copy.html or (xml.inner_html(zoomed) if zoomed is not None else "")
    photos = (photo for photo in _photos(around) if f'"{escape(photo.src)}"' not in html)
    return replace(copy, html=html, images=tuple(photos))


def _first(parts: Iterable[Mapping[str, str]], key: str) -> str:
    return next((values[key] for values in parts if values.get(key)), "")


def _lines(html: str) -> list[str]:
    return plain(sanitise(html)).split("\n") if html else []


def _line(html: str) -> str:
    """Lines of a headline as one: Chinese joins with nothing, else a space stands between."""
    text = ""
    for line in _lines(html):
        tight = text and is_cjk(text[-1]) and line and is_cjk(line[0])
        text += line if tight or not text else f" {line}"
    return text


def _page_name(around: Element) -> str:
    """The 版名 that the page shows, if just one: links lead to the other pages."""
    marked = next((one for one in around.iter() if one.get("id") == "NewsEditionName"), None)
    if marked is not None:
        return xml.words(marked)
    shown = plain(sanitise(xml.inner_html(around, skip=frozenset(("a", "title")))))
    names = list(dict.fromkeys(found[1] for found in _PAGE_NAME.finditer(shown)))
    return names[0] if len(names) == 1 else ""


def _photos(around: Element) -> Iterator[Image]:
    """The photos around the text, by the folders that the system keeps them in."""
    found = (one for one in around.iter("img") if _PHOTO.search(one.get("src", "")))
    for element in islice(found, _PHOTO_LIMIT):
        text = _caption(element)
        credit = _CREDIT.search(text)
        yield Image(
            picture_source(element.get("src", "")),
            alt=one_line(element.get("alt", "")) or text,
            width=pixels(element.get("width")),
            height=pixels(element.get("height")),
            caption=text[: credit.start()] if credit else text,
            credit=credit[1] if credit else "",
        )


def _caption(photo: Element) -> str:
    """The text of the nearest block around the photo that has any and holds no other photo."""
    for block in photo.iterancestors():
        if xml.local(block) not in _BLOCKS:
            continue
        if len([*islice(block.iter("img"), 2)]) > 1:
            return ""
        text = _line(xml.inner_html(block))
        if text:
            return text if len(text) <= _CAPTION_LIMIT else ""
    return ""
