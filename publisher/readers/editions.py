"""The files of one edition become a `Draft`: dated, titled, its pictures found."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from publisher import titles
from publisher.config import Publication
from publisher.errors import EditionError
from publisher.model import Draft, Finding, Page, Place, Story, replace
from publisher.readers import dates, read_page
from publisher.readers.dating import Named, line_of, named, when
from publisher.readers.language import language_of, language_tag
from publisher.readers.links import unwrap, unwrap_html
from publisher.readers.pictures import Pictures
from publisher.readers.sources import Source, find, read_bytes
from publisher.text import clip, slugify

__all__ = ["Source", "find", "read_edition"]

_SHELF_TAG = re.compile(r"[a-z]{2}(-[A-Za-z]{2,8})*")
_PAGE_NUMBER = re.compile(r"^(?:第?\s*[A-Za-z]{0,2}\d+\s*版?)[-_.\s]*")
_SAMPLE = 4000  # characters that settle an edition's language


def read_edition(source: Source, publication: Publication) -> Draft:
    """Read all pages of `source`.

    The date comes from where `[reading] date_from` says. The id is the name's date with the rest of
    the name behind it; where the name has no date, that of the edition and the name; and the
    language of a folder such as `editions/zh/`. So it depends on the file alone, and stays when
    another edition of the day is added. Raises EditionError, for every file that cannot be read.
    """
    usual = _shelf_language(source, publication) or publication.language
    pages = _pages(source, publication, usual)
    front = _front(pages)
    name = named(source, publication.reading)
    day, moment, mismatch = when(front, name, source, publication)
    title, number, untitled = _title(front, pages[0].name, publication)
    language = _language(front, pages, usual, source, publication)
    inside = {name: body for page in pages for name, body in page.files.items()}
    pictures = Pictures(_id(day, name, source, publication), source.root, inside)
    stories = tuple(_stories(source, pages, language, publication, pictures))
    both = zip(source.pages, pages, strict=True)
    return Draft(
        id=pictures.edition_id,
        day=day,
        instant=moment,
        title=title,
        language=language,
        stories=stories,
        number=number,
        introduction="".join(
            pictures.in_html(page.introduction, path, Place(page.name)) for path, page in both
        ),
        sources=tuple(page.name for page in pages),
        assets=tuple(pictures.assets[name] for name in sorted(pictures.assets)),
        pages=pages,
        findings=(
            *mismatch,
            *untitled,
            *pictures.findings,
            *(finding for page in pages for finding in page.findings),
        ),
    )


def _pages(source: Source, publication: Publication, language: str) -> tuple[Page, ...]:
    pages, errors = [], []
    for path in source.pages:
        try:
            pages.append(_page(path, source, publication, language))
        except EditionError as error:
            errors.append(error)
    if errors:
        first, *others = errors
        first.also = tuple(others)
        raise first
    return tuple(pages)


def _page(path: Path, source: Source, publication: Publication, language: str) -> Page:
    name = source.name_of(path)
    options = publication.reading
    page = read_page(read_bytes(path, name), name=name, options=options, language=language)
    return _unwrapped(page, options.unwrap) if options.unwrap else page


def _unwrapped(page: Page, parameters: Sequence[str]) -> Page:
    """The page, its links leading straight to where they end."""
    stories = (
        replace(
            story,
            link=unwrap(story.link, parameters) if story.link else story.link,
            body=unwrap_html(story.body, parameters),
        )
        for story in page.stories
    )
    introduction = unwrap_html(page.introduction, parameters)
    return replace(page, introduction=introduction, stories=tuple(stories))


def _title(
    front: Mapping[str, str], file: str, publication: Publication
) -> tuple[str, str, tuple[Finding, ...]]:
    """Title and number: `[reading] title_pattern` parts them, and front matter's number counts first."""
    title = front.get("title", "")
    number = front.get("number") or front.get("issue", "")
    pattern = publication.reading.title_pattern
    if not title or not pattern:
        return title or publication.title, number, ()
    parts = titles.part(title, pattern)
    if parts:
        return parts[0], number or parts[1], ()
    message = f"[reading] title_pattern does not fit the title {clip(title, 60)!r}"
    hint = "correct the title, or the pattern in publisher.toml"
    return title, number, (Finding("warning", "odd-title", Place(file), message, hint),)


def _front(pages: Sequence[Page]) -> Mapping[str, str]:
    """What the first page says of itself, and the date and number that another page may give."""
    front = dict(pages[0].front)
    for page in pages[1:]:
        for key in ("date", "time", "number", "issue", "language", "lang"):
            if key in page.front:
                front.setdefault(key, page.front[key])
    return front


def _id(day: date, name: Named, source: Source, publication: Publication) -> str:
    suffixes = filter(None, (name.rest, _shelf(source, publication)))
    return "-".join([str(name.day or day), *map(slugify, suffixes)])


def _known_languages(publication: Publication) -> tuple[str, ...]:
    sections = (section.language for section in publication.sections.values())
    return tuple(dict.fromkeys([publication.language, *filter(None, sections)]))


def _shelf(source: Source, publication: Publication) -> str:
    """The folder around the edition that stands for a language, as `editions/zh/`; or nothing.

    Those that `[reading.languages]` names, and where it is empty, those named like a language.
    """
    named = publication.reading.languages
    return next(
        (one for one in source.shelves if (one in named if named else _SHELF_TAG.fullmatch(one))),
        "",
    )


def _shelf_language(source: Source, publication: Publication) -> str:
    """The language of that folder, in full where the publication names it: zh is its zh-Hans."""
    name = _shelf(source, publication)
    if name in publication.reading.languages:
        return publication.reading.languages[name]
    shelf = name.lower()
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
    if written and not language_tag(written):
        key = "language" if front.get("language") else "lang"
        name, line = line_of(key, source, publication)
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
                images=tuple([pictures.image(one, path, story.place) for one in story.images]),
            )


def _section(page: Page, path: Path, in_folder: bool) -> tuple[str, ...]:
    """The page's name: from front matter, else (in a folder) what its file name says beside numbers."""
    name = page.front.get("page") or page.front.get("section", "")
    if in_folder and not page.front.keys() & {"page", "section"}:
        found = dates.in_name(path.stem)
        name = _PAGE_NUMBER.sub("", found[1] if found else path.stem).strip(" -_.")
    return (name,) if name else ()
