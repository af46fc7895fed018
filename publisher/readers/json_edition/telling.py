"""A `schema.Edition` becomes a page: each of its items a story, whatever shape it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from html import escape
from zoneinfo import ZoneInfo

from publisher.model import Enclosure, Finding, Image, Page, Person, Place, Severity, Story, replace
from publisher.readers import dates, derived
from publisher.readers.json_edition.schema import Author, Edition, Item, Picture, Section
from publisher.readers.json_edition.source import JsonFile
from publisher.readers.language import language_tag
from publisher.readers.links import dead_link, followable, losses
from publisher.sanitise import images, plain, sanitise, shows, summary
from publisher.text import clip, one_line, squeeze

_SUMMARY_LIMIT = 200
_BLOCK = re.compile(
    r"<(?:p|div|ul|ol|dl|h[1-6]|blockquote|pre|figure|table|details|hr|section|article)\b", re.I
)
_BLANK_LINES = re.compile(r"\n\s*\n")
_AHEAD = timedelta(days=1)  # what time zones can make an item newer than its edition


@dataclass(frozen=True, slots=True)
class Shape:
    """Under which keys the file has sections and items, for places; `exact` where it is all ours."""

    sections: str
    items: str
    exact: bool = True


def tell(edition: Edition, file: JsonFile, shape: Shape, authors: Mapping[str, str]) -> Page:
    """The page; `authors` gives names to ids. What is wrong with single items is a finding."""
    teller = _Teller(file, shape, authors, _instant(edition.date))
    stories = tuple(teller.edition(edition))
    front = {
        "title": edition.title,
        "date": edition.date,
        "number": str(edition.number),
        "language": edition.language,
    }
    return Page(
        name=file.name,
        stories=stories,
        front={key: one_line(value) for key, value in front.items() if one_line(value)},
        introduction=_body(edition.introduction),
        findings=tuple(teller.findings),
    )


@dataclass(slots=True)
class _Teller:
    """Walks one edition; `findings` collects what it saw."""

    file: JsonFile
    shape: Shape
    authors: Mapping[str, str]
    instant: datetime | None
    findings: list[Finding] = field(default_factory=list)

    def edition(self, edition: Edition) -> Iterator[Story]:
        self._lost(losses(edition.introduction + edition.closing, self.file.place("")), "")
        yield from self._items(edition.items, "", ())
        for index, section in enumerate(edition.sections):
            yield from self._section(section, f"{self.shape.sections}[{index}]", ())
        if closing := _body(edition.closing):
            place = self.file.place("")
            yield _prose("", closing, (), place)

    def _section(self, section: Section, path: str, parents: tuple[str, ...]) -> Iterator[Story]:
        """The section's own prose is one story under its name, as in editions of Markdown."""
        title = one_line(section.title)
        names = (*parents, title) if title else parents
        written = section.introduction + section.closing
        self._lost(losses(written, self.file.place(path)), path)
        if prose := _body(f"{section.introduction}\n\n{section.closing}"):
            yield _prose(title, prose, names, self.file.place(path))
        yield from self._items(section.items, path, names)
        for index, inner in enumerate(section.sections):
            yield from self._section(inner, f"{path}.{self.shape.sections}[{index}]", names)

    def _items(self, items: tuple[Item, ...], at: str, section: tuple[str, ...]) -> Iterator[Story]:
        for index, item in enumerate(items):
            path = f"{at}.{self.shape.items}[{index}]".strip(".")
            story = self._story(item, path, section)
            if story is None:
                self._find("warning", "empty-item", path, "holds nothing to show", "delete it")
            else:
                yield story

    def _story(self, item: Item, path: str, section: tuple[str, ...]) -> Story | None:
        headline = one_line(item.title) or None
        body = _body(item.html) or _paragraphs(item.text)
        self._lost(losses(item.html, self.file.place(path)), path)
        link = self._link(item.link, path)
        pictures = (*map(_image, item.images), *images(body))
        words = summary(body, _SUMMARY_LIMIT)
        if not (headline or body or link or pictures):
            return None
        kicker = (item.kicker,) if isinstance(item.kicker, str) else item.kicker
        return Story(
            title=headline or derived.title(plain(body), pictures, link),
            place=self.file.place(path),
            kind=item.kind or derived.kind(words, pictures, link=bool(link and not body)),
            section=section,
            kicker=derived.distinct(kicker),
            headline=headline,
            subheadline=one_line(item.subtitle) or None,
            byline=tuple(map(self._person, item.authors)),
            dateline=one_line(item.dateline) or None,
            body=body,
            summary=clip(plain(sanitise(item.summary)), _SUMMARY_LIMIT) or words,
            images=tuple(dict.fromkeys(pictures)),
            photo_credit=derived.distinct(picture.credit for picture in pictures),
            enclosures=tuple(
                Enclosure(one.url, one.length_bytes, one.media_type, one_line(one.title))
                for one in item.attachments
            ),
            link=link,
            tags=derived.distinct(item.tags),
            language=language_tag(item.language),
            dated=self._dated(item.date, path),
        )

    def _person(self, author: str | Author) -> Person:
        name, role = (author, "") if isinstance(author, str) else (author.name, author.role)
        return Person(one_line(self.authors.get(name, name)), one_line(role))

    def _link(self, written: str, path: str) -> str | None:
        link = one_line(written)
        if link and not followable(link):
            self._lost((dead_link(link, self.file.place(path)),), path)
            return None
        return link or None

    def _dated(self, written: str, path: str) -> datetime | None:
        """The item's own date; one that cannot be read, or lies after the edition's, does not count."""
        if not written.strip():
            return None
        severity: Severity = "warning" if self.shape.exact else "info"
        instant = _instant(written)
        late = instant and self.instant and instant > self.instant + _AHEAD
        if instant and not late:
            return instant
        problem = "lies after the edition's own" if late else "is no date"
        message = f"{clip(written, 40)!r} {problem}, so the edition's date counts"
        hint = "write it as 2026-11-23"
        if late:
            hint = "correct one of the two; what is no date of writing needs no item_date"
        self._find(severity, "unread-date", path, message, hint)
        return None

    def _lost(self, findings: Iterable[Finding], path: str) -> None:
        where = f"{path}: " if path else ""
        self.findings += [replace(one, message=where + one.message) for one in findings]

    def _find(self, severity: Severity, code: str, path: str, message: str, hint: str) -> None:
        place = self.file.place(path)
        self.findings.append(Finding(severity, code, place, f"{path}: {message}", hint))


