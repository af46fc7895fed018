"""Whole archives of real weeklies and monthlies come through: every edition, every link, every item."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from publisher.config import Reading
from publisher.model import Page
from publisher.readers import read_page
from publisher.readers.editions import find, read_edition
from tests import samples

pytestmark = pytest.mark.shared

_INLINE_LINK = re.compile(r"\]\((https?://[^()\s]+)\)")


def editions(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.md")) if path.stem != "README"]


def read(path: Path) -> Page:
    return read_page(path.read_bytes(), name=path.name, options=Reading())


def links(page: Page) -> Iterator[str]:
    for html in (page.introduction, *(story.body for story in page.stories)):
        yield from (unescape(href) for href in re.findall(r'<a href="([^"]*)"', html))
    yield from (story.link for story in page.stories if story.link)


def test_every_edition_link_and_item_comes_through(shared: Path) -> None:
    """One test, so that the archives are read once, whatever the number of test processes."""
    archives = {
        folder: {path.name: read(path) for path in editions(shared / "corpora" / folder)}
        for folder in ("twir", "ruanyf-weekly", "hellogithub")
    }
    assert [len(pages) for pages in archives.values()] == [609, 407, 124]
    for pages in archives.values():
        for page in pages.values():
            assert_well_formed(page)
    assert_no_list_link_is_lost(archives["twir"], shared / "corpora" / "twir")
    assert_item_counts(archives["hellogithub"], archives["ruanyf-weekly"])
    assert_edges(archives)


def assert_well_formed(page: Page) -> None:
    assert page.stories, page.name
    for html in (page.introduction, *(story.body for story in page.stories)):
        ElementTree.fromstring(f"<div>{html}</div>")


def assert_no_list_link_is_lost(pages: dict[str, Page], folder: Path) -> None:
    """Counted by a regular expression over the source: inline links of lines that begin an item."""
    seen = 0
    for path in editions(folder):
        text = path.read_text(encoding="utf-8-sig")
        lines = re.findall(
            r"^[ ]{0,8}[*+-] .*$", re.sub(r"(?s)```.*?```|<!--.*?-->", "", text), re.M
        )
        wanted = Counter(link for line in lines for link in _INLINE_LINK.findall(line))
        seen += wanted.total()
        missing = wanted - Counter(links(pages[path.name]))
        assert not missing, (path.name, missing)
    assert seen > 70_000


def assert_item_counts(hellogithub: dict[str, Page], ruanyf: dict[str, Page]) -> None:
    """The independent count is 4,147 items behind trackers, and 16,522 numbered paragraphs, of which
    those inside an item or an article are parts of it; prose sections come on top."""
    stories = [story for page in hellogithub.values() for story in page.stories]
    assert sum("?target=" in (story.link or "") for story in stories) == 4147
    assert sum(len(page.stories) for page in ruanyf.values()) > 16_522


def assert_edges(archives: dict[str, dict[str, Page]]) -> None:
    twir = archives["twir"]
    sections = {story.section[-1] for story in archives["hellogithub"]["HelloGitHub76.md"].stories}
    assert {"C 项目", "C# 项目", "C++ 项目"} <= sections
    assert [f.code for f in twir["2022-01-19-this-week-in-rust.md"].findings] == [
        "control-character"
    ]
    bodies = [f"{s.title} {s.body}" for s in twir["2017-03-21-this-week-in-rust.md"].stories]
    assert any("Box<Path>" in body or "Box&lt;Path&gt;" in body for body in bodies)
    codes = {f.code for pages in archives.values() for p in pages.values() for f in p.findings}
    assert codes == {"control-character", "invisible-character", "dead-link", "empty-section"}


def test_dates_of_an_archive(shared: Path) -> None:
    """Every twelfth edition, and those whose header and file name differ as written."""
    sources = find(shared / "corpora" / "twir")
    differing = [source for source in sources if written_date(source.path) not in source.stem]
    assert len(sources) == 609
    mismatches = 0
    for source in {*sources[::12], *differing}:
        draft = read_edition(source, samples.publication())
        assert draft.id.startswith(f"{draft.day:%Y-}")
        assert draft.language == "en"
        mismatches += sum(finding.code == "date-mismatch" for finding in draft.findings)
    assert (len(differing), mismatches) == (7, 6)


def written_date(path: Path) -> str:
    match = re.search(r"^Date: *(\S+)", path.read_text(encoding="utf-8-sig"), re.M)
    return match[1] if match else ""
