"""Inlining by paths gives premailer's DOM, attribute for attribute, and asks premailer only once."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.inline import canonical
from bench.pages import pages
from publisher.config import Publication
from publisher.errors import TemplateError
from publisher.generators import inline, stylesheet
from publisher.generators.email import compose
from publisher.generators.inline import Inliner, plain
from publisher.generators.templates import load
from publisher.model import Edition

HEAD = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>a &lt; b</title>'
CSS = """
body { margin: 0 } p { margin: 0 0 1em; color: red } .a { color: green } .a p { color: blue }
td > p { padding: 1px } a { color: #9b1c1c } .c a { font-weight: bold } #x { top: 1px }
.bg { background-color: #eee } [lang] { quotes: none } [lang="zh"] em { font-style: normal }
.font { font-family: "PingFang SC", serif; width: 50% !important }
a:hover { color: blue } @media (max-width: 600px) { .a { color: black !important } }
@supports (display: grid) { p { color: red } } @font-face { font-family: x; src: local(x) }
"""


def page(body: str, css: str = CSS) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head>{HEAD}<style>{css}</style></head>'
        f"<body>{body}</body></html>\n"
    )


@pytest.fixture
def never_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails the test where a page takes the slow path."""

    def refuse(html: str) -> str:
        raise AssertionError("this page took the plain path")

    monkeypatch.setattr(inline, "plain", refuse)


@pytest.mark.usefixtures("never_plain")
def test_the_sample_edition_is_what_premailer_makes_of_it(
    publication: Publication, edition: Edition
) -> None:
    html = compose(edition, publication, load(None)).html
    assert canonical(Inliner().inline(html)) == canonical(plain(html))


@pytest.mark.shared
@pytest.mark.usefixtures("shared")
def test_real_editions_are_what_premailer_makes_of_them() -> None:
    """Each thirtieth here; `make bench-inline` compares all of them."""
    inliner = Inliner()
    for real in pages(every=30):
        assert canonical(inliner.inline(real.html)) == canonical(plain(real.html)), real.name


@pytest.mark.usefixtures("never_plain")
@pytest.mark.parametrize(
    "body",
    [
        '<p>a<a href="https://x.example/?a=1&amp;b=é">b</a></p><p class="a">c</p>',
        '<div class="a z c"><p>x<br>y<br/>z<img src="https://x.example/a" alt="1 > 0"></p></div>',
        '<p style="color: black">own</p><p class="bg" bgcolor="#ffffff" id="x">both</p>',
        '<table><tr><td class="bg font"><p>&nbsp;</p></td></tr></table>',
        '<div lang="zh"><em>中</em></div><div lang="ja"><em>日</em></div>',
        "<!--[if mso]><table><tr><td><![endif]--><p>x</p><!--[if mso]></td></tr></table><![endif]-->",
        "<!--[if !mso]><!--><p>x</p><!--<![endif]-->",
        '<p class="a\u3000bg">an ideographic space parts no classes</p><p class="bg\n\ta">x</p>',
        '<p class="&#97;" id="&#120;">entities</p><p class="a&amp;bg">x</p>',
        '<p style="color: black" title="a style of its own bgcolor=">x</p>',
    ],
)
def test_the_fast_path_is_equal(body: str) -> None:
    html = page(body)
    assert canonical(Inliner().inline(html)) == canonical(plain(html))


@pytest.mark.parametrize(
    "body",
    [
        "<p>unclosed<p>again",
        "<p>a<div>libxml2 closes the paragraph</div></p>",
        '<a href="https://x.example/"><table><tr><td>t</td></tr></table></a>',
        "<p>a<wbr>b</p>",
        "<div/>x",
        "</p>",
        "<p class='a'>single quotes</p>",
        "<P CLASS=a>capitals</P>",
        '<p class="a" class="bg">twice</p>',
        "a < b",
        "<!-->x--><p>y</p>",
        "<script>if (a < b) {}</script>",
        "<p>x</p><body><p>y</p></body>",
        "<textarea><p>x</p></textarea>",
        "<![CDATA[<p>x</p>]]>",
        "<p>x\0y</p>",
    ],
)
def test_what_is_not_built_as_written_takes_the_plain_path(body: str) -> None:
    inliner = Inliner()
    for html in (page(body), page("<p>good</p>"), page(body)):
        assert canonical(inliner.inline(html)) == canonical(plain(html))


@pytest.mark.parametrize(
    "selector",
    [
        "p + p",
        "p ~ p",
        "p:first-child",
        "p:last-child",
        "p:not(.a)",
        "p:nth-child(2)",
        "p:empty",
        "*",
    ],
)
def test_selectors_that_need_more_than_a_path_are_equal_too(selector: str) -> None:
    html = page("<p>1</p><p>2</p><p></p>", f"{selector} {{ color: red }} p {{ margin: 0 }}")
    assert canonical(Inliner().inline(html)) == canonical(plain(html))


TAGS = (
    "p",
    "div",
    "ul",
    "li",
    "a",
    "em",
    "table",
    "tr",
    "td",
    "h3",
    "blockquote",
    "span",
    "figure",
)
ATTRIBUTES = (
    *(
        "",
        ' class="a"',
        ' class="c bg"',
        ' class="other"',
        ' id="x"',
        ' lang="zh"',
        ' title="> &lt;"',
    ),
    *(
        ' style="color: black"',
        ' bgcolor="#fff"',
        ' href="https://x.example/"',
        " hidden",
        " class=''",
    ),
)
LEAVES = (
    "text",
    " ",
    "&amp;",
    "中",
    "<br>",
    "<br/>",
    '<img src="https://x.example/" alt="">',
    "<!-- c -->",
)
ODD = (
    "<p>",
    "</p>",
    "<wbr>",
    "<",
    ">",
    "<!--",
    "-->",
    "<td>",
    "</div>",
    "<x",
    '"',
    "<style>p{top:0}</style>",
)


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda tag, attributes, parts: f"<{tag}{attributes}>{''.join(parts)}</{tag}>",
        st.sampled_from(TAGS),
        st.sampled_from(ATTRIBUTES),
        st.lists(inner, max_size=3),
    )


BODIES = st.recursive(st.sampled_from(LEAVES), wrapped, max_leaves=12)
ODD_BODIES = st.lists(BODIES | st.sampled_from(ODD), max_size=6).map("".join)


PLAIN_CSS = """
body { margin: 0 } p, h3,td { margin: 0 0 1em; color: red }
.a { color: green } .other {} @media (max-width: 600px) { .a { color: black !important } p { top: 0 } }
.c.bg { color: blue } td > p, div .bg em { padding: 1px; padding-left: 2px } #x { top: 1px !important }
"""


@given(
    st.sampled_from([CSS, PLAIN_CSS, PLAIN_CSS.replace("div .bg em", "em")]),
    st.lists(BODIES, max_size=3).map("".join),
    ODD_BODIES,
)
@example(CSS, "<p><div><p>", "<ul><p><li>")
@settings(max_examples=100)
def test_any_body_is_what_premailer_makes_of_it(css: str, good: str, odd: str) -> None:
    inliner = Inliner()
    for body in (good, odd, good):
        html = page(body, css)
        assert canonical(inliner.inline(html)) == canonical(plain(html)), html


@pytest.mark.parametrize(
    "css",
    [
        "p { color: red } /* .a { color: blue } */",
        '.a { quotes: "}" } p { color: red }',
        "@import url(x.css); @font-face { src: local(x) } p { color: red }",
        "@media print { @media (width > 1px) { p { color: blue } } } p { color: red }",
        "p { color: red; } } .a { color: blue }",
        "@media print { .a { quotes: '}{' } } p { color: red }",
        "p{color:red}.a{color:blue}@page{margin:0}",
        "P { color: red } .A { color: blue }",
    ],
)
def test_stylesheets_of_every_kind_are_equal(css: str) -> None:
    html = page('<p class="a">x</p>', css)
    assert canonical(Inliner().inline(html)) == canonical(plain(html))


def test_premailer_is_shown_the_rules_that_can_apply() -> None:
    css = "p, .a { top: 0 }.a .b { top: 1px }@media print { p { top: 2px } }h2.b { top: 3px }"
    for html, rule in (
        ('<p class="b">', "p, .a { top: 0 }"),
        ("<h2 class='b'>", "h2.b { top: 3px }"),
    ):
        assert stylesheet.part_for(html, f"<style>{css}</style>") == f"<style>{rule}</style>"
    odd = "<style>p { top: 0 } .a::x { quotes: 'x' }</style>"
    assert stylesheet.part_for("<p>", odd) == odd


def test_premailer_is_asked_once_per_new_path(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    ask = inline._premailed
    monkeypatch.setattr(inline, "_premailed", lambda tree: asked.append(1) or ask(tree))
    inliner = Inliner()
    for count in (1, 5, 50):
        inliner.inline(
            page("<p>x <a href='https://x.example/'>y</a></p>".replace("'", '"') * count)
        )
    assert len(asked) == 1
    inliner.inline(page("<div><p>a path of its own</p></div>"))
    assert len(asked) == 2


def test_premailer_is_asked_once_per_new_element_where_no_selector_looks_at_ancestors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    ask = inline._premailed
    monkeypatch.setattr(inline, "_premailed", lambda tree: asked.append(1) or ask(tree))
    inliner = Inliner()
    bodies = (
        '<p class="a">x</p><p>y</p>',
        '<div><p class="a">the same elsewhere <em>and what no selector names</em></p></div>',
        '<blockquote><p class="a other">the same to the stylesheet</p></blockquote>',
        '<p class="a"><a class="a">new</a></p>',
    )
    pages = [page(body, "p { margin: 0 } .a { color: green } [lang] { top: 0 }") for body in bodies]
    counts, inlined = [], []
    for html in pages:
        inlined.append(inliner.inline(html))
        counts.append(len(asked))
    assert counts == [1, 1, 1, 2]
    for html, got in zip(pages, inlined, strict=True):
        assert canonical(got) == canonical(plain(html))


@pytest.mark.usefixtures("never_plain")
@pytest.mark.parametrize(
    "body",
    [
        '<a href="https://x.example/1">1</a><a href="https://x.example/2">2</a>',
        '<a title=" href=" class="a">1</a><a title=" href=" class="bg">2</a>',
        '<a class="a" href="https://x.example/1" title="b">1</a><a class="a" href="/2" title="b">2</a>',
        '<a href="/1" style="color: black">1</a><a href="/2" style="color: black">2</a>',
        '<a href="/1>2">1</a><a href="/2>3">2</a><a href="">3</a>',
    ],
)
def test_links_that_differ_in_their_addresses_are_equal_too(body: str) -> None:
    inliner = Inliner()
    for html in (page(body), page(f"<p>{body}</p>{body}"), page(body, "[href] { color: red }")):
        assert canonical(inliner.inline(html)) == canonical(plain(html))


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inline, "_MAX_SIZE", 10)
    monkeypatch.setattr(inline, "_MAX_SHEETS", 2)
    inliner = Inliner()
    for number in range(40):
        html = page(f'<p title="{number}">x</p>', f"p {{ top: {number % 3}px }}")
        assert canonical(inliner.inline(html)) == canonical(plain(html))
        assert len(inliner._sheets) <= 2
        assert all(sheet is None or sheet.size < 20 for sheet in inliner._sheets.values())


def test_the_stylesheet_stays_with_its_important_rules() -> None:
    result = Inliner().inline(page('<p class="a">x</p>'))
    assert "color: black !important" in result
    assert "@supports" in result
    assert "@font-face" in result


def test_image_sizes_are_left_alone() -> None:
    result = Inliner().inline(
        page('<img class="font" src="https://x.example/" alt="" width="600">')
    )
    assert 'width="600"' in result


def test_a_linked_stylesheet_is_not_fetched() -> None:
    link = '<link rel="stylesheet" href="https://nowhere.invalid/a.css">'
    html = page("<p>x</p>").replace("<style>", f"{link}<style>")
    assert link.removesuffix(">") in Inliner().inline(html)


def test_a_style_that_premailer_cannot_read_is_named() -> None:
    with pytest.raises(TemplateError, match="premailer"):
        Inliner().inline(
            page('<p style="p">x</p>', "p { color: red } p::x( { top: 0 } p[ { top: 0 }")
        )


def test_premailer_is_not_imported_before_it_is_needed() -> None:
    code = (
        "import sys, publisher.generators.inline;"
        "sys.exit(bool({'premailer', 'lxml', 'cssutils'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
