"""Newsroom files as editions: dated by the publication's day, in sections, with their pictures."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from PIL import Image as Pillow

from publisher.model import Draft
from publisher.readers.editions import find, read_edition
from tests import samples
from tests.readers.newsroom_pages import FIXTURES

NITF = (
    '<nitf><head><docdata><date.issue norm="{date}"/></docdata><pubdata position.section="{section}"/></head>'
    "<body><body.head><hedline><hl1>H</hl1></hedline></body.head><body.content><p>T</p></body.content></body></nitf>"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "editions").mkdir()
    return tmp_path / "editions"


def put(folder: Path, name: str, body: str | bytes) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(body.encode() if isinstance(body, str) else body)


def draft(folder: Path) -> Draft:
    """The one edition in `folder`, of a publication in Shanghai."""
    (source,) = find(folder)
    return read_edition(source, samples.publication())


@pytest.mark.parametrize(
    ("name", "written", "day"),
    [
        ("x.xml", "20261122T220000Z", date(2026, 11, 23)),
        ("x.xml", "20261123T060000+0800", date(2026, 11, 23)),
        ("2026-11-23.xml", "20261122T220000Z", date(2026, 11, 23)),
        ("2026-11-22.xml", "20261122T220000Z", date(2026, 11, 22)),
        ("2026-11-23.xml", "", date(2026, 11, 23)),
    ],
)
def test_a_time_in_utc_falls_on_the_publications_day(
    folder: Path, name: str, written: str, day: date
) -> None:
    put(folder, name, NITF.format(date=written, section=""))
    found = draft(folder)
    assert (found.day, found.findings) == (day, ())
    assert found.instant == datetime(2026, 11, 22, 22, tzinfo=UTC)


def test_a_name_of_another_day_is_reported(folder: Path) -> None:
    put(folder, "2026-11-25.xml", NITF.format(date="20261122T220000Z", section=""))
    found = draft(folder)
    assert (found.day, [one.code for one in found.findings]) == (
        date(2026, 11, 23),
        ["date-mismatch"],
    )


def test_sections_of_a_folder_come_from_the_files_and_not_from_their_names(folder: Path) -> None:
    put(folder, "2026-11-23/content_1.xml", NITF.format(date="20261123", section="Harbour"))
    put(folder, "2026-11-23/content_2.xml", NITF.format(date="20261123", section=""))
    put(folder, "2026-11-23/content_3.html", (FIXTURES / "lanterns.founder.html").read_bytes())
    assert [story.section for story in draft(folder).stories] == [("Harbour",), (), ("文化",)]


def test_a_picture_beside_the_file_becomes_an_asset(folder: Path) -> None:
    Pillow.new("RGB", (40, 30)).save(folder / "market.jpg")
    put(folder, "market.json", (FIXTURES / "market.ninjs2.json").read_bytes())
    found = draft(folder)
    assert [asset.path for asset in found.assets] == ["assets/2026-11-23-market/market.jpg"]
    assert found.stories[0].images[1].src == "assets/2026-11-23-market/market.jpg"
    assert 'src="assets/2026-11-23-market/market.jpg"' in found.stories[0].body


def test_a_package_names_the_edition(folder: Path) -> None:
    put(folder, "evening.xml", (FIXTURES / "evening.newsml.xml").read_bytes())
    found = draft(folder)
    assert (found.id, found.title) == ("2026-11-23-evening", "Evening on the river")
    assert found.instant == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert [story.language for story in found.stories[:2]] == ["zh-Hans", ""]
