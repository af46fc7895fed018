"""For any text at all: nothing is lost, nothing invented, and the same text is read the same."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.model import Page
from publisher.readers.newspaper import lines, read
from tests.readers import newspaper_bank as bank
from tests.readers.newspaper_pages import Style, page

_STORIES = (*bank.CHINESE, *bank.TRADITIONAL, *bank.ENGLISH)
_PRINTED = [
    *(story.headline for story in _STORIES),
    *(text for story in _STORIES for text in story.paragraphs),
    *(label for story in _STORIES for label in story.label),
    *(photo.caption for photo in (*bank.PHOTOS, *bank.ENGLISH_PHOTOS)),
    "本报讯 (记者 林小满) 昨天清晨,渡口恢复通航。", "许青 摄", "（本报记者 许青 摄）", "□ 本报记者 林小满", "下转第二版", "Continued on A4",
    "2026年11月23日 星期一", "责任编辑:许青", "By Jane Alder", "Photo by Dana Fox", "——副题", "一、小标题", "停水公告", "松湾区自来水公司",
    "# 标题", "## 小标题", "@kicker: 栏目", "@kicker-after: 栏目", "@by: 记者 林小满", "@credit: 许青", "---", "+ 接上", "= 另起", "%% 略", "\\# 字",
    "", "", "　　", "\f", "\u200b", "“未完", "（未完", "完）。”", "12", "。", "*", "A-", "\u200d", "\ufeff字",
]  # fmt: skip

any_line = st.one_of(st.sampled_from(_PRINTED), st.text(max_size=60))
any_page = st.lists(any_line, max_size=25).map("\n".join)


def told(result: Page) -> Counter[str]:
    """Every letter and digit in the fields of the page's items and in its furniture."""
    words: list[str] = list(result.furniture)
    for story in result.stories:
        words += [
            story.headline or "",
            story.subheadline or "",
            story.dateline or "",
            *story.kicker,
            *story.photo_credit,
        ]
        words += [paragraph.text for paragraph in story.paragraphs] + [
            head.text for head in story.subheads
        ]
        words += [part for person in story.byline for part in (person.role, person.name)]
    return Counter(char for word in words for char in word if char.isalnum())


@given(any_page)
def test_every_line_is_accounted_for(text: str) -> None:
    result = read(text, name="page.txt")
    printed = lines.split(text)
    assert [(line.line, line.text) for line in result.lines] == [
        (line.number, line.text) for line in printed
    ]
    furniture = list(result.furniture)
    for line in result.lines:
        assert line.story is not None or line.text in furniture, line


@given(any_page)
def test_nothing_is_invented_and_paragraphs_are_their_lines(text: str) -> None:
    result = read(text, name="page.txt")
    printed = {line.number: line.text for line in lines.split(text)}
    letters = Counter(char for line in printed.values() for char in line if char.isalnum())
    for story in result.stories:
        for paragraph in story.paragraphs:
            source = Counter(
                char for number in paragraph.lines for char in printed[number] if char.isalnum()
            )
            assert not Counter(filter(str.isalnum, paragraph.text)) - source
    bodies = Counter(
        char
        for story in result.stories
        for paragraph in story.paragraphs
        for char in paragraph.text
        if char.isalnum()
    )
    assert not bodies - letters
    numbers = [
        number
        for story in result.stories
        for paragraph in story.paragraphs
        for number in paragraph.lines
    ]
    assert len(numbers) == len(set(numbers))


@given(st.lists(st.sampled_from(_PRINTED[: len(_PRINTED) - 38]), max_size=20).map("\n\n".join))
def test_no_letter_of_ordinary_lines_is_lost(text: str) -> None:
    result = read(text, name="page.txt")
    letters = Counter(char for line in lines.split(text) for char in line.text if char.isalnum())
    missing = letters - told(result)
    assert set(missing) <= set("摄攝年版PhotobyPoBy文图本报记者記者"), missing


@given(any_page)
def test_bodies_are_well_formed_and_titles_never_empty(text: str) -> None:
    for story in read(text, name="page.txt").stories:
        ElementTree.fromstring(f"<body>{story.body}</body>")
        assert story.title.strip()


@given(any_page)
def test_reading_twice_says_the_same(text: str) -> None:
    assert read(text, name="page.txt") == read(text, name="page.txt")


@given(any_page)
def test_line_ends_do_not_matter(text: str) -> None:
    unix = text.replace("\r\n", "\n").replace("\r", "\n")
    assert read(unix, name="page.txt") == read(unix.replace("\n", "\r\n"), name="page.txt")


@pytest.mark.parametrize("seed", range(3))
def test_a_long_page_is_the_sum_of_its_stories(seed: int) -> None:
    text, gold = page(Style(labels="none", photos=0), seed)
    result = read("\n\n".join([text.strip()] * 60), name="page.txt")
    assert len(result.stories) == 60 * len(gold["items"])
