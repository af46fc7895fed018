"""What search engines read: `robots.txt`, `sitemap.xml` and the news sitemap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from html import escape
from urllib.parse import urlsplit

from publisher import urls
from publisher.cards import Card
from publisher.config import Publication
from publisher.model import Artifact, Edition, Item, Struct
from publisher.sections import SectionInfo

MAX_URLS = 50_000  # https://www.sitemaps.org/protocol.html, "Sitemap file requirements"
MAX_NEWS_URLS = 1_000  # https://developers.google.com/search/docs/crawling-indexing/sitemaps
NEWS_AGE = timedelta(hours=48)  # the same: "created in the last two days"
MEDIA_TYPE = "application/xml"

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def robots(publication: Publication) -> Artifact:
    """What search engines may read, and where the sitemaps are."""
    base = urlsplit(publication.home).path
    # The email copies repeat the pages; the others are each subscriber's own.
    private = "".join(f"Disallow: {base}{part}/\n" for part in _PRIVATE)
    maps = "".join(
        f"Sitemap: {urls.absolute(publication, path)}\n"
        for path in (urls.SITEMAP, urls.NEWS_SITEMAP)
    )
    return Artifact("robots.txt", "text/plain", f"User-agent: *\n{private}\n{maps}".encode())


_PRIVATE = ("email", "preferences", "unsubscribe")


class Year(Struct, frozen=True):
    """One year of editions: how many pages they have, and when one last changed."""

    year: int
    pages: int
    latest: datetime

    @property
    def paths(self) -> tuple[str, ...]:
        parts = -(-self.pages // MAX_URLS)
        return tuple(urls.year_sitemap(self.year, part) for part in range(1, parts + 1))


def index(publication: Publication, years: Sequence[Year]) -> Artifact:
    """The sitemap of sitemaps: one for the pages over the editions, and each year's."""
    listed = [_entry("sitemap", publication, urls.PAGES_SITEMAP, None)]
    listed += [
        _entry("sitemap", publication, path, year.latest) for year in years for path in year.paths
    ]
    return _artifact(urls.SITEMAP, "sitemapindex", _SITEMAP, listed)


def over_editions(
    publication: Publication, years: Sequence[Year], sections: Sequence[SectionInfo]
) -> Artifact:
    """The sitemap of the front page, the archive, the sections and the feeds."""
    latest = max((year.latest for year in years), default=None)
    paths = [urls.ARCHIVE, urls.SUBSCRIBE]
    paths += [urls.archive_page(year.year) for year in years]
    paths += [urls.section_page(section.slug) for section in sections]
    entries = [_entry("url", publication, urls.INDEX, latest)]
    entries += [_entry("url", publication, path, None) for path in paths]
    return _artifact(urls.PAGES_SITEMAP, "urlset", _SITEMAP, entries)


def of_year(
    publication: Publication, year: Year, editions: Iterable[tuple[Card, Sequence[Item]]]
) -> Iterator[Artifact]:
    """The pages of a year's editions, oldest first, and their items; past `MAX_URLS` in several files."""
    entries: list[str] = []
    for card, items in editions:
        entries.append(_entry("url", publication, urls.edition_page(card), card.updated))
        entries += [
            _entry("url", publication, urls.item_page(item), item.updated)
            for item in items
            if urls.has_page(publication, item)
        ]
    for number, path in enumerate(year.paths):
        part = entries[number * MAX_URLS : (number + 1) * MAX_URLS]
        yield _artifact(path, "urlset", _SITEMAP, part)


def _entry(name: str, publication: Publication, path: str, changed: datetime | None) -> str:
    stamp = f"<lastmod>{_time(changed)}</lastmod>" if changed else ""
    return f"<{name}><loc>{escape(urls.absolute(publication, path), quote=False)}</loc>{stamp}</{name}>\n"


def news(publication: Publication, newest_first: Sequence[Edition]) -> Artifact:
    """Stories of the 48 hours before the newest edition, never before the clock: same in, same out."""
    newest = max((edition.published for edition in newest_first), default=None)
    found = [
        (item, edition)
        for edition in newest_first
        for item in edition.items
        if newest
        and item.published >= newest - NEWS_AGE
        and item.kind != "link"
        and urls.has_page(publication, item)
    ]
    entries = (_news_url(item, edition, publication) for item, edition in found[:MAX_NEWS_URLS])
    return _artifact(urls.NEWS_SITEMAP, "urlset", f"{_SITEMAP} {_NEWS}", entries)


def _news_url(item: Item, edition: Edition, publication: Publication) -> str:
    language = _news_language(item.language or edition.language)
    return (
        f"<url><loc>{escape(urls.absolute(publication, urls.item_page(item)), quote=False)}</loc><news:news>"
        f"<news:publication><news:name>{escape(publication.title, quote=False)}</news:name>"
        f"<news:language>{language}</news:language></news:publication>"
        f"<news:publication_date>{_time(item.published)}</news:publication_date>"
        f"<news:title>{escape(item.title, quote=False)}</news:title></news:news></url>\n"
    )


def _news_language(tag: str) -> str:
    """An ISO 639 code, but zh-cn and zh-tw for the two Chinese scripts, as the format asks."""
    primary, *rest = tag.lower().split("-")
    if primary != "zh":
        return primary
    return "zh-tw" if {"hant", "tw", "hk", "mo"} & set(rest) else "zh-cn"


def _time(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")


def _artifact(path: str, root: str, namespaces: str, entries: Iterable[str]) -> Artifact:
    body = f"{_DECLARATION}<{root} {namespaces}>\n{''.join(entries)}</{root}>\n"
    return Artifact(path, MEDIA_TYPE, body.encode("utf-8"))