def _instant(written: str) -> datetime | None:
    """The moment that a date means, with or without a time; days begin in UTC. None for no date."""
    text = written.strip().rstrip(".,; ").replace(",", ".")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    try:
        if moment is None:
            day, clock = dates.written(text)
            moment = dates.instant(day, clock, default=time(), zone=ZoneInfo("UTC"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _prose(title: str, body: str, section: tuple[str, ...], place: Place) -> Story:
    return Story(
        title=title or derived.title(plain(body), ()),
        place=place,
        section=section,
        headline=title or None,
        body=body,
        summary=summary(body, _SUMMARY_LIMIT),
        images=images(body),
    )


def _body(html: str) -> str:
    """Sanitised HTML; text without block elements becomes paragraphs, parted by blank lines."""
    if not html.strip():
        return ""
    if not _BLOCK.search(html):
        parts = (part.strip() for part in _BLANK_LINES.split(html))
        html = "".join(f"<p>{part}</p>" for part in parts if part)
    clean = sanitise(html)
    return clean if shows(clean) else ""


def _paragraphs(text: str) -> str:
    parts = (squeeze(part) for part in _BLANK_LINES.split(text))
    return sanitise("".join(f"<p>{escape(part, quote=False)}</p>" for part in parts if part))


def _image(picture: Picture) -> Image:
    return Image(
        one_line(picture.src),
        alt=one_line(picture.alt),
        width=picture.width,
        height=picture.height,
        caption=one_line(picture.caption),
        credit=one_line(picture.credit),
    )
