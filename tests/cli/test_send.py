"""`publisher send` and `publisher mailings`, as an editor types them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from publisher.cli.commands import commands
from tests.delivery import offices
from tests.delivery.offices import EDITION, add, crowd
from tests.delivery.servers import HANG, ScriptedServer


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLISHER_SECRET", offices.SECRET)


def run(folder: Path, *words: str) -> Result:
    """In this process; -C goes behind the last of the command's own words."""
    return CliRunner().invoke(commands, [*words, "-C", str(folder)], prog_name="publisher")


def test_the_ways_to_try_it_out_first(tmp_path: Path) -> None:
    with ScriptedServer() as server:
        with offices.office_in(tmp_path, port=server.port) as opened:
            crowd(opened, 2)
            add(opened, "chess@a.example", sections=("chess",))
        folder = opened.folder
        dry = run(folder, "send", EDITION, "--dry-run")
        assert dry.exit_code == 0, dry.stderr
        assert "section  sport" in dry.stdout
        assert "in all   2 recipients" in dry.stdout
        assert "left out 1" in dry.stdout
        assert "nothing was sent" in dry.stderr
        shape = json.loads(run(folder, "send", EDITION, "--dry-run", "--json").stdout)
        assert shape["recipients"] == 2
        assert 0 < shape["largest_html_bytes"] < 102_000
        assert not server.received
        tested = run(folder, "send", EDITION, "--test", "me@a.example")
        assert tested.exit_code == 0, tested.stderr
        assert [one.recipient for one in server.received] == ["me@a.example"]
        server.always = {"RCPT": "550 5.1.1 no such user"}
        tested = run(folder, "send", EDITION, "--test", "me@a.example")
        assert tested.exit_code == 1
        assert "no such user" in tested.stderr
        assert json.loads(run(folder, "mailings", "list", "--json").stdout) == []


def test_sent_then_shown(tmp_path: Path) -> None:
    server = ScriptedServer(
        on_rcpt=lambda who: "550 5.1.1 no such user" if who.startswith("reader1@") else None
    )
    with server:
        with offices.office_in(tmp_path, port=server.port) as opened:
            crowd(opened, 3)
        folder = opened.folder
        sent = run(folder, "send", EDITION)
        assert sent.exit_code == 0, sent.stderr
        assert "mailing 1 finished" in sent.stderr
        assert "2 sent, 1 refused" in sent.stderr
        again = run(folder, "send", EDITION)
        assert again.exit_code == 1
        assert "--again" in again.stderr
    shown = run(folder, "mailings", "show", "1")
    assert "finished, 2 sent, 1 refused" in shown.stdout
    assert "550 5.1.1" in shown.stdout
    who = run(folder, "mailings", "show", "1", "--who", "refused")
    assert who.stdout.startswith("reader1@town1.example  refused  550 5.1.1")
    fates = run(folder, "mailings", "show", "1", "--who", "all", "--json").stdout.splitlines()
    assert [json.loads(one)["state"] for one in fates] == ["sent", "refused", "sent"]
    shape = json.loads(run(folder, "mailings", "show", "1", "--json").stdout)
    assert shape["counts"]["refused"] == 1
    assert "finished" in run(folder, "mailings", "list").stdout
    assert run(folder, "mailings", "show", "7").exit_code == 1
    assert run(folder, "mailings", "retry", "1").exit_code == 2
    retried = run(folder, "mailings", "retry", "1", "--refused")
    assert "nothing to send again" in retried.stderr, "one who has left the list is not tried again"


def test_a_fault_pauses_and_says_what_to_do(tmp_path: Path) -> None:
    with ScriptedServer(always={"MAIL": "530 5.7.0 authentication required"}) as server:
        with offices.office_in(tmp_path, port=server.port) as opened:
            crowd(opened, 5)
        folder = opened.folder
        sent = run(folder, "send", EDITION)
        assert sent.exit_code == 1
        assert "authentication required" in sent.stderr
        assert "publisher mailings resume 1" in sent.stderr
        assert "paused" in run(folder, "mailings", "show", "1").stdout
        server.always = {}
        assert run(folder, "mailings", "resume", "1").exit_code == 0
        paused = run(folder, "mailings", "pause", "1", "--because", "typo")
        assert paused.exit_code == 0
        sent = run(folder, "send", EDITION, "--no-wait")
        assert sent.exit_code == 1
        run(folder, "mailings", "resume", "1")
        assert run(folder, "send", EDITION, "--quiet").stderr == ""
        assert len(server.received) == 5
        assert run(folder, "mailings", "cancel", "1").exit_code == 1


