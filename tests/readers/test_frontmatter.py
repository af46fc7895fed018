"""YAML, `Key: value` lines, or nothing; prose is never swallowed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.errors import EditionError
from publisher.frontmatter import split


def test_yaml_values_are_kept_as_written_and_lines_stay_true() -> None:
    matter = split(
        "---\nTitle: 'The #14 edition'\ndate: 2026-11-23\nnumber: 007\ndraft: no\n"
        "tags: [river, boats]\nauthor:\n  name: A. Quill\n---\nFirst line\n",
        name="x.md",
    )
    assert matter.values == {
        "title": "The #14 edition",
        "date": "2026-11-23",
        "number": "007",
        "draft": "no",
        "tags": "river, boats",
        "author.name": "A. Quill",
    }
    assert matter.lines["date"] == 3
    assert (matter.body, matter.first_line) == ("First line\n", 10)


def test_header_lines_take_raw_strings() -> None:
    matter = split("Title: #14 - [x]: y\nDate: 2026-1-2\nCategory:\n\n# News\n", name="x.md")
    assert matter.values == {"title": "#14 - [x]: y", "date": "2026-1-2", "category": ""}
    assert (matter.body, matter.first_line) == ("\n# News\n", 4)


def test_dots_close_yaml_too() -> None:
    assert split("---\ntitle: x\n...\nbody", name="x.md").body == "body"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "---\n",
        "Police: two held after the fire\n\nMore below.\n",
        "Police: two held after the fire\nMayor: one more\nand so on\n",
        "本报讯: 昨天\n更多\n",
        "---\n渡口新桥今晨通车\n---\n第二篇\n",
        "---\nA story, with prose: and a colon\n---\n",
        "---\nHe said: we go\n---\n",
        "---\n记者: 某某\n---\n",
        "日期：2026-11-23\n\n正文\n",
        "Date: the word begins a sentence here\nand it goes on\n",
    ],
)
def test_prose_and_story_breaks_are_no_front_matter(text: str) -> None:
    matter = split(text, name="x.txt")
    assert (matter.body, matter.values, matter.first_line) == (text, {}, 1)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("---\ntitle: a: b\n---\n", "x.md:2:9", "not valid YAML"),
        ("---\ntitle: x\nlist: [a\n---\n", "x.md:4", "not valid YAML"),
        ("---\na: &x [1]\nb: *x\n---\n", "x.md:3:4", "aliases are not read"),
        ("---\ntitle: x\nno end\n", "x.md:1", "no end"),
        ("---\ntitle: x\nTitle: y\n---\n", "x.md:3", "a second time"),
        ("Title: x\ntitle: y\n\nbody", "x.md:2", "a second time"),
        ("---\na: " + "[" * 3000 + "\n---\n", "x.md:1", "nested too deep"),
        ("---\ntitle: " + "x" * 70_000 + "\n---\n", "x.md:1", "more than 64,000"),
    ],
)
def test_broken_front_matter_names_line_and_reason(text: str, place: str, words: str) -> None:
    with pytest.raises(EditionError) as caught:
        split(text, name="x.md")
    assert str(caught.value).startswith(place)
    assert words in str(caught.value)
    assert caught.value.hint


def test_a_yaml_bomb_costs_nothing() -> None:
    levels = "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 9)}]\n" for n in range(1, 40))
    start = time.perf_counter()
    with pytest.raises(EditionError, match="aliases"):
        split(f"---\nk0: &k0 [x]\n{levels}---\n", name="x.md")
    assert time.perf_counter() - start < 1


def test_values_hold_no_characters_that_xml_forbids() -> None:
    assert split('---\ntitle: "a\\u0001b\\ud800"\n---\n', name="x.md").values["title"] == "a b"


@given(st.text(alphabet="-:#&*[]{}\"'!|> \nabtitledate.é中", max_size=80))
def test_any_text_splits_or_raises_an_edition_error(tail: str) -> None:
    for text in (tail, "---\n" + tail, "---\ntitle: " + tail + "\n---\nbody", "Title: " + tail):
        try:
            matter = split(text, name="x.md")
        except EditionError:
            continue
        assert text.endswith(matter.body)
        assert matter.first_line == text[: len(text) - len(matter.body)].count("\n") + 1
