"""What the newspaper reader makes of each convention of the page, one at a time."""

from __future__ import annotations

import pytest

from publisher.config import Reading
from publisher.model import Page, Person, Story
from publisher.readers.newspaper import bylines, furniture, read
from publisher.readers.newspaper.report import to_json

FIRST = "昨天清晨,松湾渡口恢复通航,首班渡船载着四十多名乘客驶向对岸。船工老许说,等了两年,总算又听见了汽笛声。"
SECOND = "据交通部门介绍,新渡船每船可载客六十人,早晚高峰每八分钟一班。渡口两侧新建了候船廊和无障碍坡道,轮椅可以直接上船。"
THIRD = "每到周三晚上,杨柳村的祠堂就亮起灯来,三十多位村民坐进夜校的课堂,学剪纸、学手机摄影,也学怎样给果树剪枝。"
FOURTH = "夜校的老师来自镇文化站和农技站。站长罗松介绍,夜校开班半年来,已有四百多人次走进课堂,明年还要到邻村去上课。"

HALF = SECOND.index("无障碍") + 1  # splits a word


def page(*lines: str, gap: str = "\n\n") -> Page:
    return read(gap.join(lines), name="page.txt")


def only(result: Page) -> Story:
    assert len(result.stories) == 1, [story.title for story in result.stories]
    return result.stories[0]


def texts(story: Story) -> list[str]:
    return [paragraph.text for paragraph in story.paragraphs]


@pytest.mark.parametrize(
    ("printed", "dateline", "people"),
    [
        ("本报讯 (记者 林小满) ", "本报讯", [("记者", "林小满")]),
        ("本报讯(记者林小满)", "本报讯", [("记者", "林小满")]),
        (
            "本报讯（记者 林小满 通讯员 周一帆 白露）",
            "本报讯",
            [("记者", "林小满"), ("通讯员", "周一帆"), ("通讯员", "白露")],
        ),
        ("本报讯（记者林小满、周一帆）", "本报讯", [("记者", "林小满"), ("记者", "周一帆")]),
        ("本报讯 ", "本报讯", []),
        ("（本报记者 林小满 实习生 白露）", None, [("本报记者", "林小满"), ("实习生", "白露")]),
        ("本报松湾11月23日电（记者 林小满）", "本报松湾11月23日电", [("记者", "林小满")]),
        ("新华社松湾11月23日电 ", "新华社松湾11月23日电", []),
        (
            "新华社松湾11月23日电（记者林小满、白露）",
            "新华社松湾11月23日电",
            [("记者", "林小满"), ("记者", "白露")],
        ),
        ("据新华社松湾11月23日电 ", "据新华社松湾11月23日电", []),
        ("据新华社电 ", "据新华社电", []),
        ("【本報訊】", "本報訊", []),
        ("（中央社記者林予安青澳12日電）", "青澳12日電", [("中央社記者", "林予安")]),
        ("（中央社記者林予安台北12日電）", "台北12日電", [("中央社記者", "林予安")]),
    ],
)
def test_chinese_datelines(
    printed: str, dateline: str | None, people: list[tuple[str, str]]
) -> None:
    story = only(page("两岸渡口恢复通航", printed + FIRST, SECOND))
    assert story.dateline == dateline
    assert [(person.role, person.name) for person in story.byline] == people
    assert texts(story) == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("printed", "dateline"),
    [
        ("HARLOW, Wash. (AP) - ", "HARLOW, Wash. (AP)"),
        ("HARLOW, Nov. 23 - ", "HARLOW, Nov. 23"),
        ("NEW HARLOW (Reuters) — ", "NEW HARLOW (Reuters)"),
        ("Harlow, November 22.—", "Harlow, November 22."),
    ],
)
def test_english_datelines(printed: str, dateline: str) -> None:
    story = only(
        page(
            "Ferry fares to rise",
            "By Jane Alder and Tom Reed",
            printed + "The ferry will charge 25 cents more, officials said.",
        )
    )
    assert story.dateline == dateline
    assert story.byline == (Person("Jane Alder", "By"), Person("Tom Reed", "By"))
    assert texts(story) == ["The ferry will charge 25 cents more, officials said."]


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("许青 摄", ("许青",)),
        ("许青摄", ("许青",)),
        ("许青 宋可 摄", ("许青", "宋可")),
        ("(本报记者 许青 摄)", ("许青",)),
        ("（本报记者 许青 摄）", ("许青",)),
        ("本报记者 许青 摄影报道", ("许青",)),
        ("记者王若晴攝", ("王若晴",)),
        ("李 文 摄", ("李 文",)),
        ("受访者供图", ("受访者",)),
        ("Photo by Dana Fox", ("Dana Fox",)),
        ("Dana Fox/AP", ("Dana Fox",)),
        ("(AP Photo/Dana Fox)", ("Dana Fox",)),
        ("Photo: Dana Fox", ("Dana Fox",)),
        ("Photo: J. R. Fox-Reed", ("J. R. Fox-Reed",)),
        ("Photos by Mary O’Neil and D. Fox", ("Mary O’Neil", "D. Fox")),
        ("D. Fox/The Evening Post", ("D. Fox",)),
    ],
)
def test_credit_lines(printed: str, names: tuple[str, ...]) -> None:
    found = bylines.read(printed)
    assert found is not None and found.credits == names


