"""What the last build said is said again only while everything stands as it left it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publisher import publish, standing
from tests import desk, samples

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
TOML = samples.TOML + '\n[reading]\ndates_file = "dates.toml"\n'


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    folder = tmp_path / "paper"
    (folder / "editions" / "late").mkdir(parents=True)
    (folder / "templates").mkdir()
    (folder / "publisher.toml").write_text(TOML, "utf-8")
    (folder / "dates.toml").write_text('"late/extra.md" = 2026-11-25\n', "utf-8")
    (folder / "editions" / "2026-11-23.md").write_text("# Monday\n\n## The ferry\n\nIt sails.\n")
    (folder / "editions" / "late" / "extra.md").write_text("# Extra\n\n## Floods\n\nThey ebb.\n")
    publish.build(folder, now=NOW)
    return folder


def stands(folder: Path) -> standing.Report | None:
    return standing.report(folder, accept_doubts=False)


def test_the_last_answer_is_what_a_build_would_say(paper: Path) -> None:
    said = stands(paper)
    assert said is not None
    assert said == publish.build(paper, now=NOW)
    assert [(one.title, one.items) for one in said.editions] == [("Monday", 1), ("Extra", 1)]


def _same_size(folder: Path) -> None:
    path = folder / "editions" / "2026-11-23.md"
    path.write_text(path.read_text("utf-8").replace("ferry", "wharf"), "utf-8")


CHANGES: dict[str, Callable[[Path], object]] = {
    "an edition edited, its size the same": _same_size,
    "an edition added": lambda folder: (folder / "editions" / "2026-11-24.md").write_text("# T"),
    "an edition added to a folder": lambda folder: (
        folder / "editions" / "late" / "2026-11-26.md"
    ).write_text("# T\n\n## U\n\nV.\n"),
    "an edition removed": lambda folder: (folder / "editions" / "2026-11-23.md").unlink(),
    "a template added": lambda folder: (folder / "templates" / "words").mkdir(),
    "the configuration edited": lambda folder: (folder / "publisher.toml").write_text(TOML + "#"),
    "the list of dates edited": lambda folder: (folder / "dates.toml").write_text(
        '"late/extra.md" = 2026-11-26\n'
    ),
    "the ledger edited": lambda folder: (folder / "publisher.lock").write_text(""),
    "a page removed": lambda folder: (folder / "public" / "index.html").unlink(),
    "an email removed": lambda folder: next((folder / "public" / "email").iterdir()).unlink(),
    "what was remembered harmed": lambda folder: (
        folder / standing.FOLDER / "standing"
    ).write_bytes(b"\x95"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_takes_the_answer_away(paper: Path, change: str) -> None:
    CHANGES[change](paper)
    assert stands(paper) is None


def test_other_wishes_are_another_question(paper: Path) -> None:
    assert standing.report(paper, accept_doubts=True) is None


def test_a_refused_build_leaves_no_answer(paper: Path) -> None:
    broken = paper / "editions" / "2026-11-24.md"
    broken.write_text("# Tuesday\n\n## A\n\n![a boat](boat.png)\n", "utf-8")
    assert desk.run(paper, "build").returncode == 1
    assert stands(paper) is None


def test_the_command_imports_nothing_for_nothing(paper: Path) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from publisher.cli.build import command;"
        "done = CliRunner().invoke(command, ['-q']); assert done.exit_code == 0, done.output;"
        "print([name for name in ('publisher.publish', 'yaml', 'tomllib') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=paper, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
