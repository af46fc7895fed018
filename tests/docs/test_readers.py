"""Each newsroom format has its section in the readers' reference."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.readers import READERS, Reader

PAGE = Path(__file__).resolve().parents[2] / "docs" / "readers.md"
NEWSROOM = [reader for reader in READERS if reader.module.startswith("publisher.readers.newsroom.")]


@pytest.mark.parametrize("reader", NEWSROOM, ids=lambda reader: reader.name)
def test_every_newsroom_format_is_described(reader: Reader) -> None:
    headings = PAGE.read_text(encoding="utf-8").splitlines()
    assert f"## {reader.name}" in headings
