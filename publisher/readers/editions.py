"""The files of one edition become a `Draft`: dated, titled, its pictures found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from publisher.config import Publication
from publisher.decode import decode
from publisher.errors import EditionError
from publisher.frontmatter import split
from publisher.model import Draft, Finding, Page, Place, Story
from publisher.readers import dates, is_binary, read_page
from publisher.readers.language import language_of
from publisher.readers.pictures import Pictures
from publisher.readers.sources import Source, find, read_bytes
from publisher.text import slugify

__all__ = ["Source", "find", "read_edition"]

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_SHELF_TAG = re.compile(r"[a-z]{2}(-[A-Za-z]{2,8})*")
_PAGE_NUMBER = re.compile(r"^(?:第?\s*[A-Za-z]{0,2}\d+\s*版?)[-_.\s]*")
_TWO_WAYS = "name the file {day}.md, or add 'date: {day}' at its top"
_SAMPLE = 4000  # characters that settle an edition's language


@dataclass(frozen=True, slots=True)
class _Named:
    """What a source's name says: its date, if it has one, and the rest of the name."""

    day: date | None
    rest: str


def read_edition(source: Source, publication: Publication) -> Draft:
    """Read all pages of `source`.

    The date comes from front matter, else from the name. The id is the name's date with the rest of
    the name behind it; where only front matter has a date, that date and the name; and the language
    of a folder such as `editions/zh/`. So it depends on the file alone, and stays when another
    edition of the day is added. Raises EditionError.
    """
    usual = _shelf_language(source, publication) or publication.language
    pages = tuple(_page(path, source, publication, usual) for path in source.pages)
    front = _front(pages)
    named = _named(source)
    day, moment, mismatch = _when(front, named, source, publication)
    language = _language(front, pages, usual, source, publication)
    inside = {name: body for page in pages for name, body in page.files.items()}
    pictures = Pictures(_id(day, named, source), source.root, inside)
    stories = tuple(_stories(source, pages, language, publication, pictures))
    both = zip(source.pages, pages, strict=True)
    return Draft(
        id=pictures.edition_id,
        day=day,
        instant=moment,
        title=front.get("title") or publication.title,
        language=language,
        stories=stories,
        number=front.get("number") or front.get("issue", ""),
        introduction="".join(
            pictures.in_html(page.introduction, path, Place(page.name)) for path, page in both
        ),
        sources=tuple(page.name for page in pages),
        assets=tuple(pictures.assets[name] for name in sorted(pictures.assets)),
        pages=pages,
        findings=(
            *mismatch,
            *pictures.findings,
            *(finding for page in pages for finding in page.findings),
        ),
    )


def _page(path: Path, source: Source, publication: Publication, language: str) -> Page:
    name = source.name_of(path)
    return read_page(
        read_bytes(path, name), name=name, options=publication.reading, language=language
    )


def _front(pages: Sequence[Page]) -> Mapping[str, str]:
    """What the first page says of itself, and the date and number that another page may give."""
    front = dict(pages[0].front)
    for page in pages[1:]:
        for key in ("date", "time", "number", "issue", "language", "lang"):
            if key in page.front:
                front.setdefault(key, page.front[key])
    return front


def _named(source: Source) -> _Named:
    try:
        found = dates.in_name(source.stem)
    except ValueError as error:
        raise EditionError(
            source.name_of(source.path),
            problem=f"the name holds an impossible date: {error}",
            hint=_TWO_WAYS.format(day="2026-11-23"),
        ) from None
    return _Named(*found) if found else _Named(None, source.stem)


def _when(
    front: Mapping[str, str], named: _Named, source: Source, publication: Publication
) -> tuple[date, datetime, tuple[Finding, ...]]:
    """Day, moment in UTC, and a warning where name and front matter differ (front matter counts).

    A time with an offset falls on the publication's day at that moment (systems write UTC), unless
    the name agrees with the day as written.
    """
    key = "date"
    try:
        day, rest = dates.written(front["date"]) if front.get("date") else (named.day, "")
        if day is None:
            raise EditionError(
                source.name_of(source.path),
                line=1,
                problem="this edition has no date",
                hint=_TWO_WAYS.format(day="2026-11-23"),
            )
        key = "date" if rest else "time"
        clock = rest or front.get("time", "")
        moment = dates.instant(day, clock, default=publication.publish_time, zone=publication.zone)
        if day != named.day:
            day = moment.astimezone(publication.zone).date()
    except ValueError as error:
        name, line = _line_of(key, source, publication)
        raise EditionError(
            name, line=line, problem=f"impossible {key}: {error}", hint=_hint(named, key)
        ) from None
    moment = moment.astimezone(UTC)
    if named.day in (None, day):
        return day, moment, ()
    name, line = _line_of("date", source, publication)
    message = f"the file's name says {named.day}, the front matter {day}, which counts"
    warning = Finding("warning", "date-mismatch", Place(name, line), message, "correct one of them")
    return day, moment, (warning,)


