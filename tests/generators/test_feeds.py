"""RSS and Atom as bytes: goldens, what feedgen would lose, and the same bytes everywhere."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from publisher import urls
from publisher.checks.feed import check_feed
from publisher.config import Publication
from publisher.generators import feeds
from publisher.model import Artifact, Edition, Enclosure, Person, replace
from publisher.text import ILLEGAL_IN_XML, squeeze
from tests import samples
from tests.goldens import assert_golden

GOLDENS = Path(__file__).parent / "goldens"
NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
}


def generated(publication: Publication, *editions: Edition) -> dict[str, Artifact]:
    return {made.path: made for made in feeds.generate(publication, editions)}


def parsed(artifact: Artifact) -> etree._Element:
    return etree.fromstring(artifact.body)


def texts(element: etree._Element, path: str) -> list[str]:
    return [found.text or "" for found in element.iterfind(path, NAMES)]


@pytest.mark.parametrize("scope", ["items", "editions"])
@pytest.mark.parametrize("format", ["rss", "atom", "json"])
def test_golden(publication: Publication, edition: Edition, scope: str, format: str) -> None:
    path = urls.feed(scope, format)  # type: ignore[arg-type]
    assert_golden(GOLDENS / path, generated(publication, edition)[path].body)


def test_every_feed_passes_our_own_checks(publication: Publication, edition: Edition) -> None:
    made = generated(publication, edition)
    assert len(made) == 3 * (2 + 4)  # main, editions, and four sections
    for artifact in made.values():
        assert check_feed(artifact) == ()


def test_paths_and_media_types(publication: Publication, edition: Edition) -> None:
    made = generated(publication, edition)
    assert made["feeds/rss.xml"].media_type == "application/rss+xml"
    assert made["feeds/editions/atom.xml"].media_type == "application/atom+xml"
    assert made["feeds/sections/要闻/feed.json"].media_type == "application/feed+json"
    assert made["feeds/rss.xml"].body.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<rss")


def test_rss_says_what_feedgen_drops(publication: Publication, edition: Edition) -> None:
    channel = parsed(generated(publication, edition)["feeds/rss.xml"])[0]
    links = [dict(link.attrib) for link in channel.iterfind("a:link", NAMES)]
    assert links == [
        {
            "href": "https://courier.example/feeds/rss.xml",
            "rel": "self",
            "type": "application/rss+xml",
        },
        {"href": "https://hub.example/", "rel": "hub"},
    ]
    assert texts(channel, "link") == ["https://courier.example/"]
    assert texts(channel, "sy:updatePeriod") == ["hourly"]
    assert texts(channel, "sy:updateFrequency") == ["1"]
    bridge, council, *_ = channel.iterfind("item")
    assert texts(bridge, "dc:creator") == ["林小满", "周一帆"]
    assert not texts(bridge, "author")
    picture = bridge.find("media:content", NAMES)
    assert picture is not None
    assert dict(picture.attrib) == {
        "url": "https://courier.example/assets/2026-11-23/bridge.jpg",
        "medium": "image",
        "type": "image/jpeg",
        "width": "1200",
        "height": "800",
    }
    enclosure = council.find("enclosure")
    assert enclosure is not None and enclosure.get("length") == "48213"


def test_atom_links_keep_their_attributes(publication: Publication, edition: Edition) -> None:
    feed = parsed(generated(publication, edition)["feeds/atom.xml"])
    council, tides = (feed.findall("a:entry", NAMES)[place] for place in (1, 3))
    assert [dict(link.attrib) for link in council.iterfind("a:link", NAMES)] == [
        {
            "href": "https://courier.example/items/2026-11-23-bbbbbbbbbb/",
            "rel": "alternate",
            "type": "text/html",
        },
        {
            "href": "https://courier.example/assets/2026-11-23/vote.mp3",
            "rel": "enclosure",
            "type": "audio/mpeg",
            "length": "48213",
        },
    ]
    rels = [(link.get("rel"), link.get("href")) for link in tides.iterfind("a:link", NAMES)]
    assert rels == [
        ("alternate", "https://tides.example/winter"),
        ("related", "https://courier.example/editions/2026-11-23/#2026-11-23-dddddddddd"),
    ]
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    assert [entry.get(language) for entry in feed.iterfind("a:entry", NAMES)][:2] == [
        "zh-Hans",
        "en",
    ]


def test_one_enclosure_in_rss_all_in_atom(publication: Publication, edition: Edition) -> None:
    two = tuple(Enclosure(f"https://courier.example/{n}.mp3", 9, "audio/mpeg") for n in "ab")
    story = samples.item("t", "Two recordings", enclosures=two)
    made = generated(publication, replace(edition, items=(story,)))
    assert len(parsed(made["feeds/rss.xml"]).findall(".//enclosure")) == 1
    links = parsed(made["feeds/atom.xml"]).findall(".//a:entry/a:link", NAMES)
    assert [link.get("rel") for link in links] == ["alternate", "enclosure", "enclosure"]


def test_feed_is_updated_when_its_latest_entry_was(
    publication: Publication, edition: Edition
) -> None:
    made = generated(publication, edition)
    corrected = "2026-11-23T04:30:00+00:00"
    assert texts(parsed(made["feeds/atom.xml"]), "a:updated") == [corrected]
    assert texts(parsed(made["feeds/rss.xml"]), "channel/lastBuildDate") == [
        "Mon, 23 Nov 2026 04:30:00 +0000"
    ]
    assert texts(parsed(made["feeds/sections/news/atom.xml"]), "a:updated") == [
        "2026-11-22T22:00:00+00:00"
    ]


def test_ids_survive_a_new_title_domain_and_scheme(edition: Edition) -> None:
    before = generated(samples.publication(), edition)
    moved = samples.TOML.replace("https://courier.example/", "http://elsewhere.example/paper")
    renamed = replace(
        edition, items=tuple(replace(item, title="Now " + item.title) for item in edition.items)
    )
    after = generated(samples.config.loads(moved), renamed)
    for path in ("feeds/atom.xml", "feeds/editions/atom.xml"):
        assert texts(parsed(before[path]), ".//a:id") == texts(parsed(after[path]), ".//a:id")
    guids = texts(parsed(before["feeds/rss.xml"]), ".//guid")
    assert guids == texts(parsed(after["feeds/rss.xml"]), ".//guid")
    assert guids == texts(parsed(before["feeds/atom.xml"]), "a:entry/a:id")


@pytest.mark.parametrize(
    ("minutes", "period"),
    [
        (1, ("hourly", 60)),
        (30, ("hourly", 2)),
        (60, ("hourly", 1)),
        (90, ("daily", 16)),
        (1440, ("daily", 1)),
        (10080, ("weekly", 1)),
        (99999, ("weekly", 1)),
    ],
)
def test_period_agrees_with_ttl(minutes: int, period: tuple[str, int]) -> None:
    assert feeds.period(minutes) == period


def test_times_are_in_utc_and_whole_seconds(publication: Publication, edition: Edition) -> None:
    odd = datetime.fromisoformat("2026-11-23T09:00:00.987654+08:00")
    story = samples.item("t", "Early", published=odd, updated=odd + timedelta(seconds=1))
    made = generated(publication, replace(edition, items=(story,)))
    atom = parsed(made["feeds/atom.xml"])
    assert texts(atom, ".//a:published") == ["2026-11-23T01:00:00+00:00"]
    assert texts(atom, ".//a:entry/a:updated") == ["2026-11-23T01:00:01+00:00"]
    assert texts(parsed(made["feeds/rss.xml"]), ".//pubDate") == ["Mon, 23 Nov 2026 01:00:00 +0000"]


PLAIN = st.text(min_size=1).filter(lambda text: squeeze(ILLEGAL_IN_XML.sub("", text)))


@given(title=PLAIN, name=PLAIN, tag=PLAIN, summary=PLAIN)
def test_any_text_comes_through_all_three(title: str, name: str, tag: str, summary: str) -> None:
    """Stripped of what XML forbids, and otherwise as written; never a failure."""
    story = samples.item(
        "t", title, byline=(Person(name),), tags=(tag,), summary=summary, section=()
    )
    made = generated(samples.publication(), replace(samples.edition(), items=(story,)))
    expected = squeeze(ILLEGAL_IN_XML.sub("", title))
    rss, atom = parsed(made["feeds/rss.xml"]), parsed(made["feeds/atom.xml"])
    assert texts(rss, ".//item/title") == [expected]
    assert texts(atom, "a:entry/a:title") == [expected]
    document = json.loads(made["feeds/feed.json"].body)
    assert document["items"][0]["title"] == expected
    assert document["items"][0]["summary"] == texts(atom, "a:entry/a:summary")[0]


BUILD = """
import hashlib, locale
from contextlib import suppress
with suppress(locale.Error):
    locale.setlocale(locale.LC_ALL, "")
