"""The other words of the command line, run as a program."""

from __future__ import annotations

import json
from pathlib import Path

from publisher import config
from publisher.cli import COMMANDS, help_text
from publisher.cli.commands import commands
from publisher.generators.wrap import width
from tests import desk

HEAVY = ("lxml", "feedgen", "premailer", "sqlalchemy", "click")


def test_help_lists_every_command_with_its_own_words() -> None:
    import click

    context = click.Context(commands)
    for name, summary in COMMANDS.items():
        command = commands.get_command(context, name)
        assert command is not None
        assert command.short_help == summary
        assert "Example" in (command.help or ""), name
    assert commands.get_help(context) == help_text().rstrip("\n")


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    done = desk.run(tmp_path, "--help", PYTHONPROFILEIMPORTTIME="1")
    assert "Usage: publisher" in done.stdout
    imported = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "publisher" in imported
    assert imported.isdisjoint(HEAVY)


def test_an_unknown_command_is_a_usage_error(tmp_path: Path) -> None:
    done = desk.run(tmp_path, "buidl")
    assert done.returncode == 2
    assert "did you mean 'build'" in done.stderr


def test_init_then_build(tmp_path: Path) -> None:
    made = desk.run(tmp_path, "init", "river-post", "--title", "The River Post")
    assert made.returncode == 0, made.stderr
    folder = tmp_path / "river-post"
    assert "The River Post" in (folder / "publisher.toml").read_text("utf-8")
    built = desk.run(folder, "build", "--json")
    assert built.returncode == 0, built.stderr + built.stdout
    assert {one["severity"] for one in json.loads(built.stdout)["findings"]} <= {"info"}
    again = desk.run(tmp_path, "init", "river-post")
    assert again.returncode == 1
    assert "already" in again.stderr


def test_init_takes_any_title(tmp_path: Path) -> None:
    title = 'The "Quay" \\ C:\\new & <b>河</b>'
    assert desk.run(tmp_path, "init", "x", "--title", title).returncode == 0
    assert config.load(tmp_path / "x" / "publisher.toml").title == title


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n", encoding="utf-8")
    done = desk.run(tmp_path, "init", ".", "--title", "Post")
    assert done.returncode == 0
    assert "left as it is: .gitignore" in done.stderr
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "mine\n"
    assert desk.run(tmp_path, "check").returncode == 0


def test_parse_fits_a_narrow_terminal(tmp_path: Path) -> None:
    desk.run(tmp_path, "init", "x")
    page = "editions/2026-01-06.txt"
    for columns in (60, 80, 200):
        done = desk.run(tmp_path / "x", "parse", page, COLUMNS=str(columns))
        lines = done.stdout.split("\n\n")[0].splitlines()
        assert max(map(width, lines)) <= min(columns, 85)


def test_init_judges_its_words_before_it_writes(tmp_path: Path) -> None:
    done = desk.run(tmp_path, "init", "x", "--base-url", "nonsense")
    assert done.returncode == 1
    assert "base_url" in done.stderr
    assert not (tmp_path / "x").exists()


def test_new_makes_an_edition_that_builds(tmp_path: Path) -> None:
    folder = desk.small(tmp_path / "paper")
    done = desk.run(folder, "new", "2026-11-25", "--title", "It's: a title")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "editions/2026-11-25.md"
    assert desk.run(folder, "check").returncode == 0
    again = desk.run(folder, "new", "2026-11-25")
    assert again.returncode == 1
    assert "--name" in again.stderr
    assert desk.run(folder, "new", "2026-13-25").returncode == 2


def test_new_without_a_date_means_today_in_the_publications_zone(tmp_path: Path) -> None:
    folder = desk.small(tmp_path / "paper")
    assert desk.run(folder, "new", "--page").stdout.strip() == "editions/2026-11-24.txt"


def test_check_reports_and_exits_by_severity(tmp_path: Path) -> None:
    body = "# An edition\n\n## News\n\n### One\n\nTODO: write it. See [it](about.html).\n"
    folder = desk.small(tmp_path / "paper", d2026_11_22__md=body)
    done = desk.run(folder, "check", "--json")
    codes = {one["code"] for one in json.loads(done.stdout)["findings"]}
    assert {"placeholder", "relative-link"} <= codes
    assert done.returncode == 0
    assert not (folder / "public").exists()
    (folder / "editions" / "2026-02-30.md").write_text(body, encoding="utf-8")
    done = desk.run(folder, "check")
    assert done.returncode == 1
    assert "2026-02-30" in done.stderr


def test_parse_shows_roles_and_json(tmp_path: Path) -> None:
    folder = desk.sample(tmp_path / "paper")
    done = desk.run(folder, "parse", "editions/2026-11-10.txt")
    assert done.returncode == 0, done.stderr
    assert " headline " in done.stdout
    shape = json.loads(desk.run(folder, "parse", "editions/2026-11-10.txt", "--json").stdout)
    assert {"items", "furniture", "doubts", "refused"} == set(shape)
    assert {"kind", "headline", "kicker", "byline", "paragraphs", "paragraph_lines"} <= set(
        shape["items"][0]
    )


