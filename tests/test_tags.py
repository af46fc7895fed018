"""A tag of attributes without end is refused before a parser sees it; honest pages are not."""

from __future__ import annotations

import pytest

from publisher import xml
from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Page
from publisher.readers import read_page
from publisher.sanitise import sanitise
from publisher.tags import ATTRIBUTE_LIMIT, crowded, uncrowded

FORMS = ["a{}", 'a{}="x"', "a{}='>'", 'a{}=">"', "a{} = x", "a{}=x"]


def tag(count: int, form: str = 'a{}="x"', glue: str = " ") -> str:
    return "<p " + glue.join(form.format(n) for n in range(count))


def page(text: str, name: str = "2026-11-23.html") -> Page:
    return read_page(text.encode(), name=name, options=Reading())


@pytest.mark.parametrize("end", [">a</p>", "", ' b="', " b='", " b=", "/>", '<b c="'])
@pytest.mark.parametrize("form", FORMS)
def test_attributes_are_counted_as_parsers_do(form: str, end: str) -> None:
    assert crowded("<h1>a</h1>" + tag(ATTRIBUTE_LIMIT - 2, form) + end) is None
    assert crowded("<h1>a</h1>" + tag(ATTRIBUTE_LIMIT + 1, form) + end) == len("<h1>a</h1>")


@pytest.mark.parametrize("glue", ["\n", "/", "\t", ""])
def test_what_stands_between_attributes_does_not_matter(glue: str) -> None:
    assert crowded(tag(ATTRIBUTE_LIMIT, glue=glue) + ">") is None
    assert crowded(tag(ATTRIBUTE_LIMIT + 1, glue=glue) + ">") == 0


@pytest.mark.parametrize(
    "before", ['<!-- <p a=" -->', '<title><p a="</title>', "<svg><style>", "<!-->", '<p a="', "</"]
)
def test_nothing_hides_a_crowded_tag_from_a_parser(before: str) -> None:
    text, crowd = uncrowded(before + "\n" + tag(ATTRIBUTE_LIMIT + 1) + ">")
    assert crowd is not None or "a9" not in text


@pytest.mark.parametrize("part", ["<a", '<a b="', "<a b='", "</a ", "<a =", "<é "])
def test_tags_that_begin_in_each_other_end_the_search(part: str) -> None:
    assert crowded(part * 20_000) is not None


def test_scripts_and_comments_that_look_crowded_are_gone_and_lines_stay() -> None:
    code = "if (i<n) { " + "a b\n" * ATTRIBUTE_LIMIT + "}"
    for html in (f"<script>{code}</script>", f"<!-- {code} -->", f"<style a>{code}</style >"):
        assert uncrowded(f"<p>1{html}</p><p>2") == (
            "<p>1" + "\n" * ATTRIBUTE_LIMIT + "</p><p>2",
            None,
        )
        assert sanitise(f"<p>1</p>{html}<p>2").split() == ["<p>1</p>", "<p>2</p>"]
        assert page(f"<h1>A</h1><p>1 2</p>{html}").stories[0].body == "<p>1 2</p>"


def test_ordinary_markup_is_left_as_it_is() -> None:
    html = '<p class="a" title="1 > 0 <b>">a < b, c<d e</p>\n' * 1000
    assert uncrowded(html) == (html, None)


@pytest.mark.parametrize("form", FORMS)
def test_sanitised_html_keeps_only_the_words_of_a_crowded_one(form: str) -> None:
    clean = sanitise(f"<p>one</p>{tag(ATTRIBUTE_LIMIT + 1, form)}>two</p>")
    assert clean.startswith("<p>one</p>") and "two" in clean and "<p a" not in clean


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("2026-11-23.html", "<!DOCTYPE html>\n\n"),
        ("2026-11-23.xml", "<nitf>\n\n"),
        ("2026-11-23.rss", "<rss version='2.0'>\n\n"),
        ("2026-11-23.eml", "Subject: a\nContent-Type: text/html\n\n\n\n"),
    ],
)
def test_a_file_with_a_crowded_tag_is_refused_with_its_line(name: str, before: str) -> None:
    with pytest.raises(EditionError) as caught:
        page(before + tag(50 * ATTRIBUTE_LIMIT) + ">a", name)
    assert "more than 1,000 attributes" in caught.value.problem
    assert caught.value.line == 3
    assert caught.value.hint


def test_a_founder_page_with_a_crowded_tag_around_its_story_is_refused() -> None:
    with pytest.raises(EditionError, match="attributes"):
        page("<!--enpproperty <title>a</title>-->" + tag(ATTRIBUTE_LIMIT + 1) + ">")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("2026-11-23.md", "# A\n\n", "</p>\n"),
        ("2026-11-23.json", '{"items": [{"title": "A", "html": "', '</p>"}]}'),
        ("a.ninjs.json", '{"headline": "A", "body_html": "', '</p>"}'),
        (
            "a.rss",
            "<rss><channel><item><title>A</title><description><![CDATA[",
            "]]></description></item></channel></rss>",
        ),
    ],
)
def test_html_in_another_format_keeps_its_words_and_says_so(
    name: str, before: str, after: str
) -> None:
    found = page(before + tag(ATTRIBUTE_LIMIT + 1, "a{}") + ">words" + after, name)
    assert found.stories[0].body == "<p>words</p>"
    assert [one.code for one in found.findings] == ["markup-left-out"]
    assert page(before + tag(9, "a{}") + ">words" + after, name).findings == ()


def test_what_pages_say_of_themselves_stays_beside_crowded_scripts() -> None:
    said = '<script type="application/ld+json">{"a": 1}</script>'
    code = "<script>if (i<n) { " + "a b\n" * ATTRIBUTE_LIMIT + "}</script>"
    assert said in uncrowded(said + code)[0]


def test_quoted_html_in_xml_is_none_of_its_tags() -> None:
    code = "if (i<n) { " + "a " * 2 * ATTRIBUTE_LIMIT + "}"
    for quoted in (f"<![CDATA[{code}]]>", f"<!--{code}-->", f"<?a {code}?>"):
        assert xml.words(xml.parse(f"<a>b{quoted}</a>", name="x.xml")).startswith("b")
