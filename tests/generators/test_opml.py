"""OPML: listparser finds every feed in it."""

from __future__ import annotations

import listparser
import pytest
from lxml import etree

from publisher.config import Publication
from publisher.generators import feeds, opml
from publisher.generators.channels import channels
from publisher.model import Edition
from tests import samples
from tests.printed import cards_of


def test_listparser_finds_every_rss_and_atom_feed(
    publication: Publication, edition: Edition
) -> None:
    artifact = opml.generate(publication, channels(publication, cards_of(publication, edition)))
    assert (artifact.path, artifact.media_type) == ("feeds/feeds.opml", "text/x-opml")
    found = listparser.parse(artifact.body)
    assert not found.bozo
    assert found.meta.title == "Riverbend Courier 河湾报"
    written = [
        publication.home + one.path.replace("要闻", "%E8%A6%81%E9%97%BB")
        for one in feeds.generate(publication, [edition])
    ]
    wanted = [url for kind in ("rss.xml", "atom.xml") for url in written if url.endswith(kind)]
    assert [feed.url for feed in found.feeds] == wanted
    assert [feed.title for feed in found.feeds][:2] == [
        "Riverbend Courier 河湾报",
        "Riverbend Courier 河湾报 · Editions",
    ]


def test_no_dates_and_no_clock(publication: Publication, edition: Edition) -> None:
    root = etree.fromstring(
        opml.generate(publication, channels(publication, cards_of(publication, edition))).body
    )
    assert root.get("version") == "2.0"
    assert [element.tag for element in root.iterfind("head/*")] == ["title", "ownerName", "ownerId"]


@pytest.mark.parametrize("title", ['R&D <b> "x" ]]> é', "It's R&D", """ "It's" <R&D> """.strip()])
def test_awkward_titles_are_escaped(edition: Edition, title: str) -> None:
    toml = samples.TOML.replace("Riverbend Courier 河湾报", title.replace('"', '\\"'))
    publication = samples.config.loads(toml)
    artifact = opml.generate(publication, channels(publication, cards_of(publication, edition)))
    found = listparser.parse(artifact.body)
    assert not found.bozo
    assert found.feeds[0].title == title
    assert found.meta.title == title


def test_nothing_published_is_an_empty_list(publication: Publication) -> None:
    found = listparser.parse(opml.generate(publication, []).body)
    assert not found.bozo
    assert found.feeds == []
