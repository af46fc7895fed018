"""`[reading]` adapts the readers to an archive: dates, titles, languages, entries, links."""

from __future__ import annotations

import re
import time
from datetime import date
from pathlib import Path

import pytest

from bench import archives
from publisher import config, titles
from publisher.config import Publication
from publisher.errors import ConfigError, EditionError
from publisher.model import Draft
from publisher.readers.editions import find, read_edition
from publisher.readers.links import unwrap, unwrap_html
from tests import samples

STORY = "# Harbour Letter, issue 7: Ferries\n\n## News\n\n* [Boats](https://a.example)\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "editions").mkdir()
    return tmp_path / "editions"


def put(folder: Path, name: str, body: str = STORY) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body, encoding="utf-8")


def profile(reading: str) -> Publication:
    return samples.publication(f"\n[reading]\n{reading}\n")


def load(folder: Path, reading: str) -> Publication:
    """The publication of a `publisher.toml` on disk, which may name files beside it."""
    path = folder.parent / config.FILE_NAME
    path.write_text(f"{samples.TOML}\n[reading]\n{reading}\n", encoding="utf-8")
    return config.load(path)


def drafts(folder: Path, publication: Publication) -> list[Draft]:
    return [read_edition(one, publication) for one in find(folder, publication.reading)]


def draft(folder: Path, publication: Publication) -> Draft:
    (found,) = drafts(folder, publication)
    return found


# Dates


@pytest.mark.parametrize(
    "line",
    [
        '"issue-7.md" = 2026-11-23',
        '"issue-7.md" = "2026-11-23"',
        '"issue-7" = 2026-11-23',
        "issue-7.md = 2026-11-23",
        "issue-7 = 2026-11-23T06:00:00",
    ],
)
def test_a_list_dates_what_does_not_date_itself(folder: Path, line: str) -> None:
    put(folder, "issue-7.md")
    (folder.parent / "dates.toml").write_text(f"# weekly\n{line}\n", encoding="utf-8")
    for reading in ('dates_file = "dates.toml"', f"[reading.dates]\n{line}"):
        found = draft(folder, load(folder, reading.removeprefix("[reading]\n")))
        assert (found.id, found.day) == ("2026-11-23-issue-7", date(2026, 11, 23))
        assert not found.findings


def test_a_list_names_files_in_folders(folder: Path) -> None:
    put(folder, "old/issue-7.md")
    put(folder, "issue-7.md")
    publication = profile('dates = {"old/issue-7.md" = 2020-01-01, "issue-7.md" = 2026-11-23}')
    assert [found.day.year for found in drafts(folder, publication)] == [2026, 2020]


def test_the_publication_s_own_dates_count_before_those_of_the_file(folder: Path) -> None:
    put(folder, "issue-7.md")
    (folder.parent / "dates.toml").write_text("issue-7 = 2026-01-01\n", encoding="utf-8")
    reading = 'dates_file = "dates.toml"\ndates = { issue-7 = 2026-11-23 }'
    assert draft(folder, load(folder, reading)).day == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("order", "day", "told"),
    [
        ('["header", "name"]', 21, "the file's name says 2026-11-22, the front matter 2026-11-21"),
        ('["name", "header"]', 22, "the front matter says 2026-11-21, the file's name 2026-11-22"),
        ('["dates", "name"]', 23, "the file's name says 2026-11-22, the list of dates 2026-11-23"),
        ('["name"]', 22, ""),
        ('["header"]', 21, ""),
    ],
)
def test_the_first_source_counts_and_others_that_differ_are_told(
    folder: Path, order: str, day: int, told: str
) -> None:
    put(folder, "2026-11-22.md", f"---\ndate: 2026-11-21\n---\n{STORY}")
    dates = 'dates = {"2026-11-22.md" = 2026-11-23}'
    found = draft(folder, profile(f"date_from = {order}\n{dates}"))
    assert found.day == date(2026, 11, day)
    assert [one.message.removesuffix(", which counts") for one in found.findings] == (
        [told] if told else []
    )


def test_the_day_that_a_time_with_an_offset_falls_on_here_is_no_other_day(folder: Path) -> None:
    put(folder, "2026-11-22.md", f"---\ndate: 2026-11-21T23:30-05:00\n---\n{STORY}")
    assert not draft(folder, profile('date_from = ["name", "header"]')).findings


