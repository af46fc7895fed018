"""A server that may say anything at all, cut anywhere: the line between certain and uncertain holds."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.smtp import Server, SmtpTransport
from publisher.delivery.transport import Envelope

LETTER = Envelope("b@courier.example", "ann@reader.example", b"Subject: hi\r\n\r\nhello\r\n")
ALWAYS_READY = Path("/dev/zero").open("rb")  # noqa: SIM115 - for as long as the tests run
ON_THE_WIRE = LETTER.message + b".\r\n"


class FakeSocket:
    """Says `chunks` one by one, then closes; takes `room` octets, then breaks."""

    def __init__(self, chunks: list[bytes], room: int) -> None:
        self._chunks = list(chunks)
        self._room = room
        self.sent = b""

    def recv(self, _: int) -> bytes:
        return self._chunks.pop(0) if self._chunks else b""

    def send(self, octets: memoryview) -> int:
        if not self._room:
            raise ConnectionResetError(104, "Connection reset by peer")
        taken = bytes(octets[: self._room])
        self.sent += taken
        self._room -= len(taken)
        return len(taken)

    def fileno(self) -> int:
        return ALWAYS_READY.fileno()

    def setblocking(self, _: bool) -> None: ...

    def setsockopt(self, *_: object) -> None: ...

    def shutdown(self, _: int) -> None: ...

    def close(self) -> None: ...


REPLIES = st.sampled_from(
    [b"220 x\r\n", b"250 ok\r\n", b"250-x\r\n250 PIPELINING\r\n", b"250-x\r\n250 SIZE 5\r\n", b"354 go\r\n",
     b"421 bye\r\n", b"450 4.2.0 later\r\n", b"550 5.1.1 no\r\n", b"250-never ends\r\n", b"25", b"0 ok\r\n",
     b"\r\n", b"\xff\xfe\r\n", b"235 ok\r\n", b"999 x\r\n"]
)  # fmt: skip
POLITE = [
    b"220 x\r\n",
    b"250-x\r\n250 PIPELINING\r\n",
    b"250 ok\r\n",
    b"250 ok\r\n",
    b"354 go\r\n",
    b"250 ok\r\n",
]
CHUNKS = st.one_of(
    st.lists(st.one_of(REPLIES, st.binary(min_size=1, max_size=12)), max_size=10),
    st.tuples(st.integers(0, 6), st.lists(REPLIES, max_size=4)).map(
        lambda cut: POLITE[: cut[0]] + cut[1]
    ),
)


@given(CHUNKS, st.one_of(st.just(10_000), st.integers(0, 260)))
@settings(max_examples=800)
def test_the_final_dot_divides_certain_from_uncertain(chunks: list[bytes], room: int) -> None:
    made: list[FakeSocket] = []

    def connect(*_: object) -> FakeSocket:
        made.append(FakeSocket(chunks, room))
        return made[-1]

    server = Server(host="mail.example", tls="none")
    client = SmtpTransport(server, connect=connect)  # type: ignore[arg-type]
    outcome = client.send(LETTER)
    client.close()
    assert len(made) == 1
    whole = ON_THE_WIRE in made[0].sent
    if not whole:
        assert outcome.verdict not in ("sent", "uncertain")
    if whole and outcome.verdict not in ("sent", "uncertain"):
        assert 400 <= outcome.code < 600, "only a refusal makes it certain again"
    if outcome.verdict == "sent":
        assert 200 <= outcome.code < 300
    assert outcome.relay == "mail.example:587"


@given(st.integers(0, 400))
def test_a_connection_that_breaks_after_any_octet(room: int) -> None:
    sock = FakeSocket(POLITE, room)
    server = Server(host="mail.example", tls="none")
    client = SmtpTransport(server, connect=lambda *_: sock)  # type: ignore[arg-type, return-value]
    outcome = client.send(LETTER)
    assert (outcome.verdict == "sent") == (ON_THE_WIRE in sock.sent)
    assert outcome.verdict in ("sent", "transient")
