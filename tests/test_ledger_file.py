"""`publisher.lock`: round trips, hand edits, merges in git, damage."""

from __future__ import annotations

import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import ledger
from publisher.errors import LedgerError
from publisher.ledger import Ledger
from publisher.ledger_file import HEAD
from publisher.model import Draft, Place, Story, replace
from tests import samples

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def draft(day: int, *titles: str) -> Draft:
    stories = tuple(
        Story(title=title, headline=title, place=Place("x"), body=f"<p>{title} in full.</p>")
        for title in titles
    )
    return Draft(
        id=f"2026-11-{day:02}",
        day=date(2026, 11, day),
        instant=datetime(2026, 11, day, tzinfo=UTC),
        title=f"Edition of the {day}th",
        language="en",
        stories=stories,
    )


def with_editions(*drafts: Draft, known: Ledger | None = None) -> Ledger:
    known = known or Ledger()
    for each in drafts:
        known = ledger.identify(each, known, samples.publication(), now=NOW).ledger
    return known


TWO = with_editions(draft(3, "Bridge opens", "Market day"), draft(2, "Ferry stops"))


def test_the_file_is_readable_sorted_and_versioned() -> None:
    text = ledger.dump(TWO)
    assert text.startswith("# The ledger of this publication")
    assert "\npublisher.lock 1\n" in text
    lines = text.splitlines()
    assert lines.index(next(line for line in lines if "Ferry stops" in line)) < lines.index(
        next(line for line in lines if "Bridge opens" in line)
    )
    assert lines[-1].endswith(" Market day")
    assert lines[-1].startswith("2026-11-03-")


def test_a_ledger_survives_the_file(tmp_path: Path) -> None:
    path = tmp_path / "publisher.lock"
    path.write_text(ledger.dump(TWO), encoding="utf-8")
    read = ledger.load(path)
    assert ledger.dump(read) == ledger.dump(TWO)
    assert read.record("2026-11-03") == TWO.record("2026-11-03")


def test_no_file_is_an_empty_ledger(tmp_path: Path) -> None:
    assert ledger.load(tmp_path / "publisher.lock") == Ledger()
    assert ledger.loads("") == Ledger()
    assert ledger.loads(ledger.dump(Ledger())) == Ledger()


def test_windows_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "publisher.lock"
    path.write_bytes(b"\xef\xbb\xbf" + ledger.dump(TWO).replace("\n", "\r\n").encode())
    assert ledger.dump(ledger.load(path)) == ledger.dump(TWO)


def test_times_may_be_mended_by_hand() -> None:
    text = ledger.dump(TWO).replace("2026-11-02T00:00:00Z", "2026-11-01T08:30:00+08:00")
    known = ledger.loads(text)
    found = ledger.identify(draft(2, "Ferry stops"), known, samples.publication(), now=NOW)
    assert found.edition.items[0].published == datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
    assert "2026-11-01T00:30:00Z" in ledger.dump(found.ledger)


@given(st.text(max_size=60))
def test_any_headline_fits_on_its_line(title: str) -> None:
    known = with_editions(draft(2, title, "Ferry stops"))
    again = ledger.loads(ledger.dump(known))
    assert again.record("2026-11-02") == known.record("2026-11-02")
    assert with_editions(draft(2, title, "Ferry stops"), known=again) is again


@given(st.text(max_size=300))
def test_any_text_is_a_ledger_or_a_ledger_error(text: str) -> None:
    edition = HEAD + "edition 2026-11-02 2026-11-02T00:00:00Z 2026-11-02T00:00:00Z x x\n"
    for source in (text, HEAD + text, HEAD + "edition " + text, edition + text):
        try:
            read = ledger.loads(source)
            for edition in read.blocks:
                read.record(edition)
        except LedgerError:
            pass


def broken(old: str, new: str) -> LedgerError:
    text = ledger.dump(TWO)
    assert old in text
    with pytest.raises(LedgerError) as caught:
        read = ledger.loads(text.replace(old, new, 1), where="publisher.lock")
        for edition in read.blocks:
            read.record(edition)
    return caught.value


