"""One connection against servers that behave, and against one that does not."""

from __future__ import annotations

import base64
import contextlib
import email
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.replies import Outcome
from publisher.delivery.smtp import Server, SmtpTransport, Timeouts, data_octets
from publisher.delivery.transport import Envelope
from tests.delivery.servers import DROP, HANG, Certificate, ScriptedServer, certificate

QUICK = Timeouts(connect=2, greeting=0.3, command=0.3, data=1, final=0.3, farewell=0.2)
MESSAGE = b"Subject: hi\r\n\r\nhello\r\n.dot\r\n..two\r\n"
LETTER = Envelope("bounces+x@courier.example", "ann@reader.example", MESSAGE)


def transport(port: int, **changes: object) -> SmtpTransport:
    values: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "timeouts": QUICK,
    }
    return SmtpTransport(Server(**{**values, **changes}))  # type: ignore[arg-type]


@contextlib.contextmanager
def connected(server: ScriptedServer, **changes: object) -> Iterator[SmtpTransport]:
    client = transport(server.port, **changes)
    yield client
    client.close()


def test_a_message_arrives_whole_and_the_connection_is_kept() -> None:
    with ScriptedServer() as server, connected(server) as client:
        outcomes = [client.send(LETTER) for _ in range(3)]
        assert [(o.verdict, o.code, o.status) for o in outcomes] == [("sent", 250, "2.0.0")] * 3
        assert outcomes[0].relay == f"127.0.0.1:{server.port}"
    assert server.connections == 1
    assert [each.message for each in server.received] == [MESSAGE] * 3
    assert server.received[0].sender == LETTER.sender
    assert server.received[0].recipient == LETTER.recipient


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize("answer", [DROP, HANG, "421 4.3.2 bye", "450 4.3.0 later", "550 5.3.0 no"])
@pytest.mark.parametrize("pipelining", [True, False])
def test_every_failure_is_either_certain_or_uncertain(
    verb: str, answer: str, pipelining: bool
) -> None:
    always = {} if pipelining else {"EHLO": "250-scripted\r\n250 8BITMIME"}
    if verb == "EHLO" and answer.startswith("5"):
        always |= {"HELO": answer}
    with ScriptedServer({verb: [answer]}, always=always) as server, connected(server) as client:
        outcome = client.send(LETTER)
        if verb == "END" and answer in (DROP, HANG):
            assert outcome.verdict == "uncertain"
        else:
            assert outcome.verdict in ("transient", "permanent", "throttled", "fault")
            assert not [each for each in server.received if each.answer[0] not in "45"]
        assert not outcome.suppress
        early = verb in ("CONNECT", "EHLO", "MAIL")
        assert outcome.unreached == early
        assert client.send(LETTER).verdict == "sent", "the next message finds its way"


@pytest.mark.parametrize("answer", [DROP, "421 4.3.2 enough for one connection"])
def test_a_kept_connection_that_died_is_replaced_at_no_cost(answer: str) -> None:
    with ScriptedServer({"MAIL": ["250 ok", answer]}) as server, connected(server) as client:
        assert client.send(LETTER).verdict == "sent"
        assert client.send(LETTER).verdict == "sent"
    assert server.connections == 2
    assert len(server.received) == 2


def test_a_refused_recipient_costs_the_next_one_nothing() -> None:
    refuse_bad = {"on_rcpt": lambda to: "550 5.1.1 no such user" if to.startswith("bad") else None}
    always = {"DATA": "554 5.5.1 no valid recipients"}
    with (
        ScriptedServer(**refuse_bad, script={"DATA": [always["DATA"]]}) as server,
        connected(server) as client,
    ):
        outcome = client.send(Envelope("b@c.example", "bad@reader.example", MESSAGE))
        assert (outcome.verdict, outcome.suppress, outcome.status) == (
            "permanent",
            True,
            "5.1.1",
        )
        assert client.send(LETTER).verdict == "sent"
    assert server.connections == 1
    assert "RSET" in server.commands


