"""Files under `editions/` become dated drafts with their pictures, or an error that says what to do."""

from __future__ import annotations

import os
import re
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from publisher import readers
from publisher.config import Publication
from publisher.errors import EditionError
from publisher.model import Draft, replace
from publisher.readers import dates
from publisher.readers.codes import CODES
from publisher.readers.editions import Source, find, read_edition
from publisher.readers.language import language_of
from tests import samples

STORY = "## News\n\n* [Boats](https://a.example)\n"
ENGLISH = "## News\n\nThe river rose by half a metre during the night, and fell again.\n"
CHINESE = "## 要闻\n\n渡口新桥今晨通车,步行过河只要六分钟。船工老许说,等了三年。\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "editions").mkdir()
    return tmp_path / "editions"


@pytest.mark.parametrize(
    ("root", "name"),
    [(".", "2026-11-23.md"), ("..", "../2026-11-23.md"), ("/", "/2026-11-23.md")]
    + [(folder, "editions/2026-11-23.md") for folder in ("editions", "a/editions", "/a/editions")],
)
def test_messages_name_a_file_whole_wherever_it_is(root: str, name: str) -> None:
    path = Path(root) / "2026-11-23.md"
    assert Source(path, (path,), Path(root)).name_of(path) == name


def put(folder: Path, name: str, body: str | bytes = STORY) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return path


def picture(folder: Path, name: str, size: tuple[int, int] = (40, 30)) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.new("RGB", size).save(path)
    return path


def drafts(folder: Path, publication: Publication | None = None) -> list[Draft]:
    publication = publication or samples.publication()
    return [read_edition(source, publication) for source in find(folder)]


def draft(folder: Path, publication: Publication | None = None) -> Draft:
    (found,) = drafts(folder, publication)
    return found


def failure(folder: Path) -> str:
    with pytest.raises(EditionError) as caught:
        drafts(folder)
    assert caught.value.hint
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "head", "edition_id", "day"),
    [
        ("2026-11-23.md", "", "2026-11-23", date(2026, 11, 23)),
        ("2020-12-2.md", "", "2020-12-02", date(2020, 12, 2)),
        ("20261123.md", "", "2026-11-23", date(2026, 11, 23)),
        ("2026-11-23-Evening Edition.md", "", "2026-11-23-evening-edition", date(2026, 11, 23)),
        ("2026年11月23日.md", "", "2026-11-23", date(2026, 11, 23)),
        ("issue-12.md", "Title: x\nDate: 2026/11/3\n\n", "2026-11-03-issue-12", date(2026, 11, 3)),
        (
            "weekly.md",
            "---\ndate: 2026-11-23 07:30\n---\n",
            "2026-11-23-weekly",
            date(2026, 11, 23),
        ),
    ],
)
def test_date_and_id(folder: Path, name: str, head: str, edition_id: str, day: date) -> None:
    put(folder, name, head + STORY)
    found = draft(folder)
    assert (found.id, found.day) == (edition_id, day)
    assert found.sources == (f"editions/{name}",)


@pytest.mark.parametrize(
    ("head", "moment"),
    [
        ("", datetime(2026, 11, 22, 22, 0, tzinfo=UTC)),  # 06:00 in Shanghai
        ("title: x\ntime: 18:30\n\n", datetime(2026, 11, 23, 10, 30, tzinfo=UTC)),
        ("date: 2026-11-23 18:30\n\n", datetime(2026, 11, 23, 10, 30, tzinfo=UTC)),
        ("date: 2026-11-23T18:30:15Z\n\n", datetime(2026, 11, 23, 18, 30, 15, tzinfo=UTC)),
        ("date: 2026-11-23 18:30 +0100\n\n", datetime(2026, 11, 23, 17, 30, tzinfo=UTC)),
    ],
)
def test_the_moment_is_in_the_publications_zone(folder: Path, head: str, moment: datetime) -> None:
    put(folder, "2026-11-23.md", head + STORY)
    assert draft(folder).instant == moment


