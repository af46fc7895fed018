"""`publisher import`: a feed or archive becomes editions that build, and no reader sees a story anew."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import importing, publish
from publisher.config import Reading
from publisher.importing import markdown
from publisher.model import Person, Place, Story
from publisher.readers import read_page
from publisher.sanitise import plain, sanitise
from tests import desk, samples

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
FEEDS = FIXTURES / "feeds"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample publication, built."""
    folder = desk.sample(tmp_path_factory.mktemp("sample"))
    assert desk.run(folder, "build").returncode == 0
    return folder


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("*.golden.json")
    return shutil.copytree(FEEDS, tmp_path / "feeds", ignore=ignored)


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    return desk.small(tmp_path / "paper")


def entries(folder: Path) -> dict[str, tuple[str, str]]:
    """Title and date of each entry of the main Atom feed, by id."""
    root = ElementTree.parse(folder / "public" / "feeds" / "atom.xml").getroot()
    return {
        entry.findtext(f"{ATOM}id", ""): (
            entry.findtext(f"{ATOM}title", ""),
            entry.findtext(f"{ATOM}published", ""),
        )
        for entry in root.findall(f"{ATOM}entry")
    }


def related(folder: Path) -> set[str]:
    root = ElementTree.parse(folder / "public" / "feeds" / "atom.xml").getroot()
    return {link.get("href", "") for link in root.iter(f"{ATOM}link")}


@pytest.mark.parametrize(
    ("feed", "by"), [("atom.xml", "day"), ("rss.xml", "day"), ("feed.json", "entry")]
)
def test_the_samples_own_feed_comes_back_the_same(
    tmp_path: Path, sample: Path, feed: str, by: str
) -> None:
    new = tmp_path / "new"
    new.mkdir()
    shutil.copy(sample / "publisher.toml", new)
    source = sample / "public" / "feeds" / feed
    done = desk.run(new, "import", str(source), "--by", by)
    assert done.returncode == 0, done.stderr
    built = desk.run(new, "build")
    assert built.returncode == 0, built.stderr
    assert entries(new) == entries(sample)
    if feed != "feed.json":  # whose items name the address that they point to before their own
        assert {one for one in related(sample) if "/items/" in one} <= related(new)


def test_an_import_leaves_nothing_for_the_next_build_to_change(paper: Path, feeds: Path) -> None:
    assert desk.run(paper, "import", str(feeds)).returncode == 0
    remembered = (paper / "publisher.lock").read_bytes()
    assert desk.run(paper, "build").returncode == 0
    assert (paper / "publisher.lock").read_bytes() == remembered


