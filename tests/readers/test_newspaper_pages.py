"""Whole pages: our own with golden readings, pages assembled by chance, and real ones beside the checkout."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from publisher.model import Page, Story
from publisher.readers.newspaper import read
from publisher.readers.newspaper.report import to_json
from tests.readers.newspaper_pages import Style, page

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "newspaper"
PAGES = sorted(FIXTURES.glob("*.txt"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_our_pages_read_as_their_gold_says(path: Path) -> None:
    gold = json.loads(path.with_suffix(".gold.json").read_text(encoding="utf-8"))
    read_as = to_json(read(path.read_text(encoding="utf-8"), name=path.name))
    assert {key: read_as[key] for key in gold} == gold


@pytest.mark.parametrize(
    ("style", "least"),
    [
        (Style(labels="after"), 0.95),
        (Style(labels="after", gap="none", photos=2), 0.95),
        (Style(labels="before", gap="mixed"), 0.88),
        (Style(datelines=False, bylines="none"), 0.8),
        (Style(datelines=False, bylines="none", subheads=True), 0.8),
        (Style(bylines="box", datelines=False, half_width=False, stacks=True), 0.9),
        (Style(bylines="line", datelines=False, half_width=False, subheads=True, credit="（本报记者 {name} 摄）"), 0.95),
        (Style(bylines="end", half_width=False, credit="{name}摄"), 0.95),
        (Style(labels="after", subheads=True, furniture=True, notice=True, jump=True, photos=2), 0.92),
        (Style(labels="after", breaks=0.6), 0.92),
        (Style(script="hant", bylines="none", credit="記者{name}攝", furniture=True), 0.95),
        (Style(script="en", furniture=True, jump=True), 0.98),
        (Style(script="en", gap="none", datelines=False, bylines="none"), 0.98),
    ],
    ids=str,
)  # fmt: skip
def test_pages_by_chance_are_mostly_read_whole_and_most_wrong_ones_are_flagged(
    style: Style, least: float
) -> None:
    """Every field of an item must be right. A column cut at a sentence's end cannot be seen."""
    whole = items = wrong_pages = unflagged = 0
    for seed in range(500, 512):
        text, gold = page(style, seed)
        read_as = to_json(read(text, name="page.txt"))
        expected = [
            {**item, "headline_derived": item["headline"] is None} for item in gold["items"]
        ]
        right = sum(item in read_as["items"] for item in expected)
        whole, items = whole + right, items + len(expected)
        wrong_pages += right < len(expected)
        unflagged += right < len(expected) and not read_as["doubts"]
    assert whole / items >= least, f"{whole} of {items}"
    assert unflagged <= max(2, wrong_pages // 2)


_HALF = str.maketrans(",;:?!()", "，；：？！（）")
_DATELINE = re.compile(r"本报讯 \(记者 ([^)]*)\) ")


def _wide(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_HALF)
    if isinstance(value, list):
        return [_wide(one) for one in value]
    if isinstance(value, dict):
        return {key: one if key == "kind" else _wide(one) for key, one in value.items()}
    return value


def _bare(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**item, "byline": [], "dateline": None} for item in items]


Change = Callable[[str], str]
SAME_LINES: dict[str, Change] = {
    "as it is": lambda text: text,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "a BOM": lambda text: "\ufeff" + text,
    "form feeds": lambda text: re.sub(r"\n(?=[^\n])", "\n\f", text),
    "zero-width spaces": "\u200b".join,
    "zero-width joiners": "\u200d".join,
    "tight datelines": lambda text: _DATELINE.sub(r"本报讯(记者\1)", text),
    "full-width indents": lambda text: re.sub(r"(?m)^(?=.)", "　　", text),
}
OTHER_LINES: dict[str, Change] = {
    "blank lines squeezed": lambda text: re.sub(r"\n\n+", "\n\n", text),
    "blank lines removed": lambda text: re.sub(r"\n+", "\n", text),
}


@pytest.fixture(scope="module")
def seed(shared: Path) -> tuple[str, list[dict[str, Any]]]:
    text = next((shared / "seed").glob("*.txt")).read_text(encoding="utf-8")
    return text, json.loads((shared / "seed" / "gold.json").read_text(encoding="utf-8"))["items"]


