"""The editor's light markup is obeyed over any heuristic."""

from __future__ import annotations

from publisher.model import Page
from publisher.readers.newspaper import read

FIRST = "昨天清晨,松湾渡口恢复通航,首班渡船载着四十多名乘客驶向对岸。"
SECOND = "据交通部门介绍,新渡船每船可载客六十人,早晚高峰每八分钟一班。"
THIRD = "每到周三晚上,杨柳村的祠堂就亮起灯来,三十多位村民坐进夜校的课堂。"


def page(*lines: str) -> Page:
    return read("\n".join(lines), name="page.txt")


def test_one_marked_headline_makes_the_file_strict() -> None:
    result = page("# 两岸渡口恢复通航", "", FIRST, "", "乡村夜校点亮冬夜", "", "本报讯 " + THIRD)
    assert [story.headline for story in result.stories] == ["两岸渡口恢复通航", None]
    assert all(line.role != "headline" for line in result.lines[1:])


def test_each_mark() -> None:
    result = page(
        "@kicker: 两岸", "# 两岸渡口恢复通航", "@by: 记者 林小满 白露", FIRST, "## 票价不变", SECOND,
        "@credit: 许青", "@kicker-after: 新渡", "%% 排版说明:配图两张", "# 乡村夜校点亮冬夜", THIRD,
    )  # fmt: skip
    first, second = result.stories
    assert first.kicker == ("两岸", "新渡") and second.kicker == ()
    assert [(person.role, person.name) for person in first.byline] == [
        ("记者", "林小满"),
        ("记者", "白露"),
    ]
    assert [(head.before_paragraph, head.text) for head in first.subheads] == [(1, "票价不变")]
    assert first.photo_credit == ("许青",) and first.kind == "article"
    assert result.furniture == ("排版说明:配图两张",)
    assert [paragraph.text for paragraph in second.paragraphs] == [THIRD]
    assert not result.doubts


def test_a_marked_subheadline_is_none_of_the_headline() -> None:
    first = page("# 两岸渡口恢复通航", "@sub: 票价不变", FIRST).stories[0]
    assert (first.headline, first.subheadline) == ("两岸渡口恢复通航", "票价不变")
    second = page("# The ferry is back", "@sub: Seven votes to two, and not a word", FIRST).stories[
        0
    ]
    assert second.headline == "The ferry is back"
    assert second.subheadline == "Seven votes to two, and not a word"


def test_join_and_new_paragraph() -> None:
    result = page("# 两岸渡口恢复通航", FIRST, "+ " + SECOND, "= " + THIRD[:12], "= " + THIRD[12:])
    texts = [paragraph.text for paragraph in result.stories[0].paragraphs]
    assert texts == [FIRST + SECOND, THIRD[:12], THIRD[12:]]


def test_a_break_starts_a_story() -> None:
    result = page("# 两岸渡口恢复通航", FIRST, "---", SECOND, "许青 摄")
    assert [story.headline for story in result.stories] == ["两岸渡口恢复通航", None]
    assert result.stories[1].photo_credit == ("许青",)


def test_an_escaped_line_is_text() -> None:
    result = page(
        "# 两岸渡口恢复通航",
        FIRST,
        r"\# 号是松湾渡口的船号,也是老许每天要擦三遍的牌子。",
        r"\\ 后面还有字,这一行从反斜线开始。",
    )
    texts = [paragraph.text for paragraph in result.stories[0].paragraphs]
    assert texts[1].startswith("# 号") and texts[2].startswith("\\ 后面")


def test_a_mark_settles_a_doubt() -> None:
    loose = (
        "两岸渡口恢复通航",
        "",
        "本报讯 " + FIRST,
        "",
        "山水",
        "",
        "乡村夜校点亮冬夜",
        "",
        "本报讯 " + THIRD,
    )
    assert [doubt.line for doubt in page(*loose).doubts] == [5]
    settled = [("@kicker-after: 山水" if line == "山水" else line) for line in loose]
    result = page(*settled)
    assert not result.doubts and result.stories[0].kicker == ("山水",)


def test_marks_in_any_order_are_read() -> None:
    result = page(
        "+ 没有上文", "@credit: 许青", "## 小标题", "= 正文一段", "@kicker-after: 栏目", "%% 略"
    )
    assert [line.line for line in result.lines] == [1, 2, 3, 4, 5, 6]
    assert result.stories
