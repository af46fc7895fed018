"""The bench that reads feeds back is content with what we write, and sees what has gone wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.feeds import compare
from publisher.config import Publication
from publisher.generators import feeds
from publisher.model import Edition, replace
from tests import samples


def write(public: Path, publication: Publication, edition: Edition) -> None:
    for artifact in feeds.generate(publication, [edition]):
        path = public / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.body)


@pytest.fixture(params=["items", "editions", "both"])
def publication(request: pytest.FixtureRequest) -> Publication:
    limit = f'[feeds]\nlimit = 4\nentries = "{request.param}"\n'
    return samples.config.loads(samples.TOML.replace("[feeds]\n", limit))


def test_what_is_written_is_what_the_editions_say(
    tmp_path: Path, publication: Publication, edition: Edition
) -> None:
    write(tmp_path, publication, edition)
    proof = compare(tmp_path, publication, [edition])
    assert proof.differences == ()
    assert proof.items == len(edition.items)
    assert proof.documents == len([path for path in tmp_path.rglob("*") if path.is_file()])
    assert proof.entries >= 3


@pytest.mark.parametrize("name", ["rss.xml", "atom.xml", "feed.json"])
def test_every_kind_of_difference_is_seen(tmp_path: Path, edition: Edition, name: str) -> None:
    publication = samples.publication()
    first, *rest = edition.items
    write(tmp_path, publication, edition)
    feed = tmp_path / "feeds" / name

    def found(*items: object) -> str:
        return "\n".join(
            compare(tmp_path, publication, [replace(edition, items=items)]).differences
        )

    assert found(*edition.items) == ""
    assert f"feeds/{name}: {first.id} is in no edition" in found(*rest)
    missing = samples.item("t", "A tug", section=first.section)
    assert f"{missing.id} stands 0 times" in found(*edition.items, missing)
    assert f"{first.id}: title is" in found(replace(first, title="Another"), *rest)
    later = replace(first, published=samples.CORRECTED, updated=samples.CORRECTED)
    assert f"{first.id}: published is" in found(later, *rest)
    assert f"{first.id}: links is" in found(replace(first, tail="2026-11-23-zzzzzzzzzz"), *rest)
    whole = feed.read_bytes()
    feed.write_bytes(whole[: len(whole) // 2])
    broken = found(*edition.items)
    assert f"feeds/{name}: " in broken
    assert f"{first.id} stands 0 times" in broken
    feed.rename(feed.with_name(f"other.{name}"))
    assert f"feeds/{name}: is not there" in found(*edition.items)
    assert f"feeds/other.{name}: no feed leads here" in found(*edition.items)
