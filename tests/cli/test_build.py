"""`publisher build`, run as a program on real files."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from publisher import publish
from publisher.parallel import WORTH_A_PROCESS
from tests import desk

WEEKLY = """\
---
title: A weekly
---

## News

### The bridge opens

Walkers crossed it at dawn.

### The ferry stays

It keeps its fare.

## Links

- [Tides](https://tides.example/winter): for the winter.
"""


@pytest.fixture
def weekly(tmp_path: Path) -> Path:
    return desk.small(tmp_path / "paper", d2026_11_22__md=WEEKLY)


def test_the_sample_publication_builds_without_a_warning(tmp_path: Path) -> None:
    folder = desk.sample(tmp_path / "paper")
    done = desk.run(folder, "build", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert len(report["editions"]) >= 5
    assert {one["severity"] for one in report["findings"]} <= {"info"}
    for name in ("index.html", "feeds/rss.xml", "feeds/atom.xml", "feeds/feed.json", "sitemap.xml"):
        assert (folder / "public" / name).is_file(), name
    for edition in report["editions"]:
        for suffix in ("html", "txt", "eml"):
            assert (folder / "public" / "email" / f"{edition['id']}.{suffix}").is_file()


def test_a_second_build_writes_nothing(tmp_path: Path) -> None:
    folder = desk.sample(tmp_path / "paper")
    desk.run(folder, "build")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    again = json.loads(desk.run(folder, "build", "--json").stdout)
    assert again["written"] == []
    assert again["removed"] == []
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_same_bytes_whatever_the_surroundings(tmp_path: Path) -> None:
    surroundings = [
        ({"TZ": "UTC", "PYTHONHASHSEED": "0", "LC_ALL": "C"}, "1"),
        ({"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "LC_ALL": "C.UTF-8"}, "2"),
        ({"TZ": "America/Lima", "PYTHONHASHSEED": "random", "LANG": "de_DE.UTF-8"}, "3"),
    ]
    trees = []
    for number, (environment, jobs) in enumerate(surroundings):
        folder = desk.sample(tmp_path / str(number))
        for day in range(WORTH_A_PROCESS):  # so that several processes share the work
            name = date(2026, 8, 1) + timedelta(days=day)
            text = WEEKLY.replace("A weekly", f"Weekly {day}")
            (folder / "editions" / f"{name}.md").write_text(text, encoding="utf-8")
        done = desk.run(folder, "build", "-j", jobs, **environment)
        assert done.returncode == 0, done.stderr
        trees.append(
            {**desk.tree(folder / "public"), "": (folder / "publisher.lock").read_text("utf-8")}
        )
    assert trees[0] == trees[1] == trees[2]


def test_an_error_leaves_the_last_good_site(weekly: Path) -> None:
    assert desk.run(weekly, "build").returncode == 0
    before = desk.tree(weekly)
    bad = weekly / "editions" / "no-date-here.md"
    bad.write_text("# A page\n\nText.\n", encoding="utf-8")
    done = desk.run(weekly, "build")
    assert done.returncode == 1
    assert "editions/no-date-here.md" in done.stderr
    assert "date:" in done.stderr
    assert "Traceback" not in done.stderr
    bad.unlink()
    assert desk.tree(weekly) == before


def test_a_removed_edition_takes_its_files_along(weekly: Path) -> None:
    other = weekly / "editions" / "2026-11-21.md"
    other.write_text(WEEKLY, encoding="utf-8")
    desk.run(weekly, "build")
    assert (weekly / "public" / "email" / "2026-11-21.eml").exists()
    other.unlink()
    report = json.loads(desk.run(weekly, "build", "--json").stdout)
    assert "email/2026-11-21.eml" in report["removed"]
    assert [one["code"] for one in report["findings"]] == ["edition-removed"]
    assert not (weekly / "public" / "email" / "2026-11-21.eml").exists()


def test_a_corrected_headline_keeps_its_address_and_moves_updated(weekly: Path) -> None:
    desk.run(weekly, "build")
    pages = set((weekly / "public" / "items").iterdir())
    path = weekly / "editions" / "2026-11-22.md"
    path.write_text(WEEKLY.replace("The bridge opens", "The bridge is open"), encoding="utf-8")
    assert desk.run(weekly, "build").returncode == 0
    assert set((weekly / "public" / "items").iterdir()) == pages
    feed = json.loads((weekly / "public" / "feeds" / "feed.json").read_text("utf-8"))
    changed = {item["title"]: item for item in feed["items"]}["The bridge is open"]
    assert changed["date_modified"] == "2026-11-24T06:00:00Z"
    others = [item for item in feed["items"] if item["title"] != "The bridge is open"]
    assert all(item.get("date_modified", "") < "2026-11-24" for item in others)


def test_a_template_of_the_publications_own_wins(weekly: Path) -> None:
    own = weekly / "templates" / "words"
    own.mkdir(parents=True)
    (own / "en.toml").write_text('email_contents = "On board today"\n', encoding="utf-8")
    broken = weekly / "templates" / "site" / "item.html"
    broken.parent.mkdir()
    broken.write_text("{% if %}", encoding="utf-8")
    done = desk.run(weekly, "build")
    assert done.returncode == 1
    assert "item.html:1" in done.stderr
    assert "Traceback" not in done.stderr


def test_outside_of_a_publication(tmp_path: Path) -> None:
    done = desk.run(tmp_path, "build")
    assert done.returncode == 1
    assert "publisher init" in done.stderr


def test_doubts_can_be_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = desk.sample(tmp_path / "paper")
    text = (folder / "publisher.toml").read_text("utf-8")
    strict = text.replace("[reading]\n", "[reading]\nmax_doubts = 0\ndoubt_threshold = 1.0\n")
    (folder / "publisher.toml").write_text(strict, encoding="utf-8")
    refused = desk.run(folder, "build")
    assert refused.returncode == 1
    assert "--accept-doubts" in refused.stderr
    assert not (folder / publish.PUBLIC).exists()
    assert desk.run(folder, "build", "--accept-doubts").returncode == 0
