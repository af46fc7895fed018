"""What comes back, taken in: each letter about its delivery, and nothing on a stranger's word."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher import tokens
from publisher.delivery import mailboxes, verp
from publisher.errors import ConfigError
from publisher.mailing import returns
from publisher.tokens import Token
from tests.delivery import offices
from tests.delivery.offices import NOW, crowd, office_in, progress, send, state_of
from tests.delivery.servers import ScriptedServer
from tests.delivery.test_bounces import dsn

SECRET = offices.SECRET.encode()
BOX = '\n[delivery.bounces]\nmaildir = "returned"\nsoft_limit = 2\n'


def returned(folder: Path, *letters: bytes) -> None:
    (folder / "returned" / "new").mkdir(parents=True, exist_ok=True)
    for number, octets in enumerate(letters):
        (folder / "returned" / "new" / f"{number}.x").write_bytes(octets)


def to(mailing: int, subscriber: int) -> str:
    return verp.sender("bounces@courier.example", (mailing, subscriber), SECRET)


def test_bounces_are_recorded_against_their_delivery(tmp_path: Path) -> None:
    with ScriptedServer() as server, office_in(tmp_path, port=server.port, more=BOX) as opened:
        people = crowd(opened, 4)
        send(opened)
        returned(
            opened.folder,
            dsn(to=to(1, 1)),
            dsn(to=to(1, 2), status="4.2.2"),
            dsn(to="bounces@courier.example").replace(b"Message-ID", b"X-Other"),
            b"From: x@y.example\nSubject: out of office\nTo: bounces@courier.example\n\nbye\n",
        )
        taken = returns.take_in(opened, returns.letters(opened), NOW)
        assert taken.letters == 4
        assert taken.counts == {"hard": 1, "soft": 1, "unsigned": 1, "ignored": 1}
        assert taken.gone == [people[0]]
        assert [state_of(opened, who) for who in people] == ["bounced", *["active"] * 3]
        assert (progress(opened).sent, progress(opened).refused) == (3, 1)
        assert returns.take_in(opened, returns.letters(opened), NOW).letters == 0
        returned(opened.folder, dsn(to=to(2, 2), status="4.2.2"))
        assert returns.take_in(opened, returns.letters(opened), NOW).gone == [people[1]]


def test_mail_to_the_unsubscribe_address_unsubscribes(tmp_path: Path) -> None:
    with ScriptedServer() as server, office_in(tmp_path, port=server.port, more=BOX) as opened:
        people = crowd(opened, 2)
        send(opened)
        good = tokens.sign(Token("unsubscribe", 1, 1), SECRET)
        forged = tokens.sign(Token("unsubscribe", 2, 1), b"another secret of many octets")
        returned(
            opened.folder,
            *(
                f"From: a@b.example\nSubject: unsubscribe {token}\n\n".encode()
                for token in (good, forged)
            ),
        )
        taken = returns.take_in(opened, returns.letters(opened), NOW)
        assert taken.counts == {"unsubscribed": 1, "ignored": 1}
        assert [state_of(opened, who) for who in people] == ["unsubscribed", "active"]


def test_a_letter_that_could_not_be_recorded_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with office_in(tmp_path, more=BOX) as opened:
        returned(opened.folder, dsn())

        def broken(*_: object, **__: object) -> bool:
            raise OSError("the disk is full")

        monkeypatch.setattr(returns.bounces, "record", broken)
        monkeypatch.setattr(returns.reading.verp, "find", lambda *_: (1, 1))
        with pytest.raises(OSError, match="disk"):
            returns.take_in(opened, returns.letters(opened), NOW)
        assert len(list(mailboxes.from_maildir(opened.folder / "returned"))) == 1


def test_without_a_mailbox_it_says_so(tmp_path: Path) -> None:
    with office_in(tmp_path) as opened, pytest.raises(ConfigError, match="no mailbox"):
        returns.letters(opened)
