"""Readers greeted by name: whatever stands in the list, the message says it and nothing else."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher import config, deliver, mime, publish, slots
from publisher.delivery.backlog import Job
from publisher.delivery.compose import Composer, Reader
from publisher.delivery.dkim import load_key, new_key
from publisher.errors import ConfigError
from publisher.mailing import office
from publisher.mailing.office import Office
from tests import samples
from tests.delivery import judge, offices
from tests.delivery.servers import ScriptedServer

GREETING = 'Dear {name|reader} of {Home town|"our" town},'
GREETED = "Dear 王小明 of 青渡,"
PLAIN = 'Dear reader of "our" town,'
KEY = load_key(new_key("ed25519"), domain="courier.example", selector="a", where="a")
anything = st.text(st.characters(exclude_categories=()), max_size=slots.LONGEST_VALUE)


def composer(greeting: str) -> Composer:
    lines = {kind: slots.greeting(greeting, kind) for kind in ("text", "html")}
    prepared = mime.prepare(
        headers=[("To", slots.RECIPIENT), ("Message-ID", f"<{slots.MESSAGE_ID}@x.example>")],
        text=f"{lines['text']}\n\nMorning.\n",
        html=f"<p>{lines['html']}</p><p>Morning.</p>\n",
    )
    return Composer(
        variants={0: mime.reopen(prepared.dump())},
        unsubscribe_token=lambda mailing, subscriber: "t",
        bounce_address="",
        sender_address="news@courier.example",
        secret=b"a secret of thirty-two octets...",
        keys=(KEY,),
    )


def parts_of(message: bytes) -> list[str]:
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    payloads = [part.get_payload(decode=True) for part in parsed.walk()]
    return [payload.decode() for payload in payloads if isinstance(payload, bytes)]


COMPOSE = composer(GREETING)
USUAL_HEADERS = email.message_from_bytes(
    COMPOSE(Job((41, 7), "ann@reader.example", Reader(0))).message
).keys()


@settings(max_examples=200, deadline=None)
@example("王小明", "=\r\n=_\0")
@example("\r\nBcc: eve@evil.example\r\n\r\n", ". ")
@example("  two  spaces\tand a tab ", "a" * 75)
@example("SLOT-subscriber-token", "</p><script>alert(1)</script>")
@example("é" * slots.LONGEST_VALUE, ".")
@example("\ud800", "🦊" * 100)
@given(anything, anything)
def test_the_message_says_just_what_stands_in_the_list(name: str, town: str) -> None:
    job = Job((41, 7), "ann@reader.example", Reader(0, name, {"home TOWN": town}))
    message = COMPOSE(job).message
    text, html = parts_of(message)
    shown = [value.encode("utf-8", "replace").decode() for value in (name, town)]
    told, lived = shown[0] or "reader", shown[1] or '"our" town'
    said = f"Dear {told} of {lived},"
    assert text.replace("\r\n", "\n") == f"{said}\n\nMorning.\n".replace("\r\n", "\n")
    assert html.count("<") == 4
    assert unescape(html.removeprefix("<p>").partition("</p><p>Morning")[0]) == said
    assert judge.accepts(message, KEY)
    assert max(map(len, message.split(b"\r\n"))) <= mime.AIM_LINE_OCTETS
    assert email.message_from_bytes(message).keys() == USUAL_HEADERS


def test_what_nobody_would_read_is_cut() -> None:
    reader = Reader(0, "x" * 5000, {"Home town": "'" * 5000})
    text, html = parts_of(COMPOSE(Job((1, 1), "ann@reader.example", reader)).message)
    assert text.startswith(f"Dear {'x' * (slots.LONGEST_VALUE - 1)}… of ''")
    weighed = slots.at_their_longest(f"<p>{slots.greeting(GREETING, 'html')}</p>")
    assert len(html.partition("<p>Morning")[0]) <= len(weighed)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_greeting_is_taken_or_refused_in_words(before: str, name: str, fallback: str) -> None:
    greeting = f"{before}{{{name}|{fallback}}}"
    if slots.problem_of(greeting):
        assert not name.strip() or set("{}|") & set(before + name + fallback)
        return
    plain = slots.with_fallbacks(slots.greeting(greeting, "text"))
    assert plain == slots.harmless(before) + slots.harmless(fallback.strip())


@pytest.mark.parametrize("slot", slots.ALL)
def test_no_greeting_and_no_field_has_a_slot_filled(slot: str) -> None:
    reader = Reader(0, f"{slot} SLOT-text.bmFtZQ..", {})
    message = composer(f"{slot} {{name|{slot}}} {{name}}")(
        Job((1, 1), "ann@reader.example", reader)
    )
    for part in parts_of(message.message):
        assert part.count(slot) == 2
        assert slots.harmless(slot) in part


@pytest.mark.parametrize("greeting", ["Dear {name", "Dear name},", "{}", "{|reader}", "{{name}}"])
def test_a_broken_greeting_is_named(greeting: str) -> None:
    text = f"{samples.TOML}\n[email]\ngreeting = '{greeting}'\n"
    with pytest.raises(ConfigError, match=r"email\.greeting"):
        config.loads(text)


def test_everybody_is_greeted_in_their_own_copy(tmp_path: Path) -> None:
    with ScriptedServer() as server, greeting_office(tmp_path, server.port) as opened:
        offices.add(opened, "ming@reader.example", name="王小明", fields={"home town": "青渡"})
        offices.add(opened, "ann@reader.example", name="Ann <b> & Co.", format="text")
        offices.add(opened, "nobody@reader.example")
        assert offices.send(opened).ending == "finished"
    got = {one.recipient: parts_of(one.message) for one in server.received}
    assert all(GREETED in part for part in got["ming@reader.example"])
    assert 'Dear Ann <b> & Co. of "our" town,' in got["ann@reader.example"][0]
    text, html = got["nobody@reader.example"]
    assert PLAIN in text
    assert PLAIN.replace('"', "&quot;") in html


def test_a_mailing_that_goes_on_greets_as_it_began(tmp_path: Path) -> None:
    with ScriptedServer() as server, greeting_office(tmp_path, server.port) as opened:
        offices.add(opened, "ming@reader.example", name="王小明", fields={"home town": "青渡"})
        server.on_rcpt = lambda _: "451 4.7.1 later"
        clock = offices.Clock()
        assert offices.send(opened, clock).ending == "waiting"
        changed = (opened.folder / "publisher.toml").read_text("utf-8").replace("Dear", "Hello")
        (opened.folder / "publisher.toml").write_text(changed, encoding="utf-8")
        server.on_rcpt = lambda _: None
        clock.now += timedelta(hours=1)
        with office.opened(opened.folder, offices.ENVIRON) as again:
            assert offices.send(again, clock).ending == "finished"
    assert all(GREETED in part for part in parts_of(server.received[0].message))


def test_each_language_has_its_greeting(tmp_path: Path) -> None:
    more = "\n[email.greeting]\nen = 'Dear {name|reader},'\nzh = '{name|读者}，您好：'\n"
    with (
        ScriptedServer() as server,
        offices.office_in(tmp_path, port=server.port, more=more) as opened,
    ):
        publish.build(opened.folder, now=offices.BUILT)
        for language in ("", "en-GB", "zh-Hans", "fr"):
            offices.add(opened, f"ann@{language or 'x'}.example", name="Ann", language=language)
        offices.send(opened)
    texts = {one.recipient: parts_of(one.message) for one in server.received}
    for part in texts["ann@x.example"] + texts["ann@en-gb.example"]:
        assert "Dear Ann," in part
    assert all("Ann，您好：" in part for part in texts["ann@zh-hans.example"])
    assert not any("Ann" in part for part in texts["ann@fr.example"])


def test_what_is_public_greets_nobody(tmp_path: Path) -> None:
    with greeting_office(tmp_path, 1) as opened:
        built = [path for path in (opened.folder / "public").rglob("*") if path.is_file()]
    texts = {path.name: path.read_bytes().decode("utf-8", "replace") for path in built}
    assert sum("reader of" in text for text in texts.values()) == 6  # two editions
    assert not any("SLOT-text" in text or "SLOT-html" in text for text in texts.values())


def test_a_test_copy_greets_who_is_in_the_list(tmp_path: Path) -> None:
    with ScriptedServer() as server, greeting_office(tmp_path, server.port) as opened:
        offices.add(opened, "ming@reader.example", name="王小明", fields={"home town": "青渡"})
        for who in ("ming@reader.example", "desk@courier.example"):
            deliver.send_test(opened, offices.EDITION, who, now=offices.NOW)
    known, stranger = (parts_of(one.message)[0] for one in server.received)
    assert GREETED in known
    assert PLAIN in stranger


def test_the_largest_copy_is_weighed_with_the_longest_greeting(tmp_path: Path) -> None:
    with ScriptedServer() as server, greeting_office(tmp_path, server.port) as opened:
        long = "'" * slots.LONGEST_VALUE
        offices.add(opened, "ann@reader.example", name=long, fields={"home town": long})
        copy = deliver.plan(opened, offices.EDITION, now=offices.NOW).copies.copies[0]
        offices.send(opened)
    got = parts_of(server.received[0].message)[1].replace("\r\n", "\n")
    assert copy.html_bytes == len(got.encode())


@contextmanager
def greeting_office(folder: Path, port: int) -> Iterator[Office]:
    """An office whose edition was built with the greeting."""
    more = f"\n[email]\ngreeting = '{GREETING}'\n"
    with offices.office_in(folder, port=port, more=more) as opened:
        publish.build(opened.folder, now=offices.BUILT)
        yield opened
