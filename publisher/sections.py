"""Which section of the publication a story stands in: the configured ones, else its own heading."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from publisher.config import Publication
from publisher.model import Edition, Story
from publisher.text import slugify


@dataclass(frozen=True, slots=True)
class SectionInfo:
    """A section that has a page and feeds; `slug` is its path part and never shown as its name."""

    slug: str
    title: str
    language: str
    description: str = ""


def section_of(publication: Publication, story: Story) -> SectionInfo | None:
    """The section of `story`, by the outermost heading or page name that it stands under.

    With `[sections.*]` configured, only those are sections; else every outermost heading is one.
    """
    if not story.section:
        return None
    name = story.section[0]
    for slug, section in publication.sections.items():
        if any(_matches(name, pattern) for pattern in section.match or (section.title,)):
            language = section.language or publication.language
            return SectionInfo(slug, section.title, language, section.description)
    if publication.sections:
        return None
    return SectionInfo(slugify(name), name, story.language or publication.language)


def section_finder(publication: Publication) -> Callable[[Story], SectionInfo | None]:
    """`section_of` for many stories: worked out once per heading and language."""
    known: dict[tuple[tuple[str, ...], str], SectionInfo | None] = {}

    def find(story: Story) -> SectionInfo | None:
        key = (story.section[:1], story.language)
        if key not in known:
            known[key] = section_of(publication, story)
        return known[key]

    return find


def sections_in(publication: Publication, editions: Iterable[Edition]) -> tuple[SectionInfo, ...]:
    """Every section with an item in `editions`: configured order, else order of first appearance."""
    found: dict[str, SectionInfo] = {}
    find = section_finder(publication)
    for edition in editions:
        for item in edition.items:
            section = find(item)
            if section is not None:
                found.setdefault(section.slug, section)
    order = {slug: place for place, slug in enumerate(publication.sections)}
    return tuple(sorted(found.values(), key=lambda section: order.get(section.slug, 0)))


def _matches(name: str, pattern: str) -> bool:
    name, pattern = name.casefold().strip(), pattern.casefold().strip()
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
