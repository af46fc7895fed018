"""Which files under `editions/` make which edition."""

# Thousands of files are looked at, which takes pathlib several times as long.
# ruff: noqa: PTH122
from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from publisher.config import Reading
from publisher.decode import LIMIT_BYTES
from publisher.errors import EditionError
from publisher.model import Struct
from publisher.readers import dates, readers_for

# Files that stand beside editions and are none: pictures and sounds they show, and notes on them.
_BESIDE = re.compile(
    r"\.(?:png|jpe?g|gif|webp|svg|avif|bmp|tiff?|mp[34]|m4a|ogg|webm|mov|css|toml|lock|bak|orig|tmp)",
    re.IGNORECASE,
)
_SAVED = "_files"  # the folder in which a browser keeps what a saved page shows
_NOTES = frozenset(("readme", "license", "licence", "changelog", "contributing"))
_DIGITS = re.compile(r"(\d+)")
_USUAL = Reading()

Pages: TypeAlias = tuple[str, ...]
"""The files of one edition as messages call them, in reading order."""


class Source(Struct, frozen=True):
    """One edition's files: a file alone, or the page files of a folder in natural order.

    `path` is the file or folder, `root` the folder of all editions, which no picture may leave.
    """

    path: Path
    pages: tuple[Path, ...]
    root: Path

    @classmethod
    def named(cls, folder: Path, name: str, pages: Pages) -> Source:
        """The source that messages call so, with its pages, in the publication in `folder`."""
        root = folder / name.partition("/")[0]
        return cls(folder / name, tuple(folder / page for page in pages), root)

    @property
    def stem(self) -> str:
        """The name that may hold a date: a folder's whole name, a file's without its ending."""
        return self.path.stem if self.pages == (self.path,) else self.path.name

    @property
    def shelves(self) -> tuple[str, ...]:
        """The names of the folders between the editions' folder and this edition."""
        return self.path.relative_to(self.root).parts[:-1]

    def name_of(self, path: Path) -> str:
        """`path` as messages call it: relative to the publication, with forward slashes."""
        name = self.root.name
        above = len(self.root.as_posix()) - len(name) if name else 0  # `.` is no part of a path
        return path.as_posix()[above:]


def find(folder: Path, reading: Reading = _USUAL) -> tuple[Source, ...]:
    """Every edition under `folder`, by name.

    A file is an edition, a folder of page files is one too; a folder whose files all bear dates, or
    that holds folders only, is a shelf. `reading` says where dates come from: a list of them, or
    several folders (`2026/11/23.md`). Hidden files, pictures and READMEs are passed over. Raises
    EditionError for symbolic links that lead in circles or out of `folder`, and for odd files.
    """
    if not folder.is_dir():
        raise EditionError(
            folder.name, problem="there is no such folder", hint="make it, and put an edition in it"
        )
    return tuple(_sources(folder, folder, (folder.resolve(),), reading))


def read_bytes(path: Path, name: str) -> bytes:
    """The file's bytes, at most one more than may be read. Raises EditionError."""
    try:
        with path.open("rb") as file:
            return file.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise EditionError(
            name, problem=f"cannot be read: {error.strerror}", hint="look at its permissions"
        ) from None


def natural(name: str) -> tuple[tuple[int, int | str], ...]:
    """A sort key by which page 2 comes before page 10."""
    parts = _DIGITS.split(name.casefold())
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts if part)


def _sources(
    folder: Path, root: Path, above: tuple[Path, ...], reading: Reading
) -> Iterator[Source]:
    for entry in _entries(folder, root):
        path = folder / entry.name
        target = _folder_at(entry, root, above)
        if target is None:
            yield Source(path, (path,), root)
            continue
        entries = [one for one in _entries(path, root) if not _is_folder(one, root)]
        pages = tuple(path / one.name for one in entries)
        if _is_edition(path, pages, root, reading):
            for page in entries:
                _folder_at(page, root, (*above, target))
            _refuse_inner_pages(path, root)
            yield Source(path, pages, root)
        else:
            yield from _sources(path, root, (*above, target), reading)


