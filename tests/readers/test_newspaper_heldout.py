"""Pages written before the reader's weights were seen, each in one paper's manner, with golden readings.

`a`, `c` and `d` were looked at while the reader was mended; `b` and `e` were measured first.
"""

from __future__ import annotations

import json
from itertools import zip_longest
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from publisher.readers.newspaper import read
from publisher.readers.newspaper.report import to_json

HELD_OUT = Path(__file__).resolve().parents[1] / "fixtures" / "newspaper" / "heldout"
PAGES = {path.stem: path for path in sorted(HELD_OUT.glob("*.txt"))}
NOT_YET = {
    "a5_english", "b4_provincial", "b6_hongkong", "b8_dialogue", "c4", "c8", "d10", "d11", "d5", "d6", "e2", "e3",
}  # fmt: skip


def gold_of(path: Path) -> dict[str, Any]:
    gold: dict[str, Any] = json.loads(path.with_suffix(".gold.json").read_text(encoding="utf-8"))
    return gold


def reading_of(path: Path) -> dict[str, Any]:
    return to_json(read(path.read_text(encoding="utf-8"), name=path.name))


@pytest.mark.parametrize("stem", [stem for stem in PAGES if stem not in NOT_YET])
def test_page_reads_as_its_gold_says(stem: str) -> None:
    gold, read_as = gold_of(PAGES[stem]), reading_of(PAGES[stem])
    assert read_as["items"] == gold["items"]
    assert sorted(read_as["furniture"]) == sorted(gold["furniture"])
    assert len(read_as["doubts"]) <= 3


@pytest.mark.parametrize(
    ("half", "least"), [("a", 0.95), ("b", 0.9), ("c", 0.84), ("d", 0.85), ("e", 0.82)]
)
def test_most_items_are_whole(half: str, least: float) -> None:
    whole = items = 0
    for stem, path in PAGES.items():
        if stem.startswith(half):
            told = reading_of(path)["items"]
            expected = gold_of(path)["items"]
            whole, items = whole + sum(item in told for item in expected), items + len(expected)
    assert whole / items >= least, f"{whole} of {items}"


def test_ordinary_pages_have_few_doubts_and_most_wrong_ones_some() -> None:
    doubts: dict[bool, list[int]] = {True: [], False: []}
    for path in PAGES.values():
        read_as = reading_of(path)
        doubts[read_as["items"] == gold_of(path)["items"]].append(len(read_as["doubts"]))
    assert median(doubts[True]) <= 1
    assert doubts[False].count(0) <= 2, doubts[False]


def _column(item: dict[str, Any], width: int) -> list[str]:
    rows = [item["headline"]]
    for text in item["paragraphs"]:
        rows += [text[at : at + width] for at in range(0, len(text), width)]
    return rows


def _pairs(halves: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    found = []
    for stem, path in PAGES.items():
        items = [item for item in gold_of(path)["items"] if item["headline"]]
        long = [item for item in items if sum(map(len, item["paragraphs"])) > 150]
        if stem[0] in halves and "english" not in stem:
            found += list(zip(long[::2], long[1::2], strict=False))
    return found


@pytest.mark.parametrize("width", [14, 18, 24])
def test_interleaved_columns_are_never_read_without_doubts(width: int) -> None:
    pairs = _pairs("ab")
    assert len(pairs) > 5
    for left, right in pairs:
        rows = zip_longest(_column(left, width), _column(right, width))
        page = read("\n".join(row for pair in rows for row in pair if row), name="page.txt")
        assert page.refused or page.doubts


def test_columns_side_by_side_are_refused() -> None:
    left, right = max(_pairs("ab"), key=lambda pair: len("".join(pair[0]["paragraphs"])))
    rows = list(zip_longest(_column(left, 18), _column(right, 18), fillvalue=""))
    page = read("\n".join(f"{a}　　{b}" for a, b in rows[: min(len(rows), 14)]), name="page.txt")
    assert "columns stand side by side" in page.refused
