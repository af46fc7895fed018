"""Feeds as other people's parsers see them: feedparser, and lemon24's reader over HTTP."""

from __future__ import annotations

import calendar
import importlib
import json
import re
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import feedparser
import pytest
import reader

from publisher.config import Publication
from publisher.generators import feeds
from publisher.generators.entries import from_item
from publisher.model import Edition, replace
from tests import samples

# reader 3.26, the last for Python 3.11, asks feedparser's old dependency for a module that its new
# one brings under another name.
sys.modules.setdefault("sgmllib", importlib.import_module("feedparser_sgmllib"))

AWKWARD = (
    "Ends a CDATA section ]]> in its middle",
    "R&D, AT&T and a lone & sign",
    "What <b>bold</b> and <script> mean",
    "How to write &amp; and &lt; in HTML",
    "Boats 🚤, families 👨‍👩‍👧 and flags 🏴‍☠️",
    "渡口新桥今晨通车：“等了三年。”",
    "6 < 7 > 5 \\ ' \"",
)


def write(folder: Path, publication: Publication, *editions: Edition) -> None:
    for artifact in feeds.generate(publication, editions):
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.body)


def utc(parsed: Any) -> datetime:
    return datetime.fromtimestamp(calendar.timegm(parsed), UTC)


def texts(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", " ", html))


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml"])
def test_feedparser_reads_back_every_field(
    tmp_path: Path, publication: Publication, edition: Edition, name: str
) -> None:
    write(tmp_path, publication, edition)
    document = feedparser.parse((tmp_path / "feeds" / name).read_bytes())
    assert not document.bozo
    assert document.feed.title == publication.title
    assert document.feed.link == publication.home
    assert document.feed.language == publication.language
    assert utc(document.feed.updated_parsed) == edition.updated
    assert len(document.entries) == len(edition.items)
    for read, item in zip(document.entries, edition.items, strict=True):
        entry = from_item(publication, item)
        assert read.id == item.id
        assert read.title == item.title
        assert read.link == entry.link
        assert unescape(read.summary) == entry.summary
        assert read.summary_detail.value == read.summary
        assert texts(read.content[0].value) == texts(entry.content)
        assert utc(read.published_parsed) == item.published
        labels = [tag.label or tag.term for tag in read.tags]
        assert labels == [category.label for category in entry.categories]
        files = [link for link in read.links if link.rel == "enclosure"]
        assert [(file.href, int(file.length), file.type) for file in files] == [
            (file.url, file.length_bytes, file.media_type) for file in item.enclosures
        ]
        pictures = [
            (picture["url"], int(picture["width"])) for picture in read.get("media_content", ())
        ]
        assert pictures == [(image.src, image.width) for image in item.images]
        names = [author.name for author in read.get("authors", ())]
        if name == "rss.xml":
            assert names == list(entry.authors or (publication.title,))
        else:
            assert names == list(entry.authors)
            assert utc(read.updated_parsed) == item.updated
            assert read.title_detail.language == item.language


@pytest.mark.parametrize("title", AWKWARD)
def test_titles_come_through_all_three(
    publication: Publication, edition: Edition, title: str
) -> None:
    one = replace(edition, items=(samples.item("t", title),))
    made = {artifact.path: artifact.body for artifact in feeds.generate(publication, [one])}
    # Sanitising and guessing off: what a parser does to HTML in titles is not what was sent.
    read = partial(feedparser.parse, sanitize_html=False, resolve_relative_uris=False)
    assert read(made["feeds/rss.xml"]).entries[0].title == title
    assert read(made["feeds/atom.xml"]).entries[0].title == title
    assert json.loads(made["feeds/feed.json"])["items"][0]["title"] == title


class Feeds(SimpleHTTPRequestHandler):
    """Serves a folder with the media types of feeds, without conditional answers or a log."""

    extensions_map: ClassVar = {".xml": "application/xml", ".json": "application/feed+json"}

    def log_message(self, format: str, *args: object) -> None:
        pass

    def send_head(self) -> Any:
        del self.headers["If-Modified-Since"]
        return super().send_head()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Feeds, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/feeds/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml", "feed.json"])
def test_reader_sees_nothing_new_the_second_time(
    tmp_path: Path, publication: Publication, edition: Edition, served: str, name: str
) -> None:
    write(tmp_path, publication, edition)
    with reader.make_reader(":memory:") as subscriber:
        subscriber.add_feed(served + name)
        first = subscriber.update_feed(served + name)
        assert first is not None and first.new == len(edition.items)
        second = _again(subscriber, served + name)
        assert (second.new, second.modified) == (0, 0)
        kept = {entry.id: entry for entry in subscriber.get_entries()}
        assert kept.keys() == {item.id for item in edition.items}
        corrected = edition.items[0]
        fixed = replace(corrected, title=corrected.title + "（更正）", updated=edition.updated)
        write(tmp_path, publication, replace(edition, items=(fixed, *edition.items[1:])))
        third = _again(subscriber, served + name)
        assert (third.new, third.modified) == (0, 1)


def _again(subscriber: reader.Reader, address: str) -> reader.UpdatedFeed:
    """Update once more; a feed of the same bytes is answered with None: nothing changed."""
    return subscriber.update_feed(address) or reader.UpdatedFeed(address)
