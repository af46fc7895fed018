"""What everything is made with: configuration, templates, and the program itself, as one digest."""

# Thousands of files are looked at, which takes pathlib several times as long.
# ruff: noqa: PTH118
from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import msgspec
from msgspec.structs import replace

from publisher import __version__
from publisher.cache import Digests
from publisher.cards import digest
from publisher.config import Publication

PACKAGE = Path(__file__).parent


@lru_cache(maxsize=1)
def shipped_templates() -> Path:
    """The folder of the templates that come with the package (a checkout keeps them at its top)."""
    inside = PACKAGE / "templates"
    return inside if inside.is_dir() else PACKAGE.parent / "templates"


def digest_of(digests: Digests, publication: Publication, templates: Path) -> str:
    """Changes with the version, the program's files, the configuration or any template.

    `templates` are the publication's own. The dates that it lists belong to the editions.
    """
    reading = replace(publication.reading, dates={})
    configured = msgspec.msgpack.encode(replace(publication, reading=reading))
    parts = [__version__, digest(configured)]
    for folder, suffix in ((PACKAGE, ".py"), (shipped_templates(), ""), (templates, "")):
        base = len(str(folder))
        parts += [f"{path[base:]} {digests.of(path)}" for path in _files(str(folder), suffix)]
    return digest("\n".join(parts).encode())


def _files(folder: str, suffix: str) -> Iterator[str]:
    """Every file below `folder` whose name ends in `suffix`, in order; none where there is no folder."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        yield from (os.path.join(place, name) for name in sorted(names) if name.endswith(suffix))