LINE_OF_FERRY = HEAD.count("\n") + 3


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        (" live ", " alive ", LINE_OF_FERRY, "live or gone"),
        ("2026-11-02T00:00:00Z live", "yesterday live", LINE_OF_FERRY, "yesterday"),
        ("2026-11-02T00:00:00Z live", "2026-11-02T00:00:00 live", LINE_OF_FERRY, "ends in Z"),
        (
            "2026-11-02T00:00:00Z live",
            "2026-11-01T00:00:00Z live",
            LINE_OF_FERRY,
            "before published",
        ),
        ("\n2026-11-02-", "\n2026-11-09-", LINE_OF_FERRY, "stands under edition 2026-11-02"),
        ("2026-11-02T00:00:00Z live", "0001-01-01T00:00:00+09:00 live", LINE_OF_FERRY, ""),
        ("\n2026-11-02-", "\n2026-11-02-../", LINE_OF_FERRY, "stands under"),
        ("publisher.lock 1", "publisher.lock 9", HEAD.count("\n"), "another version"),
        ("publisher.lock 1", "", LINE_OF_FERRY, ""),
    ],
)
def test_damage_is_named_with_its_line(old: str, new: str, line: int, problem: str) -> None:
    error = broken(old, new)
    assert problem in error.problem
    assert error.hint
    if problem:
        assert error.line == line


def test_a_conflict_of_git_is_named() -> None:
    error = broken("\nedition 2026-11-03", "\n<<<<<<< HEAD\nedition 2026-11-03")
    assert "merge conflict" in error.problem
    assert error.line == LINE_OF_FERRY + 2
    assert "both sides" in error.hint


def test_bytes_that_are_no_text_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "publisher.lock"
    path.write_bytes(ledger.dump(TWO).encode() + b"\xff\xfe")
    harmed = ledger.load(path)
    assert harmed.record("2026-11-02") == TWO.record("2026-11-02")
    with pytest.raises(LedgerError, match="not UTF-8") as caught:
        harmed.record("2026-11-03")
    assert caught.value.line == len(ledger.dump(TWO).splitlines()) + 1
    with pytest.raises(LedgerError, match="cannot be read"):
        ledger.load(tmp_path)


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=x", "-c", "user.email=x@x.example", *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def commit(folder: Path, known: Ledger, message: str) -> None:
    (folder / "publisher.lock").write_text(ledger.dump(known), encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", message)


def merged(folder: Path, base: Ledger, ours: Ledger, theirs: Ledger) -> Ledger:
    """The ledger after two branches that start from `base` are merged, with union merging."""
    git(folder, "init", "-q", "-b", "main")
    (folder / ".gitattributes").write_text("publisher.lock merge=union\n")
    commit(folder, base, "base")
    git(folder, "checkout", "-qb", "other")
    commit(folder, theirs, "theirs")
    git(folder, "checkout", "-q", "main")
    commit(folder, ours, "ours")
    git(folder, "merge", "-q", "other", "-m", "merge")
    return ledger.load(folder / "publisher.lock")


def test_branches_that_add_editions_merge(tmp_path: Path) -> None:
    ours = with_editions(draft(4, "Choir sings"), known=TWO)
    theirs = with_editions(draft(5, "Snow falls", "Ice holds"), draft(1, "Fog"), known=TWO)
    both = with_editions(
        draft(4, "Choir sings"), draft(5, "Snow falls", "Ice holds"), draft(1, "Fog"), known=TWO
    )
    read = merged(tmp_path, TWO, ours, theirs)
    assert {key: read.record(key) for key in read.blocks} == {
        key: both.record(key) for key in both.blocks
    }
    assert ledger.dump(read) == ledger.dump(both)


def test_branches_that_change_one_edition_merge_and_every_id_stays(tmp_path: Path) -> None:
    ours = with_editions(draft(3, "Bridge opens at last", "Market day"), known=TWO)
    theirs = with_editions(draft(3, "Bridge opens", "Market day", "Snow falls"), known=TWO)
    read = merged(tmp_path, TWO, ours, theirs)
    edition = draft(3, "Bridge opens at last", "Market day", "Snow falls")
    found = ledger.identify(edition, read, samples.publication(), now=NOW)
    known = [entry.tail for entry in (theirs.record("2026-11-03") or pytest.fail()).entries]
    assert [item.tail for item in found.edition.items] == known
    assert found.findings == ()
    text = ledger.dump(found.ledger)
    assert all(text.count(tail) == 1 for tail in known)


def test_the_id_that_an_imported_item_had_is_kept() -> None:
    publication = samples.publication()
    plain = draft(20, "One", "Two")
    guids = ("https://old.example/?p=7", "no uri")
    stories = (replace(story, guid=guid) for story, guid in zip(plain.stories, guids, strict=True))
    first = ledger.identify(replace(plain, stories=tuple(stories)), Ledger(), publication, now=NOW)
    assert first.edition.items[0].id == "https://old.example/?p=7"
    assert first.edition.items[1].id.startswith("tag:courier.example,2026:2026-11-20-")
    again = ledger.loads(ledger.dump(first.ledger))
    second = ledger.identify(plain, again, publication, now=NOW)
    assert [item.id for item in second.edition.items] == [item.id for item in first.edition.items]
    assert ledger.dump(second.ledger) == ledger.dump(first.ledger)
