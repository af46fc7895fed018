"""Which feeds there are, and which entries stand in them in which order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree

from publisher import urls
from publisher.config import Publication
from publisher.generators import feeds
from publisher.generators.channels import channels
from publisher.model import Edition, replace
from tests import samples
from tests.printed import cards_of, newest_items

SECTIONS = """
[sections.news]
title = "News"
match = ["News", "要闻"]

[sections.outdoors]
title = "Outdoors"
match = ["Links*"]
description = "Under the sky"
language = "en-GB"
"""


def configured(entries: str = "both", more: str = "") -> Publication:
    feeds = f'[feeds]\nentries = "{entries}"\n'
    return samples.config.loads(samples.TOML.replace("[feeds]\n", feeds + more))


def listed(publication: Publication, name: str, *editions: Edition) -> dict[str, list[str]]:
    """The text of `name` in every item of each RSS document, by its path."""
    return {
        made.path: [
            found.text or "" for found in etree.fromstring(made.body).iterfind(f".//item/{name}")
        ]
        for made in feeds.generate(publication, editions)
        if made.path.endswith(urls.FEED_FILES["rss"])
    }


def titles(publication: Publication, *editions: Edition) -> dict[str, list[str]]:
    return listed(publication, "title", *editions)


def weekly(edition: Edition, weeks: int) -> Edition:
    """The sample edition, so many weeks later."""
    later = edition.published + timedelta(weeks=weeks)
    return replace(
        edition,
        id=f"{later:%Y-%m-%d}",
        tag=f"{edition.tag}+{weeks}",
        title=f"Edition {weeks}",
        published=later,
        updated=later,
        items=tuple(
            replace(item, id=f"{item.id}+{weeks}", published=later, updated=later)
            for item in edition.items
        ),
    )


@pytest.mark.parametrize(
    ("entries", "scopes"),
    [
        ("items", ["items"]),
        ("editions", ["items"]),
        ("both", ["items", "editions"]),
    ],
)
def test_feeds_of_the_whole_publication(edition: Edition, entries: str, scopes: list[str]) -> None:
    publication = configured(entries, "sections = false\n")
    assert [
        channel.scope for channel in channels(publication, cards_of(publication, edition))
    ] == scopes


def test_main_feed_holds_editions_where_nothing_else_does(edition: Edition) -> None:
    found = titles(configured("editions", "sections = false\n"), edition)
    assert found == {"feeds/rss.xml": ["Monday edition"]}
    main = channels(configured("editions"), cards_of(configured("editions"), edition))[0]
    assert main.id == "tag:courier.example,2026:feeds/editions"
    beside = channels(configured("both"), cards_of(configured("both"), edition))[1]
    assert beside.id == main.id


def test_one_feed_per_section(edition: Edition) -> None:
    publication = samples.publication(SECTIONS)
    found = channels(publication, cards_of(publication, edition))[2:]
    assert [(channel.scope, channel.title, channel.language) for channel in found] == [
        ("sections/news", "Riverbend Courier 河湾报 · News", "en"),
        ("sections/outdoors", "Riverbend Courier 河湾报 · Outdoors", "en-GB"),
    ]
    assert found[1].description == "Under the sky"
    assert titles(publication, edition)["feeds/sections/news/rss.xml"] == [
        "渡口新桥今晨通车",
        "Council says “yes” to R&D <grants> ]]> for boats 🚤",
        "岸边的清晨",
    ]


def test_ids_of_section_feeds_are_uris(publication: Publication, edition: Edition) -> None:
    ids = [channel.id for channel in channels(publication, cards_of(publication, edition))]
    assert "tag:courier.example,2026:feeds/sections/%E8%A6%81%E9%97%BB" in ids
    assert len(set(ids)) == len(ids)


def test_newest_first_then_position_then_id(publication: Publication, edition: Edition) -> None:
    editions = [weekly(edition, weeks) for weeks in (0, 2, 1)]
    found = listed(publication, "guid", *editions)["feeds/rss.xml"]
    assert found == [item.id for weeks in (2, 1, 0) for item in weekly(edition, weeks).items]
    a, b = (samples.item(tail, "Same place") for tail in ("a", "b"))
    same_time = [replace(edition, items=(b,)), replace(weekly(edition, 1), items=(a,))]
    assert listed(publication, "guid", *same_time)["feeds/rss.xml"] == [a.id, b.id]
    assert newest_items(same_time) == [a, b]


def test_the_order_of_editions_given_makes_no_difference(
    publication: Publication, edition: Edition
) -> None:
    editions = [weekly(edition, weeks) for weeks in range(4)]
    assert titles(publication, *editions) == titles(publication, *reversed(editions))


def test_limit(edition: Edition) -> None:
    publication = configured("both", "limit = 3\n")
    editions = [weekly(edition, weeks) for weeks in range(5)]
    found = titles(publication, *editions)
    assert len(found["feeds/rss.xml"]) == 3
    assert found["feeds/editions/rss.xml"] == ["Edition 4", "Edition 3", "Edition 2"]
    assert len(found["feeds/sections/links/rss.xml"]) == 3


def test_nothing_to_hold_is_no_feed(publication: Publication, edition: Edition) -> None:
    assert channels(publication, []) == ()
    assert titles(publication, replace(edition, items=())) == {
        "feeds/editions/rss.xml": ["Monday edition"]
    }


def test_word_for_editions_follows_the_language(edition: Edition) -> None:
    chinese = samples.config.loads(samples.TOML.replace('language = "en"', 'language = "zh-Hans"'))
    assert (
        channels(chinese, cards_of(chinese, edition))[1].title == "Riverbend Courier 河湾报 · 各期"
    )
