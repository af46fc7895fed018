"""RSS 2.0 and Atom 1.0 with feedgen, and with them JSON Feed: every feed of the publication.

`channels` decides which feeds there are and what they hold; here they are only written. feedgen
defaults to *now*, prepends, and calls setlocale for a feed's date (so never from threads): times and
order are always given. What it cannot say stands in `feedgen_extension`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from html import escape

from feedgen.feed import FeedGenerator

from publisher import urls
from publisher.cards import pack
from publisher.config import Publication
from publisher.fragments import Form, Fragment, Joined, Seen
from publisher.generators import jsonfeed
from publisher.generators.channels import (
    Document,
    chosen,
    documents,
    entries_of,
    whole_channels,
)
from publisher.generators.entries import Entry
from publisher.generators.feedgen_extension import EntryExtension, FeedExtension, Link
from publisher.model import Artifact, Edition, replace
from publisher.urls import FeedFormat

# The version is left out: an upgrade of ours must not make every feed look changed.
GENERATOR = "Publisher"
MINUTES_PER_DAY = 24 * 60

# What examines the entries of one document in several formats, each entry by itself.
Examine = Callable[[Sequence[Joined]], Sequence[Sequence[Seen | None]]]


def unexamined(written: Sequence[Joined]) -> list[list[Seen | None]]:
    """For documents that are to be checked whole."""
    return [[None] * len(joined.forms) for joined in written]


def generate(publication: Publication, editions: Sequence[Edition]) -> Iterator[Artifact]:
    """Every document of every feed of these editions, which are all at hand.

    `editions` are in output form (`publisher.output.for_output`), in any order.
    """
    cards = [pack(edition, publication)[0] for edition in editions]
    made = {edition.id: fragments_of(publication, edition) for edition in editions}
    for document in documents(publication, cards):
        held = [fragment for card in document.cards for fragment in made[card.id]]
        for joined in join(publication, document, held):
            yield joined.artifact


def fragments_of(
    publication: Publication, edition: Edition, examine: Examine = unexamined
) -> tuple[Fragment, ...]:
    """Every entry that feeds hold of `edition` (in output form), written and examined once."""
    pairs = list(entries_of(publication, edition))
    if not pairs:
        return ()
    updated = max(position.updated for position, _ in pairs)
    main = Document(channel=whole_channels(publication)[0])
    written = list(_write(publication, main, updated, [entry for _, entry in pairs]))
    forms = {
        joined.format: _seen(joined.forms, seen)
        for joined, seen in zip(written, examine(written), strict=True)
    }
    return tuple(
        Fragment(position, {format: made[place] for format, made in forms.items()})
        for place, (position, _) in enumerate(pairs)
    )


def _seen(forms: Sequence[Form], seen: Sequence[Seen | None]) -> list[Form]:
    return [Form(form.body, form.lines, one) for form, one in zip(forms, seen, strict=True)]


def join(
    publication: Publication, document: Document, fragments: Iterable[Fragment]
) -> Iterator[Joined]:
    """`document` as RSS, Atom and JSON; `fragments` are those of its cards' editions."""
    held = chosen(document, fragments)
    updated = max(one.position.updated for one in held)
    for shell in _write(publication, document, updated, ()):
        yield replace(shell, forms=tuple(one.forms[shell.format] for one in held))


# What an entry begins and ends with, and what stands behind the last one. It is markup: in text and
# attributes, each `<` is written as a reference.
_MARKS: dict[FeedFormat, tuple[bytes, bytes, bytes]] = {
    "rss": (b"    <item>\n", b"    </item>\n", b"  </channel>\n</rss>\n"),
    "atom": (b"  <entry ", b"  </entry>\n", b"</feed>\n"),
}


def _write(
    publication: Publication, document: Document, updated: datetime, entries: Sequence[Entry]
) -> Iterator[Joined]:
    """A document of these entries, in order, in each format."""
    feed = _generator(publication, document, updated)
    for entry in entries:
        _add(feed, entry, publication)
    yield _cut(document, "rss", feed.rss_str(pretty=True))
    yield _cut(document, "atom", feed.atom_str(pretty=True))
    yield jsonfeed.write(publication, document, entries)


def _cut(document: Document, format: FeedFormat, body: bytes) -> Joined:
    """What feedgen has written, cut where its entries begin and end."""
    opening, closing, tail = _MARKS[format]
    *bodies, end = body.split(closing)
    head = end
    if bodies:
        start = bodies[0].index(opening)
        head, bodies[0] = bodies[0][:start], bodies[0][start:]
    head = head.removesuffix(tail)
    forms = tuple(Form(one + closing, one.count(b"\n") + 1) for one in bodies)
    path = urls.feed(document.channel.scope, format, document.period)
    return Joined(path=path, format=format, head=head, forms=forms, tail=tail)


def _generator(publication: Publication, document: Document, updated: datetime) -> FeedGenerator:
    channel = document.channel
    feed = FeedGenerator()
    feed.id(channel.id)
    feed.title(channel.title)
    feed.subtitle(channel.description)
    feed.language(channel.language)
    feed.author(name=publication.title, uri=publication.home)
    feed.link(href=urls.absolute(publication, channel.page), rel="alternate", type="text/html")
    feed.updated(updated)
    feed.generator(GENERATOR)
    feed.ttl(publication.feeds.ttl_minutes)
    if publication.copyright:
        feed.rights(publication.copyright)
    feed.register_extension("ours", FeedExtension, EntryExtension)
    feed.ours.rss_links = _links(publication, document, "rss")
    feed.ours.atom_links = _links(publication, document, "atom")
    feed.ours.archive = bool(document.period)
    feed.ours.period = period(publication.feeds.ttl_minutes)
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
    made.updated(entry.updated)
    # Readers take an RSS description for HTML (RSS Best Practices Profile). It comes first, since
    # `description` sets the Atom content too, and `summary` an RSS description that is not yet set.
    made.description(escape(entry.summary, quote=False))
    made.summary(entry.summary)
    made.content(entry.content, type="html")
    made.author([{"name": name} for name in entry.authors])
    made.category(
        [{"term": one.term, "scheme": one.scheme, "label": one.label} for one in entry.categories]
    )
    made.ours.entry = entry
    made.ours.fallback_author = publication.title


def period(ttl_minutes: int) -> tuple[str, int]:
    """`ttl` in the words of the RSS syndication module: (updatePeriod, updateFrequency)."""
    if ttl_minutes <= 60:
        return "hourly", max(1, 60 // ttl_minutes)
    if ttl_minutes <= MINUTES_PER_DAY:
        return "daily", MINUTES_PER_DAY // ttl_minutes
    return "weekly", max(1, 7 * MINUTES_PER_DAY // ttl_minutes)
