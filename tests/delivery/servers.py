"""Mail servers for tests: a scripted one that misbehaves where told to, and certificates for it."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DROP = "drop"  # close without a word
HANG = "hang"  # answer nothing, keep the connection

DEFAULTS = {
    "CONNECT": "220 scripted ESMTP",
    "EHLO": "250-scripted\r\n250-PIPELINING\r\n250-SIZE 1000000\r\n250-8BITMIME\r\n250 SMTPUTF8",
    "HELO": "250 scripted",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "END": "250 2.0.0 queued",
    "RSET": "250 2.0.0 ok",
    "QUIT": "221 2.0.0 bye",
    "AUTH": "235 2.7.0 welcome",
    "STARTTLS": "220 2.0.0 ready",
}


@dataclass
class Received:
    """A message of which the server read the final dot, and what it answered."""

    sender: str
    recipient: str
    message: bytes
    answer: str


@dataclass
class ScriptedServer:
    """Answers each verb from its list in `script` (over all connections), then as usual.

    `CONNECT` is the greeting, `END` the answer to the final dot. `in_data` is how many octets of a
    message it reads before it closes, if at all. `tls` serves STARTTLS, or all with `implicit`.
    """

    script: Mapping[str, Sequence[str]] = field(default_factory=dict)
    in_data: int | None = None
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    after_starttls: bytes = b""
    always: Mapping[str, str] = field(default_factory=dict)
    on_rcpt: Callable[[str], str | None] = lambda _: None
    received: list[Received] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> ScriptedServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._left = {verb: list(answers) for verb, answers in self.script.items()}
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # ends the accept that waits
        self._listener.close()
        for sock in self._open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def answers(self, state: str) -> list[Received]:
        return [each for each in self.received if each.answer.startswith(state)]

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._open.append(sock)
            threading.Thread(target=self._guarded, args=(sock,), daemon=True).start()

    def _guarded(self, sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError):
            self._serve(sock)

    def _answer(self, verb: str) -> str:
        with self._lock:
            left = self._left.get(verb)
            if left:
                return left.pop(0)
        return self.always.get(verb, DEFAULTS.get(verb, "502 5.5.1 what?"))

    def _serve(self, sock: socket.socket) -> None:
        if self.implicit and self.tls:
            sock = self.tls.wrap_socket(sock, server_side=True)
        stream = sock.makefile("rb")
        sender = recipient = ""
        if not self._speak(sock, self._answer("CONNECT")):
            return
        while line := stream.readline():
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            verb = text.split(" ")[0].upper()
            self.commands.append(text)
            answer = self._answer(verb)
            if verb == "MAIL":
                sender = text.partition("<")[2].rpartition(">")[0]
            if verb == "RCPT":
                recipient = text.partition("<")[2].rpartition(">")[0]
                answer = self.on_rcpt(recipient) or answer
            if not self._speak(sock, answer):
                return
            if verb == "STARTTLS" and answer.startswith("220") and self.tls:
                sock = self._turn_to_tls(sock)
                stream = sock.makefile("rb")
            if verb == "AUTH" and text.upper() == "AUTH LOGIN":
                self._login(sock, stream)
            if answer.startswith("354") and not self._take(sock, stream, sender, recipient):
                return

    def _turn_to_tls(self, sock: socket.socket) -> socket.socket:
        assert self.tls
        if self.after_starttls:
            sock.sendall(self.after_starttls)
        return self.tls.wrap_socket(sock, server_side=True)

    def _login(self, sock: socket.socket, stream: object) -> None:
        for answer in ("334 UGFzc3dvcmQ6", "235 2.7.0 welcome"):
            self.commands.append(stream.readline().decode().strip())  # type: ignore[attr-defined]
            self._speak(sock, answer)

    def _take(self, sock: socket.socket, stream: object, sender: str, recipient: str) -> bool:
        if self.in_data is not None:
            stream.read(self.in_data)  # type: ignore[attr-defined]
            return False
        lines: list[bytes] = []
        while (line := stream.readline()) != b".\r\n":  # type: ignore[attr-defined]
            if not line:
                return False
            lines.append(line[1:] if line.startswith(b".") else line)
        answer = self._answer("END")
        self.received.append(Received(sender, recipient, b"".join(lines), answer))
        return self._speak(sock, answer)

    def _speak(self, sock: socket.socket, answer: str) -> bool:
        """False where the connection is to be closed now."""
        if answer == DROP:
            return False
        if answer == HANG:
            while sock.recv(65536):
                pass
            return False
        sock.sendall(answer.encode() + b"\r\n")
        return not answer.startswith("421")


@contextlib.contextmanager
def receiving(handler: object, hostname: str = "receiving.example") -> Iterator[int]:
    """aiosmtpd with `handler`, on the port that is given: a server that others have written."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, server_hostname=hostname)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@dataclass(frozen=True)
class Certificate:
    """A self-made certificate for `localhost` and 127.0.0.1, as files."""

    cert: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        return context

    def client(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.cert))


def certificate(folder: Path, *names: str) -> Certificate:
    """Make one that names `names`, or localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test server")])
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names or ("localhost",)]
    if not names:
        alternatives.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_path, key_path = folder / "cert.pem", folder / "key.pem"
    cert_path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return Certificate(cert_path, key_path)
