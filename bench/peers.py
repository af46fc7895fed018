"""The same editions for three programs: ours, Hugo and Pelican, each set up as its manual begins."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from bench.pages import WORDS

PROFILES = Path(__file__).parent / "profiles"
# Feeds of editions in three formats, a page and an email for each edition.
WHOLE = """
[feeds]
entries = "editions"
sections = false
limit = 20
[site]
item_pages = "none"
[email]
limit_bytes = 1000000
"""
_HUGO = """
baseURL = "https://twir.example/"
title = "This Week in Rust"
disableKinds = ["taxonomy", "term", "sitemap", "404"]
[outputs]
home = ["html", "rss"]
section = ["html"]
[services.rss]
limit = 20
[markup.goldmark.renderer]
unsafe = true
"""
_PAGE = "<!doctype html><html lang=en><title>{{ .Title }}</title><h1>{{ .Title }}</h1>{{ .Content }}</html>"
_LIST = (
    "<!doctype html><html lang=en><title>{{ .Title }}</title><ul>{{ range .RegularPages }}"
    "<li><a href='{{ .RelPermalink }}'>{{ .Title }}</a></li>{{ end }}</ul></html>"
)
_PELICAN = """
SITENAME, SITEURL, AUTHOR = "This Week in Rust", "https://twir.example", "The editors"
PATH, TIMEZONE, DEFAULT_LANG = "content", "UTC", "en"
FEED_ALL_ATOM, FEED_ALL_RSS, FEED_MAX_ITEMS = "feeds/atom.xml", "feeds/rss.xml", 20
CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
"""


def ours(folder: Path, editions: Sequence[Path], profile: str) -> Path:
    """A publication of ours with `editions`, read by the profile of that name."""
    (folder / "editions").mkdir(parents=True)
    for path in editions:
        shutil.copy(path, folder / "editions" / path.name)
    text = (PROFILES / f"{profile}.toml").read_text("utf-8")
    (folder / "publisher.toml").write_text(text + WHOLE, "utf-8")
    return folder


def hugo(folder: Path, editions: Sequence[Path]) -> Path:
    """A Hugo site with two templates of a line each, so that it has as little to do as possible."""
    (folder / "content" / "posts").mkdir(parents=True)
    (folder / "layouts" / "_default").mkdir(parents=True)
    (folder / "hugo.toml").write_text(_HUGO, "utf-8")
    (folder / "layouts" / "_default" / "single.html").write_text(_PAGE, "utf-8")
    (folder / "layouts" / "_default" / "list.html").write_text(_LIST, "utf-8")
    for path in editions:
        head, _, body = path.read_text("utf-8", "replace").partition("\n\n")
        title = head.partition("\n")[0].partition(":")[2].strip()
        # A shortcode is Hugo's own language, which these editions do not speak.
        plain = body.replace("{{", "{ {")
        year, month, day = path.name.split("-")[:3]
        front = f"title: {json.dumps(title)}\ndate: {year}-{month:0>2}-{day:0>2}"
        text = f"---\n{front}\n---\n{plain}"
        (folder / "content" / "posts" / path.name).write_text(text, "utf-8")
    return folder


def pelican(folder: Path, editions: Sequence[Path]) -> Path:
    """A Pelican site with its own simple theme; the editions are written in its format."""
    (folder / "content").mkdir(parents=True)
    (folder / "pelicanconf.py").write_text(_PELICAN + 'THEME = "simple"\n', "utf-8")
    for path in editions:
        shutil.copy(path, folder / "content" / path.name)
    return folder


def invented(folder: Path, count: int) -> Path:
    """A publication of ours with `count` daily editions of ten stories, until the end of 2026."""
    (folder / "editions").mkdir(parents=True)
    text = (PROFILES / "twir.toml").read_text("utf-8").partition("[reading]")[0]
    (folder / "publisher.toml").write_text(text + WHOLE, "utf-8")
    for number in range(count):
        day = date(2026, 12, 31) - timedelta(days=number)
        path = folder / "editions" / f"{day}.md"
        path.write_text("\n\n".join(_stories(number)), "utf-8")
    return folder


def _stories(number: int) -> list[str]:
    parts = ["---\ntitle: A daily\n---"]
    for place in range(10):
        seed = number * 7 + place
        picked = [WORDS[(seed * step + step) % len(WORDS)] for step in range(1, 40)]
        parts += [f"## {['News', 'Notices'][place // 5]}"] if place % 5 == 0 else []
        parts.append(f"### {' '.join(picked[:4]).capitalize()} {seed}\n\n{' '.join(picked)}.")
    return parts
