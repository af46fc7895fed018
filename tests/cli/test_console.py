"""What is shown to people cannot do anything to their terminal."""

from __future__ import annotations

import pytest

from publisher.cli.console import say, show_findings
from publisher.model import Finding, Place


def test_control_characters_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    place = Place("editions/2026-11-23\x1b[2J\u202e.md", 3)
    show_findings([Finding("error", "x", place, "a\x07b", "c\x9bd")])
    shown = capsys.readouterr().err
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown)
    assert "editions/2026-11-23\ufffd[2J\ufffd.md:3" in shown


def test_each_advice_is_given_once(capsys: pytest.CaptureFixture[str]) -> None:
    place = Place("editions/2026-11-23.md")
    advice = ("name the year", "name the day", "name the year")
    show_findings([Finding("warning", "odd-date", place, "a date", hint) for hint in advice])
    shown = capsys.readouterr().err
    assert shown.count("name the year") == 1
    assert shown.count("name the day") == 1


def test_lines_stay_lines(capsys: pytest.CaptureFixture[str]) -> None:
    say("one\ntwo\t三")
    assert capsys.readouterr().err == "one\ntwo\t三\n"
