"""Writing a file so that nobody ever sees half of it, and what kind of file a name means.

It is written beside its place first and renamed into it, so that a reader (or the next build, after
a crash) finds the old bytes or the new ones. What is the same is not touched.
"""

# Thousands of folders are looked at, which takes pathlib several times as long.
# ruff: noqa: PTH116, PTH118
from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath

from publisher.errors import PublisherError

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


def media_type(name: str) -> str:
    """The media type of a file of this name, by its ending; bytes of no known kind otherwise."""
    return _MEDIA_TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def folder_times(root: Path, folders: Iterable[str]) -> dict[str, int]:
    """When each of `folders` below `root` last gained or lost a file, in nanoseconds; 0 for none."""
    return {folder: _folder_time(os.path.join(root, folder)) for folder in folders}


def _folder_time(folder: str) -> int:
    try:
        return os.stat(folder).st_mtime_ns
    except OSError:
        return 0


def write_if_changed(path: Path, body: bytes) -> bool:
    """Put `body` at `path`, durably (fsync) and whole; False where it stands there already.

    A symbolic link at `path` is replaced, never followed. Raises PublisherError.
    """
    if same(path, body):
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
        raise cannot_write(path, error) from None
    return True


def same(path: Path, body: bytes) -> bool:
    """True where `path` is a plain file of exactly these bytes."""
    try:
        return (
            path.stat().st_size == len(body) and not path.is_symlink() and path.read_bytes() == body
        )
    except OSError:
        return False


def cannot_write(path: Path, error: OSError) -> PublisherError:
    """The error to raise where `path` could not be written."""
    return PublisherError(
        path,
        problem=f"cannot be written: {error.strerror or error}",
        hint="see that the disk has room and that the folder is yours to write to",
    )
