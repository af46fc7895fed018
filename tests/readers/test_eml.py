"""Newsletters that arrived by mail: their text, pictures and dates, whatever was done to them."""

from __future__ import annotations

import time
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Page
from publisher.readers import read_page
from publisher.readers.editions import find, read_edition
from tests import samples
from tests.readers import manuscripts, reading

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "eml"
HEAD = "From: a@b.example\nSubject: S\nDate: Sun, 15 Nov 2026 08:00:00 +0100\n"


def page(source: bytes | str) -> Page:
    raw = source.encode("utf-8", "surrogateescape") if isinstance(source, str) else source
    return read_page(raw, name="x.eml", options=Reading())


def words(read: Page) -> str:
    titles = [story.title for story in read.stories]
    return " ".join([read.introduction, *titles, *(story.body for story in read.stories)])


def codes(read: Page) -> set[str]:
    return {finding.code for finding in read.findings}


@pytest.mark.parametrize("name", ["newsletter", "plain-gb"])
def test_reading_equals_its_golden(name: str) -> None:
    read = read_page((FIXTURES / f"{name}.eml").read_bytes(), name=f"{name}.eml", options=Reading())
    shown = {
        "front": dict(read.front),
        "introduction": read.introduction,
        "stories": [reading.filled(story) for story in read.stories],
        "files": {file: len(body) for file, body in read.files.items()},
        "furniture": read.furniture,
        "findings": reading.codes(read),
    }
    reading.assert_shown(FIXTURES / f"{name}.golden.json", shown)


def test_pictures_that_come_along_become_assets(tmp_path: Path) -> None:
    editions = tmp_path / "editions"
    editions.mkdir()
    (editions / "quay.eml").write_bytes((FIXTURES / "newsletter.eml").read_bytes())
    draft = read_edition(*find(editions), samples.publication())
    assert draft.id == "2026-11-15-quay"
    (asset,) = draft.assets
    assert asset.body is not None
    assert asset.body.startswith(b"\x89PNG")
    assert f'src="{asset.path}" alt="The ferry" width="12" height="8"' in draft.stories[-1].body
    assert not [one for one in draft.findings if one.severity == "error"]


def test_of_alternatives_the_html_is_read() -> None:
    message = EmailMessage()
    message["Subject"] = "S"
    message.set_content("plain only")
    message.add_alternative("<p>rich</p>", subtype="html")
    message.add_alternative("BEGIN:VCALENDAR", subtype="calendar")
    read = page(bytes(message))
    assert "rich" in words(read)
    assert "plain only" not in words(read)


def test_a_forwarded_message_is_read_inside() -> None:
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("the forwarded words")
    outer = EmailMessage()
    outer["Subject"] = "Fwd: The Quay"
    outer.set_content("look at this")
    outer.add_attachment(inner)
    read = page(bytes(outer))
    assert read.front["title"] == "The Quay"
    assert "the forwarded words" in words(read)


