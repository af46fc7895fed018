"""Where everything stands under `public/`, and under which address: said once, here.

Paths are relative to `public/`, with forward slashes; a page's address ends in a slash. Permalinks
of items carry the tail of their id and nothing else, so that no edit moves them. `#` stands in no
path, and parts it from a fragment.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, Protocol
from urllib.parse import quote

from publisher.config import Publication
from publisher.model import Item

FeedFormat = Literal["rss", "atom", "json"]

FEED_FILES: dict[FeedFormat, str] = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}
FEED_MEDIA_TYPES: dict[FeedFormat, str] = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
}
INDEX = "index.html"
ARCHIVE = "archive/index.html"
SUBSCRIBE = "feeds/index.html"
OPML = "feeds/feeds.opml"
SITEMAP = "sitemap.xml"
PAGES_SITEMAP = "sitemap-pages.xml"
NEWS_SITEMAP = "news-sitemap.xml"
STYLESHEET = "assets/site.css"
NOT_FOUND = "404.html"

_SAFE = "/-._~"


class Named(Protocol):
    """What is called by the id of an edition: the edition itself, or its card."""

    @property
    def id(self) -> str: ...


def has_page(publication: Publication, item: Item) -> bool:
    """True for an item with a page of its own: `[site] item_pages`, and not a bare link."""
    bare = item.kind == "link" and not item.body
    return publication.site.item_pages == "stories" and not bare


def item(publication: Publication, item: Item) -> str:
    """Where `item` is to be found: its own page, or its place on the page of its edition."""
    if has_page(publication, item):
        return item_page(item)
    return f"editions/{item.tail.rpartition('-')[0]}/{INDEX}#{item.tail}"


def item_page(item: Item) -> str:
    return f"items/{item.tail}/{INDEX}"


def edition_page(edition: Named) -> str:
    return f"editions/{edition.id}/index.html"


def archive_page(year: int) -> str:
    return f"archive/{year}/index.html"


def year_sitemap(year: int, part: int = 1) -> str:
    """The sitemap of the editions of one year; past its limit, in several parts."""
    return f"sitemap-{year}.xml" if part == 1 else f"sitemap-{year}-{part}.xml"


def section_page(slug: str) -> str:
    return f"sections/{slug}/index.html"


def feed(scope: str, format: FeedFormat, period: str = "") -> str:
    """`scope` is "items" (the main feed), "editions" or a section's slug behind "sections/".

    With `feeds.entries = "editions"` the main feed holds editions, and keeps its address. `period`
    is a year (`2026`) or month (`2026-11`) of the feed's archive.
    """
    folder = "feeds" if scope == "items" else f"feeds/{scope}"
    return (
        f"{folder}/archive/{period}.{FEED_FILES[format]}"
        if period
        else f"{folder}/{FEED_FILES[format]}"
    )


def email(edition: Named, suffix: Literal["html", "txt", "eml"]) -> str:
    return f"email/{edition.id}.{suffix}"


def asset(edition_id: str, name: str) -> str:
    return f"assets/{edition_id}/{name}"


def absolute(publication: Publication, path: str) -> str:
    """The public address of `path`; `index.html` falls away, other characters are percent-encoded."""
    page, mark, fragment = path.partition("#")
    return publication.home + _quoted(page) + mark + fragment


@lru_cache(maxsize=1024)  # the items of an edition share its page
def _quoted(page: str) -> str:
    return quote(page.removesuffix(INDEX), safe=_SAFE)


def relative(from_path: str, to_path: str) -> str:
    """A link from one artifact to another that also works from the file system's root of `public/`."""
    up = "../" * from_path.count("/")
    return up + quote(to_path, safe=_SAFE + "#")


def preferences(publication: Publication, token: str) -> str:
    return f"{publication.home}preferences/{token}"


def unsubscribe(publication: Publication, token: str) -> str:
    return f"{publication.home}unsubscribe/{token}"
