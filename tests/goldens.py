"""Golden files: bytes that a change of the product must not move unseen.

To accept a change, run the tests with PUBLISHER_UPDATE_GOLDENS=1 and read the diff before
committing it.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest

UPDATE = "PUBLISHER_UPDATE_GOLDENS"


def assert_golden(path: Path, body: bytes) -> None:
    """`body` equals the golden file at `path`, byte for byte; else the test fails with a diff."""
    if os.environ.get(UPDATE) == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        return
    assert path.is_file(), f"there is no golden {path}: make it with {UPDATE}=1"
    golden = path.read_bytes()
    if body != golden:
        pytest.fail(f"{path} differs (accept with {UPDATE}=1):\n{_diff(golden, body)}")


def _diff(golden: bytes, body: bytes) -> str:
    before, after = (
        part.decode("utf-8", "backslashreplace").splitlines(keepends=True)
        for part in (golden, body)
    )
    return "".join(difflib.unified_diff(before, after, "golden", "now")) or "only line ends differ"
