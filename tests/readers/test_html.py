"""HTML pages: what is content, what is furniture, and what never comes through."""

from __future__ import annotations

import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Page, Person
from publisher.readers import read_page
from publisher.readers.sources import find
from tests.readers import reading

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "html"


def page(html: str | bytes, name: str = "x.html") -> Page:
    source = html.encode() if isinstance(html, str) else html
    return read_page(source, name=name, options=Reading())


def bodies(read: Page) -> str:
    return read.introduction + "".join(story.body for story in read.stories)


@pytest.mark.parametrize("name", ["issue", "article", "newsletter", "listing"])
def test_reading_equals_its_golden(name: str) -> None:
    read = page((FIXTURES / f"{name}.html").read_bytes(), f"{name}.html")
    shown = {
        "front": dict(read.front),
        "introduction": read.introduction,
        "stories": [{"line": story.place.line} | reading.filled(story) for story in read.stories],
        "furniture": read.furniture,
        "findings": reading.codes(read),
    }
    reading.assert_shown(FIXTURES / f"{name}.golden.json", shown)


def test_markdown_and_html_of_one_text_make_the_same_stories() -> None:
    markdown = (
        "# A title\n\nHello *you*.\n\n## News\n\n- [One](https://a.example/): first\n"
        "- [Two](https://b.example/)\n\n## Prose\n\nBy A. Quill\n\nA paragraph\nof two lines.\n"
    )
    html = (
        "<title>A title</title><h1>A title</h1><p>Hello <em>you</em>.</p><h2>News</h2><ul>"
        '<li><a href="https://a.example/">One</a>: first</li><li><a href="https://b.example/">Two</a>'
        "</li></ul><h2>Prose</h2><p>By A. Quill</p><p>A paragraph\nof two lines.</p>"
    )
    one = read_page(markdown.encode(), name="x.md", options=Reading())
    other = page(html)
    shown = [
        [(s.headline, s.section, s.link, s.byline, s.body, s.kind) for s in read.stories]
        for read in (one, other)
    ]
    assert shown[0] == shown[1]
    assert one.introduction == other.introduction
    assert one.front == other.front


def test_a_founder_page_stays_with_its_own_reader() -> None:
    read = page(
        "<!--enpproperty <title>头条</title>/enpproperty--><!--enpcontent--><p>正文</p><!--/enpcontent-->"
    )
    assert [story.headline for story in read.stories] == ["头条"]


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ('<meta name="DC.date.issued" content="2026-11-20">', "2026-11-20"),
        ('<meta itemprop="datePublished" content="2026-11-20T08:00:00Z">', "2026-11-20T08:00:00Z"),
        (
            '<meta name="date" content="last week"><meta name="pubdate" content="20261120">',
            "20261120",
        ),
        ('<meta name="date" content="2026-11-20 at noon">', "2026-11-20"),
        ('<meta name="date" content="2026-02-30">', ""),
        (
            '<script type="application/ld+json">{"@type": "Article", "datePublished": 5}</script>',
            "",
        ),
        ('<script type="application/ld+json">{broken</script>', ""),
    ],
)
def test_dates(head: str, date: str) -> None:
    assert page(f"<head>{head}</head><p>Words.</p>").front.get("date", "") == date


def test_a_time_element_dates_a_page_without_metadata() -> None:
    assert (
        page('<h1>T</h1><time datetime="2026-11-20">today</time><p>Words.</p>').front["date"]
        == "2026-11-20"
    )


def test_a_templates_language_does_not_outweigh_the_words() -> None:
    chinese = "<p>昨天清晨渡口新桥正式通车船工们都来看热闹。</p>" * 5
    assert "language" not in page(f'<html lang="en">{chinese}').front
    assert page(f'<html lang="zh-Hans">{chinese}').front["language"] == "zh-Hans"


def test_the_densest_block_leaves_menus_out() -> None:
    menu = "".join(f'<a href="/{n}">Topic {n}</a> ' for n in range(20))
    read = page(
        f"<body><div>{menu}</div><div><h1>T</h1>{'<p>Some running words here.</p>' * 9}</div>"
    )
    assert "Topic" not in bodies(read)
    assert bodies(read).count("running") == 9


def test_prose_beside_the_densest_block_stays() -> None:
    read = page(
        f"<div><p>An opening of its own.</p></div><div>{'<p>Some running words.</p>' * 50}</div>"
    )
    assert "An opening of its own." in bodies(read)


def test_one_article_is_one_story_signed_as_the_page_says() -> None:
    (story,) = page((FIXTURES / "article.html").read_bytes()).stories
    assert story.headline == "Town hall reopens"
    assert story.byline == (Person("Ada Quill"),)
    assert "<h3>What it cost</h3>" in story.body


def test_an_article_of_links_is_an_edition() -> None:
    read = page(
        '<article><h1>Issue</h1><h2>Links</h2><ul><li><a href="https://a.example/">A thing</a></li>'
        '<li><a href="https://b.example/">B thing</a></li></ul></article>'
    )
    assert [story.link for story in read.stories] == ["https://a.example/", "https://b.example/"]


