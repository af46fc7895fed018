"""A socket that speaks in whole SMTP replies, with a deadline for each."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from publisher.errors import DeliveryError

MAX_LINE_OCTETS = 8192  # RFC 5321 section 4.5.3.1.5 asks for 512; servers exceed it
MAX_REPLY_LINES = 200

_STATUS_AHEAD = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\s+")


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
        self._socket = sock
        self._clock = clock
        self._buffer = b""

    def write(self, octets: bytes, *, timeout: float) -> None:
        """Hand all of `octets` to the kernel; on ConnectionLost at least the last one was not."""
        try:
            self._socket.settimeout(timeout)
            self._socket.sendall(octets)
        except OSError as error:
            raise ConnectionLost(problem=f"the connection broke: {_reason(error)}") from None

    def reply(self, *, timeout: float) -> Reply:
        """The next reply, all its lines."""
        deadline = self._clock() + timeout
        lines: list[str] = []
        while True:
            line = self._line(deadline)
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

    def _line(self, deadline: float) -> bytes:
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > MAX_LINE_OCTETS:
                raise ConnectionLost(problem="the server's reply line does not end")
            remaining = deadline - self._clock()
            if remaining <= 0:
                raise ConnectionLost(problem="the server fell silent")
            self._buffer += self._receive(remaining)
        line = self._buffer[:end].rstrip(b"\r")
        self._buffer = self._buffer[end + 1 :]
        return line

    def _receive(self, timeout: float) -> bytes:
        try:
            self._socket.settimeout(timeout)
            octets = self._socket.recv(16384)
        except TimeoutError:
            raise ConnectionLost(problem="the server fell silent") from None
        except OSError as error:
            raise ConnectionLost(problem=f"the connection broke: {_reason(error)}") from None
        if not octets:
            raise ConnectionLost(problem="the server closed the connection")
        return octets

    def secure(self, context: ssl.SSLContext, host: str, *, timeout: float) -> None:
        """Turn to TLS. Raises ssl.SSLCertVerificationError, or ConnectionLost for all else.

        What came in clear behind the answer to STARTTLS would be believed as if it had come under
        TLS (CVE-2011-0411), so there must be none.
        """
        if self.pending:
            raise ConnectionLost(problem="the server sent more than its answer to STARTTLS")
        try:
            self._socket.settimeout(timeout)
            self._socket = context.wrap_socket(self._socket, server_hostname=host)
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
