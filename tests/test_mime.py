"""Prepared messages decode to what a full build of the standard library decodes to."""

from __future__ import annotations

import email
import random
import re
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import mime, slots
from publisher.errors import DeliveryError

HEADERS = (
    ("From", mime.mailbox("Riverbend Courier 河湾报", "news@courier.example")),
    ("To", slots.RECIPIENT),
    ("Subject", mime.unstructured("渡口新桥今晨通车，步行过河只要六分钟 – and 14 more stories")),
    ("Date", mime.date_value(datetime(2026, 11, 23, 6, 0, tzinfo=UTC))),
    ("Message-ID", f"<{slots.MESSAGE_ID}@courier.example>"),
    (
        "List-Unsubscribe",
        f"<https://courier.example/unsubscribe/{slots.TOKEN}>,"
        f" <mailto:news@courier.example?subject=unsubscribe%20{slots.TOKEN}>",
    ),
)
TEXT = (
    "渡口新桥今晨通车\n================\n\n"
    + "从左岸步行到右岸，只要六分钟。" * 20
    + "\n\ntrailing \n.\n"
    f"Leave: https://courier.example/unsubscribe/{slots.TOKEN}\n"
)
HTML = (
    '<html><p style="color:#222">a = b; “quoted”</p>'
    + "".join(
        f'<a href="https://courier.example/{n}/{slots.TOKEN}">{"x" * n}</a>' for n in range(90)
    )
    + f"{slots.TOKEN}{slots.TOKEN}</html>"
)
# Characters that a message may carry; CR alone and surrogates cannot be text.
CONTENT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r"), max_size=400)
TOKENS = st.from_regex(r"[A-Za-z0-9_-]{1,70}", fullmatch=True)


def recipients(count: int) -> list[dict[str, str]]:
    chance = random.Random(7)
    letters = "ABCDEFabcdef0123456789-_"

    def word() -> str:
        return "".join(chance.choices(letters, k=chance.randint(1, 70)))

    return [
        {slots.TOKEN: word(), slots.MESSAGE_ID: word(), slots.RECIPIENT: f"reader{n}@mail.example"}
        for n in range(count)
    ]


def filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def full_build(values: dict[str, str]) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["To"] = values[slots.RECIPIENT]
    message.set_content(filled(TEXT, values))
    message.add_alternative(filled(HTML, values), subtype="html")
    return message


def parts(raw: bytes) -> list[tuple[str, str]]:
    """Media type and decoded content of each leaf, with LF line ends."""
    message = email.message_from_bytes(raw, policy=SMTP)
    return [
        (leaf.get_content_type(), leaf.get_content().replace("\r\n", "\n").rstrip("\n"))
        for leaf in message.walk()
        if not leaf.is_multipart()
    ]


def test_every_copy_decodes_to_what_a_full_build_decodes_to() -> None:
    prepared = mime.prepare(headers=HEADERS, text=TEXT, html=HTML)
    for values in recipients(250):
        raw = prepared.fill(values)
        assert parts(raw) == parts(full_build(values).as_bytes())
        assert max(map(len, raw.split(b"\r\n"))) <= 78 + 70
        assert b"SLOT-" not in raw


def test_no_copy_holds_another_recipients_token() -> None:
    prepared = mime.prepare(headers=HEADERS, text=TEXT, html=HTML)
    crowd = [{**values, slots.TOKEN: f"token-{n:04}"} for n, values in enumerate(recipients(200))]
    for n, values in enumerate(crowd):
        assert set(re.findall(rb"token-\d{4}", prepared.fill(values))) == {b"token-%04d" % n}


@given(CONTENT, CONTENT, TOKENS)
def test_any_text_survives(before: str, after: str, token: str) -> None:
    content = f"{before}{slots.TOKEN}{after}{slots.TOKEN}"
    raw = mime.prepare(headers=(), text=content, html=content).fill({slots.TOKEN: token})
    assert all(len(line) <= 76 for line in raw.split(b"\r\n"))
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    message = email.message_from_bytes(raw)
    for leaf in message.get_payload():  # type: ignore[union-attr]
        decoded = leaf.get_payload(decode=True).decode()  # type: ignore[union-attr]
        assert decoded.replace("\r\n", "\n") == content.replace(slots.TOKEN, token)


