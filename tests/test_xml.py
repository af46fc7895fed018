"""XML and HTML from outside: what is refused, what is shown, and that nothing is fetched."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import xml
from publisher.errors import EditionError

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def refused(text: str) -> str:
    with pytest.raises(EditionError) as caught:
        xml.parse(text, name="x.xml")
    assert caught.value.line is not None
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]>\n<a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x "y">]>\n<a>unused</a>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>\n<a/>',
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>\n<a>&l9;</a>',
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>\n<a b="&l9;"/>',
        f'<!DOCTYPE a [<!ENTITY x "{"y" * 100_000}">]>\n<a>{"&x;" * 10_000}</a>',
    ],
)
def test_entities_are_refused_at_once(text: str) -> None:
    started = time.perf_counter()
    assert "declares entities" in refused(text)
    assert time.perf_counter() - started < 1


def test_no_file_of_this_machine_comes_in(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    assert "hidden" not in refused(
        f'<!DOCTYPE a [<!ENTITY x SYSTEM "{secret.as_uri()}">]>\n<a>&x;</a>'
    )
    include = f'<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="{secret.as_uri()}" parse="text"/></a>'
    assert "hidden" not in xml.words(xml.parse(include, name="x.xml"))


def test_a_named_dtd_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "x.dtd").write_text('<!ATTLIST a b CDATA "from the DTD">')
    root = xml.parse(f'<!DOCTYPE a SYSTEM "{tmp_path.as_uri()}/x.dtd"><a/>', name="x.xml")
    assert root.get("b") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<a>\n<b>", "x.xml:2:4: this is no well-formed XML: Premature end of data in tag b"),
        ("", "x.xml:1"),
        ("<a>\n&nbsp;</a>", "x.xml:2:7: this is no well-formed XML: Entity 'nbsp' not defined"),
        ('<!DOCTYPE a SYSTEM "a.dtd">\n<a>\n&nbsp;</a>', "the entity &nbsp; is not known"),
        ("<a>" * 1000, "nested deeper than 256"),
        ("<a>&#2;</a>", "no well-formed XML"),
        ("<a/><b/>", "Extra content at the end of the document"),
    ],
)
def test_an_error_says_where(text: str, message: str) -> None:
    assert message in refused(text)


def test_an_entity_of_html_is_told_to_be_written_out() -> None:
    with pytest.raises(EditionError) as caught:
        xml.parse("<a>&eacute;</a>", name="x.xml")
    assert "the character itself" in (caught.value.hint or "")


def test_lines_count_from_the_file_whatever_stands_above() -> None:
    text = '<?xml version="1.0"\n encoding="utf-16"?>\n<a>\n<b/></a>'
    assert xml.line(xml.parse(text, name="x.xml", first_line=10)[0]) == 13


def test_text_and_html_of_an_element() -> None:
    root = xml.parse(
        '<a xmlns:n="urn:n">1 &lt; 2<!-- no --><?no?> <n:em xml:lang="zh" n:x="y" t="&quot;">甲\n乙</n:em>'
        "<skip>3</skip><block>4<br/></block>&#x202e;</a>",
        name="x.xml",
    )
    assert xml.words(root) == "1 < 2 甲 乙34"
    shown = xml.inner_html(root, rename={"em": "i", "block": ""}, skip=frozenset(("skip",)))
    assert shown == '1 &lt; 2 <i t="&quot;" lang="zh">甲\n乙</i>4<br>\u202e'


def test_paths_go_by_local_names() -> None:
    root = xml.parse('<a><x:b xmlns:x="urn:x"><c/></x:b><b><d/><c i="2"/></b></a>', name="x.xml")
    assert [element.get("i") for element in xml.find_all(root, "b", "c")] == [None, "2"]
    assert [xml.local(element) for element in xml.find_all(root, "*", "*")] == ["c", "d", "c"]
    assert xml.find(root, "b", "e") is None


@pytest.mark.parametrize("tag", ["<div>", "<table><td>", "<a>", "<x", "<p>", "<!--", "</p>"])
def test_html_that_is_all_nesting_takes_little_time(tag: str) -> None:
    started = time.perf_counter()
    with suppress(EditionError):  # tags within tags
        xml.parse_html(tag * (400_000 // len(tag)), name="x.html")
    assert time.perf_counter() - started < 2


@given(st.text())
def test_any_text_is_a_page_of_html(text: str) -> None:
    legal = "".join(char for char in text if char >= " " and not "\ud800" <= char <= "\udfff")
    assert xml.local(xml.parse_html(legal, name="x.html")) == "html"
