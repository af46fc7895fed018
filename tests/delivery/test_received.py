"""The sample publication's email as a reader's server receives it, sent by the program itself."""

from __future__ import annotations

import email
import email.policy
import re
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import html as markup

from publisher import tokens
from publisher.delivery.dkim import SigningKey, load_key
from publisher.tokens import Token
from tests import desk
from tests.delivery import judge
from tests.delivery.servers import receiving

SECRET = "a secret of thirty-two octets ok"
EDITION = "2026-11-20"
SETUP = """
[email]
greeting = "{{name|读者}}，您好：{{敬称|}}"

[delivery]
bounce_address = "bounces@qingdu.example"
unsubscribe_address = "leave@qingdu.example"

[[delivery.relays]]
host = "127.0.0.1"
port = {port}
tls = "none"
"""
KEYS = """
[[delivery.dkim]]
selector = "publisher-rsa"
key_file = "keys/publisher-rsa.pem"

[[delivery.dkim]]
selector = "publisher-ed25519"
key_file = "keys/publisher-ed25519.pem"
"""


class Inbox:
    """aiosmtpd's handler: who got what, from which envelope sender."""

    def __init__(self) -> None:
        self.got: dict[str, tuple[str, bytes]] = {}

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        for address in envelope.rcpt_tos:
            self.got[address] = (envelope.mail_from, envelope.content)
        return "250 2.0.0 taken"


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[str, bytes]]]:
    """The publication's folder, and what came of `publisher send`."""
    folder = desk.sample(tmp_path_factory.mktemp("received") / "paper")
    inbox = Inbox()
    with receiving(inbox) as port:
        paper = folder / "publisher.toml"
        paper.write_text(paper.read_text("utf-8") + SETUP.format(port=port), encoding="utf-8")
        for words in (
            ["dkim-key"],
            ["build"],
            ["subscribers", "add", "ming@reader.example", "--name", "王小明", "--consent", "fair"],
            ["subscribers", "add", "text@reader.example", "--format", "text", "--consent", "fair"],
        ):
            _run(folder, *words)
        paper.write_text(paper.read_text("utf-8") + KEYS, encoding="utf-8")
        _run(folder, "build")
        _run(folder, "send", EDITION)
    return folder, inbox.got


def _run(folder: Path, *words: str) -> None:
    done = desk.run(folder, *words, PUBLISHER_SECRET=SECRET)
    assert done.returncode == 0, done.stderr


def _keys(folder: Path) -> list[SigningKey]:
    return [
        load_key(
            (folder / f"keys/publisher-{kind}.pem").read_bytes(),
            domain="qingdu.example",
            selector=f"publisher-{kind}",
            where=kind,
        )
        for kind in ("rsa", "ed25519")
    ]


def _parsed(octets: bytes) -> EmailMessage:
    message = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_it_is_signed_and_tampering_shows(
    received: tuple[Path, dict[str, tuple[str, bytes]]],
) -> None:
    folder, got = received
    assert sorted(got) == ["ming@reader.example", "text@reader.example"]
    for _, octets in got.values():
        assert judge.verdicts(octets, *_keys(folder)) == [True, True]
        for header in (b"List-Unsubscribe:", b"List-Unsubscribe-Post:", b"Subject:"):
            assert octets.count(b"\r\n" + header) == 1
            forged = octets.replace(b"\r\n" + header, b"\r\n" + header + b" x", 1)
            assert not judge.accepts(forged, *_keys(folder)), header
    message = got["ming@reader.example"][1]
    assert not judge.accepts(message.replace(b"=E7=8E=8B", b"=E6=9D=8E", 1), *_keys(folder))


def test_one_click_leads_to_the_reader_and_to_nobody_else(
    received: tuple[Path, dict[str, tuple[str, bytes]]],
) -> None:
    """RFC 8058 section 3.1: an https address and a POST of one pair, both signed."""
    for number, (who, (sender, octets)) in enumerate(sorted(received[1].items()), 1):
        message = _parsed(octets)
        assert message["To"] == who
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        page, mail = re.findall(r"<([^>]*)>", message["List-Unsubscribe"])
        address = urlsplit(page)
        assert (address.scheme, address.netloc) == ("https", "qingdu.example")
        token = address.path.rpartition("/")[2]
        found = tokens.verify(token, SECRET.encode(), "unsubscribe")
        assert found == Token("unsubscribe", number, 1)
        assert mail == f"mailto:leave@qingdu.example?subject=unsubscribe%20{token}"
        assert sender.startswith(f"bounces+1-{number}-")
        assert page in _part(message, "plain")


def test_it_reads_as_it_was_written(received: tuple[Path, dict[str, tuple[str, bytes]]]) -> None:
    folder, got = received
    message = _parsed(got["ming@reader.example"][1])
    assert message["Subject"] == "灯会下周点亮 漱石江两岸备好三百盏河灯"
    assert message.get_content_type() == "multipart/alternative"
    assert message.defects == []
    text, page = _part(message, "plain"), _part(message, "html")
    public = (folder / f"public/email/{EDITION}.html").read_text("utf-8")
    assert "王小明，您好：" in text and "王小明，您好：" in page
    assert "读者，您好：" in public and "王小明" not in public
    token = re.findall(r"unsubscribe/([\w-]{60})", page)[0]
    shown = unescape(page.replace(token, "SLOT-subscriber-token"))
    assert shown.replace("\r\n", "\n") == unescape(public.replace("读者，您", "王小明，您"))
    tree = markup.fromstring(page)
    assert [one.text_content() for one in tree.iter("h1")] == ["青渡报 Qingdu Courier"]
    assert not any(link.startswith(("/", "#x")) for link in tree.xpath("//a/@href"))


def test_whoever_wants_text_gets_text_alone(
    received: tuple[Path, dict[str, tuple[str, bytes]]],
) -> None:
    message = _parsed(received[1]["text@reader.example"][1])
    assert message.get_content_type() == "text/plain"
    assert "读者，您好：" in message.get_content()