from publisher.generators import feeds, opml
from publisher.generators.channels import channels
from tests import samples
from tests.printed import cards_of
made = [*feeds.generate(samples.publication(), [samples.edition()])]
publication = samples.publication()
cards = cards_of(publication, samples.edition())
made.append(opml.generate(publication, channels(publication, cards)))
for artifact in made:
    print(artifact.path.encode().hex(), hashlib.sha256(artifact.body).hexdigest())
"""


def test_same_bytes_in_any_zone_locale_and_hash_seed() -> None:
    settings = [
        {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "0"},
        {"TZ": "Asia/Shanghai", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
        {"TZ": "America/Los_Angeles", "LC_ALL": "zh_CN.UTF-8", "PYTHONHASHSEED": "4242"},
    ]
    top = Path(__file__).parents[2]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", BUILD],
            env={**os.environ, **setting, "PYTHONPATH": str(top)},
            cwd=top,
            stdout=subprocess.PIPE,
            text=True,
        )
        for setting in settings
    ]
    printed = [process.communicate(timeout=60)[0] for process in running]
    assert len(printed[0].splitlines()) == 19
    assert printed[0] == printed[1] == printed[2]
    here = generated(samples.publication(), samples.edition())["feeds/rss.xml"].body
    assert hashlib.sha256(here).hexdigest() in printed[0]


def test_the_clock_never_enters(publication: Publication, edition: Edition) -> None:
    this_year = str(datetime.now(UTC).year)
    old = datetime(1999, 5, 1, tzinfo=UTC)
    items = tuple(replace(item, published=old, updated=old) for item in edition.items)
    then = replace(edition, published=old, updated=old, items=items)
    for artifact in generated(publication, then).values():
        text = artifact.body.decode().replace("courier.example,2026", "").replace("2026-11-23", "")
        assert f"{this_year}-" not in text and f" {this_year} " not in text
