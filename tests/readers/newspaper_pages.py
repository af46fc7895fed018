"""Test pages assembled from the bank by chance, each with the reading that is right."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.readers import newspaper_bank as bank
from tests.readers.newspaper_bank import Shown, Told

_HALF_WIDTH = str.maketrans("，；：？！（）", ",;:?!()")
_NAMES = ("林小满", "周一帆", "沈若溪", "顾长河", "白露", "马骁", "陈一诺", "许青", "宋可", "丁一")


@dataclass(frozen=True, slots=True)
class Style:
    """How a paper sets its pages: `gap` "one", "none" or "mixed"; `breaks` the share of long
    paragraphs that a column's end cuts in two; `labels` "none", "before" or "after"."""

    script: str = "hans"
    half_width: bool = True
    datelines: bool = True
    gap: str = "one"
    breaks: float = 0.25
    labels: str = "none"
    subheads: bool = False
    stacks: bool = False
    bylines: str = "in"  # in: within the dateline's bracket; line; box; end; none
    photos: int = 1
    credit: str = "{name} 摄"
    notice: bool = False
    furniture: bool = False
    jump: bool = False
    stories: int = 5


@dataclass(slots=True)
class _Sheet:
    """Lines of text with the blank lines above each, and the items that they make."""

    style: Style
    rng: Random
    lines: list[tuple[int, str]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    furniture: list[str] = field(default_factory=list)

    def put(self, text: str, *, tight: bool = False, wide: bool = False) -> int:
        gap = {"one": 1, "none": 0, "mixed": self.rng.choice((1, 1, 2))}[self.style.gap]
        if tight:
            gap = 0
        if wide and self.style.gap != "none":
            gap = 2
        self.lines.append((gap if self.lines else 0, text))
        return len(self.lines) - 1

    def text(self) -> tuple[str, list[int]]:
        """The page, and for each line put its number."""
        rows: list[str] = []
        numbers: list[int] = []
        for gap, text in self.lines:
            rows += [""] * gap
            rows.append(text)
            numbers.append(len(rows))
        return "\n".join(rows) + "\n", numbers


def page(style: Style, seed: int) -> tuple[str, dict[str, Any]]:
    """A page in `style`, and its reading in the shape of `publisher parse --json`, without doubts."""
    rng = Random(seed)
    sheet = _Sheet(style, rng)
    stories, photos = _material(style, rng)
    if style.furniture:
        _top(sheet)
    places = set(rng.sample(range(1, len(stories) + 1), min(style.photos, len(stories))))
    shown = iter(photos)
    for index, story in enumerate(stories, start=1):
        _story(sheet, story)
        if index in places:
            _photo(sheet, next(shown))
    if style.notice:
        _notice(sheet)
    if style.furniture:
        sheet.furniture.append(
            "责任编辑：丁一 版式：白露" if style.script != "en" else "Editor: Jane Alder"
        )
        sheet.put(sheet.furniture[-1], wide=True)
    text, numbers = sheet.text()
    for item in sheet.items:
        item["paragraph_lines"] = [
            [numbers[at] for at in lines] for lines in item["paragraph_lines"]
        ]
    return text, {"items": sheet.items, "furniture": sheet.furniture}


def _material(style: Style, rng: Random) -> tuple[list[Told], list[Shown]]:
    stories, photos = {
        "hans": (bank.CHINESE, bank.PHOTOS),
        "hant": (bank.TRADITIONAL, bank.TRADITIONAL_PHOTOS),
        "en": (bank.ENGLISH, bank.ENGLISH_PHOTOS),
    }[style.script]
    chosen = rng.sample(stories, min(style.stories, len(stories)))
    return chosen, rng.sample(photos, min(style.photos, len(photos)))


def _top(sheet: _Sheet) -> None:
    heads = {
        "hans": ("松湾日报", "2026年11月23日 星期一", "第3版"),
        "hant": ("青澳時報", "2026年11月23日 星期一"),
        "en": ("The Harlow Courier", "Monday, November 23, 2026", "A3"),
    }[sheet.style.script]
    for head in heads:
        sheet.put(head, tight=True)
    sheet.furniture += heads


def _width(sheet: _Sheet, text: str) -> str:
    return (
        text.translate(_HALF_WIDTH)
        if sheet.style.half_width and sheet.style.script == "hans"
        else text
    )


def _item(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "article",
        "headline": None,
        "headline_derived": False,
        "kicker": [],
        "subheadline": None,
        "byline": [],
        "dateline": None,
        "paragraphs": [],
        "photo_credit": [],
        "paragraph_lines": [],
        **changes,
    }


def _story(sheet: _Sheet, story: Told) -> None:
    style, rng = sheet.style, sheet.rng
    item = _item(headline=_width(sheet, story.headline))
    sheet.items.append(item)
    labels = [_width(sheet, label) for label in story.label] if rng.random() < 0.7 else []
    if labels and style.labels == "before":
        _labels(sheet, item, labels)
    if style.stacks and story.kicker:
        item["kicker"].append(_width(sheet, story.kicker))
        sheet.put(_width(sheet, story.kicker), wide=True)
        sheet.put(item["headline"], tight=True)
    else:
        under_label = bool(labels) and style.labels == "before"
        sheet.put(item["headline"], tight=False, wide=style.gap == "mixed" and not under_label)
    if style.stacks and story.deck:
        item["subheadline"] = story.deck
        sheet.put(story.deck, tight=True)
    lead, tail = _writers(sheet, item)
    _body(sheet, item, story, lead, tail)
    if style.jump and rng.random() < 0.3:
        sheet.furniture.append("下转第二版" if style.script != "en" else "Continued on A4")
        sheet.put(sheet.furniture[-1], tight=True)
    if labels and style.labels == "after":
        _labels(sheet, item, labels)


def _labels(sheet: _Sheet, item: dict[str, Any], labels: list[str]) -> None:
    for at, label in enumerate(labels):
        sheet.put(
            label,
            tight=at > 0,
            wide=at == 0 and sheet.style.gap == "mixed" and sheet.style.labels == "before",
        )
    item["kicker"] += labels


def _writers(sheet: _Sheet, item: dict[str, Any]) -> tuple[str, str]:
    """What stands before the first paragraph's text, and after the last one's."""
    style, rng = sheet.style, sheet.rng
    if style.script == "en":
        return _english_writers(sheet, item)
    name, second = rng.sample(_NAMES, 2)
    role = "记者" if style.script == "hans" else "記者"
    local = "本报讯" if style.script == "hans" else "【本報訊】"
    if style.bylines == "in" and style.datelines and style.script == "hans":
        item["dateline"] = local
        item["byline"] = [{"role": role, "name": name}, {"role": "通讯员", "name": second}]
        return _width(sheet, f"{local} （{role} {name} 通讯员 {second}） "), ""
    if style.bylines == "line":
        item["byline"] = [{"role": f"本报{role}", "name": name}]
        sheet.put(f"本报{role} {name}", tight=rng.random() < 0.5)
    elif style.bylines == "box":
        item["byline"] = [{"role": f"本报{role}", "name": name}]
        sheet.put(f"□ 本报{role} {name}", tight=rng.random() < 0.5)
    elif style.bylines == "end":
        item["byline"] = [{"role": role, "name": name}]
    lead = ""
    if style.datelines and style.bylines in ("end", "none", "in"):
        item["dateline"] = local.strip("【】")
        lead = local + (" " if style.script == "hans" else "")
    return lead, _width(sheet, f"（{role} {name}）") if style.bylines == "end" else ""


def _english_writers(sheet: _Sheet, item: dict[str, Any]) -> tuple[str, str]:
    if sheet.style.bylines != "none":
        item["byline"] = [{"role": "By", "name": "Jane Alder"}, {"role": "By", "name": "Tom Reed"}]
        sheet.put("By Jane Alder and Tom Reed", tight=True)
    if sheet.style.datelines:
        item["dateline"] = "HARLOW, Wash. (AP)"
        return "HARLOW, Wash. (AP) - ", ""
    return "", ""


def _body(sheet: _Sheet, item: dict[str, Any], story: Told, lead: str, tail: str) -> None:
    heads = dict(story.subheads) if sheet.style.subheads else {}
    if heads:
        item["subheads"] = [{"before_paragraph": at, "text": text} for at, text in story.subheads]
    for at, paragraph in enumerate(story.paragraphs):
        if at in heads:
            sheet.put(heads[at], wide=sheet.style.script == "en")
        text = _width(sheet, paragraph)
        item["paragraphs"].append(text)
        printed = (
            (lead if at == 0 else "") + text + (tail if at == len(story.paragraphs) - 1 else "")
        )
        item["paragraph_lines"].append(_printed(sheet, printed, len(lead) if at == 0 else 0))


def _printed(sheet: _Sheet, text: str, start: int) -> list[int]:
    style, rng = sheet.style, sheet.rng
    if style.script == "en":
        if style.gap == "none":
            return [sheet.put(text)]
        rows = textwrap.wrap(text, 72, break_on_hyphens=False)
        return [sheet.put(row, tight=at > 0) for at, row in enumerate(rows)]
    if len(text) - start < 50 or rng.random() >= style.breaks:
        return [sheet.put(text)]
    cuts = [
        at
        for at in range(start + 9, len(text) - 4)
        if text[at - 1] not in "。！？”’；：… " and text[at] not in "，。！？”、；：,;:?!）) …"
    ]
    cut = rng.choice(cuts)
    first = sheet.put(text[:cut])
    return [first, sheet.put(text[cut:])]


def _photo(sheet: _Sheet, photo: Shown) -> None:
    name = sheet.rng.choice(_NAMES)
    credit = sheet.style.credit if sheet.style.script != "en" else "Photo by {name}"
    if sheet.style.script == "en":
        name = "Dana Fox"
    text = _width(sheet, photo.caption)
    item = _item(kind="photo", headline_derived=True, paragraphs=[text], photo_credit=[name])
    if sheet.style.script == "en" and sheet.style.gap != "none":
        rows = textwrap.wrap(text, 72)
        item["paragraph_lines"] = [[sheet.put(row, tight=at > 0) for at, row in enumerate(rows)]]
    else:
        item["paragraph_lines"] = [[sheet.put(text, wide=True)]]
    sheet.put(credit.format(name=name), tight=sheet.rng.random() < 0.5)
    sheet.items.append(item)
    if photo.label and sheet.style.labels == "after":
        _labels(sheet, item, list(photo.label))


def _notice(sheet: _Sheet) -> None:
    headline, text, sign = sheet.rng.choice(bank.NOTICES)
    item = _item(kind="notice", headline=headline, paragraphs=[_width(sheet, text), sign])
    sheet.items.append(item)
    sheet.put(headline, wide=True)
    item["paragraph_lines"] = [[sheet.put(_width(sheet, text))], [sheet.put(sign, tight=True)]]
