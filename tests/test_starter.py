"""What `publisher init` copies must be worth publishing as it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher import config, publish
from publisher.readers.editions import find, read_edition
from publisher.settings import shipped_templates

MARKERS = {
    "{{title}}": "河湾 Letter",
    "{{language}}": "en",
    "{{base_url}}": "https://letter.example/",
    "{{authority}}": "letter.example,2026",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    starter = shipped_templates() / "starter"
    for source in sorted(path for path in starter.rglob("*") if path.is_file()):
        text = source.read_text("utf-8")
        for marker, value in MARKERS.items():
            text = text.replace(marker, value)
        assert "{{" not in text, source
        target = tmp_path / source.relative_to(starter)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return tmp_path


def test_the_starter_builds_without_a_warning(folder: Path) -> None:
    report = publish.build(folder, now=datetime(2026, 1, 10, tzinfo=UTC))
    assert [edition.language for edition in report.editions] == ["zh-Hans", "en"]
    # The photo story has no headline, as on a real page; the derived one is told.
    assert {finding.code for finding in report.findings} == {"derived-title"}


def test_the_newspaper_page_is_read_as_it_was_meant(folder: Path) -> None:
    publication = config.load(folder / "publisher.toml")
    page, weekly = (read_edition(one, publication) for one in find(folder / "editions"))
    assert [(story.kind, story.kicker, len(story.paragraphs)) for story in page.stories] == [
        ("article", ("老街新事",), 4),
        ("article", (), 3),
        ("article", ("田间地头",), 3),
        ("photo", (), 1),
    ]
    assert not any(page.doubts for draft in (page, weekly) for page in draft.pages)
    assert list(dict.fromkeys(story.section[0] for story in weekly.stories)) == [
        "The town",
        "Making things",
        "To read",
        "Notices",
    ]


def test_what_a_build_makes_is_kept_out_of_version_control(folder: Path) -> None:
    ignored = (folder / ".gitignore").read_text("utf-8").splitlines()
    assert "public/" in ignored
    assert "publisher.lock" not in ignored
