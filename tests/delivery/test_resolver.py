"""The system's resolver, against a small name server of our own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from publisher.delivery.resolver import NoResolver, SystemResolver

RECORDS = {
    ("courier.example.", "TXT"): ['"v=spf1 " "-all"', '"other"'],
    ("courier.example.", "MX"): ["20 b.example.", "10 a.example."],
}


def answer(sock: socket.socket) -> None:
    while True:
        try:
            octets, address = sock.recvfrom(4096)
        except OSError:
            return
        query = dns.message.from_wire(octets)
        question = query.question[0]
        name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
        if name.startswith("silent."):
            continue
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if (name, kind) in RECORDS:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *RECORDS[name, kind]))
        elif name != "courier.example.":
            response.set_rcode(dns.rcode.NXDOMAIN)
        sock.sendto(response.to_wire(), address)


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[SystemResolver]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        threading.Thread(target=answer, args=(sock,), daemon=True).start()
        own = dns.resolver.Resolver(configure=False)
        own.nameservers = ["127.0.0.1"]
        own.port = sock.getsockname()[1]
        monkeypatch.setattr(dns.resolver, "default_resolver", own)
        yield SystemResolver(timeout_seconds=0.3)


def test_records_are_joined_and_sorted(resolver: SystemResolver) -> None:
    assert resolver.txt("courier.example") == ("other", "v=spf1 -all")
    assert resolver.mx("courier.example") == ("a.example", "b.example")


def test_no_record_and_no_name_are_answers(resolver: SystemResolver) -> None:
    assert resolver.txt("nowhere.example") == ()
    assert resolver.mx("nowhere.example") == ()


def test_silence_is_no_answer(resolver: SystemResolver) -> None:
    with pytest.raises(NoResolver):
        resolver.txt("silent.example")


def test_a_name_that_is_none_is_no_answer(resolver: SystemResolver) -> None:
    with pytest.raises(NoResolver):
        resolver.txt("x" * 80 + ".example")