def test_parse_tells_what_the_reader_found(tmp_path: Path) -> None:
    page = "# A weekly\n\n## The ferry\n\nIt [sails](ftp://tides.example/x).\n\nDaily.\n"
    (tmp_path / "2026-11-23.md").write_text(page, encoding="utf-8")
    done = desk.run(tmp_path, "parse", "2026-11-23.md")
    assert done.returncode == 0, done.stderr
    assert "2 paragraphs" in done.stdout
    assert "[dead-link]" in done.stderr


def test_parse_gives_bodies_and_findings_of_other_formats_as_json(tmp_path: Path) -> None:
    page = (
        "---\nnumber: 7\n---\n\nHello.\n\n## News\n\n"
        "* [The ferry](https://a.example): it [sails](ftp://tides.example/x).\n"
    )
    (tmp_path / "2026-11-23.md").write_text(page, encoding="utf-8")
    shape = json.loads(desk.run(tmp_path, "parse", "2026-11-23.md", "--json").stdout)
    assert (shape["front"]["number"], shape["introduction"]) == ("7", "<p>Hello.</p>")
    assert [one["code"] for one in shape["findings"]] == ["dead-link"]
    (item,) = shape["items"]
    assert (item["line"], item["section"], item["link"]) == (9, ["News"], "https://a.example")
    assert (item["title"], item["headline"], item["kind"]) == ("The ferry", "The ferry", "article")
    assert (item["body"], item["images"]) == ("<p>it sails.</p>", [])


def test_parse_as_json_hides_no_finding_of_a_text_page(tmp_path: Path) -> None:
    (tmp_path / "2026-11-23.txt").write_text("# The ferry\n\nIt\x07 sails.\n", "utf-8")
    done = desk.run(tmp_path, "parse", "2026-11-23.txt", "--json")
    assert "[control-character]" in done.stderr
    assert set(json.loads(done.stdout)) == {"items", "furniture", "doubts", "refused"}


def test_parse_shows_the_sections_and_what_stands_above_them(tmp_path: Path) -> None:
    page = (
        "---\ntitle: A weekly\nnumber: 4\n---\n\nA slow week.\n\n## News\n\n### Harbour\n\n"
        "- [Tides](https://tides.example/): high on Monday.\n- [Fog](https://fog.example/)\n\n"
        "## Weather\n\nRain.\n"
    )
    (tmp_path / "2026-11-23.md").write_text(page, encoding="utf-8")
    done = desk.run(tmp_path, "parse", "2026-11-23.md")
    assert done.stdout.split("\n") == [
        "",
        "  title: A weekly",
        "  number: 4",
        "  introduction: A slow week.",
        "  section: News / Harbour",
        "  1. Tides - 1 paragraph",
        "  2. Fog - a link",
        "  section: Weather",
        "  3. Weather - 1 paragraph",
        "",
    ]


def test_parse_says_where_no_profile_counts(tmp_path: Path) -> None:
    folder = desk.small(tmp_path / "paper", d2026_11_22__md="# One\n\nText.\n")
    page = "editions/2026-11-22.md"
    assert "[reading]" not in desk.run(folder, "parse", page).stderr
    outside = desk.run(tmp_path, "parse", f"paper/{page}", "--json")
    assert "publisher.toml" in outside.stderr
    assert json.loads(outside.stdout)["items"]
    assert "[reading]" not in desk.run(tmp_path, "parse", f"paper/{page}", "-C", "paper").stderr


def test_parse_asks_nobody_to_write_into_a_pdf(tmp_path: Path) -> None:
    page = desk.ROOT / "tests" / "fixtures" / "pdf" / "courier.pdf"
    done = desk.run(tmp_path, "parse", str(page))
    assert "1 doubt: " in done.stderr
    assert "markup" not in done.stderr
    assert "# " not in done.stderr


def test_parse_does_not_call_an_empty_page_ready(tmp_path: Path) -> None:
    (tmp_path / "2026-11-23.md").write_text("# A weekly\n", encoding="utf-8")
    done = desk.run(tmp_path, "parse", "2026-11-23.md")
    assert done.returncode == 1
    assert "2026-11-23.md: this edition holds no story [empty-edition]" in done.stderr
    assert "ready" not in done.stderr
    done = desk.run(tmp_path, "parse", "2026-11-23.md", "--json")
    assert done.returncode == 1
    assert [one["code"] for one in json.loads(done.stdout)["findings"]] == ["empty-edition"]


def test_parse_of_what_is_no_edition(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    done = desk.run(tmp_path, "parse", "a.txt")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert desk.run(tmp_path, "parse", "absent.txt").returncode == 2


def test_a_wrong_clock_is_an_error_with_words(tmp_path: Path) -> None:
    folder = desk.small(tmp_path / "paper")
    done = desk.run(folder, "new", SOURCE_DATE_EPOCH="soon")
    assert done.returncode == 1
    assert "SOURCE_DATE_EPOCH" in done.stderr


def test_no_colour_where_it_is_not_wanted(tmp_path: Path) -> None:
    done = desk.run(tmp_path, "build", NO_COLOR="1")
    assert "\x1b[" not in done.stderr
