"""Delivery into a folder and through a local program."""

from __future__ import annotations

import mailbox
import sys
import threading
import time
from pathlib import Path

import pytest

from publisher.delivery.maildir import MaildirTransport
from publisher.delivery.replies import Outcome
from publisher.delivery.sendmail import SendmailTransport
from publisher.delivery.transport import Envelope

LETTER = Envelope("b+x@courier.example", "ann@reader.example", b"Subject: hi\r\n\r\n.\r\nhello\r\n")


def test_a_folder_takes_whole_messages_once(tmp_path: Path) -> None:
    transport = MaildirTransport(tmp_path / "box")
    outcomes = [transport.send(LETTER) for _ in range(2)]
    transport.close()
    assert [each.verdict for each in outcomes] == ["sent", "sent"]
    (message,) = list(mailbox.Maildir(str(tmp_path / "box")))
    assert message["Subject"] == "hi"
    assert message["Return-Path"] == "<b+x@courier.example>"
    assert message["Delivered-To"] == "ann@reader.example"
    assert not list((tmp_path / "box" / "tmp").iterdir())


def test_a_folder_that_cannot_be_written_is_worth_another_try(tmp_path: Path) -> None:
    (tmp_path / "box").write_text("a file")
    outcome = MaildirTransport(tmp_path / "box").send(LETTER)
    assert (outcome.verdict, outcome.unreached) == ("transient", True)


def program(folder: Path, body: str) -> SendmailTransport:
    script = folder / "sendmail.py"
    script.write_text(f"import os, signal, sys, time\n{body}\n", encoding="utf-8")
    return SendmailTransport([sys.executable, str(script), "-i"], timeout_seconds=1.0)


def test_a_program_gets_addresses_and_local_line_ends(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    script = (
        f"open({str(seen)!r}, 'wb').write(repr(sys.argv[1:]).encode() + sys.stdin.buffer.read())"
    )
    assert program(tmp_path, script).send(LETTER).verdict == "sent"
    expected = b"['-i', '-f', 'b+x@courier.example', '--', 'ann@reader.example']"
    assert seen.read_bytes() == expected + b"Subject: hi\n\n.\nhello\n"


@pytest.mark.parametrize(
    ("body", "verdict", "suppress"),
    [
        ("sys.exit(75)", "transient", False),
        ("sys.exit(67)", "permanent", True),
        ("sys.exit(65)", "permanent", False),
        ("sys.stderr.write('no config'); sys.exit(78)", "fault", False),
        ("os.kill(os.getpid(), signal.SIGKILL)", "uncertain", False),
        ("time.sleep(60)", "uncertain", False),
        ("sys.stdin.close()", "sent", False),
    ],
)
def test_how_a_program_ends(tmp_path: Path, body: str, verdict: str, suppress: bool) -> None:
    outcome = program(tmp_path, body).send(LETTER)
    assert (outcome.verdict, outcome.suppress) == (verdict, suppress)


def test_a_program_that_is_not_there_is_our_fault() -> None:
    outcome = SendmailTransport(["/no/such/sendmail"]).send(LETTER)
    assert (outcome.verdict, outcome.unreached) == ("fault", True)


def test_no_address_becomes_an_option(tmp_path: Path) -> None:
    transport = program(tmp_path, "sys.exit(0 if sys.argv[-2] == '--' else 1)")
    assert transport.send(Envelope("", "-oQ/tmp@reader.example", b"")).verdict == "sent"
    assert transport.send(Envelope("", "ann\n@reader.example", b"")).verdict == "permanent"


def test_abort_ends_a_program(tmp_path: Path) -> None:
    transport = program(tmp_path, "sys.stdin.read(); time.sleep(60)")
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(transport.send(LETTER)))
    thread.start()
    time.sleep(0.3)
    transport.abort()
    thread.join(timeout=2)
    assert [each.verdict for each in outcomes] == ["uncertain"]