def _without_lines(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in item.items() if key != "paragraph_lines"} for item in items
    ]


@pytest.mark.shared
@pytest.mark.parametrize("change", SAME_LINES.values(), ids=SAME_LINES.keys())
def test_the_founding_page(seed: tuple[str, list[dict[str, Any]]], change: Change) -> None:
    text, gold = seed
    read_as = to_json(read(change(text), name="page.txt"))
    assert read_as["items"] == gold and not read_as["doubts"]


@pytest.mark.shared
@pytest.mark.parametrize("undated", [False, True], ids=["dated", "undated"])
@pytest.mark.parametrize("change", OTHER_LINES.values(), ids=OTHER_LINES.keys())
def test_the_founding_page_with_fewer_lines(
    seed: tuple[str, list[dict[str, Any]]], change: Change, undated: bool
) -> None:
    text, gold = seed
    expected = _bare(gold) if undated else gold
    read_as = to_json(read(change(_DATELINE.sub("", text) if undated else text), name="page.txt"))
    assert _without_lines(read_as["items"]) == _without_lines(expected)


@pytest.mark.shared
def test_the_founding_page_in_full_width_and_without_datelines(
    seed: tuple[str, list[dict[str, Any]]],
) -> None:
    text, gold = seed
    assert to_json(read(text.translate(_HALF), name="page.txt"))["items"] == _wide(gold)
    assert to_json(read(_DATELINE.sub("", text), name="page.txt"))["items"] == _bare(gold)


def _letters(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _told_whole(story: Story, gold: dict[str, Any]) -> bool:
    """The older gold files hold bylines, subheads and the paper's footer as paragraphs."""
    printed = [_letters(text) for text in gold["paragraphs"] if not text.startswith("《 ")]
    told: list[str] = []
    for at, paragraph in enumerate(story.paragraphs):
        told += [_letters(head.text) for head in story.subheads if head.before_paragraph == at]
        told.append(_letters(paragraph.text))
    printed = [text for text in printed if text in told or len(text) >= 16]
    if story.headline != gold["headline"] or len(printed) != len(told):
        return False
    return all(
        line == text or (at == 0 and line.endswith(text))
        for at, (line, text) in enumerate(zip(printed, told, strict=True))
    )


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "stories"),
    [
        ("zh_page_flat_a", 6),
        ("zh_page_flat_b", 4),
        ("zh_page_flat_c", 4),
        ("zh_page_rmrb_footer", 2),
        ("en_page_abc_rural", 23),
    ],
)
@pytest.mark.parametrize("blank_lines", [True, False], ids=["blank lines", "none"])
def test_real_pages(shared: Path, name: str, stories: int, blank_lines: bool) -> None:
    if name.startswith("en") and not blank_lines:
        pytest.skip("without blank lines, this page's subheads cannot be told from headlines")
    text = (shared / "newspaper" / f"{name}.txt").read_text(encoding="utf-8")
    result = read(text if blank_lines else re.sub(r"\n+", "\n", text), name=name)
    golds = json.loads((shared / "newspaper" / f"{name}.gold.json").read_text(encoding="utf-8"))
    assert (
        sum(any(_told_whole(story, gold) for story in result.stories) for gold in golds) == stories
    )
    assert len(result.doubts) <= 5


@pytest.mark.shared
@pytest.mark.parametrize("name", ["fr_page_gaulois1882", "nl_page_kb1876", "en_ocr_atlanta1922"])
def test_garbled_scans_are_refused(shared: Path, name: str) -> None:
    result = read((shared / "newspaper" / f"{name}.txt").read_text(encoding="utf-8"), name=name)
    _assert_refused(result)


def test_a_garbled_page_is_refused_with_a_reason() -> None:
    text = (FIXTURES / "harlow.txt").read_text(encoding="utf-8")
    garbled = re.sub(
        r"\b(\w)(\w)(\w*)\b",
        lambda word: word[0] if len(word[0]) % 4 else f"{word[1]}^{word[2]}*",
        text,
    )
    _assert_refused(read(garbled * 2, name="page.txt"))


def _assert_refused(result: Page) -> None:
    assert result.refused and not result.stories
    assert [finding.code for finding in result.findings] == ["unreadable-page"]
    assert len(result.furniture) == len(result.lines)
    assert to_json(result)["refused"] is True
