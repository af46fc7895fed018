"""Writing files so that nobody ever sees half of one.

Every file is written beside its place first and renamed into it, so that a reader (or the next
build, after a crash) finds the old bytes or the new ones. What is the same is not touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from publisher.errors import PublisherError
from publisher.model import Artifact

# Said here, because what the mimetypes module says depends on the machine. IANA media types.
_MEDIA_TYPES = {
    ".avif": "image/avif",
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".xml": "application/xml",
}
STAGING = ".publishing"  # under the tree's root: a rename works within one file system only


@dataclass(frozen=True, slots=True)
class Published:
    """What `publish_tree` did, as paths relative to its root."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


def media_type(name: str) -> str:
    """The media type of a file of this name, by its ending; bytes of no known kind otherwise."""
    return _MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def write_if_changed(path: Path, body: bytes) -> bool:
    """Put `body` at `path`, durably (fsync) and whole; False where it stands there already.

    A symbolic link at `path` is replaced, never followed. Raises PublisherError.
    """
    if _same(path, body):
        return False
    temporary = path.with_name(f".{path.name}.publishing")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        with temporary.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise _cannot_write(path, error) from None
    return True


def publish_tree(root: Path, artifacts: Iterable[Artifact], manifest: Path) -> Published:
    """Make `root` hold `artifacts` and nothing of an earlier build that is not among them.

    `artifacts` may be a generator: nothing in `root` changes before the last one was written to
    the staging folder, so an error on the way leaves the last good build. `manifest` is a file
    outside `root` that lists what the last build wrote; files that it does not list are never
    deleted. After a crash every file is whole, and the next build mends the rest. (Only the manifest
    is forced to disk: what a power cut takes from `root` is missed and written by the next build.)

    Raises PublisherError for a path that leaves `root`, that stands twice, or cannot be written.
    """
    staging = root / STAGING
    try:
        shutil.rmtree(staging, ignore_errors=True)
        before = _read_manifest(manifest)
        paths, staged = _stage(root, artifacts, staging)
        stale = before - paths
        # Listed before it exists: a crash from here on leaves no file that the next build forgets.
        _write_manifest(manifest, before | paths)
        # What stands where a folder must be (or the other way round) goes first, the rest last.
        in_the_way = _in_the_way(stale, paths) if stale else set()
        removed = _remove(root, in_the_way)
        _move(staged, root)
        removed += _remove(root, stale - in_the_way)
        _write_manifest(manifest, paths)
    except OSError as error:
        raise _cannot_write(Path(error.filename or root), error) from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return Published(tuple(staged), tuple(sorted(removed)), len(paths) - len(staged))


def _stage(
    root: Path, artifacts: Iterable[Artifact], staging: Path
) -> tuple[set[str], dict[str, Path]]:
    """Write what differs from `root` into `staging`: all paths, and the staged file of each changed one.

    Staged files stand flat in one folder, since making and removing folders is what costs most.
    """
    paths: set[str] = set()
    staged: dict[str, Path] = {}
    plain: set[Path] = set()
    _refuse_links(root, staging / "x", plain)
    for artifact in artifacts:
        target = root / _checked(artifact.path, paths)
        _refuse_links(root, target, plain)
        paths.add(artifact.path)
        if _same(target, artifact.body):
            continue
        if not staged:
            staging.mkdir(parents=True)
        temporary = staging / str(len(staged))
        temporary.write_bytes(artifact.body)
        staged[artifact.path] = temporary
    return paths, staged


def _move(staged: dict[str, Path], root: Path) -> None:
    made: set[Path] = set()
    for path, temporary in staged.items():
        target = root / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        temporary.replace(target)


def _checked(path: str, paths: set[str]) -> str:
    pure = PurePosixPath(path)
    if path in paths:
        raise PublisherError(path, problem="two generated files have this path")
    odd = (
        not pure.parts
        or pure.is_absolute()
        or str(pure) != path
        or not path.isprintable()
        or "\\" in path
    )
    if odd or ".." in pure.parts or pure.parts[0] == STAGING:
        raise PublisherError(path, problem="a generated file may not stand at this path")
    return path


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


def _in_the_way(stale: set[str], paths: set[str]) -> set[str]:
    """Those of `stale` that stand where `paths` needs a folder, or under what is a file now."""
    folders = {str(folder) for path in paths for folder in PurePosixPath(path).parents}
    return {
        path
        for path in stale
        if path in folders or any(str(folder) in paths for folder in PurePosixPath(path).parents)
    }


def _same(path: Path, body: bytes) -> bool:
    """True where `path` is a plain file of exactly these bytes."""
    try:
        return (
            not path.is_symlink() and path.stat().st_size == len(body) and path.read_bytes() == body
        )
    except OSError:
        return False


def _remove(root: Path, paths: set[str]) -> list[str]:
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


def _read_manifest(manifest: Path) -> set[str]:
    """The paths of the last build; ones that point out of the tree are left out."""
    try:
        lines = manifest.read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, UnicodeDecodeError):
        return set()
    return {line for line in lines if line and not {"..", "/"} & set(PurePosixPath(line).parts)}


def _write_manifest(manifest: Path, paths: set[str]) -> None:
    write_if_changed(manifest, "".join(f"{path}\n" for path in sorted(paths)).encode())


def _cannot_write(path: Path, error: OSError) -> PublisherError:
    return PublisherError(
        path,
        problem=f"cannot be written: {error.strerror or error}",
        hint="see that the disk has room and that the folder is yours to write to",
    )
