"""ninjs items and packages, of both generations, become stories."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import EditionError
from publisher.model import Page, Person
from tests.readers.newsroom_pages import FIXTURES, assert_as_golden, assert_sound, broken, read

MORNING = (FIXTURES / "morning.ninjs3.json").read_bytes()
MARKET = (FIXTURES / "market.ninjs2.json").read_bytes()
PICTURE = {
    "type": "picture",
    "renditions": [{"href": "https://p.example/a.jpg", "contenttype": "image/jpeg"}],
}


def page(*items: Any, **fields: Any) -> Page:
    root = (
        list(items) if items else {"uri": "urn:x", "type": "text", "pubstatus": "usable", **fields}
    )
    return read(json.dumps(root), "x.json")


def codes(found: Page) -> list[str]:
    return [finding.code for finding in found.findings if finding.code != "derived-title"]


@pytest.mark.parametrize("name", ["morning.ninjs3.json", "market.ninjs2.json"])
def test_the_fixtures_read_as_their_goldens(name: str) -> None:
    assert_as_golden(name)


def test_keys_are_read_in_both_spellings() -> None:
    old = MORNING
    for key in (b"versionCreated", b"pubStatus", b"contentType", b"sizeInBytes"):
        old = old.replace(key, key.lower())
    assert old != MORNING
    assert read(old, "x.json").stories == read(MORNING, "x.json").stories


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"body_xhtml": "<p>X</p>", "body_text": "T"}, "<p>X</p>"),
        ({"body_html": "<p>H</p>"}, "<p>H</p>"),
        ({"body_text": "1 < 2\n\nB"}, "<p>1 &lt; 2</p><p>B</p>"),
        (
            {"bodies": [{"value": "T"}, {"contenttype": "text/html", "value": "<p>H</p>"}]},
            "<p>H</p>",
        ),
        (
            {
                "bodies": [
                    {"role": "short", "contenttype": "text/html", "value": "S"},
                    {"role": "main", "contenttype": "text/html; charset=utf-8", "value": "M"},
                ]
            },
            "M",
        ),
        ({"bodies": [{"contenttype": "application/nitf+xml", "value": "<nitf/>"}]}, ""),
        ({"bodies": {"main": {"contenttype": "text/plain", "value": "T"}}}, "<p>T</p>"),
        ({"bodies": "text"}, ""),
    ],
)
def test_the_richest_body_is_taken(fields: dict[str, Any], body: str) -> None:
    (story,) = page(headline="H", **fields).stories
    assert story.body == body


def test_a_body_that_cannot_be_read_is_named() -> None:
    found = page(headline="H", bodies=[{"contenttype": "application/nitf+xml", "value": "<nitf/>"}])
    assert codes(found) == ["content-left-out"]


@pytest.mark.parametrize(
    ("fields", "people"),
    [
        ({"byline": "By Ann Quill"}, (Person("Ann Quill", "By"),)),
        ({"by": "Ann Quill & Bob Vane"}, (Person("Ann Quill"), Person("Bob Vane"))),
        (
            {"bylines": [{"value": "Ann Quill", "role": "Reporter"}]},
            (Person("Ann Quill", "Reporter"),),
        ),
        ({"bylines": [{"name": "许青"}], "by": None}, (Person("许青"),)),
        ({"by": 7}, ()),
    ],
)
def test_bylines(fields: dict[str, Any], people: tuple[Person, ...]) -> None:
    assert page(headline="H", **fields).stories[0].byline == people


def test_a_list_of_items_is_a_page_of_stories() -> None:
    first = {"headline": "A", "type": "text", "versioncreated": "2026-11-23T06:00:00Z"}
    found = page(first, {"headline": "B", "type": "text"}, "no item")
    assert [story.title for story in found.stories] == ["A", "B"]
    assert found.front["date"] == "2026-11-23 06:00:00+00:00"
    assert "title" not in found.front


def test_pictures_belong_to_the_text_that_they_are_associated_with() -> None:
    found = page(headline="H", body_text="T", associations={"one": PICTURE, "two": PICTURE})
    assert [image.src for image in found.stories[0].images] == ["https://p.example/a.jpg"]


def test_a_package_has_a_title_and_its_packages_are_sections() -> None:
    text = {"type": "text", "headline": "A"}
    inner = {"type": "composite", "headline": "Inner", "associations": [text, PICTURE]}
    found = page(
        type="composite", headline="Outer", associations=[inner, {**text, "headline": "B"}]
    )
    assert found.front["title"] == "Outer"
    assert [(story.section, story.kind) for story in found.stories] == [
        (("Inner",), "article"),
        (("Inner",), "photo"),
        ((), "article"),
    ]


def test_what_the_file_only_refers_to_is_named() -> None:
    reference = {"type": "text", "uri": "https://desk.example/items/9"}
    film = {"type": "video", "renditions": [{"href": "https://p.example/a.mp4"}]}
    found = page(headline="H", body_text="T", associations=[reference, film])
    assert codes(found) == ["media-left-out", "media-left-out"]
    assert "https://desk.example/items/9" in found.findings[1].message


@pytest.mark.parametrize("status", ["withheld", "canceled", "Canceled"])
def test_what_may_not_be_published_is_not(status: str) -> None:
    found = page(headline="H", pubstatus=status)
    assert found.stories == ()
    assert codes(found) == ["held-story"]


def test_an_embargo_is_when_the_story_appears() -> None:
    found = page(headline="H", embargoed="2026-11-24T06:00:00+08:00")
    assert str(found.stories[0].dated) == "2026-11-23 22:00:00+00:00"
    assert codes(found) == ["embargoed-story"]


def test_hostile_values_do_nothing() -> None:
    (story,) = page(
        headline="A\u202e\u0007\nB",
        body_html='<p onclick="x()">T<script>a</script><a href="javascript:b()">c</a>\u202e</p>',
        associations=[
            {"type": "picture", "renditions": [{"href": "javascript:a", "mimetype": "image/png"}]}
        ],
    ).stories
    assert (story.title, story.body, story.images) == ("A B", "<p>Tc</p>", ())


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('{"bodies": [', r"x\.json:1: this is no valid JSON: "),
        ('{"bodies":\n1,}', r"x\.json:2:3: this is no valid JSON"),
        ('{"bodies": ' + "[" * 200_000, "nested too deep"),
        ('{"bodies": ' + "9" * 5000 + "}", "out of range - "),
        ('{"bodies": "\\ud800"}', "no valid JSON"),
        ('{"bodies": [],\n"headline": "a",\n"headline": "b"}', r"x\.json:3: the key 'headline' st"),
        ('[{"bodies": [{"value": 1,\n"value": 2}]}]', r"x\.json:2: the key 'value' stands twice"),
        ('["bodies", {"bodies": []}', r"x\.json:1"),
        ('"{\\"bodies\\": 1}" "bodies":', r"x\.json:1"),
        ('[[{"bodies": []}]]', "holds no item"),
    ],
)
def test_broken_json_is_an_error(source: str, message: str) -> None:
    with pytest.raises(EditionError, match=message):
        read(source, "x.json")


def test_associations_nested_without_end_are_cut_off() -> None:
    item: dict[str, Any] = {"type": "text", "headline": "Deepest"}
    for depth in range(90):
        item = {"type": "text", "headline": str(depth), "associations": [item]}
    assert 1 < len(page({**item, "pubstatus": "usable"}).stories) < 10


KEYS = st.sampled_from(
    [
        *("type", "uri", "headline", "headlines", "bodies", "body_html", "value", "role", "by"),
        *("contenttype", "associations", "renditions", "href", "width", "sizeinbytes", "bylines"),
        *("located", "subjects", "keywords", "language", "versioncreated", "pubstatus"),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(KEYS, JSON))
def test_any_values_under_its_keys_give_a_page_or_an_error(root: dict[str, Any]) -> None:
    assert_sound(json.dumps({"pubstatus": "usable", **root}).encode(), "x.json")


@given(st.sampled_from([MORNING, MARKET]), st.integers(0), st.binary(max_size=12))
def test_any_bytes_in_it_give_a_page_or_an_error(source: bytes, at: int, new: bytes) -> None:
    assert_sound(broken(source, at, new), "x.json")