def test_entries_keep_id_date_and_link(paper: Path) -> None:
    done = desk.run(paper, "import", str(FEEDS / "blog.rss.xml"), "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["written"] is True
    assert [(one["path"], one["items"]) for one in report["editions"]] == [
        ("editions/2026-11-17.md", 2),
        ("editions/2026-11-20.md", 1),  # 23:30 in London is the next day in Shanghai
    ]
    assert {one["code"] for one in report["findings"]} == {"undated-entry"}
    assert desk.run(paper, "build").returncode == 0
    seen = entries(paper)
    assert seen["https://harbour.example/?p=12"] == (
        "Fog & foghorns: what they say",
        "2026-11-19T23:30:00+00:00",
    )
    assert ("A link to keep", "2026-11-17T08:00:00+00:00") in seen.values()
    assert "https://elsewhere.example/keep" in related(paper)


def test_a_second_import_adds_only_what_is_new(paper: Path) -> None:
    feed = paper / "feed.xml"
    text = (FEEDS / "paper.atom.xml").read_text("utf-8")
    feed.write_text(text, encoding="utf-8")
    assert desk.run(paper, "import", "feed.xml").returncode == 0
    first = desk.tree(paper / "editions")
    assert desk.run(paper, "import", "feed.xml").returncode == 0
    assert desk.tree(paper / "editions") == first
    more = text.replace(
        "<entry>",
        "<entry><id>tag:qingdu.example,2026:c</id><title>New</title>"
        "<updated>2026-11-21T01:00:00Z</updated></entry><entry>",
        1,
    )
    feed.write_text(more, encoding="utf-8")
    assert desk.run(paper, "import", "feed.xml").returncode == 0
    assert first.items() < desk.tree(paper / "editions").items()
    assert json.loads(desk.run(paper, "import", "feed.xml", "--json").stdout)["written"] is False
    done = desk.run(paper, "import", "feed.xml", "--by", "week", "--json")
    assert json.loads(done.stdout)["known"] == 3


def test_nothing_is_written_over_unless_forced(paper: Path) -> None:
    edition = paper / "editions" / "2026-11-17.md"
    edition.write_text("# Mine\n\nWords.\n", encoding="utf-8")
    done = desk.run(paper, "import", str(FEEDS / "blog.rss.xml"))
    assert done.returncode == 1
    assert "--force" in done.stderr
    assert sorted(path.name for path in (paper / "editions").iterdir()) == ["2026-11-17.md"]
    assert not (paper / "publisher.lock").exists()
    assert desk.run(paper, "import", str(FEEDS / "blog.rss.xml"), "--force").returncode == 0
    assert "A link to keep" in edition.read_text("utf-8")


def test_an_edition_in_another_format_is_in_the_way(paper: Path) -> None:
    (paper / "editions" / "2026-11-17.txt").write_text("标题\n\n正文。\n", encoding="utf-8")
    done = desk.run(paper, "import", str(FEEDS / "blog.rss.xml"), "--force")
    assert done.returncode == 1
    assert "2026-11-17.txt" in done.stderr


def test_a_dry_run_lists_and_writes_nothing(paper: Path, feeds: Path) -> None:
    before = desk.tree(paper)
    done = desk.run(paper, "import", str(feeds), "--dry-run", "--by", "month")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["editions/2026-11-01.md"]
    assert desk.tree(paper) == before


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("day", ["2026-11-17", "2026-11-18", "2026-11-20"]),
        ("week", ["2026-11-16"]),
        ("month", ["2026-11-01"]),
        (
            "entry",
            [
                "2026-11-17-a-link-to-keep",
                "2026-11-17-a-note-without-any-title-it-has-two-sent",
                "2026-11-18-first-note",
                "2026-11-18-second-note",
                "2026-11-20-fog-and-foghorns-what-they-say",
                "2026-11-20-tide-tables",
                "2026-11-20-渡口新桥今晨通车",
            ],
        ),
    ],
)
def test_entries_of_a_folder_of_feeds_by(
    paper: Path, feeds: Path, by: importing.By, names: list[str]
) -> None:
    plan = importing.plan(paper, [feeds], by=by)
    importing.write(paper, plan, now=samples.CORRECTED)
    assert sorted(path.stem for path in (paper / "editions").glob("*.md")) == names
    checked = publish.check(paper, now=samples.CORRECTED)
    assert {one.code for one in checked.findings} <= {
        "image-without-alt",
        "email-image-without-size",
    }


