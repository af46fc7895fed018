from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest

from publisher.config import Publication
from publisher.generators import sitemap
from publisher.model import Edition, replace
from tests import samples
from tests.printed import pages

S = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
N = "{http://www.google.com/schemas/sitemap-news/0.9}"


def made(editions: list[Edition], publication: Publication) -> dict[str, ElementTree.Element]:
    found = (one for one in pages(editions, publication) if one.path.endswith(".xml"))
    return {one.path: ElementTree.fromstring(one.body) for one in found}


def listed(maps: dict[str, ElementTree.Element]) -> list[str]:
    """Every address in the sitemaps that the index names, in order."""
    named = [str(loc.text).rpartition("/")[2] for loc in maps["sitemap.xml"].iter(f"{S}loc")]
    return [str(loc.text) for name in named for loc in maps[name].iter(f"{S}loc")]


def day_before(edition: Edition, days: int) -> Edition:
    gap = timedelta(days=days)
    items = tuple(
        replace(
            item,
            tail=f"{item.tail}-{days}",
            published=item.published - gap,
            updated=item.updated - gap,
        )
        for item in edition.items
    )
    return replace(
        edition,
        id=f"before-{days}",
        day=edition.day - gap,
        items=items,
        published=edition.published - gap,
    )


def test_every_page_is_listed_once(edition: Edition, publication: Publication) -> None:
    found = listed(made([edition], publication))
    assert len(found) == len(set(found))
    assert "https://courier.example/" in found
    assert "https://courier.example/editions/2026-11-23/" in found
    assert "https://courier.example/archive/2026/" in found
    assert "https://courier.example/sections/%E8%A6%81%E9%97%BB/" in found
    stories = [item for item in edition.items if item.kind != "link"]
    assert sum("/items/" in address for address in found) == len(stories)
    assert not any("index.html" in address for address in found)


def test_changes_come_from_the_ledger(edition: Edition, publication: Publication) -> None:
    root = made([edition], publication)["sitemap-2026.xml"]
    stamps = {url.findtext(f"{S}loc"): url.findtext(f"{S}lastmod") for url in root}
    assert (
        stamps["https://courier.example/items/2026-11-23-aaaaaaaaaa/"]
        == "2026-11-23T04:30:00+00:00"
    )
    assert (
        stamps["https://courier.example/items/2026-11-23-bbbbbbbbbb/"]
        == "2026-11-22T22:00:00+00:00"
    )


def test_past_the_limit_there_are_several_files(
    edition: Edition, publication: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = listed(made([edition], publication))
    monkeypatch.setattr(sitemap, "MAX_URLS", 3)
    parts = made([edition], publication)
    assert parts["sitemap.xml"].tag == f"{S}sitemapindex"
    assert {"sitemap-pages.xml", "sitemap-2026.xml", "sitemap-2026-2.xml"} < parts.keys()
    assert len(parts["sitemap-2026.xml"]) == 3
    assert listed(parts) == whole


def test_a_year_has_its_own_sitemap(edition: Edition, publication: Publication) -> None:
    maps = made([day_before(edition, 400), edition], publication)
    years = {name: [loc.text for loc in maps[name].iter(f"{S}loc")] for name in maps}
    assert "https://courier.example/editions/before-400/" in years["sitemap-2025.xml"]
    assert "https://courier.example/editions/2026-11-23/" in years["sitemap-2026.xml"]


def test_news_are_of_the_last_two_days_before_the_newest_edition(
    edition: Edition, publication: Publication
) -> None:
    editions = [day_before(edition, 3), day_before(edition, 1), edition]
    root = made(editions, publication)["news-sitemap.xml"]
    stories = [item for item in edition.items if item.kind != "link"]
    assert len(root) == 2 * len(stories)
    first = root[0].find(f"{N}news")
    assert first is not None
    assert first.findtext(f"{N}publication/{N}name") == publication.title
    assert first.findtext(f"{N}publication/{N}language") == "zh-cn"
    assert first.findtext(f"{N}publication_date") == "2026-11-22T22:00:00+00:00"
    assert first.findtext(f"{N}title") == "渡口新桥今晨通车"


def test_news_hold_a_thousand_at_most(edition: Edition, publication: Publication) -> None:
    many = tuple(samples.item(f"t{number}", f"Story {number}") for number in range(1200))
    assert len(made([replace(edition, items=many)], publication)["news-sitemap.xml"]) == 1000


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en-GB", "en"),
        ("zh", "zh-cn"),
        ("zh-Hans", "zh-cn"),
        ("zh-Hant-HK", "zh-tw"),
        ("zh-TW", "zh-tw"),
    ],
)
def test_languages_as_google_names_them(tag: str, language: str, publication: Publication) -> None:
    edition = replace(samples.edition(), items=(samples.item("x", "X", language=tag),))
    root = made([edition], publication)["news-sitemap.xml"]
    assert root.findtext(f"{S}url/{N}news/{N}publication/{N}language") == language


def test_robots_name_the_maps_and_hide_what_is_private(publication: Publication) -> None:
    robots = sitemap.robots(publication).body.decode()
    assert "Sitemap: https://courier.example/sitemap.xml\n" in robots
    assert "Disallow: /email/\n" in robots
    assert "Disallow: /unsubscribe/\n" in robots


def test_no_edition_is_no_news(publication: Publication) -> None:
    assert len(made([], publication)["news-sitemap.xml"]) == 0