@pytest.mark.parametrize(
    ("header", "body", "expected"),
    [
        ("Content-Type: text/plain; charset=gb2312", "中文镕".encode("gb18030"), "中文镕"),
        ("Content-Type: text/plain; charset=us-ascii", "naïve".encode(), "naïve"),
        ("Content-Type: text/plain; charset=utf-8", "caf\xe9".encode("latin-1"), "caf\ufffd"),
        ("Content-Type: text/plain; charset=iso-8859-1", "caf\xe9".encode("latin-1"), "café"),
        ("Content-Type: text/plain; charset=idna", b"words", "words"),
        ("Content-Type: text/plain; charset=zlib", b"words", "words"),
        ("Content-Type: text/plain; charset*=utf-8'en'%ff", b"words", "words"),
        ("Content-Transfer-Encoding: base64", b"d29y!!ZHM", "word"),
        ("Content-Transfer-Encoding: quoted-printable", b"w=6Frds=\n and", "words and"),
        ("Content-Transfer-Encoding: x-unknown", b"words", "words"),
        (
            "Content-Type: text/html",
            b'<meta charset="big5"><p>' + "渡船".encode("big5"),
            "渡船",
        ),
        ("Content-Type: multipart/mixed", b"no boundary at all", "no boundary"),
        ('Content-Type: multipart/mixed; boundary="b"', b"--b\n\nfirst\n--b\n\nsecond", "second"),
    ],
)
def test_encodings_right_and_wrong(header: str, body: bytes, expected: str) -> None:
    assert expected in words(page(HEAD.encode() + header.encode() + b"\n\n" + body))


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("=?utf-8?B?5ri=?= =?utf-8?B?oeWPow==?=", "渡口"),
        ("=?nonsense?Q?words?=", "words"),
        ("=?utf-8?B?!!!?=", None),
        ("渡口周刊", "渡口周刊"),
        ("Re=?: x", "Re=?: x"),
        ("a\n  folded line", "a folded line"),
        ("x" * 100_000, "x" * 2000),
    ],
)
def test_subjects(subject: str, title: str | None) -> None:
    read = page(f"From: a@b.example\nSubject: {subject}\n\nbody")
    assert title is None or read.front["title"] == title


@pytest.mark.parametrize(
    ("date", "written"),
    [
        ("Sun, 15 Nov 2026 08:00:00 +0100 (CET)", "2026-11-15 08:00:00+01:00"),
        ("15 Nov 2026 08:00:00 -0000", "2026-11-15 08:00:00+00:00"),
        ("Sun, 15 Nov 2026 08:00 GMT", "2026-11-15 08:00:00+00:00"),
        ("Sun, 99 Nov 2026 08:00:00 +0100", None),
        ("yesterday", None),
        ("1 Jan 0001 00:00:00 +9999", None),
        ("", None),
    ],
)
def test_dates(date: str, written: str | None) -> None:
    assert page(f"From: a@b.example\nDate: {date}\n\nbody").front.get("date") == written


def test_plain_text_like_a_printed_page_goes_to_the_newspaper_reader() -> None:
    lines = ["市政府开会", *["昨天上午市政府在北岸码头召开会议,讨论渡口新桥的通车事宜。"] * 9]
    read = page(HEAD + "Content-Type: text/plain; charset=utf-8\n\n" + "\n".join(lines))
    assert read.lines


def test_plain_text_headings_lists_and_signature() -> None:
    read = page(
        HEAD + "\nHello <all> & everyone.\n\nNEWS\n----\n\n- Bridge: https://a.example/1\n"
        "- Ferry (https://a.example/2)\n\nSee https://a.example/3.\n\n-- \nThe desk\n"
    )
    assert [(s.headline, s.link) for s in read.stories[:2]] == [
        ("Bridge", "https://a.example/1"),
        ("Ferry", "https://a.example/2"),
    ]
    assert read.introduction == "<p>Hello &lt;all&gt; &amp; everyone.</p>"
    assert read.furniture == ("-- \nThe desk",)


def test_what_runs_or_counts_does_not_come_through() -> None:
    read = page(
        HEAD + "Content-Type: text/html\n\n<h2>T</h2><p>Words<script>bad()</script>"
        '<img src="https://t.example/o.gif" width=1 height=1><img src="cid:gone"><img src="data:bad">'
        '<a href="javascript:bad()">x</a><iframe src="data:text/html,bad"></iframe></p>'
    )
    assert "bad" not in words(read)
    assert "t.example" not in words(read)
    assert "cid:" not in words(read)


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\x00\xff" * 50,
        b"no headers, just words",
        HEAD.encode() + b"\n",
        HEAD.encode() + b"Content-Type: application/pdf\n\nxx",
        HEAD.encode()
        + b"Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: a/b\n\nx\n--b--",
    ],
)
def test_what_holds_no_text_is_an_error(source: bytes) -> None:
    with pytest.raises(EditionError) as raised:
        page(source)
    assert raised.value.hint


def nested(depth: int) -> str:
    parts = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth)
    )
    return HEAD + parts + "Content-Type: text/plain\n\ninnermost"


