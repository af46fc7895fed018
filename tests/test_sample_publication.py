"""The sample publication at the top of the repository reads as its editors meant it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher import config, ledger
from publisher.model import Draft
from publisher.readers.editions import find, read_edition
from publisher.sections import section_of

TOP = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def publication() -> config.Publication:
    return config.load(TOP / config.FILE_NAME)


@pytest.fixture(scope="module")
def drafts(publication: config.Publication) -> dict[str, Draft]:
    found = (read_edition(source, publication) for source in find(TOP / "editions"))
    return {draft.id: draft for draft in found}


def test_every_edition_is_read_without_a_doubt(drafts: dict[str, Draft]) -> None:
    assert {day: len(draft.stories) for day, draft in drafts.items()} == {
        "2026-11-10": 5,
        "2026-11-13": 4,
        "2026-11-14": 16,
        "2026-11-15": 17,
        "2026-11-17": 3,
        "2026-11-20": 7,
    }
    for draft in drafts.values():
        assert [one for one in draft.findings if one.severity != "info"] == []
        assert [doubt for page in draft.pages for doubt in page.doubts] == []
        assert [line for page in draft.pages for line in page.furniture] == []


def test_the_chinese_page_is_read_as_printed(drafts: dict[str, Draft]) -> None:
    stories = drafts["2026-11-10"].stories
    assert [story.headline for story in stories] == [
        "渡船加班 南岸居民早高峰少等一刻钟",
        "石梅村旧粮仓改成乡村书屋",
        "全市供热管网昨起注水试压",
        None,
        "社区食堂开进老印染厂",
    ]
    assert stories[0].kicker == ("两岸渡船", "通勤记")
    assert stories[3].kicker == ("江上新景", "随手拍")
    assert (stories[3].kind, stories[3].photo_credit) == ("photo", ("叶归舟",))
    assert {story.dateline for story in stories} == {"本报讯", None}
    assert [len(story.paragraphs) for story in stories] == [5, 4, 4, 1, 4]
    assert "也能一眼看明白" in stories[0].body, "a column break inside a word is mended"


def test_the_folder_edition_has_its_pages_as_sections(drafts: dict[str, Draft]) -> None:
    stories = drafts["2026-11-20"].stories
    assert [story.section for story in stories] == [
        *[("要闻",)] * 2,
        *[("民生",)] * 3,
        *[("副刊",)] * 2,
    ]
    essays = [(story.headline, [who.name for who in story.byline]) for story in stories[-2:]]
    assert essays == [("摆渡人的茶", ["温予安"]), ("江边的银杏", ["周听澜"])]


def test_the_english_page_knows_who_wrote_from_where(drafts: dict[str, Draft]) -> None:
    first, second, *_ = drafts["2026-11-13"].stories
    assert first.dateline == "QINGDU (QC)"
    assert [who.name for who in second.byline] == ["Samuel Adeyemi", "Ruth Calloway"]
    assert first.section == ("Valley News",)


def test_weeklies_have_linked_items_and_a_picture_with_words(drafts: dict[str, Draft]) -> None:
    for day, linked in (("2026-11-14", 15), ("2026-11-15", 15)):
        draft = drafts[day]
        assert sum(story.link is not None for story in draft.stories) == linked
        assert len(draft.assets) == 1
        assert len(re.findall(r'<img [^>]*alt="[^"]{10,}"', draft.introduction)) == 1


def test_every_story_but_those_of_the_plain_page_has_a_section(
    drafts: dict[str, Draft], publication: config.Publication
) -> None:
    found = {
        draft.id
        for draft in drafts.values()
        if all(section_of(publication, story) for story in draft.stories)
    }
    assert found == set(drafts) - {"2026-11-10"}
    used = {
        info.slug
        for draft in drafts.values()
        for story in draft.stories
        if (info := section_of(publication, story))
    }
    assert used == set(publication.sections)


def test_it_links_to_nobody_real() -> None:
    for path in sorted((TOP / "editions").rglob("*.*")):
        if path.suffix in (".md", ".txt"):
            hosts = re.findall(r"https?://([^/)\s]+)", path.read_text(encoding="utf-8"))
            assert all(host.endswith(".example") for host in hosts), path


def test_its_ledger_fits_so_that_a_build_changes_nothing(
    drafts: dict[str, Draft], publication: config.Publication
) -> None:
    path = TOP / ledger.FILE_NAME
    known = ledger.load(path)
    for draft in drafts.values():
        found = ledger.identify(draft, known, publication, now=datetime.now(UTC))
        assert found.findings == ()
        known = found.ledger
    assert ledger.retire(known, drafts, now=datetime.now(UTC)) == (known, ())
    assert ledger.dump(known) == path.read_text(encoding="utf-8"), (
        "nobody has subscribed to the sample: delete publisher.lock and build it anew"
    )
