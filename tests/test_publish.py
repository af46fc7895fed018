"""A build that does only what has changed gives what a build of everything gives."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publisher import publish
from publisher.errors import BuildRefused
from publisher.generators import feeds
from tests import desk, samples
from tests.readers import papers

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
WORDS = [
    "river",
    "bridge",
    "ferry",
    "market",
    "council",
    "library",
    "harvest",
    "lantern",
    "quay",
    "morning",
]
EXTRA = """
[site]
item_pages = "stories"
"""


def story(rng: random.Random) -> str:
    name = " ".join(rng.sample(WORDS, 3)).capitalize()
    if rng.random() < 0.4:
        return f"- [{name}](https://{rng.choice(WORDS)}.example/{rng.randrange(10**6)})\n"
    return f"### {name}\n\n{' '.join(rng.choices(WORDS, k=rng.randrange(5, 60)))}.\n"


def text(rng: random.Random) -> str:
    parts = ["---\ntitle: A weekly\n---\n"]
    for section in rng.sample(["News", "Links", "Outdoors", "Notices"], rng.randrange(1, 4)):
        parts.append(
            f"## {section}\n\n" + "\n".join(story(rng) for _ in range(rng.randrange(1, 5)))
        )
    return "\n".join(parts)


def publication(folder: Path, rng: random.Random, editions: int) -> Path:
    (folder / "editions").mkdir(parents=True)
    toml = samples.TOML.replace("[feeds]\n", '[feeds]\nlimit = 4\nentries = "both"\n') + EXTRA
    (folder / "publisher.toml").write_text(toml, encoding="utf-8")
    for week in range(editions):
        day = datetime(2026, 9, 7) + timedelta(weeks=week)
        (folder / "editions" / f"{day:%Y-%m-%d}.md").write_text(text(rng), encoding="utf-8")
    return folder


def change(folder: Path, rng: random.Random, step: int) -> str:
    """One thing that an editor might do between two builds; its name."""
    path = rng.choice(sorted((folder / "editions").iterdir()))
    lines = path.read_text("utf-8").splitlines()
    kind = rng.choice(["edit", "insert", "reorder", "add", "remove", "rename", "words", "look"])
    if kind == "edit":
        path.write_text(path.read_text("utf-8").replace(rng.choice(WORDS), "tower"), "utf-8")
    elif kind == "insert":
        path.write_text("\n".join([*lines, "", f"### New {step}", "", f"Seen {step}."]), "utf-8")
    elif kind == "reorder":
        path.write_text("\n".join(lines[:4] + lines[:3:-1]), "utf-8")
    elif kind == "add":
        day = datetime(2025, 12, 1) + timedelta(days=step)
        (path.parent / f"{day:%Y-%m-%d}.md").write_text(text(rng), "utf-8")
    elif kind == "remove":
        path.unlink()
    elif kind == "rename":
        path.rename(path.with_name(f"{path.stem}-late.md"))
    elif kind == "words":
        own = folder / "templates" / "words" / "en.toml"
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(f'email_contents = "On board {step}"\n', "utf-8")
    else:
        toml = folder / "publisher.toml"
        toml.write_text(toml.read_text("utf-8") + f"# {step}\n[look]\naccent = '#00{step:04}'\n")
        if toml.read_text("utf-8").count("[look]") > 1:
            toml.write_text(toml.read_text("utf-8").rpartition("# ")[0])
    return kind


def site(folder: Path) -> dict[str, str]:
    return {**desk.tree(folder / "public"), "": (folder / "publisher.lock").read_text("utf-8")}


def cold(folder: Path, elsewhere: Path, now: datetime) -> dict[str, str]:
    """What a build of everything makes of the same files and the same ledger."""
    shutil.copytree(folder, elsewhere, ignore=shutil.ignore_patterns("public", ".publisher"))
    publish.build(elsewhere, now=now)
    return site(elsewhere)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_changes_the_site_is_that_of_a_build_of_everything(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    folder = publication(tmp_path / "paper", rng, 6)
    publish.build(folder, now=NOW)
    for step in range(8):
        did = change(folder, rng, step)
        now = NOW + timedelta(hours=step)
        report = publish.build(folder, now=now)
        assert site(folder) == cold(folder, tmp_path / f"cold-{step}", now), did
        quiet = publish.build(folder, now=now + timedelta(minutes=1))
        assert (quiet.written, quiet.removed) == ((), ())
        settled = [one for one in report.findings if one.code not in PASSING]
        assert list(quiet.findings) == settled


# What the ledger sees happen is said once.
PASSING = {"item-removed", "item-ambiguous", "edition-removed"}


def times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_nothing_changed_is_nothing_written(tmp_path: Path) -> None:
    folder = publication(tmp_path / "paper", random.Random(1), 3)
    publish.build(folder, now=NOW)
    before = times(folder)
    publish.build(folder, now=NOW + timedelta(days=1))
    assert times(folder) == before


def test_an_edit_touches_only_what_shows_it(tmp_path: Path) -> None:
    folder = publication(tmp_path / "paper", random.Random(2), 5)
    publish.build(folder, now=NOW)
    oldest = min((folder / "editions").iterdir())
    oldest.write_text(oldest.read_text("utf-8") + "\n### Late news\n\nIt rained.\n", "utf-8")
    written = publish.build(folder, now=NOW).written
    others = [path for path in written if path.startswith(("editions/", "email/", "items/"))]
    assert others
    assert all(oldest.stem in path for path in others)
    assert "index.html" not in written


def test_nothing_is_imported_for_nothing(tmp_path: Path) -> None:
    folder = publication(tmp_path / "paper", random.Random(3), 2)
    publish.build(folder, now=NOW)
    heavy = ("lxml", "feedgen", "jinja2", "premailer", "babel", "PIL", "nh3", "pyromark")
    code = (
        "import sys; from datetime import *; from pathlib import Path; from publisher import publish;"
        "publish.build(Path(), now=datetime(2026, 11, 25, tzinfo=timezone.utc));"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_an_edit_writes_the_entries_of_one_edition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = publication(tmp_path / "paper", random.Random(9), 5)
    publish.build(folder, now=NOW)
    asked: list[str] = []
    write = feeds.fragments_of

    def counted(*given: Any) -> Any:
        asked.append(given[1].id)
        return write(*given)

    monkeypatch.setattr(feeds, "fragments_of", counted)
    edited = sorted((folder / "editions").iterdir())[2]
    edited.write_text(edited.read_text("utf-8") + "\n### Late news\n\nIt rained.\n", "utf-8")
    written = publish.build(folder, now=NOW).written
    assert asked == [edited.stem]
    assert sum(path.startswith("feeds/") for path in written) > 3


@pytest.mark.parametrize("harm", ["fragment", "fragments", "cut"])
def test_entries_that_are_harmed_are_written_again(tmp_path: Path, harm: str) -> None:
    folder = publication(tmp_path / "paper", random.Random(4), 3)
    publish.build(folder, now=NOW)
    before = site(folder)
    (kept,) = (folder / ".publisher" / "fragments").iterdir()
    one = min(kept.iterdir())
    if harm == "fragment":
        one.write_bytes(one.read_bytes()[:-1] + b"x")
    elif harm == "cut":
        one.write_bytes(one.read_bytes()[:20])
    else:
        shutil.rmtree(kept)
    (folder / "public" / "feeds" / "rss.xml").unlink()
    (folder / "public" / "feeds" / "archive" / "2026.rss.xml").unlink()
    publish.build(folder, now=NOW)
    assert site(folder) == before


def test_entries_go_with_their_editions_and_settings(tmp_path: Path) -> None:
    folder = publication(tmp_path / "paper", random.Random(4), 3)
    publish.build(folder, now=NOW)
    cache = folder / ".publisher"
    max((folder / "editions").iterdir()).unlink()
    (folder / "templates").mkdir()
    (folder / "templates" / "own.html").write_text("x")
    publish.build(folder, now=NOW)
    (kept,) = (cache / "fragments").iterdir()
    assert {path.name for path in kept.iterdir()} == {
        path.name for path in (cache / "editions").iterdir()
    }


@pytest.mark.parametrize("harm", ["gone", "index", "edition", "editions", "foreign"])
def test_a_cache_that_is_harmed_is_made_again(tmp_path: Path, harm: str) -> None:
    folder = publication(tmp_path / "paper", random.Random(4), 3)
    publish.build(folder, now=NOW)
    before, cache = site(folder), folder / ".publisher"
    kept = sorted((cache / "editions").iterdir())
    if harm == "gone":
        shutil.rmtree(cache)
    elif harm == "index":
        (cache / "index").write_bytes((cache / "index").read_bytes()[:-9])
    elif harm == "edition":
        kept[0].write_bytes(b"x" + kept[0].read_bytes()[1:])
    elif harm == "editions":
        shutil.rmtree(cache / "editions")
    else:
        (cache / "index").write_bytes(b"\x93\x01\x02\x03")
    again = publish.build(folder, now=NOW)
    assert again.written == ()
    (folder / "templates").mkdir()
    (folder / "templates" / "own.html").write_text("x")  # now every edition is asked for
    publish.build(folder, now=NOW)
    assert site(folder) == before


def test_what_somebody_removed_from_public_comes_back(tmp_path: Path) -> None:
    folder = publication(tmp_path / "paper", random.Random(5), 3)
    publish.build(folder, now=NOW)
    before = site(folder)
    removed = {"feeds/rss.xml", "archive/index.html", "robots.txt"}
    for path in removed:
        (folder / "public" / path).unlink()
    assert set(publish.build(folder, now=NOW).written) == removed
    assert site(folder) == before


def test_check_says_what_build_says_and_writes_nothing(tmp_path: Path) -> None:
    folder = publication(tmp_path / "paper", random.Random(6), 3)
    before = times(folder)
    seen = publish.check(folder, now=NOW)
    assert times(folder) == before
    assert publish.build(folder, now=NOW).findings == seen.findings
    before = times(folder)
    assert publish.check(folder, now=NOW).findings == seen.findings
    assert times(folder) == before


def test_errors_anywhere_leave_everything_as_it_was(tmp_path: Path) -> None:
    folder = publication(tmp_path / "paper", random.Random(7), 3)
    publish.build(folder, now=NOW)
    before = site(folder)
    newest = max((folder / "editions").iterdir())
    newest.write_text(newest.read_text("utf-8") + "\n### Late\n\n![x](gone.png)\n", "utf-8")
    (folder / "editions" / "undated.md").write_text("# X\n\nY.\n", "utf-8")
    with pytest.raises(BuildRefused) as refused:
        publish.build(folder, now=NOW)
    errors = {one.code for one in refused.value.findings if one.severity == "error"}
    assert errors == {"broken-image", "unreadable-edition"}
    assert site(folder) == before


def test_every_file_of_an_edition_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = publication(tmp_path / "paper", random.Random(7), 1)
    pages = folder / "editions" / "2026-11-20"
    pages.mkdir()
    (pages / "1.md").write_text("# A page\n\nText.\n", "utf-8")
    for name in ("2.txt", "3.md"):
        (pages / name).write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    for jobs in (1, 2):
        findings = publish.check(folder, now=NOW, jobs=jobs).findings
        unread = [one.place.file for one in findings if one.code == "unreadable-edition"]
        assert unread == ["editions/2026-11-20/2.txt", "editions/2026-11-20/3.md"]
    assert [one.place.file for one in publish.read(folder).findings] == unread


def test_a_refused_page_is_one_error_and_stops_the_build(tmp_path: Path) -> None:
    folder = publication(tmp_path / "paper", random.Random(7), 1)
    (folder / "editions" / "2026-11-20.pdf").write_bytes(papers.pdf(papers.Paper()))
    with pytest.raises(BuildRefused) as refused:
        publish.build(folder, now=NOW)
    (error,) = [one for one in refused.value.findings if one.severity == "error"]
    assert (error.code, error.place.file) == ("unreadable-page", "editions/2026-11-20.pdf")
    assert not (folder / "public").exists()


def killed(folder: Path, delays: Iterator[float]) -> None:
    """Start the program and kill it, again and again, a little later each time."""
    for delay in delays:
        running = subprocess.Popen(
            [sys.executable, "-m", "publisher", "build", "-q"],
            cwd=folder,
            env={**os.environ, "SOURCE_DATE_EPOCH": desk.NOW},
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(delay)
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def test_a_build_that_is_killed_is_mended_by_the_next(tmp_path: Path) -> None:
    rng = random.Random(8)
    folder = publication(tmp_path / "paper", rng, 8)
    now = datetime.fromtimestamp(int(desk.NOW), UTC)
    publish.build(folder, now=now)
    for path in sorted((folder / "editions").iterdir()):
        path.write_text(path.read_text("utf-8").replace("river", "stream"), "utf-8")
    killed(folder, iter([0.3, 0.5, 0.6, 0.7, 0.8, 1.0]))
    publish.build(folder, now=now)
    assert site(folder) == cold(folder, tmp_path / "cold", now)
    assert not list((folder / "public").glob(".publishing*"))
