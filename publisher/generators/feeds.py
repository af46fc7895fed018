"""RSS 2.0 and Atom 1.0 with feedgen, and with them JSON Feed: every feed of the publication.

`channels` decides which feeds there are and what they hold; here they are only written. feedgen
defaults to *now*, prepends, and calls setlocale for its dates (so never from threads): times and
order are always given. What it cannot say stands in `feedgen_extension`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from feedgen.feed import FeedGenerator

from publisher import urls
from publisher.cards import pack
from publisher.config import Publication
from publisher.generators import jsonfeed
from publisher.generators.channels import Document, documents, entries_of
from publisher.generators.entries import Entry
from publisher.generators.feedgen_extension import EntryExtension, FeedExtension, Link
from publisher.model import Artifact, Edition
from publisher.urls import FeedFormat

# The version is left out: an upgrade of ours must not make every feed look changed.
GENERATOR = "Publisher"
MINUTES_PER_DAY = 24 * 60


def generate(publication: Publication, editions: Sequence[Edition]) -> Iterator[Artifact]:
    """Every document of every feed of these editions, which are all at hand.

    `editions` are in output form (`publisher.output.for_output`), in any order.
    """
    cards = [pack(edition, publication)[0] for edition in editions]
    for document in documents(publication, cards):
        yield from write(publication, document, editions)


def write(
    publication: Publication, document: Document, editions: Sequence[Edition]
) -> Iterator[Artifact]:
    """`document` as RSS, Atom and JSON; `editions` are those of its cards, in output form."""
    entries = entries_of(publication, document, editions)
    generator = _generator(publication, document, entries)
    yield _artifact(document, "rss", generator.rss_str(pretty=True))
    yield _artifact(document, "atom", generator.atom_str(pretty=True))
    yield _artifact(document, "json", jsonfeed.write(publication, document, entries))


def _artifact(document: Document, format: FeedFormat, body: bytes) -> Artifact:
    path = urls.feed(document.channel.scope, format, document.period)
    return Artifact(path, urls.FEED_MEDIA_TYPES[format], body)


def _generator(
    publication: Publication, document: Document, entries: Sequence[Entry]
) -> FeedGenerator:
    channel = document.channel
    feed = FeedGenerator()
    feed.id(channel.id)
    feed.title(channel.title)
    feed.subtitle(channel.description)
    feed.language(channel.language)
    feed.author(name=publication.title, uri=publication.home)
    feed.link(href=urls.absolute(publication, channel.page), rel="alternate", type="text/html")
    feed.updated(max(entry.updated for entry in entries))
    feed.generator(GENERATOR)
    feed.ttl(publication.feeds.ttl_minutes)
    if publication.copyright:
        feed.rights(publication.copyright)
    feed.register_extension("ours", FeedExtension, EntryExtension)
    feed.ours.rss_links = _links(publication, document, "rss")
    feed.ours.atom_links = _links(publication, document, "atom")
    feed.ours.archive = bool(document.period)
    feed.ours.period = period(publication.feeds.ttl_minutes)
    for entry in entries:
        _add(feed, entry, publication)
    return feed


def _links(publication: Publication, document: Document, format: FeedFormat) -> tuple[Link, ...]:
    """The feed's own links; those between the documents of an archive are RFC 5005 section 4's."""

    def to(rel: str, period: str) -> Link:
        path = urls.feed(document.channel.scope, format, period)
        return Link(rel, urls.absolute(publication, path), urls.FEED_MEDIA_TYPES[format])

    links = [to("self", document.period)]
    if document.period:
        links.append(to("current", ""))
    elif publication.feeds.hub:
        links.append(Link("hub", publication.feeds.hub))
    if document.older:
        links.append(to("prev-archive", document.older))
    return tuple(links)


def _add(feed: FeedGenerator, entry: Entry, publication: Publication) -> None:
    made = feed.add_entry(order="append")
    made.id(entry.id)
    made.title(entry.title)
    made.link(href=entry.link)
    made.published(entry.published)
    made.updated(entry.updated)
    # Readers take an RSS description for HTML (RSS Best Practices Profile). It comes first, since
    # `description` sets the Atom content too, and `summary` an RSS description that is not yet set.
    made.description(escape(entry.summary, quote=False))
    made.summary(entry.summary)
    made.content(entry.content, type="html")
    for name in entry.authors:
        made.author(name=name)
    for category in entry.categories:
        made.category(term=category.term, scheme=category.scheme, label=category.label)
    made.ours.entry = entry
    made.ours.fallback_author = publication.title


def period(ttl_minutes: int) -> tuple[str, int]:
    """`ttl` in the words of the RSS syndication module: (updatePeriod, updateFrequency)."""
    if ttl_minutes <= 60:
        return "hourly", max(1, 60 // ttl_minutes)
    if ttl_minutes <= MINUTES_PER_DAY:
        return "daily", MINUTES_PER_DAY // ttl_minutes
    return "weekly", max(1, 7 * MINUTES_PER_DAY // ttl_minutes)
