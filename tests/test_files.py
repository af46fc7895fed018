"""Files are whole or absent, whatever stops a build; nothing outside the tree is touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher import files
from publisher.errors import PublisherError
from publisher.model import Artifact


def artifact(path: str, body: str = "x") -> Artifact:
    return Artifact(path, "text/plain", body.encode())


def publish(folder: Path, *artifacts: Artifact) -> files.Published:
    return files.publish_tree(folder / "public", artifacts, folder / "state" / "manifest")


def tree(folder: Path) -> dict[str, str]:
    root = folder / "public"
    return {
        path.relative_to(root).as_posix(): path.read_text()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_a_file_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "publisher.lock"
    assert files.write_if_changed(path, b"one")
    before = times(tmp_path)
    assert not files.write_if_changed(path, b"one")
    assert times(tmp_path) == before
    assert files.write_if_changed(path, b"two")
    assert path.read_bytes() == b"two"
    assert [each.name for each in path.parent.iterdir()] == ["publisher.lock"]


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "publisher.lock"
    files.write_if_changed(path, b"one")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(PublisherError, match="No space left"):
        files.write_if_changed(path, b"two")
    assert path.read_bytes() == b"one"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_is_replaced_and_never_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("mine")
    link = tmp_path / "link"
    link.symlink_to(outside)
    assert files.write_if_changed(link, b"mine")
    assert not link.is_symlink()
    assert outside.read_text() == "mine"


def test_a_folder_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(PublisherError, match="cannot be written"):
        files.write_if_changed(tmp_path / "file", b"x")


def test_a_tree_is_written_and_then_left_alone(tmp_path: Path) -> None:
    done = publish(tmp_path, artifact("a/b.html"), artifact("c.html"))
    assert done == files.Published(("a/b.html", "c.html"), (), 0)
    before = times(tmp_path / "public" / "a")
    again = publish(tmp_path, artifact("a/b.html"), artifact("c.html"))
    assert again == files.Published((), (), 2)
    assert times(tmp_path / "public" / "a") == before
    assert tree(tmp_path) == {"a/b.html": "x", "c.html": "x"}


def test_what_an_earlier_build_wrote_goes_and_what_others_put_there_stays(tmp_path: Path) -> None:
    publish(tmp_path, artifact("a/b/old.html"), artifact("keep.html"))
    (tmp_path / "public" / "CNAME").write_text("courier.example")
    done = publish(tmp_path, artifact("keep.html"))
    assert done.removed == ("a/b/old.html",)
    assert tree(tmp_path) == {"CNAME": "courier.example", "keep.html": "x"}
    assert not (tmp_path / "public" / "a").exists()


def test_a_file_may_become_a_folder_and_a_folder_a_file(tmp_path: Path) -> None:
    publish(tmp_path, artifact("a"), artifact("b/c"), artifact("b/d/e"))
    publish(tmp_path, artifact("a/x"), artifact("b"))
    assert tree(tmp_path) == {"a/x": "x", "b": "x"}


def test_an_error_among_the_artifacts_changes_nothing(tmp_path: Path) -> None:
    publish(tmp_path, artifact("a.html", "old"), artifact("gone.html"))

    def broken() -> Iterator[Artifact]:
        yield artifact("a.html", "new")
        raise PublisherError(problem="no such template")

    with pytest.raises(PublisherError, match="no such template"):
        files.publish_tree(tmp_path / "public", broken(), tmp_path / "state" / "manifest")
    assert tree(tmp_path) == {"a.html": "old", "gone.html": "x"}


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
    assert set(tree(tmp_path).values()) <= {"old", "new", "x"}
    publish(tmp_path, *new)
    assert tree(tmp_path) == {"a.html": "new", "b.html": "new", "d.html": "new"}


def test_what_a_killed_build_left_in_staging_goes(tmp_path: Path) -> None:
    left = tmp_path / "public" / files.STAGING / "half.html"
    left.parent.mkdir(parents=True)
    left.write_text("ha")
    publish(tmp_path, artifact("a.html"))
    assert tree(tmp_path) == {"a.html": "x"}


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


def test_one_path_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PublisherError, match="two generated files"):
        publish(tmp_path, artifact("a.html"), artifact("a.html"))


@pytest.mark.parametrize("name", ["assets", files.STAGING])
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
    (tmp_path / "state" / "manifest").write_text(
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


def test_media_types_do_not_depend_on_the_machine() -> None:
    assert files.media_type("assets/2026-11-23/Bridge.JPG") == "image/jpeg"
    assert files.media_type("README") == "application/octet-stream"