def _is_edition(folder: Path, pages: Sequence[Path], root: Path, reading: Reading) -> bool:
    """Whether `pages` belong together: the folder has a date, or they have none of their own."""
    if not pages:
        return False
    own = folder.relative_to(root).as_posix()
    names = [(f"{own}/{page.name}", f"{own}/{page.stem}") for page in pages]
    return _dated(reading, own) or not all(_dated(reading, *pair) for pair in names)


def _refuse_inner_pages(edition: Path, root: Path) -> None:
    """Pictures may stand in a folder inside an edition; pages there would be forgotten."""
    for folder in (entry for entry in _entries(edition, root) if entry.is_dir()):
        inside = edition / folder.name
        pages = [entry.name for entry in _entries(inside, root) if not entry.is_dir()]
        if pages:
            raise EditionError(
                _name(inside / min(pages), root),
                problem="this page stands in a folder inside an edition",
                hint=f"move it up into {edition.name}/",
            )


def _dated(reading: Reading, *paths: str) -> bool:
    """Whether a list of dates, or the name that the last of `paths` ends in, gives a date."""
    if not reading.dates.keys().isdisjoint(paths):
        return True
    name = paths[-1] if "folder" in reading.date_from else paths[-1].rpartition("/")[2]
    try:
        return dates.in_name(name) is not None
    except ValueError:
        return True


def _entries(folder: Path, root: Path) -> list[os.DirEntry[str]]:
    """What `folder` holds of editions, in natural order."""
    try:
        with os.scandir(folder) as entries:
            found = [entry for entry in entries if not _passed_over(entry.name)]
    except OSError as error:
        raise EditionError(
            _name(folder, root), problem=f"cannot be listed: {error.strerror}"
        ) from None
    return sorted(found, key=lambda entry: natural(entry.name))


def _passed_over(name: str) -> bool:
    stem, ending = os.path.splitext(name)
    hidden = name.startswith((".", "_", "~")) or name.endswith(("~", _SAVED, ".gold.json"))
    return hidden or stem.casefold() in _NOTES or bool(_BESIDE.fullmatch(ending))


def _is_folder(entry: os.DirEntry[str], root: Path) -> bool:
    try:
        if not entry.is_dir():
            return False
    except OSError:  # a link in a circle
        return False
    if readers_for(entry.name):
        raise EditionError(
            _name(Path(entry.path), root),
            problem="this is a folder, and named like a file",
            hint=f"name the folder {Path(entry.name).stem}",
        )
    return True


def _folder_at(entry: os.DirEntry[str], root: Path, above: tuple[Path, ...]) -> Path | None:
    """The folder that `entry` leads to, links resolved: under `root`, none of `above`.

    None for an ordinary file. `above` are the folders that `entry` is in, the innermost last.
    """
    if entry.is_file(follow_symlinks=False):
        return None
    path = Path(entry.path)
    target = _linked(path, root, above) if entry.is_symlink() else above[-1] / entry.name
    if entry.is_file():
        return None
    if not _is_folder(entry, root):
        raise EditionError(_name(path, root), problem="this is no ordinary file", hint="delete it")
    return target


def _linked(path: Path, root: Path, above: tuple[Path, ...]) -> Path:
    """Where the link at `path` leads. Raises EditionError where that may not be."""
    name = _name(path, root)
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a loop, until Python 3.13
        raise EditionError(
            name, problem="this link leads nowhere, or in a circle", hint="delete it"
        ) from None
    if not target.is_relative_to(root.resolve()):
        raise EditionError(
            name,
            problem=f"this link leads out of {root.name}/",
            hint="put the file itself here",
        )
    if target in above:
        raise EditionError(
            name, problem="this link leads back to a folder that it is in", hint="delete it"
        )
    return target


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root.parent).as_posix()
