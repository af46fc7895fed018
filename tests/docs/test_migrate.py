"""The migration guide: its settings are real ones, its commands have these options, its codes exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from publisher import config
from publisher.checks import edition
from publisher.cli.import_ import command
from publisher.readers import codes
from tests import samples

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "migrate.md").read_text(encoding="utf-8")
SETTINGS = re.findall(r"^```toml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^publisher import .*$", GUIDE, re.MULTILINE)
# What a reader is told to look at, up to the end of that list or paragraph.
LOOK_AT = re.findall(r"^Look at.*?(?=\n\n)", GUIDE + "\n\n", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("settings", SETTINGS)
def test_settings_are_real_ones(settings: str) -> None:
    assert config.loads(samples.TOML + settings).reading != config.loads(samples.TOML).reading


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_have_these_options(line: str) -> None:
    known = {name for option in command.params for name in option.opts}
    assert {word for word in shlex.split(line) if word.startswith("-")} <= known


def test_codes_to_look_at_exist() -> None:
    named = {code for part in LOOK_AT for code in re.findall(r"`([a-z]+(?:-[a-z]+)+)`", part)}
    assert len(named) > 8
    assert named <= {*codes.CODES, *edition.CODES, "undated-entry"}
