"""One connection to a mail server (RFC 5321), kept open between messages.

Every point of failure leaves either "certainly not delivered" or "uncertain". The line between them
is the final dot: as long as one octet of it has not been handed to the kernel the server cannot have
taken the message (RFC 5321 section 4.1.1.4); once all have, only its answer can tell.
"""

from __future__ import annotations

import base64
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

from publisher.delivery.replies import Outcome, Stage, classify
from publisher.delivery.steps import Call, Steps, run
from publisher.delivery.transport import Envelope, path_of
from publisher.delivery.wire import ConnectionLost, Reply, Wire
from publisher.errors import DeliveryError

Connect = Callable[[tuple[str, int], float], socket.socket]
Refusal = tuple[Stage, Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds; defaults after RFC 5321 section 4.5.3.2. `data` is for a whole message."""

    connect: float = 30
    greeting: float = 300
    command: float = 300
    data: float = 600
    final: float = 600
    farewell: float = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where mail is handed over. `context` None means the system's certificate authorities."""

    host: str
    port: int = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    hello_name: str = "localhost"
    context: ssl.SSLContext | None = None
    timeouts: Timeouts = Timeouts()

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}"


class _Refused(Exception):
    """The session could not be set up; the outcome says why. Never leaves this module."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome


class SmtpTransport:
    """A Transport to one server, in steps; connects when the first message comes, and again when it
    must."""

    def __init__(
        self,
        server: Server,
        *,
        connect: Connect = socket.create_connection,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._server = server
        self._name = server.name
        self._connect = connect
        self._clock = clock
        self._wire: Wire | None = None
        self._extensions: dict[str, str] = {}
        self._needs_reset = False
        self._heard = False  # has the server answered this message's MAIL?
        self._aborted = False

    def send(self, envelope: Envelope) -> Outcome:
        return run(self.steps(envelope))

    def steps(self, envelope: Envelope) -> Steps[Outcome]:
        """Try once; a kept connection that turns out to be dead is replaced, and costs no try."""
        was_open = self._wire is not None
        outcome = yield from self._attempt(envelope)
        if outcome.unreached and was_open and self._wire is None and not self._aborted:
            outcome = yield from self._attempt(envelope)
        return outcome if outcome.relay else replace(outcome, relay=self._name)

    def abort(self) -> None:
        self._aborted = True
        wire = self._wire
        if wire:
            wire.abort()

    def close(self) -> None:
        run(self.farewell())

    def farewell(self) -> Steps[None]:
        if self._wire is None:
            return
        timeout = self._server.timeouts.farewell
        try:
            yield from self._wire.write(b"QUIT\r\n", timeout=timeout)
            yield from self._wire.reply(timeout=timeout)
        except ConnectionLost:
            pass  # it is gone already, which is what was wanted
        finally:
            self._drop()

    def _drop(self) -> None:
        if self._wire:
            self._wire.close()
        self._wire = None
        self._needs_reset = False

    def _attempt(self, envelope: Envelope) -> Steps[Outcome]:
        self._heard = False
        try:
            wire = self._wire or (yield from self._open())
            commands = self._commands(envelope)
            refusal = yield from self._refusal(wire, commands)
        except _Refused as refused:
            return refused.outcome
        except ConnectionLost as lost:
            self._drop()
            return Outcome("transient", text=lost.problem, unreached=not self._heard)
        if refusal:
            return self._answered(*refusal)
        return (yield from self._hand_over(wire, envelope))

    # The message

    def _commands(self, envelope: Envelope) -> list[tuple[Stage, bytes]]:
        """RSET where the last transaction was refused, then MAIL, RCPT, DATA. Raises _Refused."""
        try:
            sender = path_of(envelope.sender) if envelope.sender else ""
            recipient = path_of(envelope.recipient)
        except DeliveryError as error:
            outcome = Outcome("permanent", status="5.1.3", text=error.describe())
            raise _Refused(outcome) from None
        mail = f"MAIL FROM:<{sender}>{self._parameters(sender + recipient, envelope.message)}\r\n"
        reset: list[tuple[Stage, bytes]] = [("mail", b"RSET\r\n")] if self._needs_reset else []
        return [
            *reset,
            ("mail", mail.encode()),
            ("rcpt", f"RCPT TO:<{recipient}>\r\n".encode()),
            ("data", b"DATA\r\n"),
        ]

    def _parameters(self, addresses: str, message: bytes) -> str:
        """MAIL's: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531)."""
        parameters = ""
        if "SIZE" in self._extensions:
            limit = self._extensions["SIZE"]
            if limit.isascii() and limit.isdigit() and 0 < int(limit) < len(message):
                text = f"the message has {len(message)} bytes, the server takes {limit}"
                raise _Refused(Outcome("fault", status="5.3.4", text=text))
            parameters += f" SIZE={len(message)}"
        if not message.isascii() and "8BITMIME" in self._extensions:
            parameters += " BODY=8BITMIME"
        if not addresses.isascii():
            if "SMTPUTF8" not in self._extensions:
                text = "the server takes no addresses beyond ASCII"
                raise _Refused(Outcome("permanent", status="5.6.7", text=text))
            parameters += " SMTPUTF8"
        return parameters

    def _refusal(self, wire: Wire, commands: list[tuple[Stage, bytes]]) -> Steps[Refusal | None]:
        """Speak `commands`, in one write where the server allows (RFC 2920); None: it waits for data.

        A server that asks for data after it has refused the recipient gets none: closing is safer
        than the lone dot of RFC 2920 section 3.1, which some deliver.
        """
        timeout = self._server.timeouts.command
        pipelining = "PIPELINING" in self._extensions
        if pipelining:
            yield from wire.write(b"".join(line for _, line in commands), timeout=timeout)
        refusal: Refusal | None = None
        for stage, line in commands:
            if not pipelining:
                yield from wire.write(line, timeout=timeout)
            reply = yield from wire.reply(timeout=timeout)
            self._heard = True
            if reply.code // 100 != (3 if stage == "data" else 2):
                refusal = refusal or (stage, reply)
                if not pipelining or reply.code == 421:
                    break
            elif refusal and stage == "data":
                self._drop()
        if wire.pending:  # it would be taken for the answer to what comes next
            self._drop()
            if refusal is None:
                raise ConnectionLost(problem="the server answers before it is asked")
        self._needs_reset = refusal is not None
        return refusal

    def _answered(self, stage: Stage, reply: Reply) -> Outcome:
        """A refusal of MAIL is between the server and us: no recipient has been named."""
        out_of_step = stage != "final" and reply.code // 100 not in (4, 5)
        if out_of_step or reply.code == 421:  # RFC 5321 section 3.8: the server closes the channel
            self._drop()
        outcome = classify(reply.code, reply.text, stage, relay=self._name)
        return replace(outcome, unreached=True) if stage == "mail" else outcome

    def _hand_over(self, wire: Wire, envelope: Envelope) -> Steps[Outcome]:
        timeouts = self._server.timeouts
        self._needs_reset = False
        try:
            yield from wire.write(data_octets(envelope), timeout=timeouts.data)
        except ConnectionLost as lost:
            outcome = (yield from self._last_words(wire)) or Outcome("transient", text=lost.problem)
            self._drop()
            return outcome
        try:
            reply = yield from wire.reply(timeout=timeouts.final)
        except ConnectionLost as lost:
            self._drop()
            return Outcome("uncertain", text=f"handed over whole, but {lost.problem}")
        if reply.code // 100 not in (2, 4, 5):
            self._drop()
            return Outcome("uncertain", reply.code, text=reply.text)
        return self._answered("final", reply)

    def _last_words(self, wire: Wire) -> Steps[Outcome | None]:
        """Why the server closed before it had the whole message, where it said so."""
        try:
            reply = yield from wire.reply(timeout=self._server.timeouts.farewell)
        except ConnectionLost:
            return None
        return None if reply.code // 100 == 2 else classify(reply.code, reply.text, "final")

    # The session

    def _open(self) -> Steps[Wire]:
        """Connect, greet, secure, log in. Raises _Refused or ConnectionLost."""
        server = self._server
        try:
            address = (server.host, server.port)
            sock = yield Call(partial(self._connect, address, server.timeouts.connect))
        except (OSError, UnicodeError) as error:  # a host that is no name: UnicodeError
            reason = getattr(error, "strerror", None) or error
            raise ConnectionLost(problem=f"no connection: {reason}") from None
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = self._wire = Wire(sock, clock=self._clock)
        self._needs_reset = False
        if self._aborted:
            raise ConnectionLost(problem="broken off")
        try:
            yield from self._set_up(wire)
        except _Refused:
            self._drop()
            raise
        return wire

    def _set_up(self, wire: Wire) -> Steps[None]:
        server = self._server
        if server.tls == "implicit":
            yield from self._secure(wire)
        self._expect("connect", (yield from wire.reply(timeout=server.timeouts.greeting)))
        yield from self._hello(wire)
        if server.tls == "starttls":
            if "STARTTLS" not in self._extensions:
                raise _fault("the server offers no STARTTLS", hint='set tls = "implicit" or "none"')
            yield from self._say(wire, "tls", "STARTTLS")
            yield from self._secure(wire)
            yield from self._hello(wire)
        if server.user:
            yield from self._log_in(wire)

    def _secure(self, wire: Wire) -> Steps[None]:
        context = self._server.context or ssl.create_default_context()
        try:
            yield from wire.secure(
                context, self._server.host, timeout=self._server.timeouts.connect
            )
        except ssl.SSLCertVerificationError as error:
            raise _fault(
                f"its certificate is not to be trusted: {error.verify_message}",
                hint="check host, or name your own authority with ca_file",
            ) from None

    def _hello(self, wire: Wire) -> Steps[None]:
        """EHLO; HELO for a server that knows no extensions (RFC 5321 section 3.2)."""
        yield from wire.write(f"EHLO {self._server.hello_name}\r\n".encode(), timeout=self._command)
        reply = yield from wire.reply(timeout=self._command)
        self._extensions = {}
        if reply.code // 100 == 5:
            yield from self._say(wire, "hello", f"HELO {self._server.hello_name}")
            return
        self._expect("hello", reply)
        for line in reply.lines[1:]:
            keyword, _, parameters = line.strip().partition(" ")
            self._extensions[keyword.upper()] = parameters

    def _log_in(self, wire: Wire) -> Steps[None]:
        """AUTH PLAIN (RFC 4616), or LOGIN where that is all there is; never in clear."""
        server = self._server
        if server.tls == "none" and server.host not in ("localhost", "127.0.0.1", "::1"):
            raise _fault("a password is not sent in clear", hint='set tls = "starttls"')
        offered = self._extensions.get("AUTH", "").upper().split()
        if "PLAIN" in offered:
            yield from self._say(
                wire, "auth", "AUTH PLAIN " + _b64(f"\0{server.user}\0{server.password}")
            )
        elif "LOGIN" in offered:
            yield from self._say(wire, "auth", "AUTH LOGIN", continues=True)
            yield from self._say(wire, "auth", _b64(server.user), continues=True)
            yield from self._say(wire, "auth", _b64(server.password))
        else:
            raise _fault("the server offers no AUTH that we know", hint="leave user empty?")

    def _say(
        self, wire: Wire, stage: Stage, command: str, *, continues: bool = False
    ) -> Steps[None]:
        yield from wire.write(f"{command}\r\n".encode(), timeout=self._command)
        reply = yield from wire.reply(timeout=self._command)
        self._expect(stage, reply, 3 if continues else 2)

    def _expect(self, stage: Stage, reply: Reply, first_digit: int = 2) -> None:
        if reply.code // 100 != first_digit:
            outcome = classify(reply.code, reply.text, stage)
            raise _Refused(replace(outcome, unreached=True))

    @property
    def _command(self) -> float:
        return self._server.timeouts.command


def data_octets(envelope: Envelope) -> bytes:
    """The message as DATA takes it: dots doubled at line starts, the final dot behind it."""
    octets = envelope.message
    if not envelope.dotless:
        octets = octets.replace(b"\r\n.", b"\r\n..")
        if octets.startswith(b"."):
            octets = b"." + octets
    return octets + (b".\r\n" if octets.endswith(b"\r\n") else b"\r\n.\r\n")


def _fault(problem: str, *, hint: str) -> _Refused:
    return _Refused(Outcome("fault", text=f"{problem} - {hint}", unreached=True))


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
