"""What there is to see in each line of a page, as named features with a strength (see `evidence`)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from publisher.readers.newspaper.cohesion import Topics
from publisher.readers.newspaper.context import surroundings
from publisher.readers.newspaper.lines import Line
from publisher.readers.newspaper.views import (
    CLOSERS,
    Habits,
    View,
    decimal_point,
    habits_of,
    names_writers,
    open_quotes,
    view_of,
)

# No sentence starts like this: with a stop, a particle or a suffix, or with one character and a stop.
_MID_SENTENCE = re.compile(
    "^[,，。、;；:：!！?？)）”’」』》】…%％]"
    "|^(?:的|了|着|过(?!去|年)|们|吗|呢|吧|性(?!别)|化(?!学|工|解)|者|率(?!先|领)|度(?!假)|及|或(?!许)|等(?!到|待)|所(?=[、，,]))"
    "|^[\u3400-\u9fff][,，、。;；？?！!”’」』》）)](?<!但[,，])(?<!而[,，])"
    "|^[\u3400-\u9fff]{2}[。！？、”’」』》）)]|^[\u3400-\u9fff]{3}[。”’」』》）)]"
)
# Nor does a headline end like this: with a word that leans on the next one.
_LEANS = re.compile(
    "(?:[的和与及或在将被把对从为向于由并而也就都更最是以其该又且据因若使让给跟比至每各某这那之则即]"
    "|(?<!之)[二三四五六七八九十百千]|通过|以及|进行|成为|其中|正在|已经|[成为除到有]了|[a-z]-| (?:the|an?|of|to|and|in|for|with|by|that|at|from|its|their))$"
)
_OPENER = re.compile(
    "^(?:随着|笔者|记者(?!站|节)|业内人士|有关|专家|据|谈及|比如|例如|再如|其中|因此|但|然而|而|同时|不过|针对|基于|作为|为此|为了|为践行|经过|根据|按照|对于|关于"
    "|如今|去年|今年|一周前|当(?!代|地)|在(?!线)|会议|会上|活动|下一步|接下来|未来|目前|此外|他|她|我们|这(?!里)|该|近年|从(?=.{0,12}(?:来看|数据))|与此|值得|事实上|尤其|其实|首先|其次|最后)"
)
_WHEN = re.compile(
    "^(?:近日|日前|目前|昨天|昨日|昨晚|今天|今晨|连日来|近年来|眼下|当前|当天|当日|据悉|据了解|据介绍|记者从|记者在|此外|同时|随后|此前|截至|连日來|"
    "近來|近日|日前|連日來|據了解|據悉|[0-9０-９]{1,4}[年月][0-9０-９]{0,2}月?[0-9０-９]{0,2}日?[,，上下晚早,至起]"
    "|\\d{4}年(?:年?[底初末中]|以来|[上下]半年)|今年(?:\\d{1,2}月|以来|年初))"
    "|^[0-9]{1,2}日[,，上下晚早凌]|^(?:On|Last|Earlier|Late|This) (?:\\w+day|week|month|year)\\b|^(?:Yesterday|Today),?\\s[a-z]"
)
_NUMBERED = re.compile(
    "^(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\\d]{1,2}[）)]|第[一二三四五六七八九十]{1,2}[、:,，]|\\d{1,2}[.、．](?!\\d)|[①-⑳]|[▲●◆■★☆▶►※])"
)
_SAID = re.compile("。[”」][^）)]{2,}$")  # “...。” and who said it
_CLOCK = re.compile(r"(?<!\d)\d{1,2}[:：]\d\d(?!\d)")
_STOP_INSIDE = re.compile('[。！](?=.)|[a-z0-9)][.] (?=[A-Z“"])')
_SENDER = re.compile(
    "(?:局|所|委员会|委員會|公司|办公室|中心|学校|医院|政府|支队|大队|管理处|处|协会|编辑部|报社|本报|街道办事处|村委会|居委会|工会|大会|大学|图书馆|博物馆|站|银行|法院|集团|清算组|领导小组|筹备组|指挥部|合作社|居委|管委会|文明办|党委|党支部|部|厅|社|厂|商会|基金会|联合会|学院|中学|小学|幼儿园|事务所)$"
)
_NOTICE = re.compile(
    "(?:公告|通告|启事|啟事|声明|聲明|公示|通知|告示|通报|预告|提醒|须知|公報|Notice|NOTICE|Announcement|Correction|Corrections)$|^(?:Notice|NOTICE|Public notice|Correction)\\b|^(?:停电|停水|寻人|招领|更正|遗失)"
)
_CAPTION = re.compile(
    "^(?:[①-⑨](?!.{60})|[（(]?(?:上|下|左|右|本|大|小|题)?[图圖](?:为|為|①|②|③|\\d|[:：])|[↑↓←→▲▼]|图片|这是|图中|Pictured|Above|Left|Right|Below)"
)

# A credit whose name stands on the next line of a hard-wrapped caption.
_CREDIT_BEGUN = re.compile(r"(?:\bPhotos?|\bPhotograph|\bPicture|摄影|攝影)\s*[:：]$")


def look(lines: Sequence[Line], topics: Topics) -> tuple[list[View], Habits]:
    """Everything there is to see in a page's lines."""
    views = [view_of(line) for line in lines]
    habits = habits_of(views)
    for index, view in enumerate(views):
        _own_features(view, habits)
        if (
            habits.datelines
            and view.opening is None
            and not names_writers(views[max(index - 1, 0)])
        ):
            view.features["no-dateline"] = 1
    surroundings(views, habits, topics)
    return views, habits


