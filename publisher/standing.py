"""Whether everything still stands as the last build left it, told by a look at times alone.

A build that has nothing to do is the one that is run most often (a timer, a watch, a hook). So what
the last one said is kept with the stamp of every file that it read and of every folder that it
listed: while all of them are the same, the answer is too, and nothing need be read or imported. Any
doubt means no answer; then contents decide (`publisher.cache`).
"""

# Thousands of files are looked at, which takes pathlib several times as long.
# ruff: noqa: PTH116, PTH118
from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Raw, msgpack

from publisher.files import folder_times, write_if_changed
from publisher.model import Finding, Struct

FOLDER = ".publisher"
_NAME = "standing"


class Built(Struct, frozen=True, array_like=True):
    """What a build says of one edition; `items` is how many it has."""

    id: str
    title: str
    language: str
    items: int
    sources: tuple[str, ...]


class Report(Struct, frozen=True, array_like=True):
    """What a build read and did, editions oldest first; paths are relative to `public/`."""

    editions: tuple[Built, ...]
    findings: tuple[Finding, ...]
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0


class _Standing(Struct, frozen=True, array_like=True):
    """`files` by path with size, time and inode, `folders` with their times (in nanoseconds)."""

    accept_doubts: bool
    files: dict[str, tuple[int, int, int]]
    folders: dict[str, int]
    report: Raw


def report(root: Path, *, accept_doubts: bool) -> Report | None:
    """What the last build of `root` said, if it would say it again; None where that is not sure.

    What has changed at or after the moment when that was kept may have changed again within the same
    tick of the clock (git calls it "racily clean"): that is not sure.
    """
    place = root / FOLDER / _NAME
    try:
        kept = place.read_bytes()
        saved_ns = place.stat().st_mtime_ns
        last = msgpack.decode(kept, type=_Standing)
        if last.accept_doubts != accept_doubts or not _holds(last, root, saved_ns):
            return None
        return msgpack.decode(last.report, type=Report)
    except (OSError, ValueError):
        return None


def keep(
    root: Path,
    *,
    accept_doubts: bool,
    files: Mapping[str, tuple[int, int, int]],
    folders: Mapping[str, int],
    said: Report,
) -> None:
    """Remember what a build of `root` `said`, the `files` that it read and `folders` it listed.

    Paths are absolute, or relative to `root`; the times are those before they were read.
    """
    standing = _Standing(accept_doubts, dict(files), dict(folders), Raw(msgpack.encode(said)))
    write_if_changed(root / FOLDER / _NAME, msgpack.encode(standing))


def below(root: Path, folder: str, *, follow_links: bool = False) -> Iterator[str]:
    """`folder` (from `root`, or absolute) and every folder in it."""
    top = os.path.join(root, folder)
    yield folder
    for path, folders, _ in os.walk(top, followlinks=follow_links):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (folder + os.path.join(path, name)[len(top) :] for name in folders)


def _holds(last: _Standing, root: Path, saved_ns: int) -> bool:
    for path, stamp in last.files.items():
        state = os.stat(os.path.join(root, path))
        if stamp != (state.st_size, state.st_mtime_ns, state.st_ino) or stamp[1] >= saved_ns:
            return False
    return settled(last.folders, saved_ns) and folder_times(root, last.folders) == last.folders


def settled(times: Mapping[str, int], saved_ns: int) -> bool:
    """Whether nothing can have changed within the tick of the clock in which `times` were saved."""
    return all(time < saved_ns for time in times.values())
