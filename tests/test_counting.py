"""The benches' own counts of what an archive holds add up to the items, and see what is lost."""

from __future__ import annotations

from pathlib import Path

from bench import counting
from publisher.model import Draft, replace
from publisher.readers.editions import find, read_edition
from tests import samples

LISTED = """\
# Harbour Weekly 7

## Boats

* [Two ferries](https://a.example/1), with [a map](https://a.example/2)
* No link at all
* Elsewhere, see [the list](https://a.example/5):
  * [A tug](https://a.example/3)

## Words

Only prose, with [a link](https://a.example/4).
"""
NUMBERED = """\
# 第 7 期

## 港口见闻

这一周港口很热闹。

（1）来了两艘船。

3.5 米的浪也没有挡住它们。

## 新闻

1、[渡船](https://a.example/1)

文章。

**（1）先来的船**

**2、拖船**

文章。

> 3、引文里的数字不算。
"""


def read(folder: Path, source: str) -> tuple[list[Path], list[Draft]]:
    """The file of one edition, and what our readers make of it."""
    (folder / "2026-11-20.md").write_text(source, encoding="utf-8")
    publication = samples.publication("\n[reading]\nchildren = true\n")
    found = find(folder, publication.reading)
    return [folder / "2026-11-20.md"], [read_edition(one, publication) for one in found]


def total(explained: counting.Explained) -> int:
    return explained.found + sum(count for _, count in explained.parts)


def test_links_in_lists_lead_to_the_items(tmp_path: Path) -> None:
    files, drafts = read(tmp_path, LISTED)
    explained = counting.links_in_lists(files, drafts)
    assert (explained.found, explained.lost) == (4, 0)
    assert total(explained) == len(drafts[0].stories)


def test_numbered_paragraphs_lead_to_the_items(tmp_path: Path) -> None:
    files, drafts = read(tmp_path, NUMBERED)
    explained = counting.numbered_paragraphs(files, drafts)
    assert (explained.found, explained.lost) == (5, 0)
    assert total(explained) == len(drafts[0].stories)
    assert dict(explained.parts)["quantities at the front of a sentence, like 13.8"] == -1


def test_what_no_item_holds_is_lost(tmp_path: Path) -> None:
    files, (draft,) = read(tmp_path, NUMBERED)
    explained = counting.numbered_paragraphs(files, [replace(draft, stories=draft.stories[:-2])])
    assert explained.lost == len(explained.examples) == 3
    assert explained.examples[0] == "2026-11-20.md:13 1、渡船"
    files, (draft,) = read(tmp_path, LISTED)
    explained = counting.links_in_lists(files, [replace(draft, stories=draft.stories[1:])])
    assert "2026-11-20.md:5 https://a.example/1" in explained.examples