def test_a_server_that_wants_data_though_it_refused_gets_none() -> None:
    with (
        ScriptedServer({"RCPT": ["550 5.1.1 no such user"]}) as server,
        connected(server) as client,
    ):
        assert client.send(LETTER).suppress
        assert client.send(LETTER).verdict == "sent"
    assert len(server.received) == 1
    assert server.connections == 2


def test_a_server_that_closes_amid_the_message_has_not_taken_it() -> None:
    big = Envelope("a@b.example", "ann@reader.example", b"X: y\r\n\r\n" + b"line\r\n" * 2_000_000)
    with (
        ScriptedServer(in_data=1000, always={"EHLO": "250-x\r\n250 PIPELINING"}) as server,
        connected(server) as client,
    ):
        outcome = client.send(big)
    assert (outcome.verdict, outcome.unreached) == ("transient", False)
    assert not server.received


def test_no_server_at_all() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    outcome = transport(port).send(LETTER)
    assert (outcome.verdict, outcome.unreached) == ("transient", True)
    assert "no connection" in outcome.text
    assert transport(25, host="x" * 70 + ".example").send(LETTER).unreached


@pytest.mark.parametrize(
    "greeting",
    ["HTTP/1.1 400 Bad Request", "220-never\r\n" * 300 + "220 end", "220 " + "x" * 20000],
)
def test_what_is_no_smtp_is_no_relay(greeting: str) -> None:
    with ScriptedServer(always={"CONNECT": greeting}) as server:
        outcome = transport(server.port).send(LETTER)
    assert (outcome.verdict, outcome.unreached) == ("transient", True)


def test_a_nonsense_answer_to_the_final_dot_is_uncertain() -> None:
    with ScriptedServer({"END": ["354 again?", "what?"]}) as server, connected(server) as client:
        assert [client.send(LETTER).verdict for _ in range(2)] == ["uncertain"] * 2


def test_an_answer_ahead_of_the_message_is_not_taken_for_one_to_it() -> None:
    with (
        ScriptedServer({"DATA": ["354 go on\r\n250 2.0.0 queued"]}) as server,
        connected(server) as client,
    ):
        assert client.send(LETTER).verdict == "transient"
        assert client.send(LETTER).verdict == "sent"
    assert len(server.received) == 1


def test_a_drip_of_octets_does_not_hold_us_forever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            sock, _ = listener.accept()
            with contextlib.suppress(OSError):
                while True:
                    sock.sendall(b"2")
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        started = time.monotonic()
        assert transport(listener.getsockname()[1]).send(LETTER).unreached
        assert time.monotonic() - started < 2


def test_abort_ends_a_wait_at_once() -> None:
    patient = Timeouts(final=60)
    with ScriptedServer({"END": [HANG]}) as server:
        client = transport(server.port, timeouts=patient)
        outcomes: list[Outcome] = []
        thread = threading.Thread(target=lambda: outcomes.append(client.send(LETTER)))
        thread.start()
        while not server.received:
            time.sleep(0.01)
        client.abort()
        thread.join(timeout=2)
    assert [each.verdict for each in outcomes] == ["uncertain"]


# Extensions


def test_size_is_known_beforehand() -> None:
    with (
        ScriptedServer(always={"EHLO": "250-x\r\n250 SIZE 10"}) as server,
        connected(server) as client,
    ):
        outcome = client.send(LETTER)
    assert (outcome.verdict, outcome.status) == ("fault", "5.3.4")
    assert not any(command.startswith("MAIL") for command in server.commands)


def test_parameters_go_where_they_are_offered() -> None:
    eight_bit = Envelope("a@b.example", "anna@reader.example", "Subject: x\r\n\r\nüü\r\n".encode())
    with ScriptedServer() as server, connected(server) as client:
        client.send(eight_bit)
        client.send(Envelope("a@b.example", "änn@bücher.example", MESSAGE))
        client.send(Envelope("a@b.example", "ann@bücher.example", MESSAGE))
    mails = [command for command in server.commands if command.startswith("MAIL")]
    size = len(eight_bit.message)
    assert mails == [
        f"MAIL FROM:<a@b.example> SIZE={size} BODY=8BITMIME",
        f"MAIL FROM:<a@b.example> SIZE={len(MESSAGE)} SMTPUTF8",
        f"MAIL FROM:<a@b.example> SIZE={len(MESSAGE)}",
    ]
    assert [each.recipient for each in server.received[1:]] == [
        "änn@xn--bcher-kva.example",
        "ann@xn--bcher-kva.example",
    ]


