"""Every command that docs/deliver.md names exists, with the options that it shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from publisher import config
from publisher.cli.commands import commands

PAGE = Path(__file__).resolve().parents[2] / "docs" / "deliver.md"
TEXT = PAGE.read_text(encoding="utf-8")
LINES = sorted(set(re.findall(r"(?:^\$ |&& |`|env )publisher ([a-z][^`\n]*)", TEXT, re.MULTILINE)))


@pytest.mark.parametrize("line", LINES)
def test_the_command_takes_these_words(line: str) -> None:
    words = shlex.split(line)
    command: click.Command = commands
    while isinstance(command, click.Group):
        inner = command.get_command(click.Context(command), words.pop(0))
        assert inner is not None
        command = inner
        if not words:
            return
    known = {name for one in command.params for name in one.opts}
    assert {word for word in words if word.startswith("-")} <= known


def test_the_keys_shown_are_read() -> None:
    from tests import samples

    shown = "\n".join(re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
    assert len(LINES) > 12
    publication = config.loads(samples.TOML + shown)
    assert publication.delivery.relays[0].host == "smtp.relay.example"
