"""Editions in JSON: our schema, JSON Feed, and other shapes by their keys."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import config
from publisher.config import JsonKeys, Reading
from publisher.errors import EditionError
from publisher.model import Enclosure, Image, Page, Person
from publisher.readers import read_page
from publisher.readers.codes import CODES
from publisher.readers.json_edition.schema import Edition
from publisher.sanitise import sanitise

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "json"
KEYS = JsonKeys(
    title="letter.subject",
    date="letter.sent",
    header="hello",
    footer="bye",
    sections="parts",
    section_title="name",
    section_header="above",
    items="entries",
    item_title="head",
    item_body="words",
    item_author="who",
    item_date="ts",
    item_tags="tags",
)
MAPPED = Reading(json=KEYS, authors={"anna": "Anna Reed"})
KNOWN_KEYS = (
    *("title", "items", "sections", "parts", "entries", "head", "words", "ts", "url"),
    *("version", "content_html", "html", "date", "tags", "who", "link", "hello"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KNOWN_KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def read(source: object, options: Reading = Reading()) -> Page:  # noqa: B008 - frozen
    text = source if isinstance(source, str) else json.dumps(source, ensure_ascii=False)
    return read_page(text.encode("utf-8", "surrogatepass"), name="x.json", options=options)


def failure(source: object, options: Reading = Reading()) -> EditionError:  # noqa: B008 - frozen
    with pytest.raises(EditionError) as caught:
        read(source, options)
    assert caught.value.hint
    return caught.value


@pytest.fixture(scope="module")
def ours() -> Page:
    return read((FIXTURES / "edition.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def mapped() -> Page:
    return read((FIXTURES / "weekly.json").read_text(encoding="utf-8"), MAPPED)


def test_our_schema_gives_what_the_edition_says_of_itself(ours: Page) -> None:
    assert ours.front == {
        "title": "Monday on the river",
        "date": "2026-11-23 07:30",
        "number": "41",
        "language": "en",
    }
    assert ours.introduction == "<p>Good morning. <em>High water</em> is at nine.</p>"
    assert not ours.findings


def test_our_schema_gives_stories_in_order_under_their_sections(ours: Page) -> None:
    assert [(story.title, story.section, story.kind) for story in ours.stories] == [
        ("Correction", (), "notice"),
        ("News", ("News",), "article"),
        ("Ferry fares stay <as they are>", ("News",), "article"),
        ("https://court.example/list", ("News", "Courts"), "link"),
        ("雾起的时候,渡口只听得见橹声。", ("副刊",), "article"),
        ("That was Monday.", (), "article"),
    ]
    assert [story.place.line for story in ours.stories] == [9, 12, 16, 31, 36, 1]
    assert ours.stories[0].body == "<p>The bridge opened on Sunday.</p><p>We said Saturday.</p>"
    assert [story.headline_derived for story in ours.stories] == [False] * 3 + [True] * 3


def test_our_schema_fills_every_field_of_a_story(ours: Page) -> None:
    story = ours.stories[2]
    assert story.kicker == ("Transport", "Council")
    assert story.subheadline == "Seven votes to two"
    assert story.byline == (Person("A. Quill"), Person("B. Vane", "and"))
    assert story.dateline == "RIVERBEND"
    assert story.dated == datetime(2026, 11, 22, 13, 15, tzinfo=UTC)
    assert story.link == "https://council.example/fares"
    assert story.body == "<p>The council voted.</p>"
    image = Image("https://courier.example/ferry.jpg", "The ferry", 640, 480, credit="C. Lens")
    assert story.images == (image,)
    assert story.photo_credit == ("C. Lens",)
    sound = Enclosure("https://courier.example/vote.mp3", 48213, "audio/mpeg")
    assert story.enclosures == (sound,)
    assert story.tags == ("ferry", "council")
    assert ours.stories[4].language == "zh-Hans"


@pytest.mark.parametrize(
    ("source", "line", "problem"),
    [
        ('{\n "titel": "x"}', 1, "titel: there is no such key"),
        ('{"sections": [\n{"items": [{},\n{"title": 3}]}]}', 3, "sections[0].items[1].title: exp"),
        ('{"items": [\n\n{"head": "x"}]}', 3, "items[0].head: there is no such key"),
        ('{"items": [{"kind": "poem"}]}', 1, "items[0].kind: invalid enum value"),
        ('{"items": [{"images": [{"src": ""}]}]}', 1, "items[0].images[0].src: expected str"),
        ('{"items": {"a": 1}}', 1, "items: expected array, got object"),
        ('{"title": "x",\n"items": [1,,2]}', 2, "no valid JSON"),
        ('{"title": "x",\n"items": [', 2, "no valid JSON"),
        ("[]", 1, "no object"),
        ("3", 1, "no object"),
        ('{"title": ' + "[" * 200_000, None, "too deep"),
        ('{"number": 1' + "0" * 5000 + "}", 1, "no valid JSON"),
        ('{"title": "\\ud800"}', 1, "no valid JSON"),
    ],
)
def test_what_is_wrong_is_named_with_its_path_and_line(
    source: str, line: int | None, problem: str
) -> None:
    error = failure(source)
    assert problem in error.problem
    assert error.line == line


@pytest.mark.parametrize(
    ("source", "key", "line"),
    [
        ('{"items": [{"title": "A"}],\n\n"items": []}', "items", 3),
        ('{"title": "T",\n"items": [{"title": "A", "number": 1,\n"title": "B"}]}', "title", 3),
    ],
)
def test_a_key_that_stands_twice_hides_nothing(source: str, key: str, line: int) -> None:
    error = failure(source)
    assert f"'{key}' stands twice" in error.problem
    assert error.line == line


def test_a_key_may_stand_again_as_a_value_or_in_another_object() -> None:
    found = read('{"title": "title", "items": [{"title": "title"}, {"title": "tags", "tags": []}]}')
    assert [story.title for story in found.stories] == ["title", "tags"]


def test_escapes_bring_in_nothing_that_may_not_be_published() -> None:
    page = read({"title": "a\x02b\u202e", "items": [{"title": "c\x00d", "text": "e\x1bf\u2066"}]})
    assert page.front["title"] == "ab"
    assert (page.stories[0].title, page.stories[0].body) == ("cd", "<p>ef</p>")


def test_an_item_with_nothing_in_it_is_left_out_with_a_warning() -> None:
    page = read({"items": [{}, {"title": "Boats"}]})
    assert [story.title for story in page.stories] == ["Boats"]
    assert [(one.severity, one.code) for one in page.findings] == [("warning", "empty-item")]


def test_the_schema_in_the_docs_is_ours_and_takes_the_example() -> None:
    root = Path(__file__).resolve().parents[2] / "docs"
    written = json.loads((root / "edition.schema.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(msgspec.json.schema(Edition)))
    example = re.search(r"```json\n(.*?)```", (root / "readers.md").read_text("utf-8"), re.DOTALL)
    assert example
    for text in (example[1], (FIXTURES / "edition.json").read_text(encoding="utf-8")):
        jsonschema.validate(json.loads(text), written)
        assert not read(text).findings
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"titel": "x"}, written)


def test_json_feed() -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "River notes",
        "language": "en",
        "home_page_url": "https://notes.example/",
        "_custom": {"about": "ignored"},
        "items": [
            {
                "id": 7,
                "url": "https://notes.example/7",
                "external_url": "https://paper.example/",
                "title": "On locks",
                "content_html": "<p>Locks <b>work</b>.</p>",
                "date_published": "2026-11-20T10:00:00Z",
                "authors": [{"name": "Anna Reed"}, {"url": "https://b.example"}],
                "tags": ["locks"],
                "image": "https://notes.example/lock.jpg",
                "attachments": [
                    {"url": "https://a.example/1.mp3", "mime_type": "audio/mpeg"},
                    {
                        "url": "https://a.example/2.mp3",
                        "mime_type": "audio/mpeg",
                        "size_in_bytes": 9,
                    },
                ],
            },
            {"id": "8", "content_text": "One.\n\nTwo & <three>.", "author": {"name": "Ben"}},
        ],
    }
    page = read(feed)
    first, second = page.stories
    assert page.front == {"title": "River notes", "language": "en"}
    assert (first.title, first.link) == ("On locks", "https://paper.example/")
    assert first.byline == (Person("Anna Reed"),)
    assert first.dated == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert [one.length_bytes for one in first.enclosures] == [9]
    assert [one.src for one in first.images] == ["https://notes.example/lock.jpg"]
    assert second.body == "<p>One.</p><p>Two &amp; &lt;three&gt;.</p>"
    assert (second.headline, second.byline) == (None, (Person("Ben"),))


def test_a_json_feed_whose_items_are_wrong_is_named() -> None:
    error = failure({"version": "https://jsonfeed.org/version/1.1", "items": [{"title": 3}]})
    assert error.problem.startswith("items[0].title: expected str")


def test_other_shapes_by_their_keys(mapped: Page) -> None:
    assert mapped.front == {"title": "Sails and oars", "date": "2026-11-23"}
    assert mapped.introduction == "<p>Dear rowers,</p><p>the river is <b>high</b>.</p><p>7</p>"
    assert [(story.title, story.section) for story in mapped.stories] == [
        ("Reports", ("Reports",)),
        ("One oar is enough", ("Reports",)),
        ("One oar is enough", ("Reports",)),
        ("No date at all", ("Reports",)),
        ("Regatta", ("Events",)),
        ("Nothing", ("Nothing",)),
        ("Row well.", ()),
    ]


def test_items_of_other_shapes(mapped: Page) -> None:
    _, first, second, third, fourth, _, _ = mapped.stories
    assert first.link == second.link == "https://oars.example/one"
    assert first.body == "<p>Short.</p><p>Two parts.</p>"
    assert (first.byline, first.tags) == ((Person("Anna Reed"),), ("oars",))
    assert second.byline == (Person("ben"), Person("Anna Reed"))
    assert (second.kind, second.tags) == ("link", ())
    assert first.dated == second.dated == datetime(2026, 11, 20, tzinfo=UTC)
    assert (third.link, third.dated) == (None, None)
    assert (fourth.tags, fourth.dated) == (("race", "open", "free"), None)


def test_dates_after_the_editions_are_not_told_to_be_written_otherwise() -> None:
    edition = {"letter": {"sent": "2013-08-12"}}
    page = read({**edition, "parts": [{"entries": [{"head": "x", "ts": "2013-09-12"}]}]}, MAPPED)
    assert [(one.code, "2026-11-23" in one.hint) for one in page.findings] == [
        ("unread-date", False)
    ]


def test_a_file_of_another_shape_is_told_where_to_name_its_keys() -> None:
    assert "[reading.json]" in failure({"letter": {}, "parts": []}).hint


def test_what_is_odd_in_other_shapes_is_told_and_never_fails(mapped: Page) -> None:
    assert [(one.severity, one.code, one.place.line) for one in mapped.findings] == [
        ("warning", "dead-link", 12),
        ("info", "unread-date", 12),
        ("warning", "empty-item", 13),
        ("info", "unread-date", 18),
    ]
    assert {one.code for one in mapped.findings} <= set(CODES)
    assert mapped.findings[1].message.startswith("parts[0].entries[2]: '2026.11' is no date")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2013.08.10", 10),
        ("2013-08-10", 10),
        ("2013/08/10", 10),
        ("2013.08,10", 10),
        ("2013.08/10", 10),
        ("2013.08.10.", 10),
        ("2013.08.9", 9),
        (" 2013.08.10 ", 10),
        ("2013.08", None),
        ("2013.08.", None),
        ("2013.", None),
        ("2013.08.100", None),
        ("213.08.10", None),
        ("2013.13.10", None),
        ("2013.08.10.10", None),
        ("soon", None),
    ],
)
def test_dates_of_items_in_many_shapes(written: str, day: int | None) -> None:
    edition = {"letter": {"sent": "2013-08-12"}, "parts": []}
    page = read({**edition, "parts": [{"entries": [{"head": "x", "ts": written}]}]}, MAPPED)
    assert page.stories[0].dated == (datetime(2013, 8, day, tzinfo=UTC) if day else None)
    assert [one.code for one in page.findings] == ([] if day else ["unread-date"])


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ({"title": "x"}, "parts: expected an array, got nothing"),
        ({"parts": "x"}, "parts: expected an array, got text"),
        ({"parts": [{}, 3]}, "parts[1]: expected an object, got a number"),
        ({"parts": [{"entries": {}}]}, "parts[0].entries: expected an array, got an object"),
        ({"parts": [{"entries": [None]}]}, "parts[0].entries[0]: expected an object"),
        ({"parts": [{"entries": [{"head": {}}]}]}, "parts[0].entries[0].head: expected text"),
    ],
)
def test_a_file_of_another_shape_than_the_keys_say_is_named(source: object, problem: str) -> None:
    error = failure(source, MAPPED)
    assert error.problem.startswith(problem)
    assert "[reading.json]" in error.hint


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ('<a href="https://jobs.example/?a=1&b=2">Jobs by Harbour</a>', "Jobs by Harbour"),
        ("Jobs by <em>Harbour</em><br>and Quay", "Jobs by Harbour and Quay"),
        ("Fog &amp; foghorns: it&#39;s &lt;here&gt;", "Fog & foghorns: it's <here>"),
        ("What does print <0>; do?", "What does print <0>; do?"),
        ("(?<NAME>...) & C", "(?<NAME>...) & C"),
        ("Why <p> needs no end", "Why <p> needs no end"),
    ],
)
def test_titles_of_other_shapes_that_are_html_are_told_by_their_words(
    written: str, title: str
) -> None:
    edition = {"subject": written, "sent": "2026-11-23"}
    page = read(
        {"letter": edition, "parts": [{"name": written, "entries": [{"head": written}]}]}, MAPPED
    )
    assert page.front["title"] == title
    assert page.stories[0].title == title
    assert page.stories[0].section == (title,)


def test_items_without_sections_and_names_inside_arrays() -> None:
    keys = JsonKeys(items="data.posts", item_author="people.name")
    posts = [{"title": "A", "people": [{"name": "Anna"}, {"name": "Ben"}]}]
    page = read({"data": {"posts": posts}}, Reading(json=keys))
    assert page.stories[0].byline == (Person("Anna"), Person("Ben"))


def test_the_mapping_comes_before_formats_that_the_keys_look_like() -> None:
    keys = JsonKeys(items="posts", item_body="body_html")
    page = read({"posts": [{"title": "A", "body_html": "Text."}]}, Reading(json=keys))
    assert page.stories[0].body == "<p>Text.</p>"


def sound(page: Page) -> bool:
    bodies = [page.introduction, *(story.body for story in page.stories)]
    return all(sanitise(body) == body for body in bodies) and all(one.title for one in page.stories)


@given(JSON)
def test_any_json_gives_a_page_or_an_error(value: object) -> None:
    for options in (Reading(), MAPPED):
        try:
            page = read(value, options)
        except EditionError as error:
            assert error.hint
        else:
            assert sound(page)


@given(st.dictionaries(st.just("items"), st.lists(st.dictionaries(st.sampled_from(["title", "html", "date", "link"]), st.text()), min_size=1)))  # fmt: skip
def test_any_text_in_our_schema_gives_sound_stories(value: object) -> None:
    assert sound(read(value))


@given(st.binary())
def test_any_bytes_give_a_page_or_an_error(source: bytes) -> None:
    try:
        read_page(b"{" + source, name="x.json", options=MAPPED)
    except EditionError as error:
        assert error.hint


@pytest.mark.shared
def test_a_whole_archive_comes_through(shared: Path) -> None:
    """784 editions: 21,832 entries, and 822 stories of prose that stands above or below them."""
    profile = Path(__file__).resolve().parents[2] / "bench" / "profiles" / "perlweekly.toml"
    options = config.load(profile).reading
    entries = told = doubled = 0
    odd: list[tuple[str, str]] = []
    for path in (shared / "corpora" / "perlweekly").glob("*.json"):
        source = path.read_bytes()
        page = read_page(source, name=path.name, options=options)
        value = json.loads(source)
        wanted = [entry["title"] for part in value["chapters"] for entry in part["entries"]]
        prose = sum(bool(p.get("header") or p.get("footer")) for p in value["chapters"])
        entries += len(wanted)
        told += len(page.stories)
        assert len(page.stories) == len(wanted) + prose + bool(value.get("footer"))
        odd += [(one.place.file, one.code) for one in page.findings if one.severity != "info"]
        links = [story.link for story in page.stories if story.link]
        doubled += len(set(links)) < len(links)
    assert (entries, told, doubled) == (21_832, 22_654, 64)
    assert [one for one in odd if one[1] != "dead-link"] == [("82.json", "control-character")]
    assert len(odd) == 1 + 34  # a U+0083 in a title; links without an address, and one `httpss:`