def _own_features(view: View, habits: Habits) -> None:
    seen, text = view.features, view.line.text
    if habits.wrap and view.line.size >= 0.82 * habits.wrap:
        seen["full-line"] = 1
    else:
        _length(view)
    _ending(view)
    for name, pattern in _BEGINNINGS:
        if pattern.match(text):
            seen[name] = 1
    if _NOTICE.search(text) and view.units <= 24:
        seen["notice-words"] = 1
    if _SENDER.search(text) and view.units <= 24:
        seen["sender"] = 1
    if not view.long and _CLOCK.search(text):
        seen["tells-time"] = 1
        view.end = "half" if view.end == "broken" else view.end  # a line of a programme is whole
    if text[0] in '“「『"':
        seen["starts-quote"] = 1
    if view.latin:
        _latin_case(view)
    elif " " in text.strip() or "\u3000" in text or "：" in text:
        seen["has-space"] = 1
    if not view.long and view.end == "broken" and view.plain and not habits.wrap:
        seen["broken-page"] = min(1.0, habits.breaks / 0.15)
        seen["whole-page"] = 1 - seen["broken-page"]
    if habits.indents and view.line.indented:
        seen["indented"] = 1
    _kind(view, habits)


_BEGINNINGS = (
    ("starts-when", _WHEN),
    ("starts-number", _NUMBERED),
    ("starts-closing", _MID_SENTENCE),
    ("starts-opener", _OPENER),
    ("caption-words", _CAPTION),
    ("starts-dash", re.compile("^(?:——|―|--|— )")),
)


# How long a line is: the upper limit of each band, in characters or (twice) in words.
_WORDS = ((4, "two-words"), (6, "three-words"), (26, "headline-words"), (34, "many-words"))
_CHARACTERS = (
    (1.5, "tiny"),
    (5, "label-length"),
    (7, "short"),
    (13, "subhead-length"),
    (24, "headline-length"),
    (31, "long-headline"),
)


def _length(view: View) -> None:
    if view.long:
        return
    bands = _WORDS if view.latin else _CHARACTERS
    units, seen = view.units, view.features
    seen[next((name for limit, name in bands if units <= limit), "sentence-length")] = 1
    if units > 13 and not view.latin:
        seen["subhead-words"] = min(2.0, (units - 13) / 4)
    if units > 8:
        seen["kicker-words"] = min(3.0, (units - 8) / 4)


def _ending(view: View) -> None:
    seen, text = view.features, view.line.text
    bare = text.rstrip(CLOSERS)
    last = bare[-1:]
    if decimal_point(bare):
        seen["leans-on"] = 1
    elif last and last in "。.｡…":
        seen["ends-sentence"] = 1
        if view.latin and last == ".":
            seen["ends-point"] = 1
    elif last and last in "！？!?":
        seen["ends-asking"] = 1
    elif last and last in ",，、;；":
        seen["ends-pause"] = 1
    elif last and last in ":：":
        seen["ends-colon"] = 1
    elif text.endswith("——"):
        seen["ends-dash"] = 1
    if not view.long:
        if _LEANS.search(text):
            seen["leans-on"] = 1
        if open_quotes(text, []):
            seen["leaves-open"] = 1
        if any(mark in text[:-1] for mark in (",", "，", "；")) and not view.latin:
            seen["has-comma"] = 1
        if _STOP_INSIDE.search(text):
            seen["has-stop"] = 1.6 if _SAID.search(text) else 1


def _latin_case(view: View) -> None:
    words = re.findall(r"[A-Za-zÀ-ÿ][\w'’-]*", view.line.text)
    if not words:
        return
    if sum(map(len, words)) >= 4 and all(word.isupper() for word in words):
        view.features["all-capitals"] = 1
    else:
        longer = [word for word in words if len(word) > 3]
        if len(longer) >= 2 and sum(word[0].isupper() for word in longer) >= 0.8 * len(longer):
            view.features["title-case"] = 1
    if view.line.text[0].islower():
        view.features["starts-lower"] = 1


_FURNITURE = {
    "jump": "jump",
    "sure": "furniture",
    "date": "date-line",
    "head": "page-head",
    "rule": "rule",
}


def _kind(view: View, habits: Habits) -> None:
    seen = view.features
    if view.furniture:
        seen[_FURNITURE[view.furniture]] = 1
    if view.names is not None:
        both = view.names.people and view.names.credits
        seen["both-credits" if both else "credit" if view.names.credits else "byline"] = 1
    if view.tail or _CREDIT_BEGUN.search(view.line.text):
        seen["credit-at-end"] = 1
    if view.opening is not None:
        seen["dateline" if view.opening.dateline else "people-first"] = 1