PIECES = (
    "a",
    "é",
    "中",
    " ",
    "\t",
    "\n",
    "\r",
    ".",
    "=",
    "\x00",
    "\x7f",
    "\u2028",
    "x" * 37,
    "y" * 75,
)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_all_lines_at_once_are_encoded_as_each_by_itself(text: str) -> None:
    lines = text.encode()
    assert mime._encoded(lines) == b"\r\n".join(map(mime._encoded_line, lines.split(b"\n")))


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), min_size=1))
def test_any_visible_subject_survives(subject: str) -> None:
    line = mime.header("Subject", mime.unstructured(subject))
    assert all(len(part) <= 76 for part in line.split("\r\n") if "=?" in part)
    parsed = email.message_from_string(line + "\r\n", policy=SMTP)
    assert parsed["Subject"].split() == subject.split()


@pytest.mark.parametrize(
    "name", ["A. Quill", 'The "Courier"', "河湾报", "=?utf-8?q?x?=", "Back\\slash", "", "O'Neil"]
)
def test_a_sender_name_survives(name: str) -> None:
    line = mime.header("From", mime.mailbox(name, "news@courier.example"))
    parsed = email.message_from_string(line + "\r\n", policy=SMTP)
    assert [(a.display_name, a.addr_spec) for a in parsed["From"].addresses] == [
        (name, "news@courier.example")
    ]


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\0b", "a\u2028b"])
def test_no_line_break_from_data_reaches_a_header(bad: str) -> None:
    for attempt in (
        lambda: mime.unstructured(bad),
        lambda: mime.mailbox(bad, "a@b.example"),
        lambda: mime.header("X-Note", bad),
        lambda: mime.header(bad, "x"),
        lambda: mime.prepare(headers=(("To", slots.RECIPIENT),), text="", html=None).fill(
            {slots.RECIPIENT: bad}
        ),
    ):
        with pytest.raises(DeliveryError):
            attempt()


def test_invisible_characters_leave_the_subject() -> None:
    assert mime.unstructured("In\u200bvoice \u202egnp.exe\ufeff") == "Invoice gnp.exe"


@pytest.mark.parametrize("token", ["", "a b", "a/b", "x" * 71, "é", "a\r\nb"])
def test_a_value_that_would_need_encoding_is_refused(token: str) -> None:
    prepared = mime.prepare(headers=(), text=slots.TOKEN, html=None)
    with pytest.raises(DeliveryError, match=slots.TOKEN):
        prepared.fill({slots.TOKEN: token})


def test_a_recipient_cannot_stand_in_a_body() -> None:
    with pytest.raises(DeliveryError):
        mime.prepare(headers=(), text=slots.RECIPIENT, html=None)


def test_text_alone_is_a_single_part() -> None:
    raw = mime.prepare(headers=HEADERS, text=TEXT, html=None).fill(recipients(1)[0])
    message = email.message_from_bytes(raw, policy=SMTP)
    assert message.get_content_type() == "text/plain"
    assert message["To"] == "reader0@mail.example"


def test_same_content_same_bytes() -> None:
    once, again = (mime.prepare(headers=HEADERS, text=TEXT, html=HTML) for _ in range(2))
    assert once == again
    assert mime.prepare(headers=HEADERS, text=TEXT, html=HTML + "x") != once


def test_filling_costs_far_less_than_building() -> None:
    prepared = mime.prepare(headers=HEADERS, text=TEXT, html=HTML)
    crowd = recipients(50)

    def seconds(make: object) -> float:
        start = time.perf_counter()
        for values in crowd:
            make(values)  # type: ignore[operator]
        return time.perf_counter() - start

    full = seconds(lambda values: full_build(values).as_bytes())
    assert min(seconds(prepared.fill) for _ in range(5)) * 20 < full
