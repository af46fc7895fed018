"""What feedgen 1.0.0 cannot say, or says wrongly, through its `register_extension`.

It drops every attribute of an entry's links but href, and every link of an RSS channel but self;
it needs an email address to name an author in RSS; it spells `sy:` elements with a capital; it
knows no language per entry, and puts Media RSS in a group of one; and it sets the locale of the
process three times to write a date. So the links, authors, enclosures, pictures and periods of our
feeds, and when an entry was published, are written here, on the elements it has made.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from lxml import etree

from publisher.generators.entries import Entry
from publisher.model import Enclosure, Image, Struct

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
SYNDICATION = "http://purl.org/rss/1.0/modules/syndication/"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"

# Not the mimetypes module: what it knows depends on the machine.
IMAGE_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webp": "image/webp",
}


class Link(Struct, frozen=True):
    """A link of the feed itself (RFC 4287 section 4.2.7)."""

    rel: str
    href: str
    media_type: str = ""


class FeedExtension(BaseExtension):  # type: ignore[misc]
    """The feed's own links, and the period that readers should poll in.

    Set before writing: `rss_links`, `atom_links`, `period` as (updatePeriod, updateFrequency), and
    `archive` for a document that will not change (RFC 5005 section 4).
    """

    def __init__(self) -> None:
        self.rss_links: tuple[Link, ...] = ()
        self.atom_links: tuple[Link, ...] = ()
        self.period: tuple[str, int] = ("daily", 1)
        self.archive = False

    def extend_ns(self) -> dict[str, str]:
        spaces = {"dc": DUBLIN_CORE, "media": MEDIA, "sy": SYNDICATION}
        return {**spaces, "fh": HISTORY} if self.archive else spaces

    def extend_rss(self, feed: etree._Element) -> None:
        channel = feed[0]
        for link in self.rss_links:
            _link(channel, f"{{{ATOM}}}link", link)
        period, frequency = self.period
        _text(channel, f"{{{SYNDICATION}}}updatePeriod", period)
        _text(channel, f"{{{SYNDICATION}}}updateFrequency", str(frequency))
        self._mark(channel)

    def extend_atom(self, feed: etree._Element) -> None:
        for link in self.atom_links:
            _link(feed, "link", link)
        self._mark(feed)

    def _mark(self, parent: etree._Element) -> None:
        if self.archive:
            etree.SubElement(parent, f"{{{HISTORY}}}archive")


class EntryExtension(BaseEntryExtension):  # type: ignore[misc]
    """Set `entry`, and `fallback_author` (RSS knows no author of the whole feed), before writing."""

    def __init__(self) -> None:
        self.entry: Entry | None = None
        self.fallback_author = ""

    def extend_rss(self, element: etree._Element) -> None:
        entry = _given(self.entry)
        _text(element, "pubDate", _rfc_822(entry.published))
        for name in entry.authors or (self.fallback_author,):
            _text(element, f"{{{DUBLIN_CORE}}}creator", name)
        if entry.enclosures:  # one per item: RSS Advisory Board, Best Practices Profile
            _enclosure(element, "enclosure", "url", entry.enclosures[0])
        _media(element, entry.image)

    def extend_atom(self, element: etree._Element) -> None:
        entry = _given(self.entry)
        element.set(LANGUAGE, entry.language)
        for link in element.iterchildren("link"):
            link.set("rel", "alternate")
            link.set("type", "text/html")
        _text(element, "published", entry.published.isoformat())
        if entry.related:
            _link(element, "link", Link("related", entry.related, "text/html"))
        for enclosure in entry.enclosures:
            added = _enclosure(element, "link", "href", enclosure)
            added.set("rel", "enclosure")
            if enclosure.title:
                added.set("title", enclosure.title)
        _media(element, entry.image)


def _given(entry: Entry | None) -> Entry:
    if entry is None:
        raise TypeError("EntryExtension.entry was not set before writing")
    return entry


@lru_cache(maxsize=64)  # the items of an edition share their time
def _rfc_822(time: datetime) -> str:
    return format_datetime(time)


def _text(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = text


def _link(parent: etree._Element, name: str, link: Link) -> None:
    element = etree.SubElement(parent, name, href=link.href, rel=link.rel)
    if link.media_type:
        element.set("type", link.media_type)


def _enclosure(
    parent: etree._Element, name: str, address: str, enclosure: Enclosure
) -> etree._Element:
    element = etree.SubElement(parent, name)
    element.set(address, enclosure.url)
    element.set("length", str(enclosure.length_bytes))
    element.set("type", enclosure.media_type)
    return element


def _media(parent: etree._Element, image: Image | None) -> None:
    """The lead picture (Media RSS 1.5.1); an unknown size or type is left out, never guessed.

    Without `media:description`: feedparser takes it for the entry's own.
    """
    if image is None:
        return
    element = etree.SubElement(parent, f"{{{MEDIA}}}content", url=image.src, medium="image")
    ending = image.src.partition("?")[0].rpartition(".")[2].lower()
    known = {"type": IMAGE_TYPES.get(ending), "width": image.width, "height": image.height}
    for name, value in known.items():
        if value:
            element.set(name, str(value))
    if image.credit:
        _text(element, f"{{{MEDIA}}}credit", image.credit)
