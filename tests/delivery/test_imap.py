"""An IMAP folder of returned mail, on a small server of our own."""

from __future__ import annotations

import imaplib
import re
import socket
import threading
from collections.abc import Iterator

import pytest

from publisher.delivery import mailboxes
from publisher.errors import DeliveryError


class ImapServer:
    """Speaks as much of RFC 9051 as imaplib asks for here; `drop_at` closes at that command."""

    def __init__(self, messages: dict[int, bytes], drop_at: str = "") -> None:
        self.messages = messages
        self.drop_at = drop_at
        self.seen: set[int] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        sock, _ = self._listener.accept()
        with sock, sock.makefile("rb") as stream:
            sock.sendall(b"* OK ready\r\n")
            while line := stream.readline():
                tag, _, command = line.decode().strip().partition(" ")
                verb = command.upper().split(" ")[1 if command.upper().startswith("UID") else 0]
                if verb == self.drop_at:
                    return
                sock.sendall(self._answer(verb, command) + f"{tag} OK done\r\n".encode())

    def _answer(self, verb: str, command: str) -> bytes:
        if verb == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if verb == "SELECT":
            return f"* {len(self.messages)} EXISTS\r\n".encode()
        if verb == "SEARCH":
            unseen = " ".join(str(uid) for uid in sorted(set(self.messages) - self.seen))
            return f"* SEARCH {unseen}\r\n".encode()
        uid = int(found[0]) if (found := re.findall(r"\d+", command)) else 0
        if verb == "FETCH":
            body = self.messages[uid]
            return f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(body)}}}\r\n".encode() + body + b")\r\n"
        if verb == "STORE":
            self.seen.add(uid)
        return b"* BYE\r\n" if verb == "LOGOUT" else b""

    def connect(self) -> imaplib.IMAP4:
        box = imaplib.IMAP4("127.0.0.1", self.port, timeout=2)
        box.login("ed", "pw")
        return box


def letters(server: ImapServer) -> Iterator[mailboxes.Letter]:
    return mailboxes.from_imap(server.connect, "INBOX/Bounces")


def test_unseen_letters_are_fetched_and_marked_when_done() -> None:
    server = ImapServer({3: b"From: a\r\n\r\none", 7: b"From: b\r\n\r\ntwo"})
    seen_before: list[set[int]] = []
    for letter in letters(server):
        seen_before.append(set(server.seen))
        if letter.octets.endswith(b"one"):
            letter.done()
    assert seen_before == [set(), {3}]
    assert server.seen == {3}


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "SEARCH", "FETCH"])
def test_a_server_that_goes_away_is_named(command: str) -> None:
    with pytest.raises(DeliveryError, match="IMAP"):
        list(letters(ImapServer({3: b"x"}, drop_at=command)))


def test_no_server_is_named() -> None:
    def refuse() -> imaplib.IMAP4:
        raise ConnectionRefusedError(111, "Connection refused")

    with pytest.raises(DeliveryError, match="Connection refused"):
        list(mailboxes.from_imap(refuse, "INBOX"))
