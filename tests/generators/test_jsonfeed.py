"""JSON Feed 1.1: the schema, and the fields that RSS and Atom say otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from publisher.config import Publication
from publisher.generators import feeds
from publisher.model import Edition
from tests import samples

SCHEMA = json.loads(Path(__file__).with_name("jsonfeed-1.1.schema.json").read_text("utf-8"))


def documents(publication: Publication, edition: Edition) -> dict[str, Any]:
    made = feeds.generate(publication, [edition])
    return {one.path: json.loads(one.body) for one in made if one.path.endswith(".json")}


def test_every_feed_obeys_the_schema(publication: Publication, edition: Edition) -> None:
    found = documents(publication, edition)
    assert len(found) == 6
    for document in found.values():
        jsonschema.validate(document, SCHEMA)


@pytest.mark.parametrize(
    "change",
    [
        {"version": "https://jsonfeed.org/version/1"},
        {"title": ""},
        {"hub": []},
        {"items": [{"id": "tag:a"}]},
        {"items": [{"id": "tag:a", "content_html": "x", "url": "/relative"}]},
    ],
)
def test_the_schema_refuses(
    publication: Publication, edition: Edition, change: dict[str, Any]
) -> None:
    document = documents(publication, edition)["feeds/feed.json"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, **change}, SCHEMA)


def test_head(publication: Publication, edition: Edition) -> None:
    document = documents(publication, edition)["feeds/feed.json"]
    del document["items"]
    assert document == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Riverbend Courier 河湾报",
        "home_page_url": "https://courier.example/",
        "feed_url": "https://courier.example/feeds/feed.json",
        "description": "News from both banks of the river",
        "authors": [{"name": "Riverbend Courier 河湾报", "url": "https://courier.example/"}],
        "language": "en",
        "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
    }


def test_without_a_hub_there_are_no_hubs(edition: Edition) -> None:
    publication = samples.config.loads(samples.TOML.partition("[feeds]")[0])
    assert "hubs" not in documents(publication, edition)["feeds/feed.json"]


def test_items(publication: Publication, edition: Edition) -> None:
    bridge, council, photo, tides, *_ = documents(publication, edition)["feeds/feed.json"]["items"]
    assert bridge["language"] == "zh-Hans"
    assert bridge["image"] == "https://courier.example/assets/2026-11-23/bridge.jpg"
    assert bridge["authors"] == [{"name": "林小满"}, {"name": "周一帆"}]
    assert bridge["tags"] == ["要闻", "交通", "桥梁"]
    assert bridge["date_published"] == "2026-11-22T22:00:00Z"
    assert bridge["date_modified"] == "2026-11-23T04:30:00Z"
    assert council["attachments"] == [
        {
            "url": "https://courier.example/assets/2026-11-23/vote.mp3",
            "mime_type": "audio/mpeg",
            "size_in_bytes": 48213,
        }
    ]
    assert "attachments" not in photo
    assert tides["url"] == "https://courier.example/editions/2026-11-23/#2026-11-23-dddddddddd"
    assert tides["external_url"] == "https://tides.example/winter"
    assert "external_url" not in council