@pytest.mark.parametrize(
    ("name", "edition_id"),
    [
        ("2026/11/23.md", "2026-11-23"),
        ("2026/11/23-evening.md", "2026-11-23-evening"),
        ("2026-11/23.md", "2026-11-23"),
        ("2026/11/23/page-1.md", "2026-11-23"),
        ("2026-11-23/zh/page-1.md", "2026-11-23-zh"),
    ],
)
def test_a_date_may_run_over_folders(folder: Path, name: str, edition_id: str) -> None:
    put(folder, name)
    found = draft(folder, profile('date_from = ["name", "folder"]'))
    assert (found.id, found.day) == (edition_id, date(2026, 11, 23))


def test_days_in_a_folder_are_pages_where_folders_give_no_date(folder: Path) -> None:
    for day in ("23", "24"):
        put(folder, f"2026/11/{day}.md", f"---\ndate: 2026-11-01\n---\n{STORY}")
    assert len(drafts(folder, profile(""))) == 1
    assert len(drafts(folder, profile('date_from = ["folder"]'))) == 2


def test_an_edition_without_a_date_is_told_the_ways_that_count(folder: Path) -> None:
    put(folder, "issue-7.md")
    (folder.parent / "dates.toml").write_text("issue-6 = 2026-11-16\n", encoding="utf-8")
    publication = load(folder, 'dates_file = "dates.toml"\ndate_from = ["dates", "header"]')
    with pytest.raises(EditionError) as caught:
        drafts(folder, publication)
    assert '"issue-7.md" = 2026-11-23\' to dates.toml' in str(caught.value)
    assert "date: 2026-11-23" in str(caught.value)
    assert "name the file" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "place", "problem"),
    [
        ("a = 2026-11-23\nb = 2026-13-45\n", "dates.toml:2", "cannot be read"),
        ("a = 2026-11-23\n\nb.md = 5\n", "dates.toml:3", "b.md: 5 is no date"),
        ('a = "soon"\n', "dates.toml:1", "a: 'soon' is no date"),
        ('a = "2026-02-30"\n', "dates.toml:1", "no date"),
        ("a = 06:00:00\n", "dates.toml:1", "no date"),
        ("a = [2026-11-23]\n", "dates.toml:1", "no date"),
        ("a = 2026-11-23\na = 2026-11-24\n", "dates.toml:2", "cannot be read"),
    ],
)
def test_a_bad_list_of_dates_names_file_and_line(
    folder: Path, text: str, place: str, problem: str
) -> None:
    (folder.parent / "dates.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(folder, 'dates_file = "dates.toml"')
    assert str(caught.value).startswith(f"{place}: ")
    assert problem in str(caught.value)


@pytest.mark.parametrize("name", ["../dates.toml", "/etc/hostname", "link.toml", "absent.toml"])
def test_a_list_of_dates_stands_in_the_publication_s_folder(folder: Path, name: str) -> None:
    inside = folder.parent / "letter"
    inside.mkdir()
    (folder.parent / "dates.toml").write_text("a = 2026-11-23\n", encoding="utf-8")
    (inside / "link.toml").symlink_to(folder.parent / "dates.toml")
    with pytest.raises(ConfigError) as caught:
        load(inside / "editions", f'dates_file = "{name}"')
    expected = "cannot be read" if name == "absent.toml" else "lies outside"
    assert expected in str(caught.value)


def test_an_exported_file_has_no_front_matter_to_mend(folder: Path) -> None:
    item = '{"uri": "urn:x:1", "headline": "Ferries", "versioncreated": "%s"}'
    put(folder, "2026-11-22.json", item % "2026-11-21T12:00:00Z")
    told = [one.message for one in draft(folder, profile("")).findings]
    assert "the file's name says 2026-11-22, the file itself 2026-11-21, which counts" in told
    put(folder, "2026-11-22.json", item % "soon")
    with pytest.raises(EditionError) as caught:
        draft(folder, profile(""))
    assert caught.value.hint == "write the date as 2026-11-22"
    put(folder, "2026-11-22.json", '{"items": [{"title": "Ferries"}]}')
    (folder / "2026-11-22.json").rename(folder / "ferries.json")
    with pytest.raises(EditionError) as caught:
        draft(folder, profile(""))
    assert caught.value.hint == (
        "name the file 2026-11-23.json, or add '\"ferries.json\" = 2026-11-23' under [reading.dates]"
    )


# Titles


@pytest.mark.parametrize(
    ("pattern", "title", "number"),
    [
        (r"issue (?P<number>\d+)", "Harbour Letter, issue 7: Ferries", "7"),
        (r"issue (?P<number>\d+): (?P<title>.+)", "Ferries", "7"),
        (r"issue (?P<number>\d+)(?:: (?P<title>[a-z]+))?", "Harbour Letter, issue 7: Ferries", "7"),
        (r": (?P<title>.+)", "Ferries", ""),
    ],
)
def test_a_pattern_parts_title_and_number(
    folder: Path, pattern: str, title: str, number: str
) -> None:
    put(folder, "2026-11-23.md")
    found = draft(folder, profile(f"title_pattern = '{pattern}'"))
    assert (found.title, found.number, found.findings) == (title, number, ())


def test_front_matter_s_number_counts_before_the_title_s(folder: Path) -> None:
    put(folder, "2026-11-23.md", f"---\nnumber: 70\n---\n{STORY}")
    assert draft(folder, profile(r"title_pattern = 'issue (?P<number>\d+)'")).number == "70"


@pytest.mark.parametrize("title", ["Harbour Letter", "issue 7 " + "x" * titles.TITLE_LIMIT])
def test_a_title_of_another_form_is_told_and_stays(folder: Path, title: str) -> None:
    put(folder, "2026-11-23.md", f"# {title}\n\n* [Boats](https://a.example)\n")
    found = draft(folder, profile(r"title_pattern = 'issue (?P<number>\d+)'"))
    assert found.title == title
    assert [(one.severity, one.code) for one in found.findings] == [("warning", "odd-title")]


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        (r"(?P<number>\d+", "no regular expression"),
        (r"issue \d+", "neither a group"),
        (r"(?P<n>\d+)", "neither a group"),
        (r"(?P<title>(a+)+b)", "a group that is repeated"),
        (r"(?P<title>(a|a)*b)", "a group that is repeated"),
        (r"(?P<title>(?:a|aa){2,}b)", "a group that is repeated"),
        (r"(?P<title>.*.*.*.*.*x)", "more than 4 repetitions"),
        ("(?P<title>x)" + "y" * 400, "more than 300 characters"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        profile(f"\ntitle_pattern = '{pattern}'")
    assert f"reading.title_pattern: {problem}" in str(caught.value)
    assert caught.value.line is not None


@pytest.mark.parametrize(
    "pattern", [r"\)+(?P<title>[*+{]\+x)", r"(?P<title>[)]*)", r"[]*+{](?P<title>)"]
)
def test_signs_in_brackets_or_behind_a_backslash_repeat_nothing(pattern: str) -> None:
    assert titles.problem(pattern) == ""


def test_the_slowest_pattern_that_is_taken_ends_soon() -> None:
    pattern = r"(?P<title>a*a*a*a*b)"
    assert titles.problem(pattern) == ""
    start = time.process_time()
    assert titles.part("a" * titles.TITLE_LIMIT, pattern) is None
    assert time.process_time() - start < 20


def test_an_edition_without_a_title_of_its_own_is_not_odd(folder: Path) -> None:
    put(folder, "2026-11-23.md", "## News\n\n* [Boats](https://a.example)\n")
    found = draft(folder, profile("title_pattern = 'issue (?P<number>\\d+)'"))
    assert not found.findings


# Languages


def test_folders_stand_for_languages_as_the_publication_says(folder: Path) -> None:
    for shelf in ("deutsch", "js", "fr"):
        put(folder, f"{shelf}/2026-11-23.md")
    found = drafts(folder, profile('languages = { deutsch = "de", js = "en-GB" }'))
    assert [(one.id, one.language) for one in found] == [
        ("2026-11-23-deutsch", "de"),
        ("2026-11-23", "en"),
        ("2026-11-23-js", "en-GB"),
    ]


# Entries

EVENTS = """## Events

* 23 November | [Sailing club](https://club.example)
  * [Regatta](https://club.example/regatta)
  * Supper, bring bread
* [Museum](https://museum.example)
  * [Night of ships](https://museum.example/night)
"""


@pytest.mark.parametrize(
    ("children", "expected"),
    [
        ("true", ["Regatta", "Supper, bring bread", "Night of ships"]),
        ("false", ["23 November | Sailing club", "Museum"]),
        ('"auto"', ["23 November | Sailing club", "Museum"]),
    ],
)
def test_nested_items_are_the_real_ones_where_a_publication_says_so(
    folder: Path, children: str, expected: list[str]
) -> None:
    put(folder, "2026-11-23.md", EVENTS)
    found = draft(folder, profile(f"children = {children}"))
    assert [story.title for story in found.stories] == expected
    shown = " ".join(f"{story.link} {story.body}" for story in found.stories)
    for address in ("club.example", "club.example/regatta", "museum.example/night"):
        assert f"https://{address}" in shown


def test_nested_items_know_what_they_stand_under(folder: Path) -> None:
    put(folder, "2026-11-23.md", EVENTS)
    regatta, *_ = draft(folder, profile("children = true")).stories
    assert regatta.link == "https://club.example/regatta"
    assert "23 November" in regatta.body
    assert 'href="https://club.example"' in regatta.body


def test_numbered_paragraphs_are_prose_where_a_publication_says_so(folder: Path) -> None:
    put(folder, "2026-11-23.md", "## News\n\n1、Ferries are late.\n\n2、Bridges are open.\n")
    assert len(draft(folder, profile("")).stories) == 2
    (only,) = draft(folder, profile("numbered = false")).stories
    assert (only.title, only.section) == ("News", ())


# Links


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://t.example/c?target=https://a.example/b", "https://a.example/b"),
        (
            "https://t.example/c?x=1&target=https://a.example/b?y=2&z=3",
            "https://a.example/b?y=2&z=3",
        ),
        (
            "https://t.example/c?target=https%3A%2F%2Fa.example%2F%3Fy%3D2&z=3",
            "https://a.example/?y=2",
        ),
        ("https://t.example/c?url=https%3a%2f%2fa.example#top", "https://a.example"),
        ("https://t.example/c?target=home", "https://t.example/c?target=home"),
        ("https://t.example/c?target=javascript:x()", "https://t.example/c?target=javascript:x()"),
        ("https://t.example/c?target=", "https://t.example/c?target="),
        (
            "https://t.example/c?mytarget=https://a.example",
            "https://t.example/c?mytarget=https://a.example",
        ),
        ("about.html", "about.html"),
    ],
)
def test_unwrap(address: str, expected: str) -> None:
    assert unwrap(address, ("target", "url")) == expected


