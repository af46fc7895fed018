"""`public/`: files are staged beside their places, then moved, so that nobody ever sees half of one.

Any process may stage; one publishes, once everything is staged. What stands there already is not
touched. The paths under way are written down first, so that a crash leaves no file that the next
build does not know of; every file is the old one or the new one.
"""

# Thousands of files are looked at, which takes pathlib several times as long.
# ruff: noqa: PTH116, PTH208
from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from publisher.cards import digest
from publisher.errors import PublisherError
from publisher.files import cannot_write, same, write_if_changed
from publisher.model import Struct

STAGING = ".publishing"  # under the tree's root: a rename works within one file system only


class Published(Struct, frozen=True):
    """What `publish` did, as paths relative to the root."""

    written: tuple[str, ...]
    removed: tuple[str, ...]


class Stage(Struct, frozen=True):
    """Where files for the tree at `root` wait, flat in `folder`, each named by its path's digest."""

    root: Path
    folder: Path

    def put(self, path: str, body: bytes, before: str | None) -> str:
        """Stage `body` for `path` unless it stands there; returns its digest.

        `before` is the digest of what stands at `path`, None where that is not known.
        """
        content = digest(body)
        if content == before or (before is None and same(self.root / path, body)):
            return content
        self.place(path).write_bytes(body)
        return content

    def place(self, path: str) -> Path:
        """Where the staged file for `path` is."""
        return self.folder / digest(path.encode())

    def clear(self) -> None:
        """An empty folder to stage in. Raises PublisherError where it is a link."""
        _refuse_links(self.root, self.root / STAGING / "x", set())
        try:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
        except OSError as error:
            raise cannot_write(Path(error.filename or self.root), error) from None

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def publish(
    stage: Stage,
    fresh: Collection[str],
    paths: Collection[str],
    before: Collection[str],
    journal: Path,
) -> Published:
    """Move what is staged of `fresh` to its place, and remove what is in `before` and not in `paths`.

    `journal` is a file outside the tree that names what is under way; whoever has saved what the
    tree holds now deletes it. Only it is forced to disk: a power cut may take files, which the next
    build misses and writes. Raises PublisherError for a path that leaves the root.
    """
    try:
        waiting = set(os.listdir(stage.folder))
        moves = [path for path in fresh if stage.place(path).name in waiting] if waiting else []
        plain: set[Path] = set()
        for path in moves:
            _refuse_links(stage.root, stage.root / checked(path), plain)
        stale = {path for path in before if path not in paths and _is_inside(path)}
        if not moves and not stale:
            return Published((), ())
        write_if_changed(
            journal, "".join(f"{path}\n" for path in [*moves, *sorted(stale)]).encode()
        )
        in_the_way = _in_the_way(stale, paths) if stale else set()
        removed = _remove(stage.root, in_the_way)
        _move(stage, moves)
        removed += _remove(stage.root, stale - in_the_way)
    except OSError as error:
        raise cannot_write(Path(error.filename or stage.root), error) from None
    return Published(tuple(moves), tuple(sorted(removed)))


def under_way(journal: Path) -> set[str]:
    """The paths that a build was working on when it was stopped."""
    try:
        return set(journal.read_text(encoding="utf-8").splitlines())
    except (FileNotFoundError, UnicodeDecodeError):
        return set()


def checked(path: str) -> str:
    """`path`, if a generated file may stand there. Raises PublisherError."""
    if not _is_inside(path):
        raise PublisherError(path, problem="a generated file may not stand at this path")
    return path


def missing(
    root: Path, paths: Collection[str], times: Mapping[str, int], saved_ns: int
) -> tuple[set[str], dict[str, int]]:
    """Which of `paths` somebody has removed, and the folders that changed since with their times now.

    `times` are those of all folders; only those that changed are listed.
    """
    present: dict[str, set[str]] = {}
    changed: dict[str, int] = {}
    for folder, time in times.items():
        place = f"{root}/{folder}"
        try:
            seen = os.stat(place).st_mtime_ns
            if seen != time or time >= saved_ns:
                present[folder] = set(os.listdir(place))
                changed[folder] = seen
        except OSError:
            present[folder] = set()
            changed[folder] = 0
    if not present:
        return set(), changed
    parted = ((path, *path.rpartition("/")[::2]) for path in paths)
    absent = {
        path for path, folder, name in parted if folder in present and name not in present[folder]
    }
    return absent, changed


def _is_inside(path: str) -> bool:
    pure = PurePosixPath(path)
    odd = (
        not pure.parts
        or pure.is_absolute()
        or str(pure) != path
        or not path.isprintable()
        or "\\" in path
    )
    return not (odd or ".." in pure.parts or pure.parts[0] == STAGING)


def _move(stage: Stage, paths: Iterable[str]) -> None:
    made: set[Path] = set()
    for path in paths:
        target = stage.root / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        stage.place(path).replace(target)


def _refuse_links(root: Path, target: Path, plain: set[Path]) -> None:
    """Refuse a symbolic link among the folders of `target` below `root`; `plain` remembers the good."""
    for folder in _folders(root, target):
        if folder in plain:
            return
        if folder.is_symlink():
            raise PublisherError(
                folder,
                problem="is a symbolic link, and may lead out of the folder that is published",
                hint="remove the link, or publish to where it leads",
            )
        plain.add(folder)


def _in_the_way(stale: Collection[str], paths: Collection[str]) -> set[str]:
    """Those of `stale` that stand where `paths` needs a folder, or under what is a file now."""
    folders = {str(folder) for path in paths for folder in PurePosixPath(path).parents}
    return {
        path
        for path in stale
        if path in folders or any(str(folder) in paths for folder in PurePosixPath(path).parents)
    }


def _remove(root: Path, paths: Iterable[str]) -> list[str]:
    """Delete files of an earlier build, and the folders that this leaves empty."""
    removed = []
    emptied: set[Path] = set()
    for path in sorted(paths):
        target = root / path
        folders = _folders(root, target)
        if any(folder.is_symlink() for folder in folders):
            continue  # it would be deleted somewhere else
        try:
            target.unlink()
        except (FileNotFoundError, NotADirectoryError):
            continue
        removed.append(path)
        emptied.update(folders)
    for folder in sorted(emptied, reverse=True):  # inner folders before the ones that hold them
        with suppress(OSError):  # it holds something else
            folder.rmdir()
    return removed


def _folders(root: Path, target: Path) -> list[Path]:
    """The folders between `target` and `root`, innermost first, without `root`."""
    return [root / folder for folder in target.relative_to(root).parents if folder != Path()]