def _hint(named: _Named, key: str) -> str:
    day = named.day or "2026-11-23"
    if key == "time":
        return f"write 'date: {day} 07:30' or 'time: 07:30'"
    return _TWO_WAYS.format(day=day)


def _line_of(key: str, source: Source, publication: Publication) -> tuple[str, int | None]:
    """The file and line that give `key`: looked up again, since only errors ask for it."""
    for path in source.pages:
        name = source.name_of(path)
        if is_binary(name):
            continue
        text = decode(read_bytes(path, name), name=name, encoding=publication.reading.encoding)
        lines = split(text, name=name).lines
        if key in lines:
            return name, lines[key]
    return source.name_of(source.path), None


def _id(day: date, named: _Named, source: Source) -> str:
    suffixes = filter(None, (named.rest, _shelf(source)))
    return "-".join([str(named.day or day), *map(slugify, suffixes)])


def _known_languages(publication: Publication) -> tuple[str, ...]:
    sections = (section.language for section in publication.sections.values())
    return tuple(dict.fromkeys([publication.language, *filter(None, sections)]))


def _shelf(source: Source) -> str:
    """The folder around the edition that is named after a language, as `editions/zh/`; or nothing."""
    return next((name for name in source.shelves if _SHELF_TAG.fullmatch(name)), "")


def _shelf_language(source: Source, publication: Publication) -> str:
    """The language of that folder, in full where the publication names it: zh is its zh-Hans."""
    shelf = _shelf(source).lower()
    for tag in _known_languages(publication):
        if shelf in (tag.lower(), tag.split("-")[0].lower()):
            return tag
    return shelf


def _language(
    front: Mapping[str, str],
    pages: Sequence[Page],
    usual: str,
    source: Source,
    publication: Publication,
) -> str:
    """From front matter, else the folder, else the publication, unless the text is in another script."""
    written = front.get("language") or front.get("lang", "")
    if written and not _TAG.fullmatch(written):
        key = "language" if front.get("language") else "lang"
        name, line = _line_of(key, source, publication)
        raise EditionError(
            name,
            line=line,
            problem=f"{written!r} is no language tag",
            hint="write a BCP 47 tag such as en, zh-Hans or zh-Hant",
        )
    if written:
        return written
    words = " ".join(f"{s.title} {s.summary}" for page in pages for s in page.stories)
    return language_of(words[:_SAMPLE], expected=usual, known=_known_languages(publication))


def _stories(
    source: Source,
    pages: Sequence[Page],
    language: str,
    publication: Publication,
    pictures: Pictures,
) -> Iterator[Story]:
    """Every page's stories under its name, their pictures found, their language where it differs."""
    known = _known_languages(publication)
    in_folder = source.pages != (source.path,)
    for path, page in zip(source.pages, pages, strict=True):
        section = _section(page, path, in_folder)
        for story in page.stories:
            words = f"{story.title} {story.summary}"
            own = story.language or language_of(words, expected=language, known=known)
            is_own_section = bool(section) and story.section == (story.headline,)
            yield replace(
                story,
                section=section if is_own_section else (*section, *story.section),
                language="" if own == language else own,
                body=pictures.in_html(story.body, path, story.place),
                images=tuple(pictures.image(image, path, story.place) for image in story.images),
            )


def _section(page: Page, path: Path, in_folder: bool) -> tuple[str, ...]:
    """The page's name: from front matter, else (in a folder) what its file name says beside numbers."""
    name = page.front.get("page") or page.front.get("section", "")
    if in_folder and not page.front.keys() & {"page", "section"}:
        found = dates.in_name(path.stem)
        name = _PAGE_NUMBER.sub("", found[1] if found else path.stem).strip(" -_.")
    return (name,) if name else ()
