"""Which section of the publication a story stands in: the configured ones, else its own heading."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from publisher.config import Publication
from publisher.model import Edition, Story, Struct
from publisher.text import slugify


class SectionInfo(Struct, frozen=True):
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
            return section_named(publication, slug)
    if publication.sections:
        return None
    return SectionInfo(slugify(name), name, story.language or publication.language)


def section_named(
    publication: Publication, slug: str, title: str = "", language: str = ""
) -> SectionInfo:
    """The section `slug` as it is configured; where it is not, as the edition calls it."""
    section = publication.sections.get(slug)
    if section is None:
        return SectionInfo(slug, title, language)
    return SectionInfo(
        slug, section.title, section.language or publication.language, section.description
    )


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
    return in_order(publication, found.values())


def in_order(publication: Publication, found: Iterable[SectionInfo]) -> tuple[SectionInfo, ...]:
    """Sections as configured, others in the order they were found."""
    order = {slug: place for place, slug in enumerate(publication.sections)}
    return tuple(sorted(found, key=lambda section: order.get(section.slug, 0)))


def _matches(name: str, pattern: str) -> bool:
    name, pattern = name.casefold().strip(), pattern.casefold().strip()
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
