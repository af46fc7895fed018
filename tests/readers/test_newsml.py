"""NewsML-G2 items and packages become stories in the package's order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import EditionError
from publisher.model import Page, Person
from tests.readers.newsroom_pages import FIXTURES, assert_as_golden, assert_sound, broken, read

EVENING = (FIXTURES / "evening.newsml.xml").read_bytes()
NAMESPACE = 'xmlns="http://iptc.org/std/nar/2006-10-01/"'


def item(guid: str, text: str = "", *, meta: str = "", content: str = "", status: str = "") -> str:
    held = f'<pubStatus qcode="stat:{status}"/>' if status else ""
    data = f"<inlineData>{text}</inlineData>" if text else ""
    return (
        f'<newsItem guid="{guid}"><itemMeta><versionCreated>2026-11-23T07:30:00Z</versionCreated>{held}'
        f"</itemMeta><contentMeta>{meta}</contentMeta><contentSet>{content}{data}</contentSet></newsItem>"
    )


def single(text: str = "Text.", **parts: str) -> Page:
    return read(item("a", text, **parts).replace("<newsItem", f"<newsItem {NAMESPACE}", 1), "x.xml")


def message(*elements: str) -> Page:
    inside = "".join(elements)
    return read(f"<newsMessage {NAMESPACE}><itemSet>{inside}</itemSet></newsMessage>", "x.xml")


def package(groups: str, root: str = "r", guid: str = "p") -> str:
    return f'<packageItem guid="{guid}"><groupSet root="{root}">{groups}</groupSet></packageItem>'


def refs(*guids: str) -> str:
    return "".join(f'<itemRef residref="{guid}"/>' for guid in guids)


def titles(page: Page) -> list[str]:
    return [story.title for story in page.stories]


def codes(page: Page) -> list[str]:
    return [finding.code for finding in page.findings if finding.code != "derived-title"]


def test_the_fixture_reads_as_its_golden() -> None:
    assert_as_golden("evening.newsml.xml")


def test_a_single_item() -> None:
    page = single(meta="<headline>Head</headline><creator><name>Ann Quill</name></creator>")
    (story,) = page.stories
    assert (story.headline, story.byline) == ("Head", (Person("Ann Quill"),))
    assert page.front["date"] == "2026-11-23 07:30:00+00:00"
    assert "title" not in page.front


def test_a_package_orders_its_items_and_the_rest_follow() -> None:
    groups = f'<group id="r">{refs("c")}<groupRef idref="g"/>{refs("a")}</group><group id="g"><title>Inner</title>{refs("b")}</group>'
    page = message(item("a", "A"), item("b", "B"), item("c", "C"), item("d", "D"), package(groups))
    assert titles(page) == ["C", "B", "A", "D"]
    assert [story.section for story in page.stories] == [(), ("Inner",), (), ()]


def test_a_package_without_groups_names_its_items_itself() -> None:
    page = message(item("a", "A"), item("b", "B"), f"<packageItem>{refs('b', 'a')}</packageItem>")
    assert titles(page) == ["B", "A"]


def test_of_alternatives_the_first_that_is_there_is_told() -> None:
    groups = f'<group id="r" mode="pgrmod:alt">{refs("gone", "b", "a")}</group>'
    page = message(item("a", "A"), item("b", "B"), package(groups))
    assert titles(page) == ["B"]
    assert codes(page) == ["unresolved-reference"]


def test_groups_and_packages_that_name_each_other_end() -> None:
    groups = f'<group id="r"><groupRef idref="s"/>{refs("p", "q")}</group><group id="s"><groupRef idref="r"/>{refs("a")}</group>'
    other = package(f'<group id="r">{refs("p", "b")}</group>', guid="q")
    page = message(package(groups), other, item("a", "A"), item("b", "B"))
    assert titles(page) == ["A", "B"]


def test_groups_in_groups_without_end_are_cut_off() -> None:
    chain = "".join(f'<group id="g{n}"><groupRef idref="g{n + 1}"/></group>' for n in range(5000))
    page = message(package(chain, root="g0"), item("a", "A"))
    assert titles(page) == ["A"]
    assert codes(page) == ["unresolved-reference"]


def test_items_without_an_id_are_not_lost() -> None:
    assert titles(message(item("", "A"), item("", "B"))) == ["A", "B"]


PICTURE = '<remoteContent href="https://p.example/{}.jpg" contenttype="image/jpeg" width="{}"/>'


def test_a_picture_beside_one_text_belongs_to_it_and_else_stands_alone() -> None:
    picture = item("pic", meta="<headline>Pic</headline>", content=PICTURE.format("a", 900))
    one = f'<group id="r">{refs("a", "pic")}</group>'
    two = f'<group id="r">{refs("a", "pic", "b")}</group>'
    together = message(item("a", "A"), picture, package(one))
    assert [len(story.images) for story in together.stories] == [1]
    apart = message(item("a", "A"), item("b", "B"), picture, package(two))
    assert [(story.title, story.kind) for story in apart.stories] == [
        ("A", "article"),
        ("Pic", "photo"),
        ("B", "article"),
    ]


def test_the_rendition_that_fits_is_chosen() -> None:
    sizes = "".join(PICTURE.format(width, width) for width in (100, 1600, 800, 9000))
    assert single(content=sizes).stories[0].images[0].width == 1600
    assert single(content=PICTURE.format("big", 9000)).stories[0].images[0].width == 9000


@pytest.mark.parametrize("status", ["withheld", "canceled"])
def test_what_may_not_be_published_is_not(status: str) -> None:
    page = single("Secret.", status=status)
    assert page.stories == ()
    assert codes(page) == ["held-story"]


@pytest.mark.parametrize(
    "content",
    [
        '<remoteContent href="https://desk.example/a.nitf" contenttype="application/nitf+xml"/>',
        '<remoteContent href="file:///etc/passwd" contenttype="text/plain"/>',
        '<remoteContent href="https://p.example/a.mp4" contenttype="video/mp4"/>',
    ],
)
def test_what_stands_elsewhere_is_named_and_not_fetched(content: str) -> None:
    page = single("", meta="<headline>Head</headline>", content=content)
    assert codes(page) == ["content-left-out"]
    assert content.split('"')[1] in page.findings[0].message


def test_content_that_is_no_text_is_named() -> None:
    page = single(
        "",
        content='<inlineData encoding="base64">AAAA</inlineData><inlineXML><sports-content/></inlineXML>',
    )
    assert page.stories == ()
    assert codes(page) == ["content-left-out", "content-left-out"]


def test_a_headline_beside_a_text_stays_a_story() -> None:
    groups = f'<group id="r">{refs("a", "b")}</group>'
    page = message(item("a", "A"), item("b", meta="<headline>B</headline>"), package(groups))
    assert titles(page) == ["A", "B"]


def test_html_as_text_is_sanitised() -> None:
    content = '<inlineData contenttype="text/html">&lt;p onclick="x"&gt;A&lt;script&gt;b&lt;/script&gt;</inlineData>'
    assert single("", content=content).stories[0].body == "<p>A</p>"


def test_broken_xml_is_an_error_with_its_line() -> None:
    with pytest.raises(EditionError, match=r"x\.xml:1:\d+: this is no well-formed XML"):
        read(f"<newsItem {NAMESPACE}><itemMeta>", "x.xml")


@given(st.integers(0), st.binary(max_size=12))
def test_any_bytes_in_it_give_a_page_or_an_error(at: int, new: bytes) -> None:
    assert_sound(broken(EVENING, at, new), "x.xml")
