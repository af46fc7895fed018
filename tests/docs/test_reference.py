"""docs/reference.md names every command, option, key and finding code, and none that is not there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click
import pytest

from publisher import config
from publisher.cli import COMMANDS
from publisher.cli.commands import commands

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference.md"


def reference() -> str:
    return REFERENCE.read_text(encoding="utf-8")


def section(heading: str) -> str:
    """The text under `heading`, up to the next heading of the same depth."""
    depth = len(heading) - len(heading.lstrip("#"))
    pattern = rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{depth}}} |\Z)"
    found = re.search(pattern, reference(), re.MULTILINE | re.DOTALL)
    assert found, f"docs/reference.md has no heading {heading!r}"
    return found[1]


def leaves(command: click.Command, words: tuple[str, ...]) -> list[tuple[str, click.Command]]:
    """Every command that does something, by its words (`subscribers import`)."""
    if not isinstance(command, click.Group):
        return [(" ".join(words), command)]
    context = click.Context(command)
    found = []
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        found += leaves(inner, (*words, name))
    return found


COMMANDS_BY_WORDS = dict(leaves(commands, ()))


def codes() -> set[str]:
    """Every finding code: the keys of the `CODES` tables, and literal codes of findings."""
    found: set[str] = set()
    for path in (ROOT / "publisher").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                arguments = [
                    *node.args,
                    *(word.value for word in node.keywords if word.arg == "code"),
                ]
                found |= {
                    argument.value
                    for argument in arguments[1:2]
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                }
    from publisher.checks import edition, email, email_css, feed, site
    from publisher.delivery import doctor
    from publisher.readers import codes as readers

    tables = (edition.CODES, email.CODES, email_css.CSS_CODES, feed.CODES, site.CODES)
    for table in (*tables, readers.CODES, doctor.CODES):
        found |= set(table)
    return found


@pytest.mark.parametrize("words", COMMANDS_BY_WORDS)
def test_every_command_and_option_is_there(words: str) -> None:
    text = section(f"### publisher {words}")
    for parameter in COMMANDS_BY_WORDS[words].params:
        for name in parameter.opts if isinstance(parameter, click.Option) else ():
            assert f"`{name}" in text or f", {name}" in text, f"publisher {words} {name}"


def test_no_command_is_there_that_does_not_exist() -> None:
    named = set(re.findall(r"^### publisher (.+)$", reference(), re.MULTILINE))
    assert named == set(COMMANDS_BY_WORDS)
    assert {words.split()[0] for words in named} == set(COMMANDS)


def test_every_key_is_there_and_no_other() -> None:
    text = section("## publisher.toml")
    named = set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))
    assert named == set(config.keys())


def test_every_finding_code_is_there_and_no_other() -> None:
    text = section("## Findings")
    named = set(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))
    assert named == codes()
