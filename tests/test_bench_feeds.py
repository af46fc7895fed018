"""The bench that reads feeds back is content with what we write, and sees what has gone wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.feeds import compare
from publisher import output
from publisher.config import Publication
from publisher.generators import feeds
from publisher.model import Edition, Enclosure, Image, Person, replace
from tests import samples

# What each part of an entry is told from, with a value that nobody has written.
OTHERS: dict[str, dict[str, object]] = {
    "summary": {"summary": "Another"},
    "authors": {"byline": (Person("A. Another"),)},
    "labels": {"tags": ("another",)},
    "picture": {"images": (Image("https://another.example/boat.png"),)},
    "enclosures": {"enclosures": (Enclosure("https://another.example/a.mp3", 1, "audio/mpeg"),)},
    "content": {"body": "<p>Another</p>"},
}


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
    for name_of, other in OTHERS.items():
        assert f"{first.id}: {name_of} is" in found(replace(first, **other), *rest)
    whole = feed.read_bytes()
    feed.write_bytes(whole[: len(whole) // 2])
    broken = found(*edition.items)
    assert f"feeds/{name}: " in broken
    assert f"{first.id} stands 0 times" in broken
    feed.rename(feed.with_name(f"other.{name}"))
    assert f"feeds/{name}: is not there" in found(*edition.items)
    assert f"feeds/other.{name}: no feed leads here" in found(*edition.items)


@pytest.mark.parametrize(
    "change",
    [
        ("<li>One</li>", "<li>One </li><li></li>"),
        ("<li>One</li>", "<p>One</p>"),
        ("7–2", "7–3"),
        ('href="https://council.example/minutes?a=1&amp;b=2"', 'href="https://council.example/"'),
        ("One", "Another"),
    ],
)
def test_every_tag_and_word_of_the_content_counts(
    tmp_path: Path, edition: Edition, change: tuple[str, str]
) -> None:
    publication = samples.publication()
    council = edition.items[1]
    write(tmp_path, publication, edition)
    other = replace(council, body=council.body.replace(*change))
    assert other.body != council.body
    items = (edition.items[0], other, *edition.items[2:])
    proof = compare(tmp_path, publication, [replace(edition, items=items)])
    assert len(proof.differences) == 6  # the main feed and the section's, in three formats
    assert all(f"{council.id}: content is" in one for one in proof.differences)


def test_addresses_are_read_against_the_publication(tmp_path: Path, edition: Edition) -> None:
    publication = samples.publication()
    read = samples.item(
        "2026-11-23-gggggggggg",
        "A tug",
        link="tugs.html",
        body='<p id="n">One <a href="#n">note</a>, <a href="more.html">more</a>.</p>',
        images=(Image("assets/2026-11-23/tug.png", "A tug", 30, 20),),
    )
    shown = output.for_output(replace(edition, items=(read,)), publication)
    write(tmp_path, publication, shown)
    assert compare(tmp_path, publication, [replace(edition, items=(read,))]).differences == ()


def test_what_feedparser_mends_is_no_difference(tmp_path: Path, edition: Edition) -> None:
    publication = samples.publication()
    name = "Café Zoë".encode().decode("latin-1")
    read = samples.item("t", name, body=f"<p>At {name}.</p>", summary=f"At {name}.")
    write(tmp_path, publication, replace(edition, items=(read,)))
    assert compare(tmp_path, publication, [replace(edition, items=(read,))]).differences == ()