@pytest.mark.parametrize(
    "source",
    [
        nested(50),
        nested(5000),
        HEAD + "X: " + "y" * 1_000_000 + "\n\nbody",
        HEAD + "X: y\n" * 50_000 + "\nbody",
        HEAD + "Content-Type: text/plain;" + " a=b;" * 20_000 + "\n\nbody",
        HEAD + "Subject: " + "=?utf-8?Q?a?= " * 20_000 + "\n\nbody",
        HEAD + "Content-Type: text/html\n\n" + "<div>" * 50_000,
        HEAD + "\n" + "> " * 50_000 + "x",
        HEAD + "\n" + "\n\n" * 50_000 + "x",
        HEAD + "\n" + "- x https://a.example/ \n" * 10_000,
        HEAD + "\n" + "-- \n" * 20_000,
        HEAD + 'Content-Type: multipart/mixed; boundary="b"\n\n' + "--b\n\nx\n" * 10_000,
    ],
    ids=range(12),
)
def test_hostile_messages_cost_little(source: str) -> None:
    started = time.process_time()
    try:
        page(source)
    except EditionError as error:
        assert error.hint
    assert time.process_time() - started < 10


def test_attachments_and_broken_rules_are_told() -> None:
    message = EmailMessage()
    message["Subject"] = "S"
    message.set_content("text")
    message.add_attachment(b"x", maintype="application", subtype="pdf", filename="a.pdf")
    assert codes(page(bytes(message))) == {"attachment-left-out"}
    assert codes(page(HEAD + "Content-Type: multipart/mixed\n\nwords")) == {"malformed-message"}


LINES = st.sampled_from(
    (
        *("Subject: x", "Content-Type: text/html", "Content-Type: multipart/mixed; boundary=b", ""),
        *("--b", "--b--", "Content-Transfer-Encoding: base64", "<p>words", "- item", "----", "=?"),
        *("Content-Type: multipart/alternative; boundary=c", "--c", "Content-ID: <a>", "Date: x"),
        *(
            "Content-Type: image/png",
            'Content-Type: text/plain; charset="',
            "=E4",
            "-- ",
            "# h",
            "\t",
        ),
    )
)


@given(st.lists(LINES, max_size=30).map("\n".join))
def test_any_lines_give_a_page_or_an_edition_error(lines: str) -> None:
    try:
        page("From: a@b.example\n" + lines)
    except EditionError as error:
        assert error.hint


@given(st.binary(max_size=400))
def test_any_bytes_give_a_page_or_an_edition_error(source: bytes) -> None:
    for raw in (source, HEAD.encode() + b"\n" + source, HEAD.encode() + source):
        try:
            page(raw)
        except EditionError as error:
            assert error.hint


def test_a_heading_that_is_not_the_subject_heads_a_story() -> None:
    html = "<h1>The bridge opens</h1><p>Today.</p><h2>Ferry</h2><p>Hourly.</p>"
    read = page(HEAD + "Content-Type: text/html\n\n" + html)
    assert read.front["title"] == "S"
    assert [story.headline for story in read.stories] == ["The bridge opens", "Ferry"]
    same = page(HEAD + "Content-Type: text/html\n\n" + html.replace("The bridge opens", "S"))
    assert [story.headline for story in same.stories] == ["Ferry"]
    assert same.introduction == "<p>Today.</p>"


def test_a_picture_that_the_text_shows_is_no_attachment() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "a@b.example", "S"
    message.set_content('<p>Tide</p><p><img src="cid:tide" alt="t"></p>', subtype="html")
    for name in ("tide", "other"):
        body = manuscripts.png((300, 200 if name == "tide" else 100))
        message.add_related(body, "image", "png", cid=f"<{name}>", filename=f"{name}.png")
    read = page(message.as_bytes())
    assert len(read.files) == 1
    assert [one.message.split(" is ")[0] for one in read.findings if "left-out" in one.code] == [
        "the attachment 'other.png'"
    ]
