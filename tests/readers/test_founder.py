"""Founder e-paper pages become stories with 引题, 主题, 副题, photos and the page's name."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import EditionError
from publisher.model import Image, Page, Person, Story
from tests.readers.newsroom_pages import FIXTURES, assert_as_golden, assert_sound, broken, read

BRIDGE = (FIXTURES / "bridge.founder.html").read_bytes()
LANTERNS = (FIXTURES / "lanterns.founder.html").read_bytes()
TITLE = "<title>主题</title>"


def comment(values: str = TITLE) -> str:
    return f"<!--enpproperty <articleid>1</articleid>{values}/enpproperty-->"


def page(values: str = TITLE, body: str = "<P>正文。</P>", around: str = "") -> Page:
    content = f"<!--enpcontent-->{body}<!--/enpcontent-->"
    return read(f"<html><body>{around}{comment(values)}{content}</body></html>", "x.htm")


def story(values: str = TITLE, body: str = "<P>正文。</P>", around: str = "") -> Story:
    (found,) = page(values, body, around).stories
    return found


@pytest.mark.parametrize("name", ["bridge.founder.html", "lanterns.founder.html"])
def test_the_fixtures_read_as_their_goldens(name: str) -> None:
    assert_as_golden(name)


def test_gb18030_under_the_name_of_gb2312_and_utf8_read_alike() -> None:
    assert "镕囍".encode("gb18030") in LANTERNS
    text = LANTERNS.decode("gb18030")
    alike = [read(text.encode(encoding), "x.html") for encoding in ("utf-8", "utf-16", "gb18030")]
    assert alike[0] == alike[1] == alike[2]


@pytest.mark.parametrize("prefix", ["", "founder-"])
def test_titles_stack_as_on_the_page(prefix: str) -> None:
    keys = {"introtitle": "引题", "title": "主题", "subtitle": "——副题", "author": "记者 许青"}
    values = "".join(f"<{prefix}{key}>{value}</{prefix}{key}>" for key, value in keys.items())
    found = story(values)
    assert (found.kicker, found.headline, found.subheadline) == (("引题",), "主题", "——副题")
    assert found.byline == (Person("许青", "记者"),)


def test_a_title_on_two_lines_joins_and_a_kicker_on_two_stays_two() -> None:
    found = story(
        "<title><p>上行<br/>下行 2026</p><p>Third</p></title><introtitle><p>甲</p><p>乙</p></introtitle>"
    )
    assert (found.headline, found.kicker) == ("上行下行 2026 Third", ("甲", "乙"))


def test_without_a_comment_the_page_shows_its_titles() -> None:
    found = read(
        "<body><h3>引题</h3><h1>主题</h1><h2>副题</h2><h4>记者 许青</h4>"
        "<founder-content><p>正文。</p></founder-content></body>",
        "x.html",
    ).stories[0]
    assert (found.kicker, found.headline, found.subheadline) == (("引题",), "主题", "副题")
    assert found.byline == (Person("许青", "记者"),)


@pytest.mark.parametrize(
    ("values", "around", "section"),
    [
        (f"{TITLE}<nodename>要闻</nodename>", "第02版：民生", "要闻"),
        (TITLE, "<p>第02版：民生 2026年11月23日</p>", "民生"),
        (TITLE, "<span id='NewsEditionName'> 文化 </span>", "文化"),
        (TITLE, "<a>第01版：要闻</a><a>第02版：民生</a><b>第二版：民生</b>", "民生"),
        (TITLE, "第01版：要闻 第02版：民生", ""),
        (TITLE, "", ""),
    ],
)
def test_the_page_name_is_the_section(values: str, around: str, section: str) -> None:
    assert page(values, around=around).front["section"] == section


@pytest.mark.parametrize(
    ("date", "front"),
    [
        ("2026-11-23 00:00:00.0", "2026-11-23"),
        ("2026-11-23 09:28:27.0", "2026-11-23 09:28:27"),
        ("2026-11-23", "2026-11-23"),
        ("no day", "no day"),
    ],
)
def test_dates(date: str, front: str) -> None:
    assert page(f"{TITLE}<date>{date}</date>").front["date"] == front


def test_photos_around_the_text_have_their_captions_and_credits() -> None:
    photo = '<table><tr><td><img src="../res/1/{0}.jpg" width="400" alt=""></td></tr><tr><td>{1}</td></tr></table>'
    around = (
        photo.format("a", "新桥通车。本报记者 宋可 摄")
        + photo.format("b", "夜色（梁禾 摄）")
        + '<div><img src="/res/c.jpg"></div><img src="logo.gif"><img src="javascript:/res/d.jpg">'
    )
    assert story(around=around).images == (
        Image("../res/1/a.jpg", "新桥通车。本报记者 宋可 摄", 400, None, "新桥通车。", "宋可"),
        Image("../res/1/b.jpg", "夜色（梁禾 摄）", 400, None, "夜色", "梁禾"),
        Image("/res/c.jpg"),
    )
    assert story(around=around).photo_credit == ("宋可", "梁禾")


def test_two_photos_in_one_block_share_no_caption() -> None:
    around = '<div><img src="/res/a.jpg"><img src="/res/b.jpg">两张照片</div>'
    assert [image.caption for image in story(around=around).images] == ["", ""]


def test_unmarked_text_is_taken_from_where_the_page_zooms() -> None:
    zoomed = '<div id="ozoom"><p>正文。</p><p><img src="/res/a.jpg" alt="甲"></p></div>'
    (found,) = read(f"<body>{comment()}{zoomed}<p>页脚</p></body>", "x.html").stories
    assert found.body == '<p>正文。</p><p><img src="/res/a.jpg" alt="甲"/></p>'
    assert found.images == (Image("/res/a.jpg", "甲"),)


def test_several_stories_in_one_file_keep_their_order() -> None:
    one, two = (
        comment(f"<title>{title}</title>") + f"<!--enpcontent--><p>{title}文</p><!--/enpcontent-->"
        for title in ("甲", "乙")
    )
    found = read(f"<body>{one}\n{two}</body>", "x.html")
    assert [(one.title, one.body, one.place.line) for one in found.stories] == [
        ("甲", "<p>甲文</p>", 1),
        ("乙", "<p>乙文</p>", 2),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<founder-content><!--enpcontent--><p>文</p><!--/enpcontent--></founder-content><p>页脚</p>",
        "<!--enpcontent--><!--enpcontent--><p>文</p><!--/enpcontent--><!--/enpcontent--><p>页脚</p>",
        "<FOUNDER-CONTENT><p>文</p></FOUNDER-CONTENT><p>页脚</p>",
        "</founder-content><founder-content class='x'><p>文</p></body>",
        f"<founder-content><p>文</p>{comment()}",
    ],
)
def test_marks_doubled_stray_and_unclosed(text: str) -> None:
    (found,) = read(f"<h1>主题</h1>{text}", "x.html").stories
    assert (found.headline, found.body) == ("主题", "<p>文</p>")


def test_scripts_in_the_text_and_in_titles_are_gone() -> None:
    found = story(
        "<title><p>主<script>a()</script>题</p></title>",
        '<P onclick="x()">&nbsp;　文<script>b()</script><iframe src="//c.example/"></iframe></P>',
    )
    assert found.headline == "主题"
    assert found.body == '<p>文<a href="//c.example/">//c.example/</a></p>'


def test_a_page_without_marks_is_no_founder_page() -> None:
    with pytest.raises(EditionError, match="no story is marked"):
        read("<p>The word &lt;founder-content is here: <founder-contents></p>", "x.html")


@pytest.mark.parametrize(
    "hostile",
    [
        "<!--enpproperty ",
        "<!--enpcontent-->",
        "<founder-content>",
        "<!--enpproperty <title>",
        "<title>",
        '<img src="/res/a.jpg"> <table><td>',
        "<div>",
        "第1版：",
    ],
)
def test_marks_without_end_take_little_time(hostile: str) -> None:
    source = f"<!--enpcontent-->x<!--/enpcontent-->{hostile * (300_000 // len(hostile))}"
    started = time.perf_counter()
    assert_sound(source.encode(), "x.html")
    assert time.perf_counter() - started < 3


@given(st.sampled_from([BRIDGE, LANTERNS]), st.integers(0), st.binary(max_size=12))
def test_any_bytes_in_it_give_a_page_or_an_error(source: bytes, at: int, new: bytes) -> None:
    assert_sound(broken(source, at, new), "x.html")


@given(st.text())
def test_any_text_between_the_marks_is_told_safely(text: str) -> None:
    marked = f"<!--enpproperty {TITLE}/enpproperty--><!--enpcontent-->{text}<!--/enpcontent-->"
    assert_sound(marked.encode("utf-8", "replace"), "x.html")