def test_an_address_beyond_ascii_needs_a_server_that_takes_it() -> None:
    with (
        ScriptedServer(always={"EHLO": "250-x\r\n250 PIPELINING"}) as server,
        connected(server) as client,
    ):
        outcome = client.send(Envelope("a@b.example", "änn@reader.example", MESSAGE))
        assert (outcome.verdict, outcome.status, outcome.suppress) == ("permanent", "5.6.7", False)


@pytest.mark.parametrize(
    "recipient",
    [
        "ann@reader.example>\r\nRCPT TO:<eve@evil.example",
        "ann@reader.example\r\nDATA",
        "ann @reader.example",
        "ann@reader.example> SIZE=1",
        "ann",
        "",
        "@reader.example",
        "ann@",
        '"a\r\nb"@reader.example',
        "ann@x\x00.example",
        "ann@x\ud800.example",
    ],
)
def test_no_address_can_end_its_command(recipient: str) -> None:
    with ScriptedServer() as server, connected(server) as client:
        assert client.send(Envelope("a@b.example", recipient, MESSAGE)).verdict == "permanent"
        assert (
            client.send(Envelope(recipient or "x y", "a@b.example", MESSAGE)).verdict == "permanent"
        )
    assert not any("MAIL" in command or "RCPT" in command for command in server.commands)


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_no_text_can_end_its_command(text: str) -> None:
    from publisher.delivery.transport import path_of
    from publisher.errors import DeliveryError

    with contextlib.suppress(DeliveryError):
        path = path_of(text + "@reader.example")
        path.encode("utf-8")
        assert not set("\r\n\0<>") & set(path) or path.startswith('"')
        assert "\r" not in path and "\n" not in path


# TLS and AUTH

TLS_OFFER = {"EHLO": "250-x\r\n250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250 PIPELINING"}


