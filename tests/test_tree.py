"""Files are whole or absent, whatever stops a build; nothing outside the tree is touched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from publisher import files, tree
from publisher.errors import PublisherError
from publisher.model import Artifact


def artifact(path: str, body: str = "x") -> Artifact:
    return Artifact(path, "text/plain", body.encode())


def publish(folder: Path, *artifacts: Artifact) -> tree.Published:
    """What a build does with `artifacts`; "state/known" is what it keeps of them."""
    stage = tree.Stage(folder / "public", folder / "public" / tree.STAGING)
    known, journal = folder / "state" / "known", folder / "state" / "under-way"
    before = json.loads(known.read_text()) if known.exists() else {}
    unsure = tree.under_way(journal)
    stage.clear()
    try:
        paths = {
            tree.checked(one.path): stage.put(
                one.path, one.body, None if one.path in unsure else before.get(one.path)
            )
            for one in artifacts
        }
        done = tree.publish(stage, paths, paths, {*before, *unsure}, journal)
    finally:
        stage.remove()
    files.write_if_changed(known, json.dumps(paths).encode())
    journal.unlink(missing_ok=True)
    return done


def content(folder: Path) -> dict[str, str]:
    root = folder / "public"
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_a_tree_is_written_and_then_left_alone(tmp_path: Path) -> None:
    done = publish(tmp_path, artifact("a/b.html"), artifact("c.html"))
    assert done == tree.Published(("a/b.html", "c.html"), ())
    before = times(tmp_path / "public" / "a")
    again = publish(tmp_path, artifact("a/b.html"), artifact("c.html"))
    assert again == tree.Published((), ())
    assert times(tmp_path / "public" / "a") == before
    assert content(tmp_path) == {"a/b.html": "x", "c.html": "x"}


def test_what_an_earlier_build_wrote_goes_and_what_others_put_there_stays(tmp_path: Path) -> None:
    publish(tmp_path, artifact("a/b/old.html"), artifact("keep.html"))
    (tmp_path / "public" / "CNAME").write_text("courier.example")
    done = publish(tmp_path, artifact("keep.html"))
    assert done.removed == ("a/b/old.html",)
    assert content(tmp_path) == {"CNAME": "courier.example", "keep.html": "x"}
    assert not (tmp_path / "public" / "a").exists()


def test_a_file_may_become_a_folder_and_a_folder_a_file(tmp_path: Path) -> None:
    publish(tmp_path, artifact("a"), artifact("b/c"), artifact("b/d/e"))
    publish(tmp_path, artifact("a/x"), artifact("b"))
    assert content(tmp_path) == {"a/x": "x", "b": "x"}


def test_what_is_staged_and_not_published_changes_nothing(tmp_path: Path) -> None:
    publish(tmp_path, artifact("a.html", "old"), artifact("gone.html"))
    stage = tree.Stage(tmp_path / "public", tmp_path / "public" / tree.STAGING)
    stage.clear()
    stage.put("a.html", b"new", None)
    assert stage.place("a.html").read_bytes() == b"new"
    stage.remove()
    assert content(tmp_path) == {"a.html": "old", "gone.html": "x"}


def test_a_file_that_somebody_removed_is_missed(tmp_path: Path) -> None:
    publish(tmp_path, artifact("a/b.html"), artifact("a/c.html"), artifact("d.html"))
    root, paths = tmp_path / "public", ["a/b.html", "a/c.html", "d.html"]
    stamps = files.folder_times(root, ["", "a"])
    later = max(stamps.values()) + 1
    assert tree.missing(root, paths, stamps, later) == (set(), {})
    (root / "a" / "b.html").unlink()
    now = files.folder_times(root, ["a"])
    assert tree.missing(root, paths, stamps, later) == ({"a/b.html"}, now)
    shutil.rmtree(root / "a")
    absent, changed = tree.missing(root, paths, stamps, later)
    assert absent == {"a/b.html", "a/c.html"}
    assert changed["a"] == 0


@pytest.mark.parametrize("survives", range(5))
def test_a_crash_leaves_whole_files_and_the_next_build_mends_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    old = [artifact(f"{name}.html", "old") for name in "abc"] + [artifact("stale.html")]
    new = [artifact(f"{name}.html", "new") for name in "abd"]
    publish(tmp_path, *old)
    moves = 0
    real = Path.replace

    def crash(self: Path, target: Path) -> Path:
        nonlocal moves
        moves += 1
        if moves > survives:
            raise KeyboardInterrupt
        return real(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            publish(tmp_path, *new)
    assert set(content(tmp_path).values()) <= {"old", "new", "x"}
    publish(tmp_path, *new)
    assert content(tmp_path) == {"a.html": "new", "b.html": "new", "d.html": "new"}


def test_what_a_killed_build_left_in_staging_goes(tmp_path: Path) -> None:
    left = tmp_path / "public" / tree.STAGING / "half.html"
    left.parent.mkdir(parents=True)
    left.write_text("ha")
    publish(tmp_path, artifact("a.html"))
    assert content(tmp_path) == {"a.html": "x"}


@pytest.mark.parametrize(
    "path",
    [
        "../out",
        "a/../../out",
        "/out",
        "",
        ".",
        "a//b",
        "a\\b",
        "a/./b",
        ".publishing/x",
        "a\0b",
        "a\nb",
    ],
)
def test_paths_that_leave_the_tree_are_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(PublisherError, match="may not stand"):
        publish(tmp_path, artifact(path))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["assets", tree.STAGING])
def test_a_linked_folder_is_refused(tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / name).symlink_to(outside)
    with pytest.raises(PublisherError, match="symbolic link"):
        publish(tmp_path, artifact("assets/deep/a.css"))
    assert list(outside.iterdir()) == []


def test_nothing_is_deleted_through_a_link_or_outside(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine").write_text("x")
    publish(tmp_path, artifact("a.html"))
    (tmp_path / "public" / "link").symlink_to(outside)
    (tmp_path / "state" / "under-way").write_text(
        "../outside/mine\n/etc/hostname\nlink/mine\na.html\n"
    )
    publish(tmp_path, artifact("a.html"))
    assert (outside / "mine").exists()


def test_the_tree_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    (tmp_path / "public").symlink_to(tmp_path / "www")
    publish(tmp_path, artifact("a/b.html"))
    assert (tmp_path / "www" / "a" / "b.html").read_text() == "x"


def test_a_tree_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "public").write_text("a file")
    with pytest.raises(PublisherError, match="cannot be written"):
        publish(tmp_path, artifact("a.html"))
