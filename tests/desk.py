"""A publication on disk to run the program in, as an editor would."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOW = "1795500000"  # 2026-11-24T06:00:00Z


def sample(folder: Path) -> Path:
    """A copy of the sample publication in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / "publisher.toml", folder)
    shutil.copytree(ROOT / "editions", folder / "editions")
    return folder


def small(folder: Path, **editions: str) -> Path:
    """A publication with `editions` given as `name__md="text"` (two underscores stand for a dot)."""
    from tests import samples

    (folder / "editions").mkdir(parents=True)
    (folder / "publisher.toml").write_text(samples.TOML, encoding="utf-8")
    for name, text in editions.items():
        path = folder / "editions" / name.replace("__", ".").replace("_", "-").lstrip("d")
        path.write_text(text, encoding="utf-8")
    return folder


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program itself, in `folder`, with a clock that stands still."""
    return subprocess.run(
        [sys.executable, "-m", "publisher", *words],
        cwd=folder,
        env={**os.environ, "SOURCE_DATE_EPOCH": NOW, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def tree(folder: Path) -> dict[str, str]:
    """Every file below `folder` with the digest of its bytes."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
