"""A file is whole or as it was, whatever stops its writing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from publisher import files
from publisher.errors import PublisherError


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


def test_media_types_do_not_depend_on_the_machine() -> None:
    assert files.media_type("assets/2026-11-23/Bridge.JPG") == "image/jpeg"
    assert files.media_type("README") == "application/octet-stream"
