"""Tokens, and one recipient's message from end to end."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import headers, mime, slots, tokens
from publisher.delivery import verp
from publisher.delivery.backlog import Job
from publisher.delivery.compose import Composer, Reader
from publisher.delivery.dkim import load_key, new_key
from publisher.delivery.retry import DEADLINE, LONGEST, next_attempt
from publisher.delivery.smtp import data_octets
from publisher.errors import ConfigError, DeliveryError
from tests import samples
from tests.delivery import judge

SECRET = b"a secret of thirty-two octets..."
numbers = st.integers(0, 2**63 - 1)


@given(numbers, numbers)
def test_tokens_round_trip(mailing: int, subscriber: int) -> None:
    key = (mailing, subscriber)
    for purpose in ("bounce", "message-id"):
        made = verp.token(purpose, key, SECRET)
        assert len(made) <= 70
        assert verp.find(purpose, made.upper(), SECRET) == key
        assert verp.find(purpose, f"x+{made}@courier.example", SECRET) == key
        assert verp.find(purpose, made, b"another secret") is None
        assert verp.token(purpose, (mailing, subscriber + 1), SECRET) != made


def test_a_token_serves_its_own_purpose_only() -> None:
    made = verp.token("bounce", (41, 7), SECRET)
    assert verp.find("message-id", made, SECRET) is None


@given(st.text(max_size=80))
def test_any_text_holds_no_token_of_ours(text: str) -> None:
    assert verp.find("bounce", text, SECRET) is None


def test_a_forged_token_before_a_real_one_does_not_hide_it() -> None:
    real = verp.sender("bounces@courier.example", (41, 7), SECRET)
    assert verp.find("bounce", f"bounces+29-8-{'a' * 20}@x, {real}", SECRET) == (41, 7)


def test_sender_fits_the_limits_of_an_address() -> None:
    sender = verp.sender("bounces@courier.example", (2**31, 2**31), SECRET)
    assert sender.startswith("bounces+")
    assert len(sender.partition("@")[0]) <= verp.MAX_LOCAL
    verp.check_address("bounces@courier.example")
    for bad in (
        "",
        "bounces",
        "@x.example",
        "b" * 40 + "@x.example",
        "a b@x.example",
        "a+b@x.example",
    ):
        with pytest.raises(ConfigError):
            verp.check_address(bad)


def composer(**changes: object) -> Composer:
    fields = headers.headers_for(
        samples.edition(),
        samples.publication(),
        subject="早安 morning",
        date=datetime(2026, 11, 23, 6, tzinfo=UTC),
    )
    html = f'<p>Morgen</p><a href="https://courier.example/unsubscribe/{slots.TOKEN}">bye</a>'
    prepared = mime.prepare(headers=fields, text=f"Hi\n{slots.TOKEN}\n", html=html)
    values: dict[str, object] = {
        "variants": {3: prepared},
        "unsubscribe_token": lambda mailing, subscriber: tokens.sign(
            tokens.Token("unsubscribe", subscriber, mailing), SECRET
        ),
        "bounce_address": "bounces@courier.example",
        "sender_address": "news@courier.example",
        "secret": SECRET,
    }
    return Composer(**{**values, **changes})  # type: ignore[arg-type]


def test_a_message_is_whole_signed_and_its_recipients_own() -> None:
    keys = tuple(
        load_key(new_key(kind), domain="courier.example", selector=kind, where=kind)
        for kind in ("rsa", "ed25519")
    )
    compose = composer(keys=keys)
    envelope = compose(Job((41, 7), "ann@reader.example", Reader(3)))
    assert envelope == compose(Job((41, 7), "ann@reader.example", Reader(3)))
    assert envelope.message != compose(Job((41, 8), "ann@reader.example", Reader(3))).message
    assert judge.verdicts(envelope.message, *keys) == [True, True]
    parsed = email.message_from_bytes(envelope.message, policy=email.policy.default)
    assert parsed["To"] == "ann@reader.example"
    assert verp.find("bounce", envelope.sender, SECRET) == (41, 7)
    assert verp.find("message-id", parsed["Message-ID"], SECRET) == (41, 7)
    token = parsed["List-Unsubscribe"].partition("/unsubscribe/")[2].partition(">")[0]
    assert tokens.verify(token, SECRET, "unsubscribe") == tokens.Token("unsubscribe", 7, 41)
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert b"SLOT" not in envelope.message
    assert max(map(len, envelope.message.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "recipient",
    [
        "ann@reader.example\r\nBcc: eve@evil.example",
        "ann@reader.example\nX: y",
        "a\0@x.example",
        "ann",
    ],
)
def test_no_recipient_can_inject_a_header(recipient: str) -> None:
    with pytest.raises(DeliveryError):
        composer()(Job((41, 7), recipient, Reader(3)))


@given(st.text(max_size=80))
def test_headers_stay_the_same_whatever_the_recipient(text: str) -> None:
    compose = composer()
    usual = email.message_from_bytes(
        compose(Job((41, 7), "ann@reader.example", Reader(3))).message
    ).keys()
    try:
        message = compose(Job((41, 7), f"{text}@reader.example", Reader(3))).message
    except DeliveryError:
        return
    head = message.partition(b"\r\n\r\n")[0]
    assert email.message_from_bytes(message).keys() == usual
    assert head.count(b"\n") == head.count(b"\r\n")


def test_an_address_in_any_script_and_a_quoted_one_may_stand() -> None:
    key = load_key(new_key("ed25519"), domain="courier.example", selector="k", where="k")
    for recipient, shown in (
        ("änn@bücher.example", "änn@xn--bcher-kva.example"),
        ('"ann  b "@reader.example', '"ann  b "@reader.example'),
        ("o'neil+x@reader.example", "o'neil+x@reader.example"),
    ):
        envelope = composer(keys=(key,))(Job((41, 7), recipient, Reader(3)))
        assert judge.verdicts(envelope.message, key) == [True]
        assert f"\r\nTo: {shown}\r\n".encode() in envelope.message


def test_without_a_bounce_address_bounces_go_to_the_sender() -> None:
    envelope = composer(bounce_address="")(Job((41, 7), "ann@reader.example", Reader(3)))
    assert envelope.sender == "news@courier.example"


def test_a_variant_that_is_not_there_is_named() -> None:
    with pytest.raises(DeliveryError, match="variant"):
        composer()(Job((41, 7), "ann@reader.example", Reader(9)))


# Backoff

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)


@given(st.integers(0, 10_000), st.integers(0, 200_000), st.integers())
def test_tries_come_later_and_never_behind_the_deadline(tries: int, gone: int, seed: int) -> None:
    now = NOW + timedelta(seconds=gone)
    again = next_attempt(tries, now, started=NOW, random=Random(seed))
    if now >= NOW + DEADLINE:
        assert again is None
    else:
        assert again
        assert now < again <= min(NOW + DEADLINE, now + LONGEST * 1.25)


def test_a_mailing_is_tried_about_twenty_times_in_two_days() -> None:
    random, now, tries = Random(1), NOW, 1
    while again := next_attempt(tries, now, started=NOW, random=random):
        now, tries = again, tries + 1
    assert now == NOW + DEADLINE
    assert 12 <= tries <= 25


@given(
    st.text(st.sampled_from(".\na "), max_size=40),
    st.sampled_from([*slots.ALL[:2], slots.greeting("{name}", "text"), ""]),
    st.text(st.sampled_from(".\na "), max_size=200),
)
def test_a_message_said_to_be_dotless_needs_no_dot_doubled(text: str, slot: str, name: str) -> None:
    fields = [("To", slots.RECIPIENT), ("X", slots.RECIPIENT)]
    compose_ = Composer(
        variants={0: mime.prepare(headers=fields, text=f"{text}{slot}{text}", html=None)},
        unsubscribe_token=lambda mailing, subscriber: "t",
        bounce_address="",
        sender_address="news@courier.example",
        secret=SECRET,
    )
    envelope = compose_(Job((41, 7), ".ann@reader.example", Reader(0, name)))
    assert data_octets(envelope) == data_octets(replace(envelope, dotless=False))
    if "." not in text and not slots.field_in(slot):
        assert envelope.dotless, "else every message is searched in vain"
