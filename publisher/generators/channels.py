"""Which feeds there are and what stands in each, whatever the format it is written in.

The main feed stands at `feeds/` and holds items, except with `feeds.entries = "editions"`, where it
holds editions: its address is the one that people have, so it is always there. With "both", the
feed of editions stands beside it at `feeds/editions/`. A section's feed always holds items.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from urllib.parse import quote

from publisher import urls
from publisher.cards import Card, month_of, sections_on
from publisher.config import Publication
from publisher.fragments import Fragment, Kind, Position
from publisher.generators.entries import Entry, from_edition, from_item, one_line
from publisher.model import Edition, Item, Struct, replace
from publisher.sections import SectionInfo, section_finder

MONTHLY_FROM = 250  # entries of a year, past which an archive's documents are of a month each
_EDITIONS = {"en": "Editions", "zh": "各期"}


class Channel(Struct, frozen=True, kw_only=True):
    """One feed, in all of its formats.

    `scope` is what `urls.feed` takes; `page` is the path of the page that it is the feed of;
    `section` is a slug, empty for the feeds of the whole publication.
    """

    scope: str
    id: str
    title: str
    description: str
    language: str
    page: str
    holds: Kind = "items"
    section: str = ""


class Document(Struct, frozen=True, kw_only=True):
    """One document of a feed: what its subscribers ask for, or one period of its archive.

    `period` is a year or month, empty for the subscription document; `older` is that of the archive
    document before it, empty for the first. Its entries are those of `months` (of publication, in
    UTC) in the editions of `cards`, newest first, without the newest `skip`, at most `take`.
    """

    channel: Channel
    period: str = ""
    older: str = ""
    months: frozenset[str] = frozenset()
    cards: tuple[Card, ...] = ()
    skip: int = 0
    take: int | None = None


def whole_channels(publication: Publication) -> tuple[Channel, ...]:
    """The feeds of the whole publication: the main one, and the editions' where it has its own."""
    entries = publication.feeds.entries
    found = [_whole(publication, "items", entries == "editions")]
    if entries == "both":
        found.append(_whole(publication, "editions", True))
    return tuple(found)


def channels(publication: Publication, cards: Sequence[Card]) -> tuple[Channel, ...]:
    """Every feed of the publication: the main one, the editions', then one per section.

    There is none where there is nothing to hold: a feed must say when it was updated.
    """
    if not cards:
        return ()
    sections = sections_on(publication, cards) if publication.feeds.sections else ()
    return (*whole_channels(publication), *(of_section(publication, one) for one in sections))


def documents(publication: Publication, cards: Sequence[Card]) -> Iterator[Document]:
    """Every document of every feed; `cards` in any order.

    The subscription document has the newest `feeds.limit` entries. The others stand in archive
    documents by year, or by month in a year of more than `MONTHLY_FROM` (RFC 5005 section 4): each
    entry in exactly one. So an archive document is full once the next period has filled the
    subscription document, and an edition that is added late moves the entries of its period only.
    """
    held = _held(cards, publication)
    for channel in channels(publication, cards):
        kind = channel.scope if channel.section else channel.holds
        if kind not in held:
            continue
        for document in _documents(channel, held[kind], publication.feeds.limit):
            yield _of_editions(document) if channel.holds == "editions" else document


class _Month(Struct):
    """How many entries a feed has in one month, and in which editions."""

    entries: int
    cards: list[Card]


def _held(cards: Sequence[Card], publication: Publication) -> dict[str, dict[str, _Month]]:
    """By a section's scope (or "items" or "editions" for all of them) and month."""
    feeds = publication.feeds
    held: dict[str, dict[str, _Month]] = {}
    for card in cards:
        if feeds.entries != "items":
            _count(held, "editions", card.month, 1, card)
        for tally in card.tallies:
            if feeds.entries != "editions":
                _count(held, "items", tally.month, tally.items, card)
            if feeds.sections and tally.slug:
                _count(held, f"sections/{tally.slug}", tally.month, tally.items, card)
    return held


def _count(
    held: dict[str, dict[str, _Month]], kind: str, name: str, entries: int, card: Card
) -> None:
    months = held.get(kind) or held.setdefault(kind, {})
    month = months.get(name) or months.setdefault(name, _Month(0, []))
    month.entries += entries
    if not month.cards or month.cards[-1] is not card:
        month.cards.append(card)


def _documents(channel: Channel, held: dict[str, _Month], limit: int) -> Iterator[Document]:
    in_head: dict[str, int] = {}
    left = limit
    for name in sorted(held, reverse=True):
        if left <= 0:
            break
        in_head[name] = min(left, held[name].entries)
        left -= in_head[name]
    archived = _archived(channel, held, in_head)
    olders = [one.period for one in archived[1:]] + [""]
    yield Document(
        channel=channel,
        period="",
        older=archived[0].period if archived else "",
        months=frozenset(in_head),
        cards=_cards(held, in_head),
        take=limit,
    )
    for document, older in zip(archived, olders, strict=False):
        yield replace(document, older=older)


