"""Where everything stands under `public/`, and under which address: said once, here.

Paths are relative to `public/`, with forward slashes; a page's address ends in a slash. Permalinks
of items carry the tail of their id and nothing else, so that no edit moves them.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from publisher.config import Publication
from publisher.model import Edition, Item

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
NEWS_SITEMAP = "news-sitemap.xml"
STYLESHEET = "assets/site.css"
NOT_FOUND = "404.html"


def item_page(item: Item) -> str:
    return f"items/{item.tail}/index.html"


def edition_page(edition: Edition) -> str:
    return f"editions/{edition.id}/index.html"


def archive_page(year: int) -> str:
    return f"archive/{year}/index.html"


def section_page(slug: str) -> str:
    return f"sections/{slug}/index.html"


def feed(scope: str, format: FeedFormat) -> str:
    """`scope` is "items" (the main feed), "editions" or a section's slug behind "sections/".

    With `feeds.entries = "editions"` the main feed holds editions, and keeps its address.
    """
    folder = "feeds" if scope == "items" else f"feeds/{scope}"
    return f"{folder}/{FEED_FILES[format]}"


def email(edition: Edition, suffix: Literal["html", "txt", "eml"]) -> str:
    return f"email/{edition.id}.{suffix}"


def asset(edition_id: str, name: str) -> str:
    return f"assets/{edition_id}/{name}"


def absolute(publication: Publication, path: str) -> str:
    """The public address of `path`; `index.html` falls away, other characters are percent-encoded."""
    return publication.home + quote(path.removesuffix(INDEX), safe="/-._~")


def relative(from_path: str, to_path: str) -> str:
    """A link from one artifact to another that also works from the file system's root of `public/`."""
    up = "../" * from_path.count("/")
    return up + quote(to_path, safe="/-._~")


def preferences(publication: Publication, token: str) -> str:
    return f"{publication.home}preferences/{token}"


def unsubscribe(publication: Publication, token: str) -> str:
    return f"{publication.home}unsubscribe/{token}"
