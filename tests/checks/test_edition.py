"""What the checks see in an edition as read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.checks.edition import CODES, PLACEHOLDERS, check_draft, check_drafts
from publisher.model import Doubt, Draft, Image, Page, Place, Story, replace
from tests import samples

HERE = Place("editions/a.md", 3)


def story(title: str = "A headline", **changes: Any) -> Story:
    return Story(title=title, place=HERE, headline=title, **changes)


def draft(*stories: Story, **changes: Any) -> Draft:
    values: dict[str, Any] = {
        "id": "2026-11-23",
        "day": date(2026, 11, 23),
        "instant": samples.MORNING,
        "title": "An edition",
        "language": "en",
        "stories": stories,
        "sources": ("editions/a.md",),
    }
    return Draft(**{**values, **changes})


def codes(*drafts: Draft, toml: str = "") -> list[tuple[str, str]]:
    found = check_drafts(drafts, samples.publication(toml))
    assert all(one.message and one.code in CODES for one in found)
    return [(one.severity, one.code) for one in found]


@pytest.mark.parametrize(
    ("file", "example"),
    [("a.md", "![the new bridge at dawn](bridge.jpg)"), ("a.docx", "the new bridge at dawn")],
)
def test_the_advice_for_a_picture_is_in_the_edition_s_format(file: str, example: str) -> None:
    shown = replace(story(images=(Image("assets/e/a.jpg"),)), place=Place(file))
    (finding,) = check_draft(draft(shown), samples.publication())
    assert finding.hint.endswith(f": {example}")


def test_a_sound_edition_has_no_findings() -> None:
    body = (
        '<p>Text <a href="https://a.example/b">link</a> <a href="mailto:a@b.example">post</a></p>'
    )
    assert codes(draft(story(body=body, link="https://a.example/"))) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "TODO: a title"}, "placeholder"),
        ({"body": "<p>More TK here</p>"}, "placeholder"),
        ({"body": '<p><a href="https://a.example/REDDIT_LINK_HERE">x</a></p>'}, "placeholder"),
        ({"body": "<p>See [the report][report]</p>"}, "broken-reference"),
        ({"body": "<p>As said[^2]</p>"}, "broken-reference"),
        ({"link": "about.html"}, "relative-link"),
        ({"link": ""}, None),
        ({"body": '<p><a href="hhttps://a.example">x</a></p>'}, "odd-link"),
        ({"body": '<p><a href="mail:a@b.example">x</a></p>'}, "odd-link"),
        ({"body": '<p><img src="https://a.example/a.jpg" /></p>'}, "image-without-alt"),
        ({"images": (Image("assets/e/a.jpg"),)}, "image-without-alt"),
        ({"body": "<p><code>TODO [a][b]</code></p>"}, None),
        ({"body": "<p>Tokyo TKO, the todo list</p>"}, None),
        ({"title": "TODO"}, "placeholder"),
        ({"kicker": ("[FIXME]",)}, "placeholder"),
        ({"title": "A title (TODO: shorten)"}, "placeholder"),
        ({"title": "TODO lists, and how to finish them"}, None),
        ({"title": "Remove the last FIXME"}, None),
        ({"title": "Use or_default for or_else(XXX::new)"}, None),
        ({"body": "<p>Rain.</p><p><strong>TODO</strong> ask the mayor</p>"}, "placeholder"),
        ({"body": "<p>Rain.<br />XXX</p>"}, "placeholder"),
        ({"body": "<p>It cost （TODO） pounds</p>"}, "placeholder"),
        ({"body": "<p>Put it on the TODO list. It is a TODO</p>"}, None),
        ({"body": "<p><code>a</code> TODO comments</p>"}, None),
        ({"link": "https://a.example/LINK_HERE"}, "placeholder"),
        ({"body": '<p><a href="https://a.example/TODO">x</a></p>'}, None),
        ({"body": "<p>Steer with [w][a][s][d]</p>"}, None),
        ({"body": '<pre>&lt;link href="core.css"&gt; href="core.css"</pre>'}, None),
        ({"body": '<p><a href="">x</a></p>'}, "odd-link"),
    ],
)
def test_each_blemish_is_named(changes: dict[str, Any], code: str | None) -> None:
    expected = [] if code is None else [("warning", code)]
    assert codes(draft(story(**changes))) == expected


def test_a_placeholder_in_the_editions_own_title() -> None:
    (found,) = check_draft(draft(story(), title="TODO: name it"), samples.publication())
    assert (found.code, str(found.place)) == ("placeholder", "editions/a.md")


def test_own_placeholders_come_on_top() -> None:
    toml = '\n[checks]\nplaceholders = ["待补"]\n'
    assert codes(draft(story(body="<p>此处待补</p>")), toml=toml) == [("warning", "placeholder")]


def test_two_editions_of_one_id_are_an_error_that_names_both() -> None:
    second = draft(story(), sources=("editions/b.md",))
    found = check_drafts([draft(story()), second], samples.publication())
    assert [one.code for one in found] == ["duplicate-edition"]
    assert "editions/a.md" in found[0].message
    assert found[0].place.file == "editions/b.md"


def test_an_empty_edition_is_an_error() -> None:
    assert codes(draft()) == [("error", "empty-edition")]


def test_the_same_story_twice() -> None:
    assert codes(draft(story(), story())) == [("warning", "duplicate-story")]


def test_what_differs_in_its_kicker_or_date_is_not_the_same_story() -> None:
    later = datetime(2026, 11, 24, tzinfo=UTC)
    two = (story(kicker=("Monday",)), story(kicker=("Tuesday",)))
    assert codes(draft(*two)) == []
    assert codes(draft(story(), story(dated=later))) == []


def test_a_picture_without_words_is_named_once() -> None:
    body = '<p><img src="https://a.example/a.jpg?b=1&amp;c=2" /></p>'
    pictured = story(body=body, images=(Image("https://a.example/a.jpg?b=1&c=2"),))
    (found,) = check_draft(draft(pictured), samples.publication())
    assert "https://a.example/a.jpg?b=1&c=2 has" in found.message


def page(doubts: int, refused: str = "", name: str = "editions/a.txt") -> Page:
    doubt = Doubt(4, "headline", "label", 0.5, ("short",))
    return Page(name=name, stories=(), doubts=(doubt,) * doubts, refused=refused)


def test_nobody_is_asked_to_write_into_a_pdf() -> None:
    pages = [page(1), page(1, name="editions/a.PDF")]
    text, pdf = [
        check_drafts([draft(story(), pages=(one,))], samples.publication())[-1] for one in pages
    ]
    assert "a .txt file" not in text.hint
    assert "a .txt file" in pdf.hint


def test_doubts_are_notes_until_there_are_too_many() -> None:
    toml = "\n[reading]\nmax_doubts = 2\n"
    assert codes(draft(story(), pages=(page(2),)), toml=toml) == [("info", "doubt")] * 2
    found = codes(draft(story(), pages=(page(3),)), toml=toml)
    assert found[-1] == ("error", "doubts-above-limit")


def test_of_a_refused_page_nothing_is_told_again() -> None:
    refused = page(9, refused="its columns are interleaved")
    assert codes(draft(story(), pages=(refused,))) == []
    assert codes(draft(pages=(refused,))) == []


@settings(max_examples=50)
@given(st.from_regex(PLACEHOLDERS.pattern))
def test_a_placeholder_holds_one_of_the_marks_that_are_looked_for_first(text: str) -> None:
    assert any(mark in text for mark in PLACEHOLDERS.marks)
