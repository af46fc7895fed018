"""RFC 5005: a reader that follows the archive gets every entry once, and full documents stay."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta

import feedparser
import pytest
from lxml import etree

from publisher.checks.feed import check_feed
from publisher.config import Publication
from publisher.generators import channels, feeds
from publisher.model import Edition, replace
from tests import samples
from tests.printed import newest_items

FH = "{http://purl.org/syndication/history/1.0}"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def publication() -> Publication:
    return samples.config.loads(samples.TOML.replace("[feeds]\n", "[feeds]\nlimit = 7\n"))


def weekly(edition: Edition, week: int) -> Edition:
    later = edition.published + timedelta(weeks=week)
    items = tuple(
        replace(
            item,
            id=f"{item.id}-{week}",
            tail=f"{later.date()}-{item.tail[-10:]}",
            published=later,
            updated=later,
        )
        for item in edition.items
    )
    day = edition.day + timedelta(weeks=week)
    return replace(
        edition,
        id=str(day),
        tag=f"{edition.tag}-{week}",
        day=day,
        published=later,
        updated=later,
        items=items,
    )


def made(publication: Publication, editions: Sequence[Edition]) -> dict[str, bytes]:
    return {one.path: one.body for one in feeds.generate(publication, editions)}


def path_of(publication: Publication, address: str) -> str:
    from urllib.parse import unquote

    return unquote(address.removeprefix(publication.home))


def xml_chain(
    publication: Publication, documents: dict[str, bytes], path: str
) -> Iterator[tuple[str, list[str]]]:
    """Path and entry ids of each document, from the subscription document on."""
    while path:
        root = etree.fromstring(documents[path])
        rss = root.tag == "rss"
        holder = root[0] if rss else root
        links = {link.get("rel"): link.get("href") for link in holder.findall(f"{ATOM}link")}
        entries = holder.findall("item") if rss else holder.findall(f"{ATOM}entry")
        yield path, [one.findtext("guid" if rss else f"{ATOM}id") or "" for one in entries]
        assert (holder.find(f"{FH}archive") is not None) == ("archive/" in path)
        assert ("current" in links) == ("archive/" in path)
        assert ("hub" in links) == ("archive/" not in path)
        path = path_of(publication, links.get("prev-archive") or "")


def json_chain(
    publication: Publication, documents: dict[str, bytes], path: str
) -> Iterator[tuple[str, list[str]]]:
    while path:
        document = json.loads(documents[path])
        yield path, [item["id"] for item in document["items"]]
        path = path_of(publication, document.get("next_url", ""))


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml", "feed.json"])
@pytest.mark.parametrize("monthly_from", [5, 30, 250])
def test_every_entry_once(
    publication: Publication,
    edition: Edition,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    monthly_from: int,
) -> None:
    monkeypatch.setattr(channels, "MONTHLY_FROM", monthly_from)
    editions = [weekly(edition, week) for week in range(0, 30, 3)]
    documents = made(publication, editions)
    follow = json_chain if name == "feed.json" else xml_chain
    chain = list(follow(publication, documents, f"feeds/{name}"))
    assert len(chain[0][1]) == publication.feeds.limit
    ids = [one for _, found in chain for one in found]
    assert ids == [item.id for item in newest_items(editions)]
    assert len(chain) > 2
    issues = list(follow(publication, documents, f"feeds/editions/{name}"))
    tags = [one for _, found in issues for one in found]
    assert tags == [one.tag for one in reversed(editions)]
    reached = {path for path, _ in (*chain, *issues)}
    ours = {one for one in documents if one.endswith(name) and "/sections/" not in one}
    assert reached == ours


def test_sections_have_archives_too(publication: Publication, edition: Edition) -> None:
    editions = [weekly(edition, week) for week in range(10)]
    documents = made(publication, editions)
    chain = list(xml_chain(publication, documents, "feeds/sections/notices/atom.xml"))
    ids = [one for _, found in chain for one in found]
    wanted = [item.id for item in newest_items(editions) if item.section == ("Notices",)]
    assert ids == wanted


def test_full_documents_do_not_change_as_editions_come(
    publication: Publication, edition: Edition
) -> None:
    seen: dict[str, bytes] = {}
    for count in range(1, 60):
        documents = made(publication, [weekly(edition, week) for week in range(count)])
        full = {path: body for path, body in documents.items() if "feeds/archive/2026" in path}
        if any("feeds/archive/2027" in path for path in documents):
            assert not seen or seen == full
            seen = full
    assert seen


def test_an_edition_that_comes_late_moves_the_entries_of_its_period_only(
    publication: Publication, edition: Edition
) -> None:
    editions = [weekly(edition, week) for week in range(0, 200, 4)]
    before = made(publication, editions)
    late = weekly(edition, 61)
    after = made(publication, [*editions, late])
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed
    assert all("archive/2028" in path for path in changed)


def test_a_correction_changes_one_archive_document(
    publication: Publication, edition: Edition
) -> None:
    editions = [weekly(edition, week) for week in range(0, 200, 4)]
    before = made(publication, editions)
    wrong = editions[20]
    item = replace(
        wrong.items[4], summary="Corrected.", updated=wrong.updated + timedelta(days=900)
    )
    items = tuple(item if one.id == item.id else one for one in wrong.items)
    editions[20] = replace(wrong, items=items)
    after = made(publication, editions)
    changed = sorted(path for path in after if after[path] != before.get(path))
    year = editions[20].published.year
    assert {path.split("/")[-1].split(".")[0] for path in changed} == {str(year)}


def test_archives_are_sound_feeds(publication: Publication, edition: Edition) -> None:
    made_feeds = list(feeds.generate(publication, [weekly(edition, week) for week in range(8)]))
    archives = [one for one in made_feeds if "archive/" in one.path]
    assert archives
    for one in archives:
        assert check_feed(one) == ()
        if not one.path.endswith("json"):
            assert not feedparser.parse(one.body).bozo
