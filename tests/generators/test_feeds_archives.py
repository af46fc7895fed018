"""Feeds of real editions: well-formed, without findings, and equal to the items."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest

from publisher.checks.feed import check_feed
from publisher.config import Publication
from publisher.generators import feeds
from publisher.ledger import recognise
from publisher.model import Draft, Edition
from publisher.output import for_output
from publisher.readers import read_page
from tests.printed import newest_items

EDITIONS = 4
START = datetime(2020, 1, 6, 6, tzinfo=UTC)


def edition(path: Path, publication: Publication, week: int) -> Edition:
    page = read_page(path.read_bytes(), name=path.name, options=publication.reading, language="en")
    instant = START + timedelta(weeks=week)
    draft = Draft(
        id=instant.date().isoformat(),
        day=instant.date(),
        instant=instant,
        title=page.front.get("title", path.stem),
        language="en",
        stories=page.stories,
        introduction=page.introduction,
    )
    return for_output(recognise(draft, None, publication, now=instant).edition, publication)


@pytest.mark.shared
@pytest.mark.parametrize("archive", ["twir", "ruanyf-weekly", "hellogithub"])
def test_newest_editions(shared: Path, publication: Publication, archive: str) -> None:
    paths = sorted((shared / "corpora" / archive).rglob("*.md"))[-EDITIONS:]
    editions = [edition(path, publication, week) for week, path in enumerate(paths)]
    made = {artifact.path: artifact for artifact in feeds.generate(publication, editions)}
    assert [found for artifact in made.values() for found in check_feed(artifact)] == []
    newest = newest_items(editions)[: publication.feeds.limit]
    for name in ("rss.xml", "atom.xml"):
        document = feedparser.parse(made[f"feeds/{name}"].body)
        assert not document.bozo
        read = [(entry.id, entry.title) for entry in document.entries]
        assert read == [(item.id, item.title) for item in newest]
