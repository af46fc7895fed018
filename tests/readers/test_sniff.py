"""Formats whose files end alike are told apart by their bytes, in linear time."""

from __future__ import annotations

import time

import pytest

from publisher.config import Reading
from publisher.errors import EditionError
from publisher.readers import read_page
from publisher.readers.sniff import contains, json_keys, xml_root


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"<nitf>", True),
        (b"<nitf/>", True),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- <rss> -->\n<n:nitf xmlns:n="urn:x">', True),
        (b'<!DOCTYPE nitf SYSTEM "nitf.dtd" [ <!ENTITY a "b"> ]>\n<nitf>', True),
        (b"<newsItem><nitf>", False),
        (b"<nitfy>", False),
        (b"<!-- <nitf> --><rss>", False),
        (b"nitf", False),
        (b"", False),
    ],
)
def test_the_root_element_decides(source: bytes, expected: bool) -> None:
    assert xml_root("nitf")(source) is expected


def test_a_key_is_no_quotation_of_one() -> None:
    assert json_keys("bodies")(b'{"items": [{"bodies" : []}]}')
    assert not json_keys("bodies")(rb'{"text": "the key \"bodies\": is an array"}')
    assert not json_keys("bodies")(b'{"other": "bodies"}')


def test_words_match_in_any_case() -> None:
    assert contains("<!--enpproperty")(b"<p>\n<!--ENPproperty <title>")


@pytest.mark.parametrize(
    "hostile", [b"<!---->", b"<!--", b"<?x?>", b"<!DOCTYPE ", b"<!DOCTYPE x[", b" "]
)
def test_sniffing_takes_linear_time(hostile: bytes) -> None:
    started = time.perf_counter()
    xml_root("nitf")(hostile * (2_000_000 // len(hostile)))
    assert time.perf_counter() - started < 1


def test_a_file_of_no_known_format_is_an_error_that_names_them() -> None:
    with pytest.raises(EditionError, match=r"x\.xml: this file is in none .* NITF"):
        read_page(b"<other/>", name="x.xml", options=Reading())


@pytest.mark.parametrize("ending", ["xml", "rss", "json", "html", "md", "txt"])
def test_an_empty_file_is_called_empty(ending: str) -> None:
    with pytest.raises(EditionError, match="this file is empty"):
        read_page(b" \n", name=f"x.{ending}", options=Reading())
