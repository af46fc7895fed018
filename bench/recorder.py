"""An SMTP server that only writes down what it accepts: `python -m bench.recorder LOG [--delay-ms N]`.

Before it answers a message's final dot it appends a line to LOG: recipient, Message-ID, sender. So the
log holds whatever a sender may have been told was accepted, and what it was never told too.
It prints its port on a line of its own, and ends when its standard input does.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
from random import Random

_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>\r\n]+>)", re.IGNORECASE | re.MULTILINE)
_PATH = re.compile(rb"<([^>]*)>")
GREETING = b"250-recorder\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n"


class Session(asyncio.Protocol):
    """One connection. Answers come in order; that of the final dot after a chance delay."""

    def __init__(self, log: int, delay: float, random: Random) -> None:
        self._log, self._delay, self._random = log, delay, random
        self._buffer = b""
        self._in_data = self._resting = False
        self._sender = self._recipient = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(b"220 recorder ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._go_on()

    def _go_on(self) -> None:
        while not self._resting:
            mark = b"\r\n.\r\n" if self._in_data else b"\r\n"
            end = self._buffer.find(mark)
            if end < 0:
                return
            piece, self._buffer = self._buffer[:end], self._buffer[end + len(mark) :]
            if self._in_data:
                self._accept(piece)
            else:
                self._obey(piece)

    def _accept(self, message: bytes) -> None:
        self._in_data = False
        found = _MESSAGE_ID.search(message)
        line = b" ".join((self._recipient, found[1] if found else b"-", self._sender or b"-"))
        os.write(self._log, line + b"\n")
        if self._delay:
            self._resting = True
            wait = self._random.random() * 2 * self._delay
            asyncio.get_running_loop().call_later(wait, self._answer_dot)
        else:
            self._answer_dot()

    def _answer_dot(self) -> None:
        self._transport.write(b"250 2.0.0 written down\r\n")
        if self._resting:
            self._resting = False
            self._go_on()

    def _obey(self, line: bytes) -> None:
        verb = line[:4].upper()
        path = _PATH.search(line)
        if verb == b"MAIL":
            self._sender = path[1] if path else b""
        elif verb == b"RCPT":
            self._recipient = path[1] if path else b""
        elif verb == b"DATA":
            self._in_data = True
            self._transport.write(b"354 go on\r\n")
            return
        elif verb == b"QUIT":
            self._transport.write(b"221 2.0.0 bye\r\n")
            self._transport.close()
            return
        self._transport.write(GREETING if verb == b"EHLO" else b"250 2.0.0 ok\r\n")


async def serve(path: str, delay_ms: float) -> None:
    log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    random = Random(1)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Session(log, delay_ms / 1000, random), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log")
    parser.add_argument("--delay-ms", type=float, default=0.0)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.log, arguments.delay_ms))
