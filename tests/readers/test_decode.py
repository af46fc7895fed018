"""Bytes become text, or an error that names the byte."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.decode import LIMIT_BYTES, decode, strip_controls
from publisher.errors import EditionError

CHINESE = "渡口新桥今晨通车,步行过河只要六分钟。船工老许说:“等了三年。”"
TRADITIONAL = "渡口新橋今晨通車，步行過河只要六分鐘。船工老許說：「等了三年。」"
JAPANESE = "渡し場の新しい橋が今朝開通した。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
def test_auto_knows_these(encoding: str) -> None:
    assert decode(CHINESE.encode(encoding), name="x.txt") == CHINESE


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(TRADITIONAL, "big5"), (JAPANESE, "shift_jis"), (CHINESE, "gb18030"), (CHINESE, "utf-8")],
)
def test_declared_encodings(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), name="x.txt", encoding=encoding) == text


def test_auto_reads_traditional_gb18030() -> None:
    assert decode(TRADITIONAL.encode("gb18030"), name="x.txt") == TRADITIONAL


def test_a_byte_order_mark_beats_the_declared_encoding() -> None:
    assert decode(CHINESE.encode("utf-8-sig"), name="x.txt", encoding="big5") == CHINESE


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TRADITIONAL, "big5"),
        (JAPANESE, "shift_jis"),
        ("Привет, товарищи, как ваши дела", "cp1251"),
        ("Élan vital à l’âge", "cp1252"),
    ],
)
def test_auto_never_makes_mojibake_of_other_encodings(text: str, encoding: str) -> None:
    with pytest.raises(EditionError, match="byte"):
        decode(text.encode(encoding), name="x.txt")


@pytest.mark.parametrize(
    ("text", "codec", "top"),
    [
        (TRADITIONAL, "big5", '<meta http-equiv="Content-Type" content="text/html; charset=big5">'),
        (CHINESE, "gb18030", '<meta charset="gb2312"/>'),
        ("Élan vital à l’âge", "cp1252", '<?xml version="1.0" encoding="ISO-8859-1"?>'),
        ("Привет, товарищи", "cp1251", "<?xml version='1.0' encoding='windows-1251'?>"),
        (CHINESE, "utf-8", '<?xml version="1.0" encoding="GB2312"?>'),
        (CHINESE, "gb18030", '<?xml version="1.0" encoding="UTF-8"?>'),
        (CHINESE, "gb18030", '<?xml version="1.0" encoding="ISO-2022-JP"?>'),
    ],
)
def test_markup_declares_its_encoding_and_may_be_wrong(text: str, codec: str, top: str) -> None:
    assert decode(f"{top}\n{text}".encode(codec), name="x.xml") == f"{top}\n{text}"


@pytest.mark.parametrize("label", ["hex", "rot13", "utf-7", "unicode_escape", "idna", "x" * 99])
def test_no_codec_is_looked_up_because_a_file_names_it(label: str) -> None:
    with pytest.raises(EditionError, match="is not UTF-8"):
        decode(f'<?xml encoding="{label}"?>'.encode() + b"\xff", name="x.xml")


def test_an_undecodable_byte_is_named_with_its_line() -> None:
    with pytest.raises(EditionError) as caught:
        decode(b"one\ntwo \xff three", name="editions/x.txt")
    assert str(caught.value).startswith("editions/x.txt:2: byte 8 (0xFF) is not UTF-8")


def test_an_undecodable_byte_in_a_declared_encoding() -> None:
    with pytest.raises(EditionError, match=r"byte 2 \(0xFF\) is not Big5"):
        decode(b"ab\xff", name="x.txt", encoding="big5")


@pytest.mark.parametrize(
    ("head", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04\x14", "ZIP"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "Word"),
        (b"{\\rtf1 words", "rich text"),
        (b"text\0text", "NUL at byte 4"),
    ],
)
def test_binary_is_refused_by_name(head: bytes, what: str) -> None:
    with pytest.raises(EditionError, match=what):
        decode(head, name="x.md")


def test_fifty_megabytes_are_refused_at_once() -> None:
    source = b"a" * 50_000_000
    start = time.perf_counter()
    with pytest.raises(EditionError, match="more than 20,000,000 bytes"):
        decode(source, name="x.md")
    assert time.perf_counter() - start < 0.5
    assert len(decode(source[:LIMIT_BYTES], name="x.md")) == LIMIT_BYTES


def test_newlines_become_one_kind_and_none_is_lost() -> None:
    assert decode(b"a\r\nb\rc\nd\r\n\r\ne", name="x.txt") == "a\nb\nc\nd\n\ne"


@given(st.binary(max_size=300), st.sampled_from(["auto", "utf-8", "gb18030", "big5", "shift_jis"]))
def test_any_bytes_decode_or_raise_an_edition_error(source: bytes, encoding: str) -> None:
    try:
        text = decode(source, name="x.txt", encoding=encoding)
    except EditionError as error:
        assert error.where == "x.txt"
        assert error.hint
    else:
        assert "\r" not in text
        text.encode("utf-8")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\x85\0")))
def test_utf8_text_comes_back_as_it_was(text: str) -> None:
    source = text.encode()
    if not source.startswith((b"\xef\xbb\xbf", b"GIF8", b"RIFF", b"%PDF-", b"{\\rtf")):
        assert decode(source, name="x.txt") == text


def test_controls_go_with_a_warning_and_zero_width_characters_with_a_note() -> None:
    text, findings = strip_controls("one\n\x02two\x07\u200b\u202ethree\ufeff", "x.md")
    assert text == "one\ntwothree"
    assert [(f.severity, f.code, f.place.line) for f in findings] == [
        ("warning", "control-character", 2),
        ("warning", "bidi-control", 2),
        ("info", "invisible-character", 2),
    ]
    assert findings[0].message == "control characters left out (2, the first is U+0002)"


def test_joiners_tabs_and_form_feeds_stay() -> None:
    text = "👩\u200d🚒\tक्\u200c\fnext"
    assert strip_controls(text, "x.md") == (text, ())
