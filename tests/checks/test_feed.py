"""Every finding of the feed checks, each from a good feed with one thing spoilt."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import config, urls
from publisher.checks import feed_html
from publisher.checks.feed import CODES, check_feed, check_joined, examine
from publisher.fragments import Form, Joined
from publisher.generators import feeds
from publisher.generators.channels import documents
from publisher.model import Artifact, replace
from publisher.readers.editions import find, read_edition
from publisher.sanitise import sanitise
from publisher.urls import FeedFormat
from tests import samples
from tests.printed import cards_of

GOOD: dict[FeedFormat, Artifact] = {
    format: next(
        made
        for made in feeds.generate(samples.publication(), [samples.edition()])
        if made.path == urls.feed("items", format)
    )
    for format in urls.FEED_FILES
}


def codes(artifact: Artifact) -> list[str]:
    return [found.code for found in check_feed(artifact)]


def spoilt(format: FeedFormat, body: bytes) -> Artifact:
    return Artifact(GOOD[format].path, GOOD[format].media_type, body)


def replaced(format: FeedFormat, old: str, new: str) -> Artifact:
    """The good feed with the first `old` replaced."""
    text = GOOD[format].body.decode()
    assert old in text
    return spoilt(format, text.replace(old, new, 1).encode())


@pytest.mark.parametrize("format", GOOD)
def test_a_good_feed_has_no_findings(format: FeedFormat) -> None:
    assert check_feed(GOOD[format]) == ()


LATEST = "Mon, 23 Nov 2026 04:30:00 +0000"
GRANTS = "The council voted 7–2 for new grants."
GUID = "tag:courier.example,2026:2026-11-23-"
SELF = "https://courier.example/feeds/"
CASES: list[tuple[str, FeedFormat, str, str]] = [
    ("feed-not-well-formed", "rss", "</channel>", ""),
    ("feed-not-well-formed", "atom", "<title>", "<title>&nbsp;"),
    ("feed-not-well-formed", "json", '"version"', "version"),
    ("feed-doctype", "rss", "<rss ", '<!DOCTYPE rss [<!ENTITY a "b">]>\n<rss '),
    ("feed-unknown-format", "rss", ' version="2.0"', ' version="0.91"'),
    ("feed-unknown-format", "atom", "http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#"),
    ("feed-unknown-format", "json", "version/1.1", "version/1"),
    ("feed-missing-element", "rss", "<title>Riverbend Courier 河湾报</title>", "<title/>"),
    ("feed-missing-element", "rss", f"<lastBuildDate>{LATEST}</lastBuildDate>", ""),
    ("feed-missing-element", "rss", f'<guid isPermaLink="false">{GUID}aaaaaaaaaa</guid>', ""),
    ("feed-missing-element", "rss", "<link>https://tides.example/winter</link>", ""),
    ("feed-missing-element", "atom", "<id>tag:courier.example,2026:feeds/items</id>", ""),
    ("feed-missing-element", "atom", "<published>2026-11-22T22:00:00+00:00</published>", ""),
    ("feed-missing-element", "json", '"title": "渡口新桥今晨通车"', '"title": ""'),
    ("feed-bad-value", "json", '"title": "渡口新桥今晨通车"', '"title": 7'),
    ("feed-bad-value", "json", '"tags": [', '"tags": {}, "_x": ['),
    ("feed-bad-value", "json", '"summary"', '"abstract"'),
    ("feed-bad-value", "json", '"size_in_bytes": 48213', '"size_in_bytes": true'),
    ("feed-bad-value", "json", f'"id": "{GUID}aaaaaaaaaa",', ""),
    ("feed-bad-value", "atom", '<content type="html">', '<content type="CDATA">'),
    ("feed-misplaced-metadata", "rss", "</channel>", "<ttl>60</ttl></channel>"),
    ("feed-no-entries", "json", '"items": [', '"items": [], "_rest": ['),
    ("feed-missing-self", "rss", 'rel="self"', 'rel="via"'),
    ("feed-missing-self", "atom", 'rel="self"', 'rel="via"'),
    ("feed-missing-self", "json", f'"feed_url": "{SELF}feed.json",', ""),
    ("feed-self-mismatch", "rss", f"{SELF}rss.xml", f"{SELF}other/rss.xml"),
    ("feed-self-mismatch", "json", f"{SELF}feed.json", f"{SELF}feed.json?page=1"),
    ("feed-duplicate-link", "atom", 'rel="hub"', 'rel="alternate" type="text/html"'),
    ("feed-missing-language", "rss", "<language>en</language>", ""),
    ("feed-missing-language", "atom", ' xml:lang="en"', ""),
    ("feed-bad-language", "rss", "<language>en<", "<language>English (UK)<"),
    ("feed-bad-language", "atom", 'xml:lang="zh-Hans"', 'xml:lang="zh_CN"'),
    ("feed-bad-date", "rss", "Sun, 22 Nov 2026", "So, 22 Nov 2026"),
    ("feed-bad-date", "rss", "Sun, 22 Nov 2026", "Mon, 22 Nov 2026"),
    ("feed-bad-date", "rss", "Sun, 22 Nov 2026", "Sun, 31 Nov 2026"),
    ("feed-bad-date", "rss", LATEST, "2026-11-23T04:30:00Z"),
    ("feed-bad-date", "atom", "2026-11-22T22:00:00+00:00", "2026-11-22T22:00:00"),
    ("feed-bad-date", "json", "2026-11-22T22:00:00Z", "2026-13-22T22:00:00Z"),
    ("feed-updated-before-published", "atom", "<updated>2026-11-22T22", "<updated>2026-11-22T21"),
    ("feed-updated-not-latest", "atom", "2026-11-23T04:30:00", "2026-11-23T04:31:00"),
    ("feed-updated-not-latest", "rss", "Mon, 23 Nov 2026 04:30", "Sun, 22 Nov 2026 04:30"),
    ("feed-entry-order", "json", "2026-11-22T22:00:00Z", "2026-11-21T22:00:00Z"),
    ("feed-duplicate-id", "rss", f"{GUID}bbbbbbbbbb<", f"{GUID}aaaaaaaaaa<"),
    ("feed-duplicate-id", "json", f"{GUID}bbbbbbbbbb", f"{GUID}aaaaaaaaaa"),
    ("feed-id-not-uri", "atom", f"{GUID}bbbbbbbbbb", "story 2"),
    ("feed-permalink-guid", "rss", ' isPermaLink="false"', ""),
    ("feed-relative-address", "rss", "<link>https://courier.example/<", "<link>/<"),
    ("feed-relative-address", "atom", 'href="https://hub.example/"', 'href="//hub.example/"'),
    (
        "feed-relative-address",
        "rss",
        'media:content url="https://courier.example',
        'media:content url="',
    ),
    ("feed-relative-address", "json", '<a href=\\"https://council.example', '<a href=\\"'),
    ("feed-unsafe-html", "json", '<a href=\\"https:', '<a href=\\"javascript:'),
    ("feed-unsafe-html", "rss", "&lt;h3&gt;", "&lt;script&gt;1&lt;/script&gt;&lt;h3&gt;"),
    ("feed-lazy-image", "atom", "img src=", "img data-src="),
    ("feed-empty-summary", "rss", f"<description>{GRANTS}</description>", "<description/>"),
    ("feed-empty-content", "json", '"content_html": "<p>Lib', '"content_html": "", "_": "<p>Lib'),
    ("feed-markup-in-text", "rss", "R&amp;D", "R&amp;amp;D"),
    ("feed-markup-in-text", "json", "B. Vane", "B. &quot;Vane&quot;"),
    ("feed-invisible-characters", "rss", "渡口新桥今晨", "渡口\u200b新桥今晨"),
    (
        "feed-invisible-characters",
        "atom",
        "<p>Library".replace("<", "&lt;").replace(">", "&gt;"),
        "\u202e",
    ),
    ("feed-illegal-characters", "json", "Library opens", "Library\\u0000 opens"),
    ("feed-missing-author", "rss", "<dc:creator>Riverbend Courier 河湾报</dc:creator>", ""),
    ("feed-missing-author", "atom", "<name>Riverbend Courier 河湾报</name>", "<name/>"),
    ("feed-bad-enclosure", "rss", 'length="48213"', 'length="0"'),
    ("feed-bad-enclosure", "atom", 'length="48213"', ""),
    ("feed-bad-enclosure", "json", '"mime_type": "audio/mpeg"', '"mime_type": "mp3"'),
    ("feed-bad-enclosure", "rss", 'enclosure url="https://courier.example', 'enclosure url="'),
    (
        "feed-several-enclosures",
        "rss",
        "<enclosure ",
        '<enclosure url="http://a/b" length="1" type="a/b"/><enclosure ',
    ),
]


@pytest.mark.parametrize(("code", "format", "old", "new"), CASES)
def test_one_thing_spoilt_gives_its_finding(
    code: str, format: FeedFormat, old: str, new: str
) -> None:
    artifact = replaced(format, old, new)
    found = check_feed(artifact)
    assert code in [one.code for one in found]
    for one in found:
        assert one.place.file == artifact.path
        assert one.message and one.hint


def test_not_utf8_names_the_line() -> None:
    (found,) = check_feed(spoilt("rss", GOOD["rss"].body.replace(b"News", b"N\xe9ws")))
    assert (found.code, found.place.line) == ("feed-not-utf8", 6)


def test_byte_order_mark() -> None:
    for format, good in GOOD.items():
        assert codes(spoilt(format, b"\xef\xbb\xbf" + good.body)) == ["feed-byte-order-mark"]


def test_every_code_is_tested_and_explained() -> None:
    tested = {code for code, *_ in CASES} | {"feed-not-utf8", "feed-byte-order-mark"}
    assert tested == set(CODES)
    for code, meaning in CODES.items():
        assert code.startswith("feed-") and meaning[0].islower() and not meaning.endswith(".")


def test_findings_name_entry_and_line() -> None:
    (found,) = check_feed(replaced("atom", 'length="48213"', 'length="0"'))
    assert found.severity == "error"
    assert "entry 2" in found.message and "vote.mp3" in found.message
    assert found.place.line is not None
    line = GOOD["atom"].body.decode().splitlines()[found.place.line - 1]
    assert "vote.mp3" in line


def test_entities_are_not_expanded_and_files_not_read() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>\n<rss version="2.0"><channel>&x;</channel></rss>'
    assert codes(spoilt("rss", bomb)) == ["feed-doctype"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="https://x.example/">x</a>', []),
        ('<a href="mailto:a@x.example">x</a>', []),
        ('<a href="#note">x</a>', ["feed-relative-address"]),
        ('<a href="../x">x</a>', ["feed-relative-address"]),
        ('<a href="https:x">x</a>', ["feed-relative-address"]),
        ('<a href=" java\tscript:x">x</a>', ["feed-unsafe-html"]),
        ('<a href="JavaScript:x">x</a>', ["feed-unsafe-html"]),
        ('<p onclick="x">x</p>', ["feed-unsafe-html"]),
        ('<p style="x">x</p>', ["feed-unsafe-html"]),
        ("<iframe></iframe>", ["feed-unsafe-html"]),
        ("<form></form>", ["feed-unsafe-html"]),
        ('<img src="https://x.example/a.jpg" srcset="b.jpg 2x, https://x.example/c.jpg 3x">', ["feed-relative-address"]),
        ('<video poster="x.jpg"></video>', ["feed-relative-address"]),
        ("<img alt=x>", ["feed-lazy-image"]),
        ('<img src="data:image/gif;base64,R0" data-src="https://x.example/a.jpg">', ["feed-lazy-image"]),
        ('<a href="https://\x01/x">x</a>', ["feed-relative-address", "feed-illegal-characters"]),
        ("a\u200bb", ["feed-invisible-characters"]),
        ("👨\u200d👩\u200d👧", []),
        ("<code>&lt;script&gt; href=\"x\"</code>", []),
        ("", []),
    ],
)  # fmt: skip
def test_html(html: str, expected: list[str]) -> None:
    assert [code for code, _ in feed_html.problems(html)] == expected


@given(st.text())
def test_any_html_is_answered(html: str) -> None:
    for code, detail in feed_html.problems(html):
        assert code in CODES and detail


@given(st.sampled_from(sorted(GOOD)), st.binary())
def test_any_bytes_are_answered(format: FeedFormat, body: bytes) -> None:
    assert check_feed(spoilt(format, body))


@given(st.sampled_from(sorted(GOOD)), st.data())
def test_a_mangled_feed_is_answered(format: FeedFormat, data: st.DataObject) -> None:
    body = GOOD[format].body
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 60)))
    for found in check_feed(spoilt(format, body[:start] + data.draw(st.binary()) + body[end:])):
        assert found.code in CODES


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=5)


@given(st.dictionaries(st.sampled_from(("title", "items", "authors", "hubs", "language")), VALUES))
def test_any_json_object_is_answered(fields: dict[str, Any]) -> None:
    document = {"version": "https://jsonfeed.org/version/1.1", **fields}
    found = codes(spoilt("json", json.dumps(document).encode()))
    assert found and set(found) <= set(CODES)


# The sample edition and an older one, as the build writes them: entries examined one edition at a time.
EARLIER = datetime(2026, 11, 21, tzinfo=UTC)
OLDER = replace(
    samples.edition(),
    id="2026-11-22",
    items=tuple(
        replace(item, id=f"{item.id}-older", published=EARLIER, updated=EARLIER)
        for item in samples.edition().items
    ),
)


def joined(format: FeedFormat) -> Joined:
    """The main feed in one format."""
    publication = samples.publication()
    editions = [samples.edition(), OLDER]
    cards = cards_of(publication, *editions)
    document = next(iter(documents(publication, cards)))
    fragments = [one for each in editions for one in feeds.fragments_of(publication, each, examine)]
    return next(one for one in feeds.join(publication, document, fragments) if one.format == format)


JOINED: dict[FeedFormat, Joined] = {format: joined(format) for format in urls.FEED_FILES}


def examined(document: Joined, body: bytes) -> Form:
    """`body` as the only entry of such a document."""
    form = Form(body, body.count(b"\n"))
    ((seen,),) = examine([replace(document, forms=(form,))])
    return Form(form.body, form.lines, seen)


@pytest.mark.parametrize("format", JOINED)
def test_the_formats_of_the_main_feed_are_good(format: FeedFormat) -> None:
    assert len(JOINED[format].forms) > len(samples.edition().items)
    assert all(form.seen for form in JOINED[format].forms)
    assert check_joined(JOINED[format]) == () == check_feed(JOINED[format].artifact)


@pytest.mark.parametrize(
    ("code", "format", "old", "new"), [case for case in CASES if case[0] != "feed-no-entries"]
)
def test_joined_entries_give_the_findings_of_the_whole(
    code: str, format: FeedFormat, old: str, new: str
) -> None:
    good = JOINED[format]
    head = good.head.decode().replace(old, new, 1).encode()
    bodies = [form.body.decode().replace(old, new, 1).encode() for form in good.forms]
    for spoilt_head in {good.head, head}:
        document = replace(good, head=spoilt_head)
        forms = tuple(examined(document, body) for body in bodies)
        document = replace(document, forms=forms)
        assert check_joined(document) == check_feed(document.artifact)
    changed = head != good.head or any(b != f.body for b, f in zip(bodies, good.forms, strict=True))
    assert changed or "</channel>" in old  # which stands in the tail


@given(st.sampled_from(sorted(JOINED)), st.data())
def test_entries_in_any_order_and_number(format: FeedFormat, data: st.DataObject) -> None:
    """Wrong order, ids that come twice, and what is wrong within, each at its line."""
    good = JOINED[format]
    bad = good.forms[0].body.replace(b"https://", b"").replace(b'href="', b'href="x')
    forms = data.draw(st.lists(st.sampled_from([*good.forms, examined(good, bad)]), max_size=9))
    document = replace(good, forms=tuple(forms))
    assert check_joined(document) == check_feed(document.artifact)


HTML = st.lists(
    st.sampled_from(
        [
            "<p>", "</p>", "<br>", "<br/>", "<b", ">", "<", "a & b", "&lt;i&gt;", "<a>", "</a>",
            '<a href="https://x.example/">', '<a href="HTTPS:x">', '<a href="https:///x">',
            '<a href="mailto:x">', '<a href="java&#115;cript:x">', '<a title="<">', "<a href='x'>",
            '<a href="https://x.example/" onclick="x">', '<img src="https://x.example/a.png" alt="">',
            '<img alt="" src="https://x.example/a.png"/>', "<img alt=x>", '<img src="">',
            '<img src="https://x.example/" data-src="x">', '<p class="x" style="y">', "<script>",
            "</script>", "<!--", "-->", "<style>", "<title>", "<plaintext>", "\u200b", "\x00", "\n",
            '<td colspan="2">', '<svg:a href="x">', "<P>", '<q cite="x">', '<q cite="http://x/">',
        ]
    )
).map("".join)  # fmt: skip


@given(HTML)
def test_a_quick_look_sees_what_a_slow_one_does(html: str) -> None:
    assert feed_html.problems(html) == feed_html._tag_by_tag(html)


# Bodies as the sanitiser writes them, of the publication at the top of the repository.
TOP = Path(__file__).resolve().parents[2]
BODIES = [
    *(
        story.body
        for source in find(TOP / "editions")
        for story in read_edition(source, config.load(TOP / config.FILE_NAME)).stories
    ),
    sanitise(
        '<ol start="3"><li lang="zh" dir="ltr">a</li></ol><table><tr><td colspan=2 align=left>b</table>'
        '<p><img src="https://x.example/a.png?b&amp;c" alt="&quot;" width=2 height=1><br><a title="t"'
        ' href="mailto:x@x.example">c</a> <code class="language-c">d</code> <q>1 &lt; 2 &amp; 3 > 2</q>'
    ),
]
SOUND = [html for html in BODIES if html and not feed_html._tag_by_tag(html)]
PIECES = st.sampled_from(["<", ">", '"', "'", " ", "/", "=", "&", "\n", "\x00", "\x1f", "on", "ſ"])


@given(st.sampled_from(SOUND), st.data())
def test_a_quick_look_passes_no_spoilt_page(html: str, data: st.DataObject) -> None:
    """Whatever is cut out, put in or said twice, anywhere."""
    places = st.integers(0, len(html))
    for _ in range(data.draw(st.integers(0, 3))):
        start, end = sorted((data.draw(places), data.draw(places)))
        end = min(end, start + 30)
        new = data.draw(PIECES | st.just(html[start:end] * 2) | HTML | st.text(max_size=3))
        html = html[:start] + new + html[end:]
    assert feed_html.problems(html) == feed_html._tag_by_tag(html)


def test_a_quick_look_knows_what_is_sound() -> None:
    assert len(SOUND) > 40
    assert all(map(feed_html._SOUND.fullmatch, SOUND))


@pytest.mark.parametrize(
    ("begin", "again", "end"),
    [
        ("", "a", "<"),
        ("", "<p>", "<"),
        ("<a", ' title="x"', "<"),
        ("<a", ' title="x"', ' title="'),
        ('<a title="', "x ", "<"),
        ('<a href="', "https://x.example/", "<"),
        ("<img", ' alt="x"', ' src="x">'),
        ('<img src="https://x.example/"', ' alt="x"', ' src="x">'),
        ("<p", "p", "<"),
        ("</p", "p", " >"),
        ("", "<img", ""),
        ("", "</", ""),
        ("", '<a href="mailto:', ""),
    ],
)
def test_a_quick_look_is_quick_whatever_it_sees(begin: str, again: str, end: str) -> None:
    """A million characters in seconds: were they looked at again from each other, it would be days."""
    html = begin + again * (1_000_000 // len(again)) + end
    began = time.process_time()
    assert not feed_html._SOUND.fullmatch(html)
    assert time.process_time() - began < 5