def test_unwrapping_changes_links_and_nothing_else() -> None:
    wrapped = "https://t.example/?target=https://a.example/?x=1&amp;y=2"
    html = f'<p title="{wrapped}"><a title="t" href="{wrapped}">{wrapped}</a> href="{wrapped}"</p>'
    assert unwrap_html(html, ("target",)) == html.replace(
        f'<a title="t" href="{wrapped}"', '<a title="t" href="https://a.example/?x=1&amp;y=2"'
    )


def test_links_of_an_edition_are_unwrapped(folder: Path) -> None:
    link = "https://t.example/c?target=https://a.example/"
    put(folder, "2026-11-23.md", f"See [us]({link}0).\n\n## N\n\n* [A]({link}1) and [B]({link}2)\n")
    found = draft(folder, profile('unwrap = ["target"]'))
    (story,) = found.stories
    assert story.link == "https://a.example/1"
    assert "t.example" not in found.introduction + story.body
    assert "https://a.example/2" in story.body


# The profiles of the archives


@pytest.mark.parametrize("archive", archives.ARCHIVES, ids=lambda archive: archive.name)
def test_profiles_are_short_and_valid(archive: archives.Archive) -> None:
    text = (archives.PROFILES / f"{archive.name}.toml").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 20
    assert config.loads(text).title


@pytest.mark.shared
@pytest.mark.parametrize("archive", archives.ARCHIVES, ids=lambda archive: archive.name)
def test_the_first_editions_of_each_archive(shared: Path, archive: archives.Archive) -> None:
    outcome = archives.run(archive, limit=25)
    assert len(outcome.drafts) == 25
    assert not outcome.errors
    assert not outcome.explained.lost
    explained = outcome.explained.found + sum(count for _, count in outcome.explained.parts)
    assert explained == sum(len(found.stories) for found in outcome.drafts) > 100


def test_the_examples_in_the_docs_are_valid() -> None:
    page = (archives.ROOT / "docs" / "readers.md").read_text(encoding="utf-8")
    section = page.partition("\n## Profiles\n")[2].partition("\n## ")[0]
    reading, dates = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    publication = samples.publication("\n" + reading)
    assert publication.reading.languages["中文版"] == "zh-Hans"
    assert len(samples.publication(f"\n[reading.dates]\n{dates}").reading.dates) == 3
