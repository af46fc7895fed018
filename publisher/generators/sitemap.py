"""What search engines read: `robots.txt`, `sitemap.xml` and the news sitemap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from publisher import urls
from publisher.config import Publication
from publisher.model import Artifact, Edition, Item
from publisher.sections import sections_in

MAX_URLS = 50_000  # https://www.sitemaps.org/protocol.html, "Sitemap file requirements"
MAX_NEWS_URLS = 1_000  # https://developers.google.com/search/docs/crawling-indexing/sitemaps
NEWS_AGE = timedelta(hours=48)  # the same: "created in the last two days"
MEDIA_TYPE = "application/xml"

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def generate(editions: Sequence[Edition], publication: Publication) -> Iterator[Artifact]:
    """robots.txt, the sitemap (in several files past `MAX_URLS` pages) and the news sitemap.

    `editions` are in order of date, oldest first, in output form.
    """
    yield _robots(publication)
    entries = [_url(address, changed) for address, changed in _pages(editions, publication)]
    yield from _sitemaps(entries, publication)
    yield _news(editions, publication)


def _robots(publication: Publication) -> Artifact:
    base = urlsplit(publication.home).path
    # The email copies repeat the pages; the others are each subscriber's own.
    private = "".join(f"Disallow: {base}{part}/\n" for part in _PRIVATE)
    maps = "".join(
        f"Sitemap: {urls.absolute(publication, path)}\n"
        for path in (urls.SITEMAP, urls.NEWS_SITEMAP)
    )
    return Artifact("robots.txt", "text/plain", f"User-agent: *\n{private}\n{maps}".encode())


_PRIVATE = ("email", "preferences", "unsubscribe")


def _pages(
    editions: Sequence[Edition], publication: Publication
) -> Iterator[tuple[str, datetime | None]]:
    """Address and last change of every page, oldest edition first: full files never change again."""
    latest = max((edition.updated for edition in editions), default=None)
    for path in (urls.INDEX, urls.ARCHIVE, urls.SUBSCRIBE):
        yield urls.absolute(publication, path), latest if path == urls.INDEX else None
    for year in dict.fromkeys(edition.day.year for edition in editions):
        yield urls.absolute(publication, urls.archive_page(year)), None
    for section in sections_in(publication, editions):
        yield urls.absolute(publication, urls.section_page(section.slug)), None
    for edition in editions:
        yield urls.absolute(publication, urls.edition_page(edition)), edition.updated
        for item in edition.items:
            yield urls.absolute(publication, urls.item_page(item)), item.updated


def _url(address: str, changed: datetime | None) -> str:
    stamp = f"<lastmod>{_time(changed)}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address)}</loc>{stamp}</url>\n"


def _sitemaps(entries: list[str], publication: Publication) -> Iterator[Artifact]:
    if len(entries) <= MAX_URLS:
        yield _artifact(urls.SITEMAP, "urlset", _SITEMAP, entries)
        return
    parts = [entries[start : start + MAX_URLS] for start in range(0, len(entries), MAX_URLS)]
    names = [f"sitemap-{number}.xml" for number in range(1, len(parts) + 1)]
    for name, part in zip(names, parts, strict=True):
        yield _artifact(name, "urlset", _SITEMAP, part)
    listed = (
        f"<sitemap><loc>{escape(urls.absolute(publication, name))}</loc></sitemap>\n"
        for name in names
    )
    yield _artifact(urls.SITEMAP, "sitemapindex", _SITEMAP, listed)


def _news(editions: Sequence[Edition], publication: Publication) -> Artifact:
    """Stories of the 48 hours before the newest edition, never before the clock: same in, same out."""
    newest = max((edition.published for edition in editions), default=None)
    found = [
        (item, edition)
        for edition in reversed(editions)
        for item in edition.items
        if newest and item.published >= newest - NEWS_AGE and item.kind != "link"
    ]
    entries = (_news_url(item, edition, publication) for item, edition in found[:MAX_NEWS_URLS])
    return _artifact(urls.NEWS_SITEMAP, "urlset", f"{_SITEMAP} {_NEWS}", entries)


def _news_url(item: Item, edition: Edition, publication: Publication) -> str:
    language = _news_language(item.language or edition.language)
    return (
        f"<url><loc>{escape(urls.absolute(publication, urls.item_page(item)))}</loc><news:news>"
        f"<news:publication><news:name>{escape(publication.title)}</news:name>"
        f"<news:language>{language}</news:language></news:publication>"
        f"<news:publication_date>{_time(item.published)}</news:publication_date>"
        f"<news:title>{escape(item.title)}</news:title></news:news></url>\n"
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