def test_mail_and_pages_become_markdown_with_their_pictures(paper: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    shutil.copytree(FIXTURES / "eml", archive, ignore=shutil.ignore_patterns("*.json"))
    shutil.copy(FIXTURES / "html" / "article.html", archive)
    done = desk.run(paper, "import", str(archive), "--json")
    assert done.returncode == 0, done.stderr
    paths = [one["path"] for one in json.loads(done.stdout)["editions"]]
    assert paths == [
        "editions/2026-11-20-article.md",
        "editions/2026-11-15-newsletter.md",
        "editions/2026-11-21-plain-gb.md",
    ]
    (picture,) = (paper / "editions" / "images" / "2026-11-15-newsletter").iterdir()
    assert picture.read_bytes().startswith(b"\x89PNG")
    built = desk.run(paper, "build")
    assert built.returncode == 0, built.stderr
    titles = {title for title, _ in entries(paper).values()}
    assert {"The last lock keepers", "Town hall reopens", "河图"} <= titles


def test_markdown_stays_as_it_is(paper: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive" / "2026"
    archive.mkdir(parents=True)
    text = "Title: Week 1\nDate: 2026-01-09\n\n## News\n\n- [One](https://a.example/): 1\n"
    (archive / "week-1.md").write_text(text, encoding="utf-8")
    assert desk.run(paper, "import", str(tmp_path / "archive")).returncode == 0
    assert (paper / "editions" / "2026" / "week-1.md").read_text("utf-8") == text


def test_what_cannot_be_read_is_named_and_the_rest_imported(paper: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "a.eml").write_bytes(b"no mail")
    (archive / "b.html").write_text("<h1>No date</h1><p>Words.</p>")
    (archive / "c.xml").write_text("<rss><channel>", encoding="utf-8")
    shutil.copy(FEEDS / "paper.atom.xml", archive)
    done = desk.run(paper, "import", str(archive))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "archive/a.eml: this is no mail message" in done.stderr
    assert "archive/b.html:1: this edition has no date" in done.stderr
    assert "'\"b.html\" = 2026-11-23' under [reading.dates]" in done.stderr
    assert "archive/c.xml:1: this is no well-formed XML" in done.stderr
    assert (paper / "editions" / "2026-11-20.md").exists()


def test_an_empty_folder_and_a_missing_file(paper: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = desk.run(paper, "import", str(tmp_path / "empty"))
    assert done.returncode == 1
    assert "nothing to import" in done.stderr
    assert desk.run(paper, "import", "https://blog.example/feed.xml").returncode == 2
    assert desk.run(paper, "import").returncode == 2


def test_an_import_of_nothing_says_so(paper: Path) -> None:
    feed, text = paper / "feed.xml", (FEEDS / "paper.atom.xml").read_text("utf-8")
    feed.write_text(re.sub("<entry>.*</entry>", "", text, flags=re.DOTALL), "utf-8")
    done = desk.run(paper, "import", "feed.xml")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nothing was imported" in done.stderr and "give a feed's file" in done.stderr
    assert "ready for" not in done.stderr
    assert json.loads(desk.run(paper, "import", "feed.xml", "--json").stdout)["written"] is False
    feed.write_text(re.sub("<(published|updated)>.*?</.*?>", "", text), "utf-8")
    done = desk.run(paper, "import", "feed.xml")
    assert done.returncode == 1
    assert "[undated-entry]" in done.stderr and "mend what is named above" in done.stderr
    feed.write_text("\n")
    done = desk.run(paper, "import", "feed.xml")
    assert done.returncode == 1
    assert "feed.xml: this file is empty" in done.stderr


def test_an_import_of_what_is_there_already_is_no_failure(paper: Path) -> None:
    feed = str(FEEDS / "paper.atom.xml")
    assert desk.run(paper, "import", feed).returncode == 0
    done = desk.run(paper, "import", feed, "--by", "week")
    assert done.returncode == 0
    assert "are in other editions already" in done.stderr
    assert "ready for" not in done.stderr


def test_feeds_in_several_documents_hold_each_entry_once(paper: Path, tmp_path: Path) -> None:
    for name in ("a.xml", "b.xml"):
        shutil.copy(FEEDS / "paper.atom.xml", tmp_path / name)
    done = desk.run(paper, "import", str(tmp_path / "a.xml"), str(tmp_path / "b.xml"), "--json")
    assert [one["items"] for one in json.loads(done.stdout)["editions"]] == [2]


WORDS = (
    st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
BLOCKS = (
    *("<p>one</p>", "<p>*two* [x](y)</p>\n\n", "<pre>a\n\n b</pre>", "<ul><li>1. x</li></ul>"),
    *(
        "<b>bold</b>",
        "<h3>sub</h3>",
        "1、数",
        "<blockquote>\n\n# q</blockquote>",
        "- dash\n\n",
        "bare ",
    ),
)
HTML = st.lists(st.sampled_from(BLOCKS), max_size=6).map("".join)


@given(
    st.lists(st.tuples(WORDS, HTML), min_size=1, max_size=4),
    st.sampled_from([(), ("News",), ("News", "Local")]),
    st.sampled_from([(), (Person("Ada Quill"),), (Person("林小满"), Person("许青"))]),
)
def test_what_is_written_is_read_back(
    told: list[tuple[str, str]], section: tuple[str, ...], people: tuple[Person, ...]
) -> None:
    stories = tuple(
        Story(
            title=title,
            headline=title,
            place=Place("x"),
            body=sanitise(html).strip(),
            section=section,
            byline=people,
            link=f"https://a.example/{number}?a=(1)&b=2",
        )
        for number, (title, html) in enumerate(told)
    )
    text = markdown.edition({"title": 'T: "x" # y'}, "", stories)
    read = read_page(text.encode(), name="x.md", options=Reading())
    assert read.front["title"] == 'T: "x" # y'
    assert [story.headline for story in read.stories] == [story.headline for story in stories]
    assert [story.link for story in read.stories] == [story.link for story in stories]
    for mine, yours in zip(stories, read.stories, strict=True):
        assert [person.name for person in yours.byline] == [person.name for person in people]
        assert plain(yours.body).split() == plain(mine.body).split()
        assert yours.section == section


def test_a_page_of_the_small_hours_keeps_its_day(paper: Path, tmp_path: Path) -> None:
    page = tmp_path / "night.html"
    page.write_text(
        '<meta name="date" content="2026-11-21T01:00:00+08:00"><h1>Night</h1><p>Words.</p>',
        encoding="utf-8",
    )
    assert desk.run(paper, "import", str(page)).returncode == 0
    built = desk.run(paper, "build", "--json")
    assert [one["id"] for one in json.loads(built.stdout)["editions"]] == ["2026-11-21-night"]
    assert json.loads(built.stdout)["findings"] == []
    assert entries(paper).popitem()[1] == ("Night", "2026-11-20T17:00:00+00:00")


def test_a_saved_pages_folder_holds_no_documents(paper: Path, tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    (archive / "a_files").mkdir(parents=True)
    text = (
        '<meta name="date" content="2026-11-21"><h1>A</h1><p>Words. <img src="a_files/p.gif"></p>'
    )
    (archive / "a.html").write_text(text, encoding="utf-8")
    (archive / "a_files" / "frame.html").write_text("<p>advert</p>", encoding="utf-8")
    (archive / "a_files" / "p.gif").write_bytes(
        b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
    )
    done = desk.run(paper, "import", str(archive), "--json")
    assert [one["path"] for one in json.loads(done.stdout)["editions"]] == [
        "editions/2026-11-21-a.md"
    ]
    assert (paper / "editions" / "images" / "2026-11-21-a" / "p.gif").is_file()


def test_a_feed_by_another_name_is_told_so(paper: Path, tmp_path: Path) -> None:
    (tmp_path / "feed.php").write_bytes((FEEDS / "paper.atom.xml").read_bytes())
    done = desk.run(paper, "import", str(tmp_path / "feed.php"))
    assert done.returncode == 1
    assert "name it feed.xml" in done.stderr


def test_a_broken_item_of_a_json_feed_does_not_hide_the_others(paper: Path) -> None:
    feed = json.loads((FEEDS / "notes.json").read_text("utf-8"))
    feed["items"].insert(1, {"id": "x", "title": 5})
    (paper / "feed.json").write_text(json.dumps(feed), encoding="utf-8")
    plan = importing.plan(paper, [paper / "feed.json"])
    assert [len(one.stories) for one in plan.editions] == [2]
    assert [one.severity for one in plan.findings] == ["error"]


def test_documents_of_one_day_and_name_do_not_meet(paper: Path, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "issue.eml").write_text(
            f"From: x@a.example\nSubject: {folder}\nDate: Sun, 15 Nov 2026 08:00:00 +0100\n\nWords.\n"
        )
    plan = importing.plan(paper, [tmp_path / "a", tmp_path / "b"])
    assert [one.path for one in plan.editions] == [
        "editions/2026-11-15-issue.md",
        "editions/2026-11-15-issue-2.md",
    ]