def test_an_id_stays_when_another_edition_of_the_day_is_added(folder: Path) -> None:
    put(folder, "2026-11-23-evening.md")
    before = draft(folder).id
    put(folder, "2026-11-23.md")
    put(folder, "2026-11-23-morning.txt", "渡口新桥今晨通车\n本报讯 昨天清晨,渡口新桥正式通车。\n")
    assert before in [found.id for found in drafts(folder)]
    assert len({found.id for found in drafts(folder)}) == 3


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        (
            "weekly.md",
            STORY,
            "editions/weekly.md:1: this edition has no date - name the file "
            "2026-11-23.md, or add 'date: 2026-11-23' at its top",
        ),
        (
            "weekly.md",
            "---\ntitle: x\ndate: 2026-02-30\n---\n" + STORY,
            "editions/weekly.md:3: impossible date: day is out of range for month - write the date as",
        ),
        (
            "weekly.md",
            "Date: next Monday\n\n" + STORY,
            "weekly.md:1: impossible date: 'next Monday'",
        ),
        ("2026-13-01.md", STORY, "2026-13-01.md: the name holds an impossible date"),
        ("2026-11-23.md", "title: x\ntime: noon\n\n" + STORY, "2026-11-23.md:2: impossible time"),
        ("2026-11-23.md", "date: 2026-11-23 25:00\n\n" + STORY, "2026-11-23.md:1: impossible date"),
        ("2026-11-23.md", "date: 0001-01-01\n\n" + STORY, "out of range"),
        ("2026-11-23.md", "title: x\nlanguage: chinese\n\n" + STORY, "2026-11-23.md:2: 'chinese'"),
        ("2026-11-23.odt", "x", "these are read: .txt, .md"),
        ("2026-11-23.md", "", "editions/2026-11-23.md: this file is empty"),
        ("2026-11-23.md", b"\xff\xfe\x00", "2026-11-23.md:1: byte 2"),
        ("2026-11-23.md", b"abc\x80", "byte 3 (0x80)"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, name: str, body: str | bytes, words: str) -> None:
    put(folder, name, body)
    assert words in failure(folder)


def test_name_and_front_matter_that_differ_are_a_warning(folder: Path) -> None:
    put(folder, "2026-11-23.md", "Title: x\nDate: 2026-11-24\n\n" + STORY)
    found = draft(folder)
    assert (found.id, found.day) == ("2026-11-23", date(2026, 11, 24))
    assert [(f.code, str(f.place)) for f in found.findings] == [
        ("date-mismatch", "editions/2026-11-23.md:2")
    ]


def test_title_number_and_introduction(folder: Path) -> None:
    put(folder, "2026-11-23.md", "# Monday\n\nGood morning.\n\n" + STORY)
    put(folder, "2026-11-24.md", "Title: #14\nNumber: 14\n\n" + STORY)
    put(folder, "2026-11-25.md", STORY)
    first, second, third = drafts(folder)
    assert (first.title, first.introduction) == ("Monday", "<p>Good morning.</p>")
    assert (second.title, second.number) == ("#14", "14")
    assert third.title == samples.publication().title


def test_a_folder_is_one_edition_in_natural_order_with_its_pages_as_sections(folder: Path) -> None:
    for name in ("10-副刊.md", "2-要闻.md", "01版.md", "A03_体育.md"):
        put(folder, f"2026-11-23/{name}", CHINESE)
    put(folder, "2026-11-23/11.md", "page: 广告\n\n" + CHINESE)
    found = draft(folder)
    assert found.id == "2026-11-23"
    assert [Path(source).name for source in found.sources] == [
        "01版.md",
        "2-要闻.md",
        "10-副刊.md",
        "11.md",
        "A03_体育.md",
    ]
    assert [story.section for story in found.stories] == [
        (),
        ("要闻",),
        ("副刊",),
        ("广告",),
        ("体育",),
    ]
    assert found.language == "zh-Hans"


def test_folders_of_dated_files_are_shelves(folder: Path) -> None:
    put(folder, "2025/2025-12-31.md")
    put(folder, "2026/11/2026-11-23.md")
    put(folder, "2026/11/2026-11-24/1.md")
    picture(folder, "images/a.png")
    assert [found.id for found in drafts(folder)] == ["2025-12-31", "2026-11-23", "2026-11-24"]


def test_a_shelf_named_after_a_language(folder: Path) -> None:
    bilingual = samples.publication('\n[sections.local]\ntitle = "要闻"\nlanguage = "zh-Hans"\n')
    put(folder, "en/2026-11-23.md")
    put(folder, "zh/2026-11-23.md", "## C\n\n* [Vue](https://a.example)\n")
    for known, tag in ((bilingual, "zh-Hans"), (samples.publication(), "zh")):
        assert [(found.id, found.language) for found in drafts(folder, known)] == [
            ("2026-11-23-en", "en"),
            ("2026-11-23-zh", tag),
        ]


def test_pictures_notes_and_hidden_files_are_passed_over(folder: Path) -> None:
    put(folder, "2026-11-23.md")
    picture(folder, "2026-11-23.png")
    for name in (".hidden.md", "README.md", "2026-11-23.md~", "_draft.md", "2026-11-23.gold.json"):
        put(folder, name)
    assert [source.path.name for source in find(folder)] == ["2026-11-23.md"]


