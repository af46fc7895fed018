"""Signatures, with dkimpy as the judge."""

from __future__ import annotations

import base64
import re

import pytest
from dkim.canonicalization import Relaxed
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.delivery.dkim import (
    SIGNED,
    SigningKey,
    load_key,
    new_key,
    relaxed_body,
    signed,
    zone_line,
)
from publisher.errors import ConfigError, DeliveryError
from tests.delivery import judge

MESSAGE = (
    b"From: Riverbend Courier <news@courier.example>\r\n"
    b"To: ann@reader.example\r\n"
    b"Subject: =?utf-8?q?H=C3=A4?=\r\n  folded\tsubject \r\n"
    b"Date: Mon, 23 Nov 2026 06:00:00 +0000\r\n"
    b"Message-ID: <x@courier.example>\r\n"
    b"List-Unsubscribe: <https://courier.example/unsubscribe/abc>,\r\n <mailto:u@courier.example>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"Feedback-ID: 2026-11-23:edition:newsletter:courier\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"Good  morning \t\r\n\r\nThe river.\r\n\r\n\r\n"
)


@pytest.fixture(scope="module")
def rsa() -> SigningKey:
    return load_key(new_key("rsa"), domain="courier.example", selector="k1", where="k1.pem")


@pytest.fixture(scope="module")
def ed25519() -> SigningKey:
    return load_key(new_key("ed25519"), domain="courier.example", selector="k2", where="k2.pem")


def test_both_signatures_verify(rsa: SigningKey, ed25519: SigningKey) -> None:
    message = signed(MESSAGE, [rsa, ed25519])
    assert message.endswith(MESSAGE)
    assert judge.verdicts(message, rsa, ed25519) == [True, True]
    assert message == signed(MESSAGE, [rsa, ed25519]), "the same each time"


def test_lines_are_short(rsa: SigningKey, ed25519: SigningKey) -> None:
    head = signed(MESSAGE, [rsa, ed25519]).partition(b"From:")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"The river.", b"The rivers."),
        (b"The river.", b"The\r\nriver."),
        (b"Riverbend Courier <", b"Riverbend Courier  X <"),
        (b"folded", b"bolded"),
        (b"unsubscribe/abc", b"unsubscribe/abd"),
        (b"One-Click", b"Two-Click"),
        (b"ann@reader.example", b"eve@reader.example"),
        (b"Message-ID: <x@", b"Message-ID: <y@"),
        (b"Feedback-ID: 2026", b"Feedback-ID: 2027"),
        (b"text/plain", b"text/html"),
        # a second field is as bad as another
        (b"\r\nFrom: ", b"\r\nFrom: Eve <eve@evil.example>\r\nFrom: "),
        (b"\r\nTo: ", b"\r\nSubject: other\r\nTo: "),
        (b"\r\nTo: ", b"\r\nList-Unsubscribe: <https://evil.example/>\r\nTo: "),
        (b"\r\nTo: ", b"\r\nReply-To: eve@evil.example\r\nTo: "),
    ],
)
def test_a_tampered_copy_is_rejected(
    rsa: SigningKey, ed25519: SigningKey, old: bytes, new: bytes
) -> None:
    for key in (rsa, ed25519):
        message = signed(b"X-First: 1\r\n" + MESSAGE, [key])
        assert old in message
        assert judge.accepts(message, key)
        assert not judge.accepts(message.replace(old, new, 1), key)


def test_what_relays_may_change_does_no_harm(rsa: SigningKey) -> None:
    message = signed(MESSAGE, [rsa])
    relayed = b"Received: by mx\r\n" + message.replace(b"Subject: ", b"subject:   ") + b"\r\n"
    assert judge.verdicts(relayed, rsa) == [True]


def test_every_signed_field_is_named(rsa: SigningKey) -> None:
    head = signed(MESSAGE, [rsa]).partition(b"\r\n\r\n")[0]
    named = re.search(rb"h=([^;]+)", head)
    assert named
    names = re.sub(rb"\s", b"", named[1]).split(b":")
    assert {b"list-unsubscribe", b"list-unsubscribe-post"} <= set(names)
    assert set(names) <= set(SIGNED)


@given(
    body=st.lists(st.sampled_from([b" ", b"\t", b"a", b"\r\n", b"  \r\n", b"."])).map(b"".join),
    subject=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40),
)
@settings(max_examples=60)
def test_the_judge_agrees_on_any_message(ed25519: SigningKey, body: bytes, subject: str) -> None:
    head = b"From: a@courier.example\r\nSubject: " + subject.encode() + b"\r\n\r\n"
    message = signed(head + body + b"\r\n", [ed25519])
    assert judge.verdicts(message, ed25519) == [True]


@given(st.lists(st.sampled_from([b" ", b"\t", b"x", b"\r\n"]), max_size=30).map(b"".join))
def test_relaxed_body_equals_the_judges(body: bytes) -> None:
    body += b"\r\n"
    assert relaxed_body(body) == Relaxed.canonicalize_body(body)


def test_bare_line_ends_are_refused(rsa: SigningKey) -> None:
    for bad in (
        MESSAGE.replace(b"\r\n", b"\n"),
        MESSAGE + b"x\n",
        MESSAGE + b"x\ry\r\n",
        MESSAGE + b"x\0y\r\n",
        b"From: x",
    ):
        with pytest.raises(DeliveryError):
            signed(bad, [rsa])
    assert signed(MESSAGE, []) == MESSAGE


def test_records_are_split_for_zone_files(rsa: SigningKey, ed25519: SigningKey) -> None:
    line = zone_line(rsa.record_name, rsa.record)
    strings = re.findall(r'"([^"]*)"', line)
    assert len(strings) == 2
    assert max(map(len, strings)) <= 255
    assert "".join(strings) == rsa.record
    assert line.startswith("k1._domainkey.courier.example. IN TXT ( ")
    assert len(base64.b64decode(ed25519.record.rpartition("p=")[2])) == 32


@pytest.mark.parametrize("pem", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END"])
def test_what_is_no_key_is_named(pem: bytes) -> None:
    with pytest.raises(ConfigError, match=r"keys/k1\.pem"):
        load_key(pem, domain="courier.example", selector="k1", where="keys/k1.pem")


def test_weak_and_foreign_keys_are_refused() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric import rsa as rsa_keys

    weak = rsa_keys.generate_private_key(public_exponent=65537, key_size=1024)
    for private in (weak, ec.generate_private_key(ec.SECP256R1())):
        pem = private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        with pytest.raises(ConfigError):
            load_key(pem, domain="courier.example", selector="k1", where="k1.pem")


def test_keys_do_not_show(rsa: SigningKey) -> None:
    assert "private" not in repr(rsa)
