"""Email pages to measure with: real editions from beside the checkout where they are, else invented.

The Markdown is rendered simply, one item per second-level heading; what counts is that the HTML is
real, not that it is read well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyromark

from publisher import config, sanitise
from publisher.config import Publication
from publisher.generators.email import compose
from publisher.generators.templates import Templates, load
from publisher.model import Edition, Item, Place
from publisher.output import for_output

SHARED = Path(__file__).resolve().parents[2] / "shared"
ARCHIVES = {"twir": "en", "perlweekly": "en", "ruanyf-weekly": "zh-Hans", "hellogithub": "zh-Hans"}
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PUBLICATION = """
title = "Riverbend Courier"
language = "en"
base_url = "https://courier.example/"
authority = "courier.example,2026"
[sender]
name = "Riverbend Courier"
address = "news@courier.example"
postal_address = "1 Quay Street, Riverbend"
"""
WORDS = [
    "river",
    "bridge",
    "ferry",
    "market",
    "council",
    "library",
    "harvest",
    "lantern",
    "quay",
    "morning",
]


@dataclass(frozen=True, slots=True)
class Page:
    """An edition's email before its styles are inlined."""

    archive: str
    name: str
    html: str


def pages(*, every: int = 1) -> Iterator[Page]:
    """Each `every`-th edition of each archive as an email page; 40 invented ones without archives."""
    publication, templates = config.loads(PUBLICATION), load(None)
    if not SHARED.is_dir():
        for number in range(0, 40, every):
            yield _page("invented", f"{number}", _invented(number), "en", publication, templates)
        return
    for archive, language in ARCHIVES.items():
        files = sorted((SHARED / "corpora" / archive).glob("*.[mj][ds]*"))
        for path in files[::every]:
            yield _page(archive, path.name, _stories(path), language, publication, templates)


def _page(
    archive: str,
    name: str,
    stories: list[tuple[str, str]],
    language: str,
    publication: Publication,
    templates: Templates,
) -> Page:
    items = tuple(_item(number, *story, language) for number, story in enumerate(stories, start=1))
    edition = Edition(
        id="2026-11-23",
        tag="tag:courier.example,2026:2026-11-23",
        day=date(2026, 11, 23),
        published=NOON,
        updated=NOON,
        title=name,
        language=language,
        items=items,
    )
    return Page(
        archive, name, compose(for_output(edition, publication), publication, templates).html
    )


def _item(number: int, title: str, html: str, language: str) -> Item:
    return Item(
        id=f"tag:courier.example,2026:2026-11-23-{number}",
        tail=f"2026-11-23-{number}",
        title=title,
        headline=title,
        place=Place("edition", number),
        body=sanitise.sanitise(html),
        published=NOON,
        updated=NOON,
        language=language,
    )


def _stories(path: Path) -> list[tuple[str, str]]:
    """Headline and HTML of each part of an edition."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".json":
        return [(entry["title"], entry["text"]) for entry in _entries(json.loads(text))]
    options = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
    parts = re.split(r"<h2>(.*?)</h2>", pyromark.html(text, options=options), flags=re.S)
    titled = zip([path.stem, *parts[1::2]], parts[::2], strict=True)
    return [(sanitise.plain(sanitise.sanitise(title)) or "-", html) for title, html in titled]


def _entries(edition: dict[str, Any]) -> Iterator[dict[str, str]]:
    for chapter in edition["chapters"]:
        for entry in chapter["entries"]:
            yield {"title": entry.get("title") or "-", "text": entry.get("text") or ""}


def _invented(number: int) -> list[tuple[str, str]]:
    """Stories of every shape that bodies take, their lengths and order by `number`."""
    stories = []
    for place in range(12 + number % 9):
        word = WORDS[(number + place) % len(WORDS)]
        links = "".join(
            f'<li><a href="https://{word}.example/{n}">The {word}, part {n}</a> &amp; <code>{n}</code></li>'
            for n in range(3 + place % 5)
        )
        body = (
            f"<p>The <em>{word}</em> opened at {place}.</p><ul>{links}</ul>"
            f"<blockquote><p>We waited for the <strong>{word}</strong>.</p></blockquote>"
            f"<table><tr><th>{word}</th><td>{place}</td></tr></table><pre><code>{word}\n</code></pre>"
            f'<p><img src="https://{word}.example/a.png" alt="{word}" width="800" height="600"><br>End</p>'
        )
        stories.append((f"The {word} in {place} lines", body))
    return stories
