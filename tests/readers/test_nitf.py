"""NITF documents become stories, and hostile ones errors."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import EditionError
from publisher.model import Page, Person, Story
from tests.readers.newsroom_pages import FIXTURES, assert_as_golden, assert_sound, broken, read

FERRY = (FIXTURES / "ferry.nitf.xml").read_bytes()


def page(head: str = "", content: str = "<p>Text.</p>", docdata: str = "", top: str = "") -> Page:
    return read(
        f"{top}<nitf><head>{docdata}</head><body><body.head>{head}</body.head>"
        f"<body.content>{content}</body.content></body></nitf>",
        "x.xml",
    )


def story(head: str = "", content: str = "<p>Text.</p>", docdata: str = "") -> Story:
    (found,) = page(head, content, docdata).stories
    return found


def test_the_fixture_reads_as_its_golden() -> None:
    assert_as_golden("ferry.nitf.xml")


def test_a_namespace_changes_nothing_but_the_name() -> None:
    plain = FERRY.replace(b"<!DOCTYPE nitf PUBLIC", b"<!DOCTYPE n:nitf PUBLIC")
    prefixed = plain.replace(b"<nitf ", b'<n:nitf xmlns:n="http://iptc.org/std/NITF/2006-10-18/" ')
    prefixed = prefixed.replace(b"</nitf>", b"</n:nitf>")
    assert (
        read(prefixed, "x.xml").stories[0].headline
        == "Ferry fares stay as they are & that is final"
    )


@pytest.mark.parametrize(
    ("byline", "people"),
    [
        ("By Ann Quill", (Person("Ann Quill", "By"),)),
        ("By Ann Quill and Bob Vane", (Person("Ann Quill", "By"), Person("Bob Vane", "By"))),
        ("By Ann Quill, <byttl>Staff Reporter</byttl>", (Person("Ann Quill", "Staff Reporter"),)),
        ("<person>Ann Quill</person>", (Person("Ann Quill"),)),
        ("<byttl>Sports Desk</byttl>", (Person("Sports Desk"),)),
        ("本报记者 许青 通讯员 梁禾", (Person("许青", "本报记者"), Person("梁禾", "通讯员"))),
        ("□记者 许 青", (Person("许 青", "记者"),)),
        ("", ()),
    ],
)
def test_bylines(byline: str, people: tuple[Person, ...]) -> None:
    assert story(f"<byline>{byline}</byline>").byline == people


def test_lines_of_the_headline_by_place_and_class() -> None:
    found = story(
        "<hedline><hl2>Over</hl2><hl1>Head</hl1><hl2 class='fly'>Fly</hl2><hl2>Under</hl2></hedline>"
    )
    assert (found.kicker, found.headline, found.subheadline) == (("Over", "Fly"), "Head", "Under")


def test_without_a_headline_the_title_of_the_head_counts_and_else_the_text() -> None:
    assert story(docdata="<title>Title</title>").headline == "Title"
    found = page(content="<p>The river rose.</p><p>More.</p>")
    assert (found.stories[0].headline, found.stories[0].title) == (None, "The river rose.")
    assert [finding.code for finding in found.findings] == ["derived-title"]


def test_a_dateline_that_the_text_prints_is_not_told_twice() -> None:
    head = "<hedline><hl1>H</hl1></hedline><dateline>Port Esterly, Wash.</dateline>"
    assert story(head, "<p>PORT ESTERLY, Wash. (RC) -- It rained.</p>").dateline is None
    assert (
        story(head, "<p>Port Esterly voted. It rained - a lot.</p>").dateline
        == "Port Esterly, Wash."
    )


@pytest.mark.parametrize("status", ["withheld", "killed", "Embargoed", "canceled"])
def test_what_may_not_be_published_is_not(status: str) -> None:
    found = page(docdata=f'<docdata management-status="{status}"/>')
    assert found.stories == ()
    assert [finding.code for finding in found.findings] == ["held-story"]


@pytest.mark.parametrize(
    ("written", "date", "dated"),
    [
        ("20261123", "2026-11-23", None),
        ("20261123T073000+0800", "2026-11-23 07:30:00+08:00", "2026-11-22 23:30:00+00:00"),
        ("2026-11-23T07:30:00Z", "2026-11-23 07:30:00+00:00", "2026-11-23 07:30:00+00:00"),
        ("20261123T073000", "2026-11-23 07:30:00", None),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00", None),
        ("someday", "someday", None),
    ],
)
def test_dates(written: str, date: str, dated: str | None) -> None:
    found = page(docdata=f'<docdata><date.issue norm="{written}"/></docdata>')
    assert found.front["date"] == date
    moment = found.stories[0].dated
    assert (str(moment) if moment else None) == dated


def test_pictures_without_an_address_that_can_be_followed_are_named() -> None:
    media = '<media media-type="image"><media-reference source="{}" width="9e9"/></media>'
    for address in ("javascript:alert(1)", "file:///etc/passwd", "data:image/png;base64,AA", ""):
        found = page(content=f"<p>Text.</p>{media.format(address)}")
        assert found.stories[0].images == ()
        assert "media-left-out" in [finding.code for finding in found.findings]
    assert story(content=media.format("pier.jpg")).images[0].src == "pier.jpg"


def test_markup_in_the_text_is_shown_or_dropped_but_never_runs() -> None:
    content = (
        "<p onclick='x()'>a<script>b</script><![CDATA[<script>c</script>]]>"
        "<a href='javascript:d()'>e</a><plaintext>f</plaintext></p><iframe src='https://g.example/'/>"
    )
    body = story(content=content).body
    assert "<script" not in body
    assert "javascript:" not in body
    assert "&lt;script&gt;c&lt;/script&gt;" in body
    assert "ef" in body


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("gb18030", "GB2312"), ("big5", "Big5"), ("utf-16", "UTF-16"), ("utf-8", "ISO-8859-1")],
)
def test_encodings_and_wrong_declarations(encoding: str, declared: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?><nitf><body><body.head/><body.content><p>渡口新橋</p></body.content></body></nitf>'
    assert read(text.encode(encoding), "x.xml").stories[0].body == "<p>渡口新橋</p>"


def test_bytes_of_no_declared_encoding_are_an_error_that_names_one() -> None:
    with pytest.raises(EditionError, match=r"x\.xml:1: byte 44 \(0xFF\) is not UTF-8"):
        read(b'<?xml version="1.0" encoding="UTF-8"?><nitf>\xff\xfe\xfa</nitf>', "x.xml")


@pytest.mark.parametrize("length", range(60, len(FERRY) - 10, 397))
def test_a_truncated_document_is_an_error_with_its_line(length: int) -> None:
    with pytest.raises(EditionError) as caught:
        read(FERRY[:length], "x.xml")
    assert caught.value.line or "none of the formats" in caught.value.problem


def test_an_external_entity_is_refused() -> None:
    with pytest.raises(EditionError, match="declares entities"):
        page(content="<p>&x;</p>", top='<!DOCTYPE nitf [<!ENTITY x SYSTEM "file:///etc/passwd">]>')


@given(st.integers(0), st.binary(max_size=12))
def test_any_bytes_in_it_give_a_page_or_an_error(at: int, new: bytes) -> None:
    assert_sound(broken(FERRY, at, new), "x.xml")


@given(st.binary(), st.sampled_from([b"", b"<nitf>", b"\xff\xfe<\0n\0i\0t\0f\0>\0"]))
def test_any_bytes_give_a_page_or_an_error(source: bytes, start: bytes) -> None:
    assert_sound(start + source, "x.xml")