@pytest.fixture(scope="module")
def cert(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.mark.parametrize("implicit", [True, False])
def test_tls_with_a_certificate_that_is_trusted(cert: Certificate, implicit: bool) -> None:
    with ScriptedServer(tls=cert.server(), implicit=implicit, always=TLS_OFFER) as server:
        tls = "implicit" if implicit else "starttls"
        with connected(
            server, tls=tls, context=cert.client(), user="ed", password="pä ss"
        ) as client:
            assert client.send(LETTER).verdict == "sent"
    login = next(command for command in server.commands if command.startswith("AUTH PLAIN "))
    assert base64.b64decode(login.split()[2]).decode() == "\0ed\0pä ss"


def test_auth_login_where_plain_is_not_offered(cert: Certificate) -> None:
    offer = {"EHLO": "250-x\r\n250-STARTTLS\r\n250 AUTH LOGIN", "AUTH": "334 VXNlcm5hbWU6"}
    with ScriptedServer(tls=cert.server(), always=offer) as server:
        changes = {"tls": "starttls", "context": cert.client(), "user": "ed", "password": "pw"}
        with connected(server, **changes) as client:
            assert client.send(LETTER).verdict == "sent"
    assert base64.b64encode(b"ed").decode() in server.commands


@pytest.mark.parametrize("implicit", [True, False])
def test_an_unknown_authority_is_our_fault(cert: Certificate, implicit: bool) -> None:
    with ScriptedServer(tls=cert.server(), implicit=implicit, always=TLS_OFFER) as server:
        tls = "implicit" if implicit else "starttls"
        with connected(server, tls=tls, user="ed", password="secret") as client:
            outcome = client.send(LETTER)
    assert (outcome.verdict, outcome.unreached) == ("fault", True)
    assert "ca_file" in outcome.text
    assert not any("AUTH" in command for command in server.commands)


def test_a_certificate_for_another_host_is_our_fault(tmp_path: Path) -> None:
    other = certificate(tmp_path, "elsewhere.example")
    with (
        ScriptedServer(tls=other.server(), always=TLS_OFFER) as server,
        connected(server, tls="starttls", context=other.client()) as client,
    ):
        assert client.send(LETTER).verdict == "fault"


def test_tls_that_breaks_is_worth_another_try(cert: Certificate) -> None:
    goes_on_in_clear = ScriptedServer(always=TLS_OFFER)
    with (
        goes_on_in_clear as server,
        connected(server, tls="starttls", context=cert.client()) as client,
    ):
        outcome = client.send(LETTER)
    assert (outcome.verdict, outcome.unreached) == ("transient", True)


def test_words_in_clear_behind_starttls_are_not_believed(cert: Certificate) -> None:
    answer = "220 2.0.0 ready\r\n250-x\r\n250 AUTH PLAIN"
    with (
        ScriptedServer({"STARTTLS": [answer]}, tls=cert.server(), always=TLS_OFFER) as server,
        connected(server, tls="starttls", context=cert.client()) as client,
    ):
        outcome = client.send(LETTER)
    assert outcome.unreached
    assert "STARTTLS" in outcome.text


def test_starttls_stripped_on_the_way_is_not_accepted() -> None:
    with ScriptedServer() as server, connected(server, tls="starttls") as client:
        outcome = client.send(LETTER)
    assert (outcome.verdict, outcome.unreached) == ("fault", True)
    assert not server.received


def test_wrong_password(cert: Certificate) -> None:
    refusing = TLS_OFFER | {"AUTH": "535 5.7.8 no"}
    with ScriptedServer(tls=cert.server(), always=refusing) as server:
        changes = {"tls": "starttls", "context": cert.client(), "user": "ed", "password": "x"}
        with connected(server, **changes) as client:
            outcome = client.send(LETTER)
    assert (outcome.verdict, outcome.status, outcome.unreached) == ("fault", "5.7.8", True)


def test_a_password_is_never_sent_in_clear_to_another_machine() -> None:
    with ScriptedServer(always=TLS_OFFER) as server:
        port = server.port
        settings_ = Server(
            host="mail.example", port=port, tls="none", user="ed", password="x", timeouts=QUICK
        )
        client = SmtpTransport(
            settings_,
            connect=lambda _, timeout: socket.create_connection(("127.0.0.1", port), timeout),
        )
        outcome = client.send(LETTER)
        client.close()
    assert outcome.verdict == "fault"
    assert not any("AUTH" in command for command in server.commands)


def test_secrets_do_not_show() -> None:
    assert "hunter2" not in repr(Server(host="x", password="hunter2"))


# Dots


@given(st.lists(st.sampled_from([b".", b"..", b"a", b"", b".a", b"a."]), min_size=1, max_size=8))
def test_dots_are_doubled_at_line_starts_only(lines: list[bytes]) -> None:
    message = b"".join(line + b"\r\n" for line in lines)
    on_the_wire = data_octets(Envelope("", "", message))
    assert on_the_wire.endswith(b".\r\n")
    body = on_the_wire.removesuffix(b".\r\n")
    assert (
        b"".join(
            line[1:] if line.startswith(b".") else line for line in body.splitlines(keepends=True)
        )
        == message
    )


# A real server


class Keep:
    def __init__(self) -> None:
        self.letters: list[tuple[str, list[str], bytes]] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        self.letters.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))  # type: ignore[attr-defined]
        return "250 2.0.0 kept"


def test_a_real_server_takes_it(cert: Certificate) -> None:
    keep = Keep()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        keep,
        hostname="127.0.0.1",
        port=port,
        tls_context=cert.server(),
        require_starttls=True,
        enable_SMTPUTF8=True,
    )
    controller.start()
    try:
        changes = {"tls": "starttls", "context": cert.client()}
        client = transport(port, timeouts=Timeouts(), **changes)
        assert client.send(LETTER).verdict == "sent"
        assert client.send(Envelope("", "änn@reader.example", MESSAGE)).verdict == "sent"
        client.close()
    finally:
        controller.stop()
    (first, second) = keep.letters
    assert first == (LETTER.sender, [LETTER.recipient], MESSAGE)
    assert second[1] == ["änn@reader.example"]
    assert email.message_from_bytes(first[2])["Subject"] == "hi"
