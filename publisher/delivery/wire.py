"""A socket that speaks in whole SMTP replies, with a deadline for each, and never blocks its thread."""

from __future__ import annotations

import re
import select
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from publisher.delivery.steps import Ready, Steps
from publisher.errors import DeliveryError

MAX_LINE_OCTETS = 8192  # RFC 5321 section 4.5.3.1.5 asks for 512; servers exceed it
MAX_REPLY_LINES = 200

_STATUS_AHEAD = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\s+")
_BLOCKED = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class ConnectionLost(DeliveryError):
    """The peer went away, fell silent, or spoke no SMTP. `where` is empty; the caller knows it."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`code` and the text of each line without it (RFC 5321 section 4.2)."""

    code: int
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All lines as one; the enhanced status, repeated on each, stands once."""
        first, *rest = self.lines
        return " ".join((first, *(_STATUS_AHEAD.sub("", line, count=1) for line in rest)))


class Wire:
    """Owns a connected socket. Timeouts are in seconds, for a whole write or a whole reply."""

    def __init__(self, sock: socket.socket, *, clock: Callable[[], float]) -> None:
        sock.setblocking(False)
        self._socket = sock
        self._clock = clock
        self._buffer = b""

    def write(self, octets: bytes, *, timeout: float) -> Steps[None]:
        """Hand all of `octets` to the kernel; on ConnectionLost at least the last one was not."""
        deadline = self._clock() + timeout
        rest = memoryview(octets)
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
            except _BLOCKED as blocked:
                if self._clock() >= deadline:
                    raise ConnectionLost(problem="the connection broke: timed out") from None
                yield self._ready(blocked, select.POLLOUT, deadline)
            except OSError as error:
                raise ConnectionLost(problem=f"the connection broke: {_reason(error)}") from None

    def reply(self, *, timeout: float) -> Steps[Reply]:
        """The next reply, all its lines."""
        deadline = self._clock() + timeout
        lines: list[str] = []
        while True:
            while (end := self._buffer.find(b"\n")) < 0:
                yield from self._receive(deadline)
            line = self._buffer[:end].rstrip(b"\r")
            self._buffer = self._buffer[end + 1 :]
            if not line[:3].isdigit() or line[3:4] not in (b" ", b"-", b""):
                raise ConnectionLost(problem=f"the server does not speak SMTP: {line[:60]!r}")
            lines.append(line[4:].decode("utf-8", "replace"))
            if line[3:4] != b"-":
                return Reply(int(line[:3]), tuple(lines))
            if len(lines) > MAX_REPLY_LINES:
                raise ConnectionLost(problem="the server's reply does not end")

    @property
    def pending(self) -> bool:
        """Whether the server has said more than it was asked for."""
        return bool(self._buffer)

    def _receive(self, deadline: float) -> Steps[None]:
        """More into the buffer."""
        if len(self._buffer) > MAX_LINE_OCTETS:
            raise ConnectionLost(problem="the server's reply line does not end")
        if not isinstance(self._socket, ssl.SSLSocket):  # which may hold what has come already
            yield Ready(self._socket.fileno(), select.POLLIN, deadline)
        if self._clock() >= deadline:
            raise ConnectionLost(problem="the server fell silent")
        try:
            octets = self._socket.recv(16384)
        except _BLOCKED as blocked:
            yield self._ready(blocked, select.POLLIN, deadline)
            return
        except OSError as error:
            raise ConnectionLost(problem=f"the connection broke: {_reason(error)}") from None
        if not octets:
            raise ConnectionLost(problem="the server closed the connection")
        self._buffer += octets

    def _ready(self, blocked: OSError, usual: int, deadline: float) -> Ready:
        """TLS may have to read before it can write, and the other way round."""
        if isinstance(blocked, ssl.SSLWantReadError):
            usual = select.POLLIN
        elif isinstance(blocked, ssl.SSLWantWriteError):
            usual = select.POLLOUT
        return Ready(self._socket.fileno(), usual, deadline)

    def secure(self, context: ssl.SSLContext, host: str, *, timeout: float) -> Steps[None]:
        """Turn to TLS. Raises ssl.SSLCertVerificationError, or ConnectionLost for all else.

        What came in clear behind the answer to STARTTLS would be believed as if it had come under
        TLS (CVE-2011-0411), so there must be none.
        """
        if self.pending:
            raise ConnectionLost(problem="the server sent more than its answer to STARTTLS")
        deadline = self._clock() + timeout
        try:
            secured = self._socket = context.wrap_socket(
                self._socket, server_hostname=host, do_handshake_on_connect=False
            )
            while True:
                try:
                    return secured.do_handshake()
                except _BLOCKED as blocked:
                    if self._clock() >= deadline:
                        raise ConnectionLost(problem="TLS broke: timed out") from None
                    yield self._ready(blocked, select.POLLIN, deadline)
        except ssl.SSLCertVerificationError:
            raise
        except OSError as error:
            raise ConnectionLost(problem=f"TLS broke: {_reason(error)}") from None

    def abort(self) -> None:
        """End a read or write that waits in another thread. `SSLSocket.shutdown` is not for that."""
        try:
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        except OSError:
            return  # it was not connected any more

    def close(self) -> None:
        self._socket.close()


def _reason(error: OSError) -> str:
    return getattr(error, "reason", None) or error.strerror or str(error) or type(error).__name__
