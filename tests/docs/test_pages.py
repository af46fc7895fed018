"""The documents themselves: links lead somewhere, and the guide's commands work as printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests import desk

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^<!-- file: (\S+) -->\n+```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if not re.match(r"https?:|mailto:", target):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def steps(page: Path) -> list[tuple[str, str]]:
    """The page's files to write and commands to run, in order: ("write NAME" | "run", text)."""
    text = page.read_text(encoding="utf-8")
    found = [(match.start(), f"write {match[1]}", match[2]) for match in FILE.finditer(text)]
    found += [(match.start(), "run", match[1]) for match in CONSOLE.finditer(text)]
    return [(what, body) for _, what, body in sorted(found)]


def test_the_guide_works_as_printed(tmp_path: Path) -> None:
    """Every `$ publisher ...` line runs and exits 0, unless the line ends in `# exit 1`."""
    folder = tmp_path
    ran = 0
    for what, body in steps(ROOT / "docs" / "guide.md"):
        if what.startswith("write "):
            path = folder / what.removeprefix("write ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body, encoding="utf-8")
            continue
        for line in re.findall(r"^\$ (.+)$", body, re.MULTILINE):
            command, _, expected = line.partition("  # exit ")
            words = shlex.split(command)
            if words[0] == "cd":
                folder = folder / words[1]
            elif words[0] == "publisher":
                done = desk.run(folder, *words[1:])
                assert done.returncode == int(expected or 0), f"{line}\n{done.stderr}"
                ran += 1
    assert ran >= 6