def test_local_pictures_become_assets_with_their_size(folder: Path) -> None:
    picture(folder, "images/quay.png")
    picture(folder, "images/图 一.png", (10, 20))
    put(
        folder,
        "2026-11-23.md",
        '# T\n\n![hi](images/quay.png)\n\n## S\n\n![alt](images/quay.png "Quay")\n\n'
        '![b](images/%E5%9B%BE%20一.png)\n\n<img src="./images/quay.png" width="20">\n\n'
        "![far](https://img.example/x.png)\n",
    )
    found = draft(folder)
    (story,) = found.stories
    first, second, third, far = story.images
    assert (first.src, first.width, first.height) == ("assets/2026-11-23/images/quay.png", 40, 30)
    assert (first.alt, first.caption) == ("alt", "Quay")
    assert second.src.startswith("assets/2026-11-23/images/")
    assert second.src.isascii()
    assert (second.width, second.height) == (10, 20)
    assert (third.width, third.height) == (20, 15)
    assert (far.src, far.width) == ("https://img.example/x.png", None)
    assert f'<img src="{first.src}" alt="alt" width="40" height="30"/><figcaption>' in story.body
    assert first.src in found.introduction
    assert [asset.path for asset in found.assets] == sorted({first.src, second.src})
    assert all(asset.source.is_file() for asset in found.assets)


def test_names_that_differ_in_case_only_are_told_apart(folder: Path) -> None:
    for name in ("a.png", "A.png", "A.PNG"):
        picture(folder, name)
    put(folder, "2026-11-23.md", "## S\n\n![a](a.png) ![b](A.png) ![c](A.PNG) ![b](A.png)\n")
    paths = [asset.path for asset in draft(folder).assets]
    assert "assets/2026-11-23/a.png" in paths
    assert len(paths) == len({path.lower() for path in paths}) == 3


@pytest.mark.parametrize("src", ["gone.png", "2026-11-23.md", "/gone.png", "a" * 5000, "images"])
def test_a_broken_picture_is_an_error_finding(folder: Path, src: str) -> None:
    put(folder, "images/not.png", "text")
    put(folder, "2026-11-23.md", f"## S\n\nText.\n\n![a]({src})\n")
    (finding,) = draft(folder).findings
    assert (finding.severity, finding.code, str(finding.place)) == (
        "error",
        "broken-image",
        "editions/2026-11-23.md:5",
    )


@pytest.mark.parametrize(
    "inside",
    [
        "<script>bad()</script>",
        "<svg:script href='x'/>",
        "<foreignObject/>",
        "<circle onload = 'bad()'/>",
        "<a href='JavaScript:bad()'/>",
    ],
)
def test_a_drawing_that_runs_is_an_error_finding(folder: Path, inside: str) -> None:
    put(folder, "plain.svg", "<svg xmlns='http://www.w3.org/2000/svg'><desc>one</desc></svg>")
    put(folder, "runs.svg", f"<svg xmlns='http://www.w3.org/2000/svg'>{inside}</svg>")
    put(folder, "2026-11-23.md", "## S\n\nText.\n\n![a](plain.svg) ![b](runs.svg)\n")
    found = draft(folder)
    (finding,) = found.findings
    assert (finding.severity, finding.code) == ("error", "broken-image")
    assert "'runs.svg' holds a script" in finding.message
    assert [asset.source.name for asset in found.assets] == ["plain.svg"]


@pytest.mark.parametrize(
    "src",
    [
        "../secret.png",
        "..%2Fsecret.png",
        "images/../../secret.png",
        "/../secret.png",
        "..\\secret.png",
        "link.png",
    ],
)
def test_a_picture_outside_the_editions_is_refused(folder: Path, src: str) -> None:
    picture(folder.parent, "secret.png")
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    put(folder, "2026-11-23.md", f"## S\n\n![a](<{src}>)\n")
    assert "editions/2026-11-23.md:3: the picture" in failure(folder)


def test_a_picture_may_stand_beside_the_shelf(folder: Path) -> None:
    picture(folder, "images/a.png")
    put(folder, "2026/2026-11-23.md", "## S\n\n![a](../images/a.png)\n")
    assert [asset.path for asset in draft(folder).assets] == ["assets/2026-11-23/images/a.png"]


def test_a_story_in_another_language_says_so(folder: Path) -> None:
    put(folder, "2026-11-23.md", ENGLISH + "\n## 要闻\n\n* [渡口新桥今晨通车](https://b.example)\n")
    first, second = draft(folder).stories
    assert (first.language, second.language) == ("", "zh-Hans")