@pytest.mark.parametrize(
    ("printed", "people"),
    [
        ("本报记者 林小满", [("本报记者", "林小满")]),
        ("□ 本报记者 林小满 通讯员 周一帆", [("本报记者", "林小满"), ("通讯员", "周一帆")]),
        ("■ 李 文", [("", "李 文")]),
        ("□林小满", [("", "林小满")]),
        ("By Jane Alder and Tom Reed", [("By", "Jane Alder"), ("By", "Tom Reed")]),
        ("BY THE ASSOCIATED PRESS.", [("BY", "THE ASSOCIATED PRESS")]),
    ],
)
def test_byline_lines(printed: str, people: list[tuple[str, str]]) -> None:
    found = bylines.read(printed)
    assert found is not None and [(person.role, person.name) for person in found.people] == people


@pytest.mark.parametrize("printed", ["文/林小满 图/许青", "本报记者 许青 文/图", "文图 许青"])
def test_who_wrote_and_took_the_pictures(printed: str) -> None:
    story = only(page("乡村夜校点亮冬夜", printed, THIRD, FOURTH))
    assert story.headline == "乡村夜校点亮冬夜"
    assert story.byline and story.photo_credit == ("许青",)


@pytest.mark.parametrize(
    "line",
    [
        "记者调查:夜校为何受欢迎",
        "李明拍摄的照片获奖",
        "他们这样拍摄",
        "By and large, a quiet year",
        "文图并茂话松湾",
        "记者走进直播间",
    ],
)
def test_lines_that_only_look_like_bylines(line: str) -> None:
    assert bylines.read(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "下转第二版", "（下转A4版）", "上接第一版", "▲详见第3版", "紧接第二版", "Continued on A4", "Continued from page 1", "See FERRY, A6",
        "第3版", "03版", "A4", "- 3 -", "2026年11月23日 星期一", "星期一", "Monday, November 23, 2026",
        "责任编辑:许青 版式:宋可", "责编 许青 校对 宋可", "版次:A03", "新闻热线:0123-4567890", "desk@courier.example", "www.courier.example",
        "零售价:1.5元", "国内统一刊号:CN 00-0000", "松湾日报", "要闻", "综合新闻", "The Harlow Courier", "《 松湾日报 》（ 2026年11月23日   03 版）", "* * *",
    ],
)  # fmt: skip
def test_furniture(line: str) -> None:
    assert furniture.kind(line)
    result = page(line, "两岸渡口恢复通航", "本报讯 " + FIRST, SECOND)
    assert only(result).headline == "两岸渡口恢复通航"
    assert result.furniture == (line,)


@pytest.mark.parametrize(
    "line",
    [
        "转型路上的三道难题",
        "见证百年古桥新生",
        "A share of the harvest",
        "Turn of the tide",
        "编辑部里的故事",
        "广告牌砸了车谁来赔",
        "地铁3号线开工",
    ],
)
def test_lines_that_only_look_like_furniture(line: str) -> None:
    assert not furniture.kind(line)


def test_a_broken_word_is_made_whole_across_a_column() -> None:
    story = only(page("两岸渡口恢复通航", "本报讯 " + FIRST, SECOND[:HALF], SECOND[HALF:]))
    assert texts(story) == [FIRST, SECOND]
    assert story.paragraphs[1].lines == (5, 7)


@pytest.mark.parametrize("between", ["下转第二版", "河湾故事"])
def test_what_stands_inside_a_broken_sentence_does_not_split_it(between: str) -> None:
    result = page(
        "两岸渡口恢复通航",
        "本报讯 " + FIRST,
        SECOND[:HALF],
        between,
        SECOND[HALF:],
        "乡村夜校点亮冬夜",
        "本报讯 " + THIRD,
    )
    assert texts(result.stories[0]) == [FIRST, SECOND]
    assert between in (*result.furniture, *result.stories[0].kicker)


