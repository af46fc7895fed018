"""Text for people: filled by display width with kinsoku, links as numbers, nothing of tags left."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import slots
from publisher.config import Publication
from publisher.generators.plaintext import render_text
from publisher.generators.prose import Links, _paragraphs, _parsed, prose
from publisher.generators.templates import load
from publisher.generators.wrap import _CLOSING, _OPENING, COLUMNS, _chunks, fill, width
from publisher.model import Edition, Enclosure, replace
from publisher.sanitise import sanitise
from publisher.text import is_cjk
from tests import samples

MIXED = st.text(
    st.sampled_from("渡口新桥正式通车，。！？“”《》（）、ab c-dé ー々…— 12.,()"), max_size=300
)


@given(MIXED, st.integers(10, COLUMNS))
def test_filled_text_keeps_every_character_and_the_width(text: str, columns: int) -> None:
    lines = fill(text, columns=columns).split("\n")
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for line in lines:
        assert width(line) <= columns or " " not in line.strip()


@given(MIXED)
def test_no_line_begins_with_what_closes_or_ends_with_what_opens(text: str) -> None:
    lines = fill(f"始{text}", columns=20).split("\n")
    for before, after in pairwise(lines):
        assert before[-1] not in _OPENING
        assert after[0] not in _CLOSING or after[0].isascii()


INLINE = st.recursive(
    st.sampled_from(
        [
            *("text", " ", "&amp;", "&lt;b&gt;", "&nbsp;", "中", "<br>", "<br/>", "\n", "(", "."),
            *('<img src="https://x.example/a.png">', '<img alt=" " src="https://x.example/a.png">'),
            '<img src="https://x.example/" title=" alt=" alt="a &quot;b&quot;\n &amp;lt;" width="1">',
        ]
    ),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.partition(' ')[0]}>",
        st.sampled_from(
            ["em", "code", "span", 'a href="https://x.example/?a=1&amp;b=2"', 'a href="text"']
        ),
        st.lists(inner, max_size=3),
    ),
    max_leaves=6,
)
BODY = st.lists(
    st.lists(INLINE, max_size=4).map(lambda parts: f"<p>{''.join(parts)}</p>")
    | INLINE
    | st.sampled_from(["\n", "<ul><li>x</li></ul>", "<hr/>"]),
    max_size=4,
).map(lambda parts: sanitise("".join(parts)))


@given(BODY)
def test_simple_paragraphs_are_read_as_a_parser_would(html: str) -> None:
    links, parsed_links = Links(["https://known.example/"]), Links(["https://known.example/"])
    blocks = _paragraphs(html, links)
    if blocks is not None:
        assert (blocks, links) == (_parsed(html, parsed_links), parsed_links)


PLAIN = st.text(st.sampled_from("ab(é’“ "), max_size=120)


@given(PLAIN, st.integers(10, COLUMNS), st.sampled_from(["", "- "]))
def test_plain_text_is_filled_as_any_other(text: str, columns: int, first: str) -> None:
    """The short ways give what the long one does: a character that is not plain asks for that."""
    known = fill(text, columns=columns, first=first, rest="  ").split("\n")
    other = fill(text.replace("a", "я"), columns=columns, first=first, rest="  ").split("\n")
    assert [line.replace("a", "я") for line in known] == other


@given(st.text(st.sampled_from("ab(）（，。ー中国“” \t.　"), max_size=40))
def test_chunks_are_parted_wherever_a_line_may_break(text: str) -> None:
    chunks = _chunks(text)
    assert "".join(chunks).replace(" ", "") == text.replace(" ", "").replace("\t", "")
    for before, chunk in pairwise(chunks):
        after = chunk.removeprefix(" ")
        assert before[-1] not in _OPENING
        assert after[0] not in _CLOSING or (after != chunk and not is_cjk(after[0]))
        assert after != chunk or is_cjk(before[-1]) or is_cjk(after[0])
    for chunk in chunks:
        for before, after in pairwise(chunk.replace(" ", "")):
            held = before in _OPENING or after in _CLOSING
            assert held or not (is_cjk(before) or is_cjk(after))


def test_a_full_stop_never_stands_at_the_start_of_a_line() -> None:
    text = "渡" * 36 + "。" + "口" * 35 + "，桥"
    assert fill(text) == "渡" * 35 + "\n" + "渡。" + "口" * 34 + "\n口，桥"


def test_english_is_filled_at_spaces_and_addresses_stay_whole() -> None:
    address = "https://courier.example/" + "a" * 80
    assert fill(f"See {address} now", columns=20) == f"See\n{address}\nnow"


def test_prefixes_count() -> None:
    assert fill("渡口新桥", columns=8, first="- ", rest="  ") == "- 渡口新\n  桥"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One &amp; two</p><p>three<br/>four</p>", "One & two\n\nthree\nfour"),
        ("<p>a  b\n c</p>", "a b c"),
        ("loose <b>text</b><p>then a paragraph</p>", "loose text\n\nthen a paragraph"),
        ("<ul><li>a</li><li><p>b</p><ol start='3'><li>c</li></ol></li></ul>", "- a\n- b\n  3. c"),
        ("<ol><li value='7'>a</li><li>b</li></ol>", "7. a\n8. b"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<h3>票价不变</h3><p>x</p>", "票价不变\n--------\n\nx"),
        ("<pre><code>if a:\n    b()\n</code></pre>", "    if a:\n        b()"),
        ("<p>a</p><hr/><p>b</p>", "a\n\n* * *\n\nb"),
        ("<dl><dt>a</dt><dd>b</dd></dl>", "a\n\n  b"),
        ('<p>x <img src="https://x.example/" alt="新桥"/></p>', "x [新桥]"),
        ('<p><img src="https://x.example/" alt=""/></p>', ""),
        ("<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby></p>", "漢(かん)"),
        (
            "<table><thead><tr><th>船</th><th>Time</th></tr></thead>"
            "<tbody><tr><td>渡轮一号</td><td>9:00</td></tr></tbody></table>",
            "船        Time\n--------  ----\n渡轮一号  9:00",
        ),
        ("<p>&lt;b&gt; is not a tag</p>", "<b> is not a tag"),
        ("", ""),
    ],
)
def test_html_as_text(html: str, text: str) -> None:
    assert prose(html, Links()) == text


def test_a_wide_table_becomes_lines() -> None:
    row = f"<tr><td>{'long ' * 12}</td><td>{'words ' * 8}</td></tr>"
    text = prose(f"<table><tr><th>One</th><th>Two</th></tr>{row}</table>", Links())
    assert text.startswith("One: long long")
    assert "\nTwo: words words" in text
    assert all(width(line) <= COLUMNS for line in text.split("\n"))


def test_links_are_numbered_in_order_and_only_once() -> None:
    links = Links()
    html = (
        '<p><a href="https://a.example/">first</a> and <a href="https://b.example/">第二</a>, '
        '<a href="https://a.example/">first</a> again, <a href="https://c.example/">https://c.example/</a>, '
        '<a href="mailto:desk@d.example">desk@d.example</a></p>'
    )
    assert prose(html, links) == (
        "first [1] and 第二[2], first [1] again, https://c.example/,\ndesk@d.example"
    )
    assert links.listed() == "[1] https://a.example/\n[2] https://b.example/"


def rendered(publication: Publication, edition: Edition) -> str:
    templates = load(None)
    words = templates.words(edition.language)
    return render_text(edition, edition.items, publication, words, words_in=templates.words)


def test_the_edition_has_its_links_and_the_unsubscribe_address(
    publication: Publication, edition: Edition
) -> None:
    text = rendered(publication, edition)
    assert f"https://courier.example/unsubscribe/{slots.TOKEN}\n" in text
    assert "https://tides.example/winter\n" in text
    assert "渡口新桥今晨通车\n================\n" in text
    assert "grants [1]" in text
    assert "1 Quay Street, Riverbend" in text
    assert "</" not in text
    assert "\n\n\n\n" not in text
    assert all(width(line) <= COLUMNS for line in text.split("\n") if "://" not in line)


def test_bare_links_stand_in_a_list(publication: Publication, edition: Edition) -> None:
    links = tuple(
        samples.item(
            f"x{n}", f"Link {n}", kind="link", body="", summary="", link=f"https://x.example/{n}"
        )
        for n in range(2)
    )
    text = rendered(publication, replace(edition, items=(*links, edition.items[1])))
    assert "\n\n- Link 0\n  https://x.example/0\n- Link 1\n  https://x.example/1\n\n\n" in text


def test_a_recording_has_its_address(publication: Publication, edition: Edition) -> None:
    files = tuple(
        Enclosure(f"https://courier.example/{n}.mp3", 1, "audio/mpeg", title)
        for n, title in enumerate(("", "The second part"))
    )
    item = samples.item("x", "A talk", body="", summary="", enclosures=files)
    told = rendered(publication, replace(edition, items=(item,))).partition("A talk\n======\n\n")[2]
    assert told.startswith(
        "Listen and download:\nhttps://courier.example/0.mp3\n\n"
        "The second part:\nhttps://courier.example/1.mp3\n"
    )


def test_a_long_edition_lists_its_sections(publication: Publication, edition: Edition) -> None:
    items = tuple(
        samples.item(f"x{n}", f"Story {n}", section=(f"Part {n // 10}", "a")) for n in range(20)
    )
    text = rendered(publication, replace(edition, items=items))
    assert "In this edition\n  - Part 0\n  - Part 1\n\n" in text


def test_summaries_lead_to_the_story(edition: Edition) -> None:
    text = rendered(samples.publication('[email]\ntext = "summary"\n'), edition)
    assert "Read on: https://courier.example/items/2026-11-23-bbbbbbbbbb/\n" in text
    assert "阅读全文：https://courier.example/items/2026-11-23-aaaaaaaaaa/\n" in text
    assert "票价不变\n--------" not in text


def test_an_edition_without_items_is_still_a_letter(
    publication: Publication, edition: Edition
) -> None:
    assert slots.TOKEN in rendered(publication, replace(edition, items=()))
