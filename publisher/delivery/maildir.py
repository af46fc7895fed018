"""Delivery into a folder: a Maildir that any mail program reads, for trials and archives."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from publisher.delivery.replies import Outcome
from publisher.delivery.transport import Envelope


class MaildirTransport:
    """A Transport that puts each message into `new/`, whole or not at all.

    A file is named by its content, so that what is delivered again after a crash is there once. It
    starts with Return-Path and Delivered-To, as a mail server's final delivery does (RFC 5321
    section 4.4). `durable` waits for the disk before it says sent.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder
        self._durable = durable
        self._ready = False

    def send(self, envelope: Envelope) -> Outcome:
        trace = f"Return-Path: <{envelope.sender}>\r\nDelivered-To: {envelope.recipient}\r\n"
        octets = trace.encode() + envelope.message
        name = hashlib.sha256(octets).hexdigest()[:40] + ".publisher"
        try:
            self._make()
            self._write(name, octets)
        except OSError as error:
            problem = f"{error.strerror or error} (folder {self._folder})"
            return Outcome("transient", text=problem, relay=str(self._folder), unreached=True)
        return Outcome("sent", text=f"new/{name}", relay=str(self._folder))

    def _make(self) -> None:
        if not self._ready:
            for part in ("tmp", "new", "cur"):
                (self._folder / part).mkdir(parents=True, exist_ok=True)
            self._ready = True

    def _write(self, name: str, octets: bytes) -> None:
        temporary = self._folder / "tmp" / name
        with temporary.open("wb") as stream:
            stream.write(octets)
            stream.flush()
            if self._durable:
                os.fsync(stream.fileno())
        temporary.replace(self._folder / "new" / name)

    def abort(self) -> None:
        """Nothing here waits for a peer."""

    def close(self) -> None:
        """Nothing stays open."""