HOSTILE = """<html><head><script>bad()</script><base href="https://base.example/a/"></head><body>
<h1>T</h1><p onclick="bad()">Text <a href="javascript:bad()">one</a> <a href="data:text/html,bad">two</a>
<a href="../b">three</a> <img src="javascript:bad()"><img src=x onerror=bad()>
<iframe src="https://video.example/1"></iframe><svg onload=bad()><script>bad()</script></svg>
<o:p>office</o:p><style>p{}</style><object data="javascript:bad()"></object></p>
<form action="https://evil.example/"><input name=q></form><a href="&#106;avascript:bad()">four</a>"""


def test_nothing_that_runs_comes_through() -> None:
    read = page(HOSTILE)
    body = bodies(read)
    assert "bad" not in body.replace('javascript:bad()" is', "")
    assert 'href="https://base.example/b"' in body
    assert "https://video.example/1" in body
    assert "office" in body
    assert "evil" not in body


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 20_000 + "x",
        "<b>" * 20_000 + "x",
        "<table><tr><td>" * 5_000 + "x",
        "<ul><li>" * 20_000,
        "<a href=x>" * 20_000 + "x",
        "<p>x" * 20_000,
        "<" * 100_000,
        "<!--" * 50_000,
        "<p " + "a=b " * 50_000 + ">x",
        "<h1>" + "x" * 1_000_000,
        "<article>x</article>" * 5_000,
        "<div><p>x</p>" * 100 + "words " * 20_000,
        "<br>" * 20_000 + "x",
        "<font><p>x" * 20_000,
    ],
    ids=lambda html: html[:10],
)
def test_hostile_pages_cost_little(html: str) -> None:
    started = time.process_time()
    try:
        page(html)
    except EditionError as error:
        assert error.hint
    assert time.process_time() - started < 10


def test_nesting_without_end_is_an_error_not_a_loss() -> None:
    with pytest.raises(EditionError, match="nests more than"):
        page("<div>" * 500 + "words" + "</div>" * 500)


FRAGMENTS = st.sampled_from(
    (
        *("<h1>", "</h1>", "<h2>T", "<p>", "</p>", "<ul>", "<li>", "</li>", "</ul>", "<table>"),
        *(
            "<tr>",
            "<td>",
            "</table>",
            '<a href="https://a.example/">',
            "<a href=''>",
            "</a>",
            "<b>",
        ),
        *(
            "</b>",
            "<img src=x.png>",
            "<br>",
            "<article>",
            "</article>",
            "<main>",
            "<nav>",
            "</nav>",
        ),
        *(
            "<div>",
            "</div>",
            "word ",
            "字",
            "1、",
            "unsubscribe",
            "<pre>",
            "</pre>",
            "&#1;",
            "&lt;",
        ),
        *("<hr>", "\n"),
    )
)


@given(st.lists(FRAGMENTS, max_size=40).map("".join))
def test_any_tags_give_a_page_of_wellformed_html(html: str) -> None:
    read = page("<p>.</p>" + html)
    for body in (read.introduction, *(story.body for story in read.stories)):
        ElementTree.fromstring(f"<div>{body.replace('&nbsp;', '&#160;')}</div>")
    assert all(story.title for story in read.stories)


@given(
    st.lists(st.sampled_from(["alpha", "beta", "gamma", "字词"]), min_size=1, max_size=8),
    st.integers(0, 3),
)
def test_no_word_of_the_content_is_lost(words: list[str], shape: int) -> None:
    wrap = ("<p>{}</p>", "<div>{}</div>", "<ul><li>{}</ul>", "<h2>{}</h2><p>.</p>")[shape]
    read = page("<h1>Title</h1>" + "".join(wrap.format(word) for word in words))
    seen = bodies(read) + "".join(story.headline or "" for story in read.stories)
    for word in set(words):
        assert seen.count(word) >= words.count(word)


@given(st.binary(max_size=300))
def test_any_bytes_give_a_page_or_an_edition_error(source: bytes) -> None:
    try:
        page(source)
    except EditionError as error:
        assert error.hint


def test_the_folder_of_a_saved_page_is_no_edition(tmp_path: Path) -> None:
    editions = tmp_path / "editions"
    (editions / "2026-11-20_files").mkdir(parents=True)
    (editions / "2026-11-20_files" / "frame.html").write_text("<p>advert</p>")
    (editions / "2026-11-20_files" / "x.js").write_text("x()")
    (editions / "2026-11-20.html").write_text("<h1>T</h1><p>Words.</p>")
    assert [source.path.name for source in find(editions)] == ["2026-11-20.html"]


def test_what_stands_beside_the_content_is_told() -> None:
    read = page("<div><p>Before</p></div><main><h1>T</h1><p>Words.</p></main><div>After</div>")
    assert set(read.furniture) == {"Before", "After"}