def test_a_mailing_for_later_says_when_and_stays(tmp_path: Path) -> None:
    with ScriptedServer() as server:
        with offices.office_in(tmp_path, port=server.port) as opened:
            crowd(opened, 2)
        folder = opened.folder
        at = (datetime.now(UTC) + timedelta(hours=30)).astimezone(opened.publication.zone)
        child = subprocess.Popen(
            [sys.executable, "-m", "publisher", "send", EDITION, "--at", f"{at:%Y-%m-%d %H:%M}"],
            cwd=folder,
            env=dict(os.environ),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert child.stderr is not None
        first = child.stderr.readline()
        assert first.startswith(f"mailing 1 is scheduled, to start {at:%Y-%m-%d %H:%M CST}")
        child.send_signal(signal.SIGTERM)
        _, said = child.communicate(timeout=30)
        assert "mailing 1 stays scheduled" in said and "reached" not in said
        assert f"to start {at:%Y-%m-%d %H:%M} (Asia" in run(folder, "mailings", "show", "1").stdout
        assert f"{at:%Y-%m-%d %H:%M}" in run(folder, "mailings", "list").stdout
        assert "nobody will get it" in run(folder, "mailings", "cancel", "1").stderr
        assert "is cancelled already" in run(folder, "mailings", "cancel", "1").stderr
        assert "retry --cancelled 1" in run(folder, "send", EDITION).stderr
        assert (
            "nothing to send again" in run(folder, "mailings", "retry", "1", "--cancelled").stderr
        )
    assert server.received == []


def test_words_that_do_not_go_together(tmp_path: Path) -> None:
    folder = offices.folder_in(tmp_path)
    for words in (
        ["send"],
        ["send", EDITION, "--due"],
        ["send", "--due", "--again"],
        ["send", EDITION, "--test", "a@b.example", "--dry-run"],
        ["send", EDITION, "--at", "tomorrow"],
    ):
        done = run(folder, *words)
        assert done.exit_code == 2, words
    assert "nothing is due" in run(folder, "send", "--due").stderr


def test_without_a_secret_nothing_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBLISHER_SECRET")
    done = run(offices.folder_in(tmp_path), "send", EDITION)
    assert done.exit_code == 1
    assert "PUBLISHER_SECRET" in done.stderr


def _sending(folder: Path, server: ScriptedServer, received: int) -> subprocess.Popen[str]:
    """`publisher send` in a process of its own, once the server has `received` so many messages."""
    child = subprocess.Popen(
        [sys.executable, "-m", "publisher", "send", EDITION],
        cwd=folder,
        env=dict(os.environ),
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while len(server.received) < received and time.monotonic() < deadline:
        time.sleep(0.01)
    return child


def test_ctrl_c_stops_within_a_second_and_loses_nothing(tmp_path: Path) -> None:
    with ScriptedServer(on_rcpt=lambda _: time.sleep(0.01)) as server:
        with offices.office_in(tmp_path, port=server.port) as opened:
            people = crowd(opened, 1500)
        child = _sending(opened.folder, server, 30)
        child.send_signal(signal.SIGINT)
        begun = time.monotonic()
        time.sleep(0.7)
        count = len(server.received)
        _, said = child.communicate(timeout=30)
        assert len(server.received) == count < 1500, "more was sent after it was told to stop"
        assert time.monotonic() - begun < 10
        assert child.returncode == 1
        assert f"stopped; publisher send {EDITION} goes on with it" in said
        assert "Traceback" not in said
        server.on_rcpt = lambda _: None
        assert run(opened.folder, "send", EDITION).exit_code == 0
    assert sorted(one.recipient for one in server.received) == sorted(people)


def test_a_second_ctrl_c_does_not_wait_for_a_server_that_hangs(tmp_path: Path) -> None:
    with ScriptedServer(always={"END": HANG}) as server:
        with offices.office_in(tmp_path, port=server.port) as opened:
            crowd(opened, 10)
        child = _sending(opened.folder, server, 2)
        child.send_signal(signal.SIGINT)
        time.sleep(0.5)
        begun = time.monotonic()
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=30)
        assert time.monotonic() - begun < 8
        assert child.returncode == 1
        assert "Traceback" not in said
    shown = json.loads(run(opened.folder, "mailings", "show", "1", "--json").stdout)
    assert shown["counts"]["uncertain"] == 2
    assert shown["counts"]["queued"] == 8