def test_never_joined_across_a_dateline() -> None:
    result = page("两岸渡口恢复通航", "本报讯 " + FIRST.rstrip("。"), "本报讯 " + THIRD)
    assert [paragraph.lines for story in result.stories for paragraph in story.paragraphs] == [
        (3,),
        (5,),
    ]


def test_a_photograph_without_a_headline_is_an_item() -> None:
    result = page(
        "两岸渡口恢复通航",
        "本报讯 " + FIRST,
        SECOND,
        "初雪落在青石巷,几位孩子在巷口堆起了雪人。",
        "许青 摄",
        "乡村夜校点亮冬夜",
        "本报讯 " + THIRD,
    )
    first, photo, last = result.stories
    assert (photo.kind, photo.headline, photo.photo_credit) == ("photo", None, ("许青",))
    assert photo.title == "初雪落在青石巷,几位孩子在巷口堆起了雪人"
    assert texts(first) == [FIRST, SECOND] and last.headline == "乡村夜校点亮冬夜"
    assert [(finding.code, finding.place.line) for finding in result.findings] == [
        ("derived-title", 7)
    ]


def test_one_credit_under_two_captions_belongs_to_both() -> None:
    result = page(
        "两岸渡口恢复通航",
        "本报讯 " + FIRST,
        SECOND,
        "图①:渡船驶离松湾渡口。",
        "图②:乘客在候船廊排队。",
        "许青 摄",
    )
    assert [story.photo_credit for story in result.stories] == [(), ("许青",), ("许青",)]


def test_a_credit_at_the_end_of_a_caption() -> None:
    result = page(
        "两岸渡口恢复通航", "本报讯 " + FIRST, SECOND, "图为昨天清晨,乘客在松湾渡口登船。 许青 摄"
    )
    photo = result.stories[-1]
    assert photo.photo_credit == ("许青",) and texts(photo) == ["图为昨天清晨,乘客在松湾渡口登船。"]


def test_a_stack_is_kicker_headline_and_subheadline() -> None:
    story = only(
        page(
            "早晚高峰八分钟一班",
            "松湾渡口恢复通航",
            "——首日载客逾三千人次",
            "本报讯 " + FIRST,
            SECOND,
            gap="\n",
        )
    )
    assert story.kicker == ("早晚高峰八分钟一班",)
    assert story.headline == "松湾渡口恢复通航"
    assert story.subheadline == "——首日载客逾三千人次"


def test_labels_stay_one_label_in_order_and_the_setting_decides_their_side() -> None:
    text = "\n\n".join(
        (
            "两岸渡口恢复通航",
            "本报讯 " + FIRST,
            SECOND,
            "山水\n之间",
            "乡村夜校点亮冬夜",
            "本报讯 " + THIRD,
        )
    )
    after = read(text, name="page.txt", options=Reading(label_side="after"))
    before = read(text, name="page.txt", options=Reading(label_side="before"))
    assert [story.kicker for story in after.stories] == [("山水", "之间"), ()]
    assert [story.kicker for story in before.stories] == [(), ("山水", "之间")]
    assert not after.doubts and not before.doubts


def test_a_label_that_nothing_places_is_a_doubt() -> None:
    result = page(
        "两岸渡口恢复通航", "本报讯 " + FIRST, SECOND, "山水", "乡村夜校点亮冬夜", "本报讯 " + THIRD
    )
    assert [doubt.line for doubt in result.doubts] == [7]


def test_a_notice_and_its_sign_off() -> None:
    result = page(
        "停水公告",
        "因东环路管网改造,11月25日8时至18时停水,请居民提前储水。",
        "松湾区自来水公司",
        "2026年11月23日",
        gap="\n",
    )
    notice = only(result)
    assert notice.kind == "notice"
    assert texts(notice)[1:] == ["松湾区自来水公司", "2026年11月23日"]


def test_subheads_stand_before_their_paragraph() -> None:
    story = only(
        page(
            "石岭水库通水", "本报讯 " + FIRST, "一、九年等一渠水", SECOND, "二、旱地变良田", FOURTH
        )
    )
    assert [(head.before_paragraph, head.text) for head in story.subheads] == [
        (1, "一、九年等一渠水"),
        (2, "二、旱地变良田"),
    ]
    assert "<h3>一、九年等一渠水</h3><p>" in story.body