def _of_editions(document: Document) -> Document:
    """The same where an entry is an edition: only those that it holds."""
    newest_first = sorted(document.cards, key=_newest_first)
    last = None if document.take is None else document.skip + document.take
    return replace(document, cards=tuple(newest_first[document.skip : last]), skip=0)


def _newest_first(card: Card) -> tuple[float, str]:
    return -card.published.timestamp(), card.id


def _archived(channel: Channel, held: dict[str, _Month], in_head: dict[str, int]) -> list[Document]:
    """The archive's documents, newest first, not yet linked."""
    by_year = {year: list(names) for year, names in groupby(sorted(held), lambda name: name[:4])}
    periods: dict[str, list[str]] = {}
    for year, names in by_year.items():
        if sum(held[name].entries for name in names) > MONTHLY_FROM:
            periods.update({name: [name] for name in names})
        else:
            periods[year] = names
    found = []
    for period, names in periods.items():
        skip = sum(in_head.get(name, 0) for name in names)
        if skip < sum(held[name].entries for name in names):
            cards = _cards(held, names)
            found.append(
                Document(
                    channel=channel,
                    period=period,
                    older="",
                    months=frozenset(names),
                    cards=cards,
                    skip=skip,
                )
            )
    return found[::-1]


def _cards(held: dict[str, _Month], months: Iterable[str]) -> tuple[Card, ...]:
    found = {card.id: card for name in months for card in held[name].cards}
    return tuple(found.values())


def of_section(publication: Publication, section: SectionInfo) -> Channel:
    scope = f"sections/{section.slug}"
    return Channel(
        scope=scope,
        id=_id(publication, scope),
        title=one_line(f"{publication.title} · {section.title}"),
        description=one_line(section.description or section.title),
        language=section.language,
        page=urls.section_page(section.slug),
        section=section.slug,
    )


def _whole(publication: Publication, scope: str, of_editions: bool) -> Channel:
    """A feed of the whole publication; its id says what it holds, its scope where it stands."""
    title = publication.title
    if scope == "editions":
        word = _EDITIONS.get(publication.language.partition("-")[0].lower(), _EDITIONS["en"])
        title = f"{title} · {word}"
    return Channel(
        scope=scope,
        id=_id(publication, "editions" if of_editions else "items"),
        title=one_line(title),
        description=one_line(publication.description or publication.title),
        language=publication.language,
        page=urls.ARCHIVE if scope == "editions" else urls.INDEX,
        holds="editions" if of_editions else "items",
    )


def _id(publication: Publication, name: str) -> str:
    return f"tag:{publication.authority}:feeds/{quote(name)}"


def holds_items(publication: Publication) -> bool:
    """True where items are entries of some feed."""
    return publication.feeds.entries != "editions" or publication.feeds.sections


def holds_editions(publication: Publication) -> bool:
    """True where whole editions are entries of some feed."""
    return publication.feeds.entries != "items"


def entries_of(publication: Publication, edition: Edition) -> Iterator[tuple[Position, Entry]]:
    """Every entry that feeds hold of `edition`, and where it stands in them."""
    feeds = publication.feeds
    if feeds.entries != "editions" or feeds.sections:
        find = section_finder(publication)
        for place, item in enumerate(edition.items):
            entry = from_item(publication, item, find)
            yield _position("items", item, place, _slug(find(item)), entry), entry
    if feeds.entries != "items":
        whole = feeds.entries == "editions" and feeds.full_text
        entry = from_edition(publication, edition, full_text=whole)
        yield _position("editions", edition, 0, "", entry), entry


def _position(kind: Kind, one: Item | Edition, place: int, section: str, entry: Entry) -> Position:
    month = month_of(one.published)
    return Position(kind, one.id, place, section, one.published, entry.updated, month)


def _slug(section: SectionInfo | None) -> str:
    return section.slug if section else ""


def chosen(document: Document, fragments: Iterable[Fragment]) -> list[Fragment]:
    """What stands in `document`, newest first, out of the fragments of its cards' editions.

    Items of one time stand as they do in their editions, then by id; `fragments` come in any order.
    """
    held = [one for one in fragments if belongs(document, one.position)]
    held.sort(key=_order)
    last = None if document.take is None else document.skip + document.take
    return held[document.skip : last]


def belongs(document: Document, one: Position) -> bool:
    """Whether `document` may hold the entry, were its number of entries not limited."""
    channel = document.channel
    return (
        one.kind == channel.holds
        and one.month in document.months
        and (not channel.section or one.section == channel.section)
    )


def _order(fragment: Fragment) -> tuple[float, int, str]:
    one = fragment.position
    return -one.published.timestamp(), one.place, one.id
