"""All that a build generates, as pieces of work that can be done apart, in any order and process.

A piece says which editions it needs (by their cards) and, in `made_of`, everything that its files
depend on beside configuration, templates and version: where that is the same, so are the files. It is
asked of every piece in every build, so it names what there is and computes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from publisher import urls
from publisher.cards import Card, sections_on
from publisher.config import Publication
from publisher.generators import sitemap
from publisher.generators.channels import Channel, Document, channels, documents
from publisher.generators.site import RECENT_LIMIT, SECTION_LIMIT
from publisher.model import Struct
from publisher.sections import SectionInfo, section_named


class EditionWork(Struct, frozen=True):
    """An edition's pages, email and pictures; its page names its neighbours."""

    card: Card
    older: Card | None
    newer: Card | None

    @property
    def name(self) -> str:
        return f"edition {self.card.id}"

    @property
    def made_of(self) -> object:
        return (self.card.digest, self.card.assets, _line(self.older), _line(self.newer))


class FrontWork(Struct, frozen=True):
    """The front page: the newest edition, and the names of those before it."""

    newest: Card | None
    recent: tuple[Card, ...]
    name: str = "front"

    @property
    def made_of(self) -> object:
        newest = self.newest
        return (newest and (newest.id, newest.digest), [*map(_line, self.recent)])


class ArchiveWork(Struct, frozen=True):
    """One page of the archive: a year's editions, newest first."""

    path: str
    cards: tuple[Card, ...]
    years: tuple[int, ...]

    @property
    def name(self) -> str:
        return self.path

    @property
    def made_of(self) -> object:
        return ([*map(_line, self.cards)], self.years)


class SectionWork(Struct, frozen=True):
    """One section's page; `cards` are of the newest editions that have stories in it."""

    section: SectionInfo
    cards: tuple[Card, ...]

    @property
    def name(self) -> str:
        return f"section {self.section.slug}"

    @property
    def made_of(self) -> object:
        slug = self.section.slug
        tallies = [_digests(card, slug) for card in self.cards]
        return (self.section, [*map(_line, self.cards)], tallies)


class FeedWork(Struct, frozen=True):
    """One document of one feed, in every format."""

    document: Document

    @property
    def name(self) -> str:
        return f"feed {self.document.channel.scope} {self.document.period}"

    @property
    def made_of(self) -> object:
        document, channel = self.document, self.document.channel
        if channel.section:
            parts = [_digests(card, channel.section) for card in document.cards]
        else:
            parts = [card.digest for card in document.cards]
        cut = (document.period, document.older, sorted(document.months))
        return (channel, *cut, document.skip, document.take, parts)


class YearMapWork(Struct, frozen=True):
    """The sitemap of a year's editions, oldest first."""

    year: sitemap.Year
    cards: tuple[Card, ...]

    @property
    def name(self) -> str:
        return f"sitemap {self.year.year}"

    @property
    def made_of(self) -> object:
        return ([(card.id, card.digest) for card in self.cards], self.year.paths)


class NewsMapWork(Struct, frozen=True):
    """The news sitemap; `cards` are of the editions of the last days, newest first."""

    cards: tuple[Card, ...]
    name: str = "news sitemap"

    @property
    def made_of(self) -> object:
        return [(card.id, card.digest) for card in self.cards]


class FrameWork(Struct, frozen=True):
    """What there is one of: lists of feeds and pages, the stylesheet, what robots read."""

    channels: tuple[Channel, ...]
    sections: tuple[SectionInfo, ...]
    silent: tuple[SectionInfo, ...]
    years: tuple[sitemap.Year, ...]
    name: str = "frame"

    @property
    def made_of(self) -> object:
        return (self.channels, self.sections, self.silent, self.years)


Work = (
    EditionWork
    | FrontWork
    | ArchiveWork
    | SectionWork
    | FeedWork
    | YearMapWork
    | NewsMapWork
    | FrameWork
)


def plan(publication: Publication, cards: Sequence[Card]) -> Iterator[Work]:
    """Every piece of work of a publication whose editions `cards` are, oldest first."""
    neighbours = zip(cards, [None, *cards[:-1]], [*cards[1:], None], strict=False)
    yield from (EditionWork(card, older, newer) for card, older, newer in neighbours)
    newest_first = tuple(cards[::-1])
    yield FrontWork(next(iter(newest_first), None), newest_first[1 : RECENT_LIMIT + 1])
    years = _years(cards)
    yield from _archive(years)
    sections = sections_on(publication, cards)
    yield from _sections(publication, newest_first, sections)
    yield from map(FeedWork, documents(publication, cards))
    yield from (YearMapWork(year, members) for year, members in years)
    yield NewsMapWork(_news(newest_first))
    yield FrameWork(
        channels(publication, cards),
        sections,
        _silent(publication, sections),
        tuple(year for year, _ in years),
    )


def _years(cards: Sequence[Card]) -> list[tuple[sitemap.Year, tuple[Card, ...]]]:
    found = []
    for number, group in groupby(sorted(cards, key=_year), key=_year):
        members = tuple(group)
        pages = len(members) + sum(card.pages for card in members)
        latest = max(card.updated for card in members)
        found.append((sitemap.Year(number, pages, latest), members))
    return found


def _year(card: Card) -> int:
    return card.day.year


def _archive(years: Sequence[tuple[sitemap.Year, tuple[Card, ...]]]) -> Iterator[ArchiveWork]:
    """The archive's own page, which shows the newest year, and one page per year."""
    numbers = tuple(year.year for year, _ in reversed(years))
    yield ArchiveWork(urls.ARCHIVE, years[-1][1][::-1] if years else (), numbers)
    for year, members in years:
        yield ArchiveWork(urls.archive_page(year.year), members[::-1], numbers)


def _sections(
    publication: Publication, newest_first: Sequence[Card], sections: Sequence[SectionInfo]
) -> Iterator[SectionWork]:
    """A page for every section that has stories, and for each configured one that has none yet."""
    held: dict[str, list[Card]] = {section.slug: [] for section in sections}
    counts = dict.fromkeys(held, 0)
    for card in newest_first:
        for tally in card.tallies:
            if tally.slug and counts[tally.slug] < SECTION_LIMIT:
                if card not in held[tally.slug][-1:]:
                    held[tally.slug].append(card)
                counts[tally.slug] += tally.items
    for section in (*sections, *_silent(publication, sections)):
        yield SectionWork(section, tuple(held.get(section.slug, ())))


def _silent(publication: Publication, sections: Sequence[SectionInfo]) -> tuple[SectionInfo, ...]:
    """The configured sections that have no story yet."""
    told = {section.slug for section in sections}
    return tuple(
        section_named(publication, slug) for slug in publication.sections if slug not in told
    )


def _news(newest_first: Sequence[Card]) -> tuple[Card, ...]:
    if not newest_first:
        return ()
    since = max(card.published for card in newest_first) - sitemap.NEWS_AGE
    return tuple(
        card
        for card in newest_first
        if card.published >= since or any(one.newest >= since for one in card.tallies)
    )


def _line(card: Card | None) -> object:
    """What a line about an edition says (`fronts.EditionLine`)."""
    return card and (card.id, card.day, card.title, card.number, card.language)


def _digests(card: Card, slug: str) -> object:
    return (card.id, [tally.digest for tally in card.tallies if tally.slug == slug])