def test_hard_wrapped_english_unwraps_and_hyphens_go_unless_attested() -> None:
    result = read(
        "WATER BOARD VOTES TO REPAIR OLD PUMP HOUSE\n"
        "The water board voted 5-2 on Monday to repair the old pump house at Mill\n"
        "Creek rather than build a new one, ending a dispute that has divided the\n"
        "town since spring, when the well-known pump house was damaged in a dis-\n"
        "astrous flood.\n\n"
        "Board members said the repair of the well-\n"
        "known building would cost $1.2 million, about half the price of any new\n"
        "building. Work is to begin in March and will take eight months in all.\n",
        name="page.txt",
    )
    first, second = texts(only(result))
    assert "damaged in a disastrous flood." in first and "\n" not in first
    assert second.startswith("Board members said the repair of the well-known building")


def test_english_caps_headlines_part_stories() -> None:
    result = page(
        "FERRY FARES TO RISE",
        "The county ferry will charge 25 cents more per passenger from Jan. 1, officials said.",
        "Students will go on paying the old fare.",
        "LIBRARY TO STAY OPEN LATE",
        "The town library will stay open until 9 p.m. on weekdays this winter.",
        gap="\n",
    )
    assert [story.headline for story in result.stories] == [
        "FERRY FARES TO RISE",
        "LIBRARY TO STAY OPEN LATE",
    ]


def test_traditional_chinese_and_its_quotation_marks() -> None:
    result = page(
        "渡輪復航首日 逾兩千人搭乘",
        "（中央社記者林予安青澳12日電）停航三個月的青澳渡輪今天復航,首日有兩千一百多人搭乘。",
        "鎮長陳國棟說:「這條航線對離島學生很重要,未來每天增為",
        "八班。」",
    )
    story = only(result)
    assert story.language == "zh-Hant"
    assert texts(story)[1] == "鎮長陳國棟說:「這條航線對離島學生很重要,未來每天增為八班。」"


def test_japanese_does_not_crash() -> None:
    result = page(
        "新しい図書館が開館",
        "市民の声を集めた新しい図書館が、二十三日に開館した。初日には千人を超える人が訪れた。",
    )
    assert only(result).language == "ja"


def test_text_is_stored_as_written() -> None:
    headline = "Ａ股 “小修小补” 便民铺1000家,有你家吗?"
    story = only(page(headline, "本报讯 " + FIRST.replace("四十", "４０"), SECOND))
    assert story.headline == headline and "４０多名" in texts(story)[0]


def test_body_is_escaped() -> None:
    story = only(page("两岸渡口恢复通航", "本报讯 " + FIRST + "<script>alert(1)</script> & 完。"))
    assert "&lt;script&gt;" in story.body and "&amp;" in story.body and "<script" not in story.body


def test_json_has_the_shape_of_the_gold_files() -> None:
    data = to_json(page("两岸渡口恢复通航", "本报讯 (记者 林小满) " + FIRST, SECOND))
    assert list(data) == ["items", "furniture", "doubts", "refused"]
    assert data["items"] == [
        {
            "kind": "article",
            "headline": "两岸渡口恢复通航",
            "headline_derived": False,
            "kicker": [],
            "subheadline": None,
            "byline": [{"role": "记者", "name": "林小满"}],
            "dateline": "本报讯",
            "paragraphs": [FIRST, SECOND],
            "photo_credit": [],
            "paragraph_lines": [[3], [5]],
        }
    ]
    assert data["refused"] is False


def test_doubts_name_line_alternative_and_reasons() -> None:
    result = read(
        "\n\n".join(
            (
                "两岸渡口恢复通航",
                "本报讯 " + FIRST,
                SECOND,
                "山水",
                "乡村夜校点亮冬夜",
                "本报讯 " + THIRD,
            )
        ),
        name="page.txt",
        options=Reading(doubt_threshold=1.0),
    )
    assert result.doubts and [doubt.line for doubt in result.doubts] == sorted(
        doubt.line for doubt in result.doubts
    )
    for doubt in result.doubts:
        assert doubt.read_as != doubt.alternative and 0 <= doubt.confidence <= 1 and doubt.because


def test_lines_keep_their_numbers_below_front_matter() -> None:
    result = read("两岸渡口恢复通航\n\n本报讯 " + FIRST, name="page.txt", first_line=6)
    assert result.stories[0].place.line == 6 and result.stories[0].paragraphs[0].lines == (8,)


def test_an_empty_page_has_no_stories() -> None:
    assert read(" \n\f\n\ufeff", name="page.txt").stories == ()
