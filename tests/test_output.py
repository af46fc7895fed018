"""Output form: addresses are absolute, and nothing but addresses has changed."""

from __future__ import annotations

import pytest

from publisher.config import Publication
from publisher.model import Edition, Enclosure, replace
from publisher.output import for_output
from tests import samples

HOME = "https://courier.example/"


def body(publication: Publication, edition: Edition, html: str) -> str:
    one = replace(edition, items=(samples.item("t", "A title", body=html),))
    return for_output(one, publication).items[0].body


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="x/y">z</a>', f'<a href="{HOME}x/y">z</a>'),
        ('<a href="//a.example/">z</a>', '<a href="https://a.example/">z</a>'),
        ('<a href="#note">z</a>', '<a href="#note">z</a>'),
        ('<a href="mailto:a@b.example">z</a>', '<a href="mailto:a@b.example">z</a>'),
        ('<img alt="a > b" src="p.jpg">', f'<img alt="a > b" src="{HOME}p.jpg">'),
        ('<video poster="p.jpg" src="v.mp4">', f'<video poster="{HOME}p.jpg" src="{HOME}v.mp4">'),
        ('<code>&lt;a href="x"&gt;</code>', '<code>&lt;a href="x"&gt;</code>'),
        ('<p>write href="x" there</p>', '<p>write href="x" there</p>'),
        ('<a href="http://[bad">z</a>', '<a href="http://[bad">z</a>'),
    ],
)
def test_addresses_in_tags_become_absolute(
    publication: Publication, edition: Edition, html: str, expected: str
) -> None:
    assert body(publication, edition, html) == expected


def test_enclosures_become_absolute(publication: Publication, edition: Edition) -> None:
    item = samples.item("t", "A title", enclosures=(Enclosure("a/b.mp3", 9, "audio/mpeg"),))
    done = for_output(replace(edition, items=(item,)), publication).items[0]
    assert done.enclosures[0].url == f"{HOME}a/b.mp3"


def test_every_item_says_its_language(publication: Publication, edition: Edition) -> None:
    items = (samples.item("a", "A title", language=""), samples.item("b", "题", language="zh-Hans"))
    chinese = for_output(replace(edition, items=items, language="en-GB"), publication)
    assert [item.language for item in chinese.items] == ["en-GB", "zh-Hans"]


def test_punctuation_widens_in_text_only(edition: Edition) -> None:
    wide = samples.publication('[look]\npunctuation = "full-width"\n')
    html = body(wide, edition, '<p><a href="https://x.example/?a,b">渡口,新桥</a></p>')
    assert html == '<p><a href="https://x.example/?a,b">渡口，新桥</a></p>'
