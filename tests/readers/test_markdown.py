"""Markdown editions become stories by five rules, and no word of them is lost."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Page, Person, Story
from publisher.readers import read_page
from publisher.readers.markdown import read
from publisher.readers.markdown.parse import Node
from publisher.readers.markdown.units import Rules, split
from publisher.sanitise import plain
from tests.goldens import assert_golden
from tests.readers.reading import named

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "markdown"
FIELDS = (
    "title",
    "headline",
    "kind",
    "section",
    "kicker",
    "tags",
    "byline",
    "link",
    "summary",
    "body",
)


def page(text: str, **options: object) -> Page:
    return read_page(text.encode(), name="x.md", options=Reading(**options))  # type: ignore[arg-type]


def stories(text: str) -> tuple[Story, ...]:
    return page(text).stories


def only(text: str) -> Story:
    (story,) = stories(text)
    return story


@pytest.mark.parametrize("name", ["links-weekly", "numbered-weekly", "stories"])
def test_reading_equals_its_golden(name: str) -> None:
    source = (FIXTURES / f"{name}.md").read_bytes()
    read = read_page(source, name=f"{name}.md", options=Reading())
    shown = {
        "front": dict(read.front),
        "introduction": read.introduction,
        "stories": [
            {"line": story.place.line}
            | {key: value for key, value in named(story).items() if key in FIELDS and value}
            for story in read.stories
        ],
        "findings": [named(finding) for finding in read.findings],
    }
    body = json.dumps(shown, ensure_ascii=False, indent=1) + "\n"
    assert_golden(FIXTURES / f"{name}.golden.json", body.encode())


@pytest.mark.parametrize("name", ["links-weekly", "numbered-weekly", "stories"])
@pytest.mark.parametrize("change", ["crlf", "bom", "mid-file bom", "zero width"])
def test_reading_is_the_same_however_the_file_was_saved(name: str, change: str) -> None:
    source = (FIXTURES / f"{name}.md").read_text(encoding="utf-8")
    changed = {
        "crlf": source.replace("\n", "\r\n"),
        "bom": "\ufeff" + source,
        "mid-file bom": source.replace("\n\n", "\n\ufeff\n", 1),
        "zero width": source.replace("。", "\u200b。").replace(" the ", " \u200bthe "),
    }[change]
    read = read_page(changed.encode(), name="x.md", options=Reading())
    assert read.stories == read_page(source.encode(), name="x.md", options=Reading()).stories


@pytest.mark.parametrize(
    ("item", "headline", "link", "rest"),
    [
        ("* [Boats](https://a.example)", "Boats", "https://a.example", ""),
        ("- [Boats](https://a.example): for sale", "Boats", "https://a.example", "<p>for sale</p>"),
        ("+ [Boats](https://a.example) (used)", "Boats", "https://a.example", "<p>(used)</p>"),
        (
            "* [Boats](https://a.example) are for sale",
            "Boats are for sale",
            "https://a.example",
            "",
        ),
        ("* Buy [boats](https://a.example)", "Buy boats", "https://a.example", ""),
        ("* **Boats** are sold", "Boats", None, "<p>are sold</p>"),
        ("* <https://a.example/b>", "https://a.example/b", "https://a.example/b", ""),
        ("1. [Boats](https://a.example)", "Boats", "https://a.example", ""),
        ("1、[船](https://a.example)：便宜", "船", "https://a.example", "<p>便宜</p>"),
        ("（1）[船](https://a.example)", "船", "https://a.example", ""),
        ("1.[船](https://a.example)", "船", "https://a.example", ""),
        ("12）船", "船", None, ""),
        (
            "* [a](https://a.example) and [b](https://b.example)",
            "a and b",
            "https://a.example",
            '<p><a href="https://a.example">a</a> and <a href="https://b.example">b</a></p>',
        ),
    ],
)
def test_the_shapes_of_an_item(item: str, headline: str, link: str | None, rest: str) -> None:
    story = only(f"# Weekly\n\n## Sales\n\n{item}\n")
    assert (story.headline, story.link, story.body) == (headline, link, rest)
    assert story.section == ("Sales",)
    assert story.place.line == 5


def test_tags_kickers_and_bylines_of_an_item() -> None:
    story = only(
        "## S\n\n* [ad] [PDF] **New** [Boats](https://a.example) by A. Quill and B. Vane\n"
    )
    assert (story.tags, story.kicker, story.headline) == (("ad", "PDF"), ("New",), "Boats")
    assert story.byline == (Person("A. Quill", "By"), Person("B. Vane", "By"))


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By A. Quill", ["A. Quill"]),
        ("*By Ada de la Quill and B. Vane*", ["Ada de la Quill", "B. Vane"]),
        ("文 / 林小满", ["林小满"]),
        ("作者：林小满、周一帆", ["林小满", "周一帆"]),
        ("By the river, we walked", []),
        ("By A. Quill, who has lived on the river for longer than anyone can remember now", []),
    ],
)
def test_a_byline_below_a_headline(line: str, names: list[str]) -> None:
    story = only(f"## News\n\n### Boats\n\n{line}\n\nText.\n")
    assert [person.name for person in story.byline] == names
    assert (line.strip("*") in plain(story.body)) is not bool(names)


def test_a_line_over_nested_items_is_their_kicker_as_a_whole() -> None:
    story = only("## S\n\n* **On the quay** from nine\n    * [Swim](https://a.example)\n")
    assert (story.headline, story.kicker) == ("Swim", ("On the quay from nine",))


def test_pictures_notes_and_boxes_in_list_items() -> None:
    tick, shown, noted = stories(
        "## S\n\n* [ ] [Box](https://a.example)\n* See [it](https://b.example) ![alt](a.png)\n"
        "* A [note](https://c.example)[^1]\n\n[^1]: Said so.\n"
    )
    assert (tick.tags, tick.headline) == ((), "Box")
    assert shown.images[0].src == "a.png"
    assert "Said so." in noted.body


def test_a_number_takes_all_up_to_the_next_number_or_heading() -> None:
    one, two, three = stories(
        "## S\n\n1、[一](https://a.example)\n\n正文\n\n- 列表 [x](https://x.example)\n\n（1）小点\n\n"
        "2、二\n续行\n3、三\n\n## T\n"
    )
    assert "列表" in one.body and "小点" in one.body
    assert (two.title, three.title, three.place.line) == ("二续行", "三", 13)


def test_a_number_in_bold_words_or_behind_a_picture_goes_on_with_the_numbers() -> None:
    one, two, three, four = stories(
        "## S\n\n1、[a](https://a.example)\n\n**2、b**\n\n正文\n\n"
        "![图](x.png)\n3、[c](https://c.example)\n\n4、d\n"
    )
    assert (one.body, two.title, two.place.line) == ("", "b", 5)
    assert "正文" in two.body and "x.png" in two.body
    assert (three.title, three.link, three.place.line) == ("c", "https://c.example", 10)
    assert (four.title, four.body) == ("d", "")


@pytest.mark.parametrize("points", ["**1、b**\n\n**2、c**", "**3、b**", "**（2）b**", "**两、b**"])
def test_bold_numbers_that_do_not_go_on_are_points_of_a_text(points: str) -> None:
    story = only(f"## S\n\n1、[a](https://a.example)\n\n{points}\n")
    assert "b</strong>" in story.body


def test_a_paragraph_of_nothing_begins_no_item() -> None:
    first = Node("Paragraph", None, (Node("Text", "1、a", (), 1),), 1)
    assert len(split([first, Node("Paragraph", None, (), 3)], Rules(numbered=True))) == 1


def test_lists_whose_bodies_are_not_indented_go_on() -> None:
    one, two = stories(
        "## S\n\n1. [a](https://a.example)\n\nBody a.\n\n2. [b](https://b.example)\n\nBody b.\n"
    )
    assert (one.body, two.body) == ("<p>Body a.</p>", "<p>Body b.</p>")


def test_points_of_an_argument_are_no_items() -> None:
    story = only("## S\n\nOne.\n\nTwo.\n\nThree.\n\n（1）点\n\n（2）点\n")
    assert story.headline == "S"
    assert "（2）点" in story.body


def test_a_decimal_number_or_a_date_begins_a_paragraph_of_prose() -> None:
    assert only("## S\n\n3.5 per cent more boats.\n").headline == "S"
    assert only("## S\n\n2026、another year.\n").headline == "S"


def test_a_heading_that_is_a_link_is_an_item_unless_items_stand_under_it() -> None:
    story = only("## News\n\n### [Boats](https://a.example)\n\nText.\n")
    assert (story.headline, story.link, story.section) == ("Boats", "https://a.example", ("News",))
    linked = only("## News\n\n### [Boats](https://a.example)\n\n* [b](https://b.example)\n")
    assert (linked.headline, linked.section) == ("b", ("News", "Boats"))


def test_a_link_inside_a_heading_follows_the_text() -> None:
    story = only("## Boats by [A. Quill](https://a.example)\n\nText.\n")
    assert (story.headline, story.link) == ("Boats by A. Quill", None)
    assert story.body == '<p>Text.</p><p><a href="https://a.example">A. Quill</a></p>'


def test_prose_and_items_of_one_section() -> None:
    prose, item = stories("## S\n\nBefore.\n\n* [a](https://a.example)\n\nAfter.\n")
    assert (prose.headline, prose.body) == ("S", "<p>Before.</p><p>After.</p>")
    assert (item.headline, item.section) == ("a", ("S",))


def test_headings_may_skip_levels_repeat_and_stand_in_lists_and_quotations() -> None:
    read = page(
        "# T\n\n## A\n\n##### B\n\n* [x](https://x.example)\n\n## A\n\n* [y](https://y.example)\n\n"
        "# Mid\n\n> ## Quoted\n\n- # Listed\n\n### C\n\n* [z](https://z.example)\n"
    )
    assert read.front["title"] == "T"
    assert [(s.title, s.section) for s in read.stories] == [
        ("x", ("A", "B")),
        ("y", ("A",)),
        ("Mid", ("Mid",)),
        ("z", ("Mid", "C")),
    ]


def test_h1_sections_under_front_matter() -> None:
    read = page("title: W\n\n# A\n\n* [x](https://x.example)\n\n# B\n\n* [y](https://y.example)\n")
    assert read.front["title"] == "W"
    assert [story.section for story in read.stories] == [("A",), ("B",)]


def test_a_title_that_front_matter_overrules_is_reported() -> None:
    read = page("title: Front\ndate: 2026-11-23\n\n# Shown\n\nText.\n")
    assert (read.front["title"], read.furniture) == ("Front", ("Shown",))


def test_headlines_alone_are_no_sections() -> None:
    first, second = stories("# Paper\n\n## One\n\nText.\n\n## Two\n\nText.\n")
    assert (first.section, second.section) == ((), ())


def test_a_file_of_prose_is_one_story() -> None:
    assert only("# T\n\nText.\n").headline == "T"
    story = only("Just a line.\n\nAnd more.\n")
    assert (story.title, story.headline_derived) == ("Just a line.", True)


def test_an_article_keeps_its_inner_headings_and_a_lead_in_does_not_take_stories() -> None:
    article = only("## Long\n\nOne.\n\nTwo.\n\n### Inner\n\nThree.\n\n#### Deeper\n\nFour.\n")
    assert "<h3>Inner</h3>" in article.body
    assert "<h4>Deeper</h4>" in article.body
    lead_in, story = stories("## News\n\nShort.\n\n### Story\n\nText.\n")
    assert (lead_in.headline, story.headline, story.section) == ("News", "Story", ("News",))


def test_root_and_skipped_sections() -> None:
    text = "# T\n\n## Root\n\n### A\n\n* [x](https://x.example)\n\n## Ads\n\nBuy.\n\n### More\n\nNow.\n"
    read = page(text, root_section="root", skip_sections=("ads",))
    assert [story.section for story in read.stories] == [("A",)]
    assert read.furniture == ("Ads\nBuy.\nMore\nNow.",)


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        ("### A\n\n* [x](https://x.example)\n\n### B\n\nText.", [("x", ("A",)), ("B", ("B",))]),
        ("#### A\n\n1、[x](https://x.example)\n\n### B\n\nText.", [("x", ("A",)), ("B", ("B",))]),
        ("* [x](https://x.example)", [("x", ())]),
        ("Further.\n\n### A\n\nText.\n\n### B\n\nText.", [("A", ()), ("B", ())]),
    ],
)
def test_text_under_the_root_section_ends_the_introduction(
    inside: str, told: list[tuple[str, tuple[str, ...]]]
) -> None:
    text = f"# T\n\nAbove.\n\n## Root\n\n> Every *month*.[^1]\n\n{inside}\n\n[^1]: A note.\n"
    read = page(text, root_section="Root")
    further = "<p>Further.</p>" * ("Further" in inside)
    assert read.introduction == (
        "<p>Above.</p><blockquote><p>Every <em>month</em>.<sup>1</sup></p></blockquote>"
        f"{further}<p><sup>1</sup> A note.</p>"
    )
    assert [(story.title, story.section) for story in read.stories] == told


def test_a_root_section_of_nothing_but_text_is_the_story() -> None:
    (story,) = page("# T\n\nAbove.\n\n## Root\n\nText.\n", root_section="Root").stories
    assert (story.title, story.body) == ("T", "<p>Above.</p><p>Text.</p>")


def test_text_in_angle_brackets_is_text() -> None:
    story = only("## S\n\nA Box<Path> and <Path> and <b>bold</b>.\n")
    assert story.body == "<p>A Box&lt;Path&gt; and &lt;Path&gt; and <b>bold</b>.</p>"


def test_line_breaks_in_chinese_leave_no_space() -> None:
    assert only("## S\n\n第一行,\n第二行\nthird\n").body == "<p>第一行,第二行\nthird</p>"


def test_dead_links_are_named_and_left_out() -> None:
    read = page("## S\n\n* [a](hhttps://a.example)\n* [b]()\n* [c](mail:x)\n* [d](javascript:x)\n")
    assert [story.link for story in read.stories] == [None] * 4
    assert [(f.code, f.place.line) for f in read.findings] == [
        ("dead-link", n) for n in (3, 4, 5, 6)
    ]


def test_a_link_holds_no_character_that_an_address_may_not() -> None:
    assert only("## S\n\n* [a](<https://a.example/b c>)\n").link == "https://a.example/b%20c"


def test_scripts_and_images_in_raw_html() -> None:
    story = only(
        "## S\n\n<script>alert(1)</script>\n\n<p align=\"center\"><img src='a.png' "
        'style="max-height=80%;"></img></p>\n\nText.\n'
    )
    assert "script" not in story.body
    assert story.images[0].src == "a.png"


@pytest.mark.parametrize("text", [">" * 3000 + " x", "- " * 3000 + "x"])
def test_nesting_without_end_is_an_edition_error(text: str) -> None:
    with pytest.raises(EditionError, match="nested"):
        page(text)


WORD = st.integers(0, 10**6).map(lambda n: f"w{n}x")
INLINE = st.one_of(
    WORD,
    st.tuples(WORD, WORD).map("[{0[0]}](https://x.example/{0[1]})".format),
    WORD.map("**{}**".format),
    WORD.map("*{}*".format),
    WORD.map("[{}] ".format),
    WORD.map("`{}`".format),
    WORD.map("第{}段，".format),
    WORD.map("Box<{}>".format),
)
LINE = st.lists(INLINE, min_size=1, max_size=5).map(" ".join)
BLOCK = st.one_of(
    st.tuples(st.sampled_from(["# ", "## ", "### ", "###### "]), LINE).map("".join),
    st.tuples(st.sampled_from(["* ", "1. ", "3、", "（2）", "", "> ", "    * ", "By "]), LINE).map(
        "".join
    ),
    st.lists(LINE, min_size=2, max_size=4).map("\n* ".join).map("* {}".format),
    st.tuples(LINE, LINE).map("| {0[0]} | b |\n|---|---|\n| {0[1]} | c |".format),
)


@given(
    st.lists(BLOCK, min_size=1, max_size=9).map("\n\n".join), st.sampled_from(["", "title: t\n\n"])
)
def test_no_word_is_lost(text: str, front: str) -> None:
    read = page(front + text)
    shown = [*read.front.values(), plain(read.introduction), *read.furniture]
    shown += [finding.message for finding in read.findings]
    for story in read.stories:
        names = (person.name for person in story.byline)
        shown += [
            story.title,
            *story.section,
            *story.kicker,
            *story.tags,
            *names,
            plain(story.body),
        ]
        assert story.title
        assert story.headline in (None, story.title)
    visible = re.sub(r"\]\(https://x\.example/\w+\)", "]", text)
    for word in re.findall(r"w\d+x", visible):
        assert any(word in part for part in shown), word


@given(st.text(alphabet="#*->[]()!`|:~<>/&\\1、.（） \n\tab中*_\"'=^{}$\x02", max_size=120))
def test_any_text_gives_well_formed_stories(text: str) -> None:
    try:
        read = page("x" + text)
    except EditionError:
        return
    for html in (read.introduction, *(story.body for story in read.stories)):
        ElementTree.fromstring(f"<div>{html}</div>")
    lines = text.count("\n") + 1
    assert all(1 <= (story.place.line or 0) <= lines for story in read.stories)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_page_or_an_edition_error(source: bytes) -> None:
    for name in ("x.md", "x.txt"):
        try:
            read = read_page(source, name=name, options=Reading())
        except EditionError as error:
            assert error.where == name
        else:
            assert read.name == name


@pytest.mark.parametrize(
    ("source", "name", "words"),
    [
        (b"", "x.md", "empty"),
        (b"\xef\xbb\xbf \n", "x.md", "empty"),
        (b"x", "x.pages", "no reader takes this kind of file"),
        (b"x", "x", "these are read: .txt, .md, .markdown"),
    ],
)
def test_what_no_reader_takes(source: bytes, name: str, words: str) -> None:
    with pytest.raises(EditionError, match=words):
        read_page(source, name=name, options=Reading())


def test_lines_stay_true_behind_front_matter() -> None:
    text = "---\ntitle: x\n---\n\n## S\n\n* [a](https://a.example)\n"
    assert only(text).place.line == 7
    assert read("* [a](b)", name="x", options=Reading(), first_line=9).stories[0].place.line == 9


def test_a_character_reference_brings_no_bidi_control_into_a_title() -> None:
    page = read_page(
        b"# T\n\n## News\n\n### A &#x202e;title\n\nText.\n", name="x.md", options=Reading()
    )
    assert [story.title for story in page.stories] == ["A title"]
