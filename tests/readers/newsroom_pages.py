"""Reading the newsroom fixtures, and what every one of their readers must do with anything at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from publisher.config import Reading
from publisher.errors import EditionError
from publisher.model import Page
from publisher.readers import read_page
from publisher.sanitise import sanitise
from tests.goldens import assert_golden
from tests.readers.reading import named

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "newsroom"


def read(source: bytes | str, name: str) -> Page:
    raw = source.encode() if isinstance(source, str) else source
    return read_page(raw, name=name, options=Reading())


def fixture(name: str) -> Page:
    return read((FIXTURES / name).read_bytes(), name)


def assert_as_golden(name: str) -> None:
    """The whole reading of a fixture, empty fields left out, beside it as JSON."""
    shown = {key: value for key, value in named(fixture(name)).items() if value and key != "name"}
    shown["stories"] = [
        {key: value for key, value in story.items() if value} for story in shown["stories"]
    ]
    golden = json.dumps(shown, ensure_ascii=False, indent=1, default=str) + "\n"
    assert_golden(FIXTURES / f"{name}.golden.json", golden.encode())


def assert_sound(source: bytes, name: str) -> None:
    """A page whose every body is clean and whose titles stand, or an EditionError that says why."""
    try:
        page = read(source, name)
    except EditionError as error:
        assert error.problem
        assert error.where == name
        return
    for story in page.stories:
        assert story.title.strip()
        assert sanitise(story.body) == story.body
        for text in texts(story.title, story.headline, story.dateline, *story.kicker, *story.tags):
            assert text == " ".join(text.split())
            assert "\u202e" not in text


def texts(*values: str | None) -> Iterator[str]:
    return (value for value in values if value is not None)


def broken(source: bytes, at: int, new: bytes) -> bytes:
    """`source` with the bytes at `at` overwritten: near enough to the format to get deep into it."""
    at %= len(source) + 1
    return source[:at] + new + source[at + len(new) :]
