"""Links that lead nowhere are named, in whatever format they stand; those that lead on are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape

import pytest

from publisher.config import Reading
from publisher.model import Place
from publisher.readers import read_page
from publisher.readers.links import dead_links
from publisher.sanitise import sanitise

PLACE = Place("a.html", 3)


def nitf(link: str) -> str:
    text = f'<p>a <a href="{link}">words</a></p>'
    head = "<body.head><hedline><hl1>A</hl1></hedline></body.head>"
    return f"<nitf><body>{head}<body.content>{text}</body.content></body></nitf>"


def newsml(link: str) -> str:
    text = escape(f'<p>a <a href="{link}">words</a></p>')
    data = f'<inlineData contenttype="text/html">{text}</inlineData>'
    return f"<newsItem guid='a'><contentSet>{data}</contentSet></newsItem>"


def rss(link: str) -> str:
    text = escape(f'<p>a <a href="{link}">words</a></p>')
    item = f"<item><title>A</title><description>{text}</description></item>"
    return f"<rss version='2.0'><channel><title>F</title>{item}</channel></rss>"


def ninjs(link: str) -> str:
    return json.dumps({"headline": "A", "body_html": f'<p>a <a href="{link}">words</a></p>'})


def edition(link: str) -> str:
    return json.dumps({"items": [{"title": "A", "html": f'<p>a <a href="{link}">words</a></p>'}]})


def founder(link: str) -> str:
    return f"<!--enpcontent--><p>a <a href='{link}'>words</a></p><!--/enpcontent-->"


FORMATS: dict[str, Callable[[str], str]] = {
    "a.nitf.xml": nitf,
    "a.newsml.xml": newsml,
    "a.rss": rss,
    "a.ninjs.json": ninjs,
    "a.json": edition,
    "a.founder.html": founder,
    "a.html": lambda link: f"<h1>A</h1><p>a <a href='{link}'>words</a></p>",
    "b.html": lambda link: f"<h1>A</h1><dl><dt>b</dt><dd><a href='{link}'>words</a></dd></dl>",
    "a.md": lambda link: f"# A\n\na [words]({link})\n",
    "b.md": lambda link: f"# A\n\na <a href='{link}'>words</a>\n",
    "a.eml": lambda link: f"Subject: A\nContent-Type: text/html\n\n<p>a <a href='{link}'>words</a>",
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_dead_link_is_named_once_in_every_format(name: str) -> None:
    def found(link: str) -> list[str]:
        page = read_page(FORMATS[name](link).encode(), name=name, options=Reading())
        dead = [one for one in page.findings if one.code == "dead-link"]
        assert all(
            one.severity == "warning" and one.hint and one.place.file == name for one in dead
        )
        return [one.message for one in dead]

    (message,) = found("javascript:x")
    assert "the address 'javascript:x' is left out: it is neither http(s)" in message
    for link in ("https://a.example/b", "mailto:a@b.example", "c.html", "#d"):
        assert found(link) == []


def test_a_dead_link_of_a_feeds_entry_is_named() -> None:
    item = "<item><title>A</title><link>javascript:x</link><description>b</description></item>"
    text = f"<rss version='2.0'><channel><title>F</title>{item}</channel></rss>"
    page = read_page(text.encode(), name="a.rss", options=Reading())
    assert [one.code for one in page.findings] == ["dead-link"]


@pytest.mark.parametrize(
    "link",
    [
        *(
            "javascript:x",
            "JavaScript:x",
            " javascript:x",
            "java&#10;script:x",
            "&#106;avascript:x",
        ),
        *("file:///x", "data:text/html,x", "hhttps://a.example", "ftp://a.example", "", "  "),
        *("https://a.example", "//a.example", "a/b.html", "?q=1", "#x", "tel:1", "https:x", "1:2"),
    ],
)
@pytest.mark.parametrize(
    "tag", ['<a href="{}">w</a>', "<a class=x\nhref = '{}' id=y>w</a>", '<A HREF="{}">w</A>']
)
def test_what_is_named_is_what_sanitising_leaves_out(tag: str, link: str) -> None:
    html = tag.format(link)
    assert bool([*dead_links(html, PLACE)]) == (sanitise(html) == "w")


def test_a_link_without_address_is_named_by_its_words() -> None:
    (found,) = dead_links('<a href="" title="b">the\n &amp; rest</a>', PLACE)
    assert (found.message, found.place) == ("the link 'the & rest' has no address", PLACE)


def test_other_tags_and_attributes_are_no_links() -> None:
    assert not [*dead_links('<abbr href="x:y"> <a-b href="x:y"> <a data-href="x:y">', PLACE)]