@pytest.mark.parametrize(
    ("text", "expected", "known", "answer"),
    [
        ("The river rose by half a metre during the night, and fell again.", "en", (), "en"),
        ("The river rose by half a metre during the night, and fell again.", "zh-Hans", (), "en"),
        ("Vue 3.0", "zh-Hans", (), "zh-Hans"),
        ("渡口新桥今晨通车,这是三年来的第一次。", "en", (), "zh-Hans"),
        ("渡口新橋今晨通車,這是三年來的第一次。", "en", (), "zh-Hant"),
        ("渡し場の新しい橋が今朝開通した。", "en", (), "ja"),
        ("강을 건너는 새 다리가 오늘 열렸다.", "en", (), "ko"),
        ("渡口新桥今晨通车", "en", ("en", "zh-Hant-HK"), "zh-Hant-HK"),
        ("", "en", (), "en"),
    ],
)
def test_language_by_script(text: str, expected: str, known: tuple[str, ...], answer: str) -> None:
    assert language_of(text, expected=expected, known=known) == answer


def test_an_edition_without_a_story_is_left_to_the_checks(folder: Path) -> None:
    put(folder, "2026-11-23.md", "---\ntitle: x\n---\n")
    assert (draft(folder).stories, draft(folder).findings) == ((), ())


def test_every_code_that_a_reader_may_find_is_listed() -> None:
    package = Path(readers.__file__).parent
    sources = [*package.rglob("*.py"), package.parent / "decode.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    assert set(re.findall(r'"(?:error|warning|info)",\s*"([a-z-]+)"', text)) <= set(CODES)


def test_a_fifty_megabyte_file_is_refused_without_being_read(folder: Path) -> None:
    with put(folder, "2026-11-23.md", "x").open("r+b") as file:
        file.truncate(50_000_000)
    start = time.perf_counter()
    assert "more than 20,000,000 bytes" in failure(folder)
    assert time.perf_counter() - start < 1


def test_folders_named_like_files_and_odd_files(folder: Path) -> None:
    (folder / "2026-11-23.md").mkdir()
    assert "2026-11-23.md: this is a folder, and named like a file" in failure(folder)
    (folder / "2026-11-23.md").rmdir()
    os.mkfifo(folder / "2026-11-23.txt")
    assert "no ordinary file" in failure(folder)


def test_links_in_circles_out_and_to_nowhere(folder: Path) -> None:
    link = folder / "2026-11-23.md"
    link.symlink_to("2026-11-23.md")
    assert "leads nowhere, or in a circle" in failure(folder)
    link.unlink()
    link.symlink_to("gone.md")
    assert "leads nowhere" in failure(folder)
    link.unlink()
    put(folder.parent, "outside.md")
    link.symlink_to(folder.parent / "outside.md")
    assert "leads out of editions/" in failure(folder)
    link.unlink()
    (folder / "2026").mkdir()
    (folder / "2026" / "up").symlink_to(folder)
    assert "leads back to a folder that it is in" in failure(folder)


def test_links_among_folders_with_pages(folder: Path) -> None:
    put(folder, "2026-11-23/1.md")
    (folder / "2026-11-23" / "2.md").symlink_to("2.md")
    assert "2026-11-23/2.md: this link leads nowhere" in failure(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file(folder: Path) -> None:
    put(folder, "2026-11-23.md").chmod(0)
    assert "cannot be read: Permission denied" in failure(folder)


def test_no_folder_at_all(tmp_path: Path) -> None:
    with pytest.raises(EditionError, match="there is no such folder"):
        find(tmp_path / "editions")


@given(st.text(max_size=40))
def test_any_date_text_is_a_date_or_a_value_error(value: str) -> None:
    for read in (dates.written, dates.in_name):
        try:
            found = read(value)
        except ValueError:
            continue
        assert found is None or found[0].year >= 1400


def test_pages_in_a_folder_inside_an_edition_are_not_forgotten(folder: Path) -> None:
    put(folder, "2026-11-23/1.md")
    picture(folder, "2026-11-23/images/a.png")
    assert draft(folder).sources == ("editions/2026-11-23/1.md",)
    put(folder, "2026-11-23/more/2.md")
    assert "2026-11-23/more/2.md: this page stands in a folder inside an edition" in failure(folder)


def test_pictures_inside_a_file_become_assets(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "2026-11-23.md", "## News\n\n![A boat](boat.png) left.\n")
    pixels = picture(folder.parent, "elsewhere.png", (64, 48)).read_bytes()
    read = readers.read_page
    monkeypatch.setattr(
        "publisher.readers.editions.read_page",
        lambda *args, **kwargs: replace(read(*args, **kwargs), files={"boat.png": pixels}),
    )
    found = draft(folder)
    (asset,) = found.assets
    assert (asset.path, asset.body) == ("assets/2026-11-23/boat.png", pixels)
    assert asset.source == folder / "2026-11-23.md"
    assert (found.stories[0].images[0].width, found.stories[0].images[0].height) == (64, 48)
    assert 'src="assets/2026-11-23/boat.png"' in found.stories[0].body
    assert not found.findings
