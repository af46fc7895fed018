"""The second story whole: from an edition and its subscribers to outcomes, through real servers."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from random import Random
from typing import Any

import pytest

from publisher import deliver, tokens
from publisher.delivery import dkim, verp
from publisher.errors import BuildRefused, ConfigError, DeliveryError, EditionError, StoreError
from publisher.mailing import helpers
from publisher.mailing import office as offices_module
from publisher.store import limits, mailings, outbox, reports
from publisher.tokens import Token
from tests.delivery import judge, offices
from tests.delivery.offices import (
    EDITION,
    NOW,
    Clock,
    add,
    crowd,
    office_in,
    progress,
    send,
    state,
    state_of,
)
from tests.delivery.servers import DROP, ScriptedServer, receiving

SECRET = offices.SECRET.encode()


class Inbox:
    """What an aiosmtpd server was handed."""

    def __init__(self) -> None:
        self.received: dict[str, tuple[str, bytes]] = {}

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.received[envelope.rcpt_tos[0]] = (envelope.mail_from, envelope.content)
        return "250 2.0.0 taken"


@pytest.fixture
def inbox() -> Any:
    handler = Inbox()
    with receiving(handler) as port:
        handler.port = port  # type: ignore[attr-defined]
        yield handler


def parsed(octets: bytes) -> EmailMessage:
    message = message_from_bytes(octets, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def keys_in(folder: Path) -> str:
    for kind in ("rsa", "ed25519"):
        (folder / f"{kind}.pem").write_bytes(dkim.new_key(kind))
    return "".join(
        f'\n[[delivery.dkim]]\nselector = "{kind}"\nkey_file = "../{kind}.pem"\n'
        for kind in ("rsa", "ed25519")
    )


def test_each_reader_gets_a_signed_message_of_their_own(inbox: Any, tmp_path: Path) -> None:
    with office_in(tmp_path, port=inbox.port, more=keys_in(tmp_path)) as opened:
        ids = {who: add(opened, who) for who in ("ann@a.example", "bob+x@b.example")}
        done = send(opened)
    assert done.ending == "finished"
    assert (done.progress.sent, done.progress.total) == (2, 2)
    assert inbox.received.keys() == ids.keys()
    keys = [
        dkim.load_key(
            (tmp_path / f"{kind}.pem").read_bytes(),
            domain="courier.example",
            selector=kind,
            where="",
        )
        for kind in ("rsa", "ed25519")
    ]
    all_tokens = {}
    for who, (sender, octets) in inbox.received.items():
        assert judge.verdicts(octets, *keys) == [True, True]
        assert not judge.accepts(octets.replace(b"brass", b"crass"), *keys)
        message = parsed(octets)
        assert message["To"] == who
        assert verp.find("bounce", sender, SECRET) == (1, ids[who])
        assert verp.find("message-id", message["Message-ID"], SECRET) == (1, ids[who])
        page, mail = (part.strip(" <>") for part in message["List-Unsubscribe"].split(","))
        token = page.rpartition("/")[2]
        assert tokens.verify(token, SECRET, "unsubscribe") == Token("unsubscribe", ids[who], 1)
        assert mail == f"mailto:leave@courier.example?subject=unsubscribe%20{token}"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["Date"].datetime == NOW
        text, html = (part.get_content() for part in message.iter_parts())
        assert "Rowers win" in text and "Rowers win" in html
        assert token in text and token in html
        assert "SLOT-" not in octets.decode()
        all_tokens[who] = token
    for who, (_, octets) in inbox.received.items():
        for other, token in all_tokens.items():
            assert (token.encode() in octets.replace(b"=\r\n", b"")) == (who == other)


def test_everybody_gets_the_copy_that_they_chose(inbox: Any, tmp_path: Path) -> None:
    with office_in(tmp_path, port=inbox.port) as opened:
        add(opened, "all@a.example")
        add(opened, "both@a.example", sections=("news", "sport"), language="en-GB")
        add(opened, "sport@a.example", sections=("sport", "chess"))
        add(opened, "text@a.example", format="text", language="zh-Hans")
        add(opened, "chess@a.example", sections=("chess",))
        add(opened, "weekly@a.example", cadence="weekly")
        made = deliver.plan(opened, EDITION, now=NOW)
        send(opened)
        with opened.store.reading() as connection:
            counts = reports.variant_counts(connection, 1)
    assert [(copy.sections, copy.recipients) for copy in made.copies.copies] == [
        (("news", "sport"), 2),
        (("news", "sport"), 1),
        (("sport",), 1),
    ]
    assert made.copies.left_out == 1
    assert made.copies.by_section == {"news": 3, "sport": 4}
    assert sum(counts.values()) == 4
    got = {who.partition("@")[0]: parsed(octets) for who, (_, octets) in inbox.received.items()}
    assert sorted(got) == ["all", "both", "sport", "text"]
    assert "brass band" not in got["sport"].as_string()
    assert got["text"].get_content_type() == "text/plain"
    assert "退订" in got["text"].get_content()
    for copy in made.copies.copies:
        assert copy.message_bytes > copy.html_bytes


def test_the_weight_given_is_that_of_the_largest_copy(inbox: Any, tmp_path: Path) -> None:
    with office_in(tmp_path, port=inbox.port) as opened:
        add(opened, "a@a.example")
        weight = deliver.plan(opened, EDITION, now=NOW).copies.copies[0].html_bytes
        send(opened)
    message = parsed(inbox.received["a@a.example"][1])
    html = message.get_body(("html",))
    assert html is not None
    assert len(html.get_content().replace("\r\n", "\n").encode()) == weight


def test_an_edition_is_sent_once(tmp_path: Path) -> None:
    with ScriptedServer() as server, office_in(tmp_path, port=server.port) as opened:
        crowd(opened, 3)
        assert send(opened).ending == "finished"
        with pytest.raises(StoreError, match="sent already"):
            send(opened)
        assert len(server.received) == 3
        assert send(opened, again=True).mailing.round == 1
        assert len(server.received) == 6


def test_what_is_not_built_or_has_errors_is_not_sent(tmp_path: Path) -> None:
    with office_in(tmp_path) as opened:
        crowd(opened, 1)
        page = opened.folder / "editions" / f"{EDITION}.md"
        text = page.read_text("utf-8")
        page.write_text(text.replace("a brass band", "two brass bands"), encoding="utf-8")
        with pytest.raises(BuildRefused) as refused:
            send(opened)
        assert [one.code for one in refused.value.findings if one.severity == "error"] == [
            "edition-unbuilt"
        ]
        (opened.folder / "editions" / "2026-11-24.md").write_text("# Empty\n", encoding="utf-8")
        with pytest.raises(BuildRefused) as refused:
            send(opened, edition="2026-11-24")
        assert "empty-edition" in {one.code for one in refused.value.findings}
        with pytest.raises(EditionError, match="no such edition"):
            send(opened, edition="2026-11-25")
        with opened.store.reading() as connection:
            assert mailings.listing(connection) == ()


def test_a_copy_that_would_be_clipped_is_not_sent(tmp_path: Path) -> None:
    with office_in(tmp_path, more="\n[email]\nlimit_bytes = 6000\nwarn_bytes = 5000\n") as opened:
        crowd(opened, 1)
        with pytest.raises(BuildRefused) as refused:
            send(opened)
    assert "email-too-large" in {one.code for one in refused.value.findings}


def test_sections_limit_what_is_sent_and_unknown_ones_are_named(tmp_path: Path) -> None:
    with ScriptedServer() as server, office_in(tmp_path, port=server.port) as opened:
        crowd(opened, 1)
        add(opened, "news@a.example", sections=("news",))
        with pytest.raises(ConfigError, match="no section 'weather'"):
            send(opened, sections=frozenset({"weather"}))
        assert send(opened, sections=frozenset({"sport"})).progress.total == 1
    assert b"brass" not in server.received[0].message


def test_nobody_to_send_to_is_said_and_begins_nothing(tmp_path: Path) -> None:
    with office_in(tmp_path) as opened:
        with pytest.raises(DeliveryError, match="nobody is subscribed"):
            send(opened)
        with opened.store.reading() as connection:
            assert mailings.listing(connection) == ()


def test_a_secret_that_is_not_the_stores_own_opens_nothing(tmp_path: Path) -> None:
    with office_in(tmp_path) as opened:
        folder = opened.folder
    for environ in ({}, {"PUBLISHER_SECRET": "short"}):
        with pytest.raises(ConfigError), offices_module.opened(folder, environ):
            pass
    other = {"PUBLISHER_SECRET": "another secret of many octets"}
    with pytest.raises(StoreError, match="not the secret"), offices_module.opened(folder, other):
        pass


# Stopping and going on


def test_a_run_that_was_stopped_is_taken_up_where_it_was(tmp_path: Path) -> None:
    with ScriptedServer() as server, office_in(tmp_path, port=server.port) as opened:
        people = crowd(opened, 300)
        clock = Clock(stopped=lambda: len(server.received) >= 50)
        first = send(opened, clock)
        assert first.ending == "stopped"
        assert 50 <= first.progress.sent < 300
        assert first.progress.sent + first.progress.queued == 300
        clock = Clock()
        assert send(opened, clock).ending == "finished"
        assert clock.said == [f"goes on with mailing 1: {first.progress.sent} of 300 sent so far"]
    assert sorted(one.recipient for one in server.received) == sorted(people)


def test_pause_resume_and_cancel_take_effect_from_elsewhere(tmp_path: Path) -> None:
    server = ScriptedServer(on_rcpt=lambda _: time.sleep(0.01))
    with server, office_in(tmp_path, port=server.port) as opened:
        crowd(opened, 400)
        done = []
        said: list[str] = []
        watch = deliver.Watch(clock=lambda: NOW, tell=said.append)
        order = deliver.Order(edition=EDITION)
        thread = threading.Thread(
            target=lambda: done.append(deliver.send(opened, order, watch, random=Random(1)))
        )
        thread.start()
        _until(lambda: len(server.received) > 20)
        with opened.store.writing() as connection:
            mailings.pause(connection, 1, "wrong headline")
        time.sleep(0.5)
        count = len(server.received)
        time.sleep(0.5)
        assert len(server.received) == count < 400
        paused = "is paused (wrong headline): waits until it is resumed; Ctrl-C loses nothing"
        assert said == [paused]
        with opened.store.writing() as connection:
            mailings.resume(connection, 1, NOW)
        _until(lambda: len(server.received) > count + 10)
        with opened.store.writing() as connection:
            mailings.cancel(connection, 1, NOW)
        thread.join(5)
        assert done[0].ending == "cancelled"
        seen = progress(opened)
        assert seen.sent + seen.cancelled == 400 and seen.cancelled and not seen.open
    assert len({one.recipient for one in server.received}) == len(server.received) == seen.sent


def _until(true: Any, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came to pass"
        time.sleep(0.01)


def test_two_sends_at_once_share_the_work(tmp_path: Path) -> None:
    with ScriptedServer() as server, office_in(tmp_path, port=server.port) as opened:
        people = crowd(opened, 200)
        done: list[deliver.Result] = []

        def work() -> None:
            with offices_module.opened(opened.folder, offices.ENVIRON) as own:
                watch = deliver.Watch(clock=lambda: NOW)
                order = deliver.Order(edition=EDITION)
                done.append(deliver.send(own, order, watch, random=Random(1)))

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(done) == 3
        with opened.store.reading() as connection:
            assert len(mailings.listing(connection)) == 1
    assert sorted(one.recipient for one in server.received) == sorted(people)


def test_helping_processes_take_their_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helpers, "WORTH_IT", 10)
    server = ScriptedServer(on_rcpt=lambda _: _until(lambda: server.connections > 8, 25))
    with server, office_in(tmp_path, port=server.port, connections=16) as opened:
        people = crowd(opened, 700)  # more than one process claims at once
        watch = deliver.Watch(clock=lambda: NOW)
        order = deliver.Order(edition=EDITION, jobs=2)
        assert deliver.send(opened, order, watch, random=Random(1)).ending == "finished"
    assert sorted(one.recipient for one in server.received) == sorted(people)
    assert 8 < server.connections <= 16


def test_connections_are_divided_among_helpers_and_rates_are_shared() -> None:
    from tests import samples

    more = offices.DELIVERY.format(port=25, connections=17).replace(
        "connections", "per_second = 9.0\nconnections"
    )
    whole = samples.publication(more)
    shares = [whole.share(part, 3) for part in range(3)]
    assert sum(one.delivery.relays[0].connections for one in shares) == 17
    assert {one.delivery.relays[0].per_second for one in shares} == {9.0}
    assert helpers.parts(whole.delivery, jobs=8, recipients=10_000) == 2
    assert helpers.parts(whole.delivery, jobs=1, recipients=10_000) == 1
    assert helpers.parts(whole.delivery, jobs=8, recipients=100) == 1


# What servers answer


def test_our_own_fault_pauses_and_touches_nobody(tmp_path: Path) -> None:
    server = ScriptedServer(always={"END": "550 5.7.26 unauthenticated email is not accepted"})
    with server, office_in(tmp_path, port=server.port) as opened:
        people = crowd(opened, 20)
        done = send(opened)
        assert done.ending == "fault"
        assert "unauthenticated" in done.because
        assert state(opened) == "paused"
        assert progress(opened).open == 20
        assert {state_of(opened, who) for who in people} == {"active"}
        assert send(opened).ending == "paused"
        server.always = {}
        with opened.store.writing() as connection:
            mailings.resume(connection, 1, NOW)
        assert send(opened).ending == "finished"
    assert sorted(one.recipient for one in server.answers("250")) == sorted(people)


def test_what_is_deferred_is_tried_again_when_it_is_due(tmp_path: Path) -> None:
    server = ScriptedServer(script={"RCPT": ["451 4.7.1 greylisted, come back"]})
    with server, office_in(tmp_path, port=server.port, connections=1) as opened:
        crowd(opened, 1)
        assert send(opened).ending == "waiting"
        assert progress(opened).deferred == 1
        assert send(opened).ending == "waiting"
        assert not server.received
        clock = Clock()
        assert send(opened, clock, wait=True).ending == "finished"
        assert timedelta(minutes=3) < clock.now - NOW < timedelta(minutes=7)
        (waits,) = [words for words in clock.said if words.startswith("waits until 15:0")]
        assert waits.endswith("to try again what was deferred; Ctrl-C loses nothing")


def test_a_domain_that_was_slowed_down_is_remembered_until_it_takes_mail_again(
    tmp_path: Path,
) -> None:
    server = ScriptedServer(script={"RCPT": ["421 4.7.28 too fast, slow down"]})
    with server, office_in(tmp_path, port=server.port, connections=1) as opened:
        add(opened, "ann@slow.example")
        assert send(opened).ending == "waiting"
        assert _strikes(opened) == {"slow.example": 1}
        assert send(opened, Clock(NOW + timedelta(hours=1))).ending == "finished"
        assert _strikes(opened) == {}


def _strikes(opened: offices.Office) -> dict[str, int]:
    with opened.store.reading() as connection:
        return {name: one.strikes for name, one in limits.struck(connection).items()}


def test_what_stays_deferred_is_given_up_at_the_deadline(tmp_path: Path) -> None:
    server = ScriptedServer(always={"RCPT": "451 4.2.2 mailbox full"})
    with server, office_in(tmp_path, port=server.port) as opened:
        crowd(opened, 1)
        clock = Clock()
        step = timedelta(hours=1)
        clock.on_sleep = lambda: setattr(clock, "now", clock.now + step)
        assert send(opened, clock, wait=True).ending == "finished"
        assert timedelta(hours=48) <= clock.now - NOW < timedelta(hours=53)
        with opened.store.reading() as connection:
            (fate,) = reports.who(connection, 1)
    assert fate.state == "refused"
    assert fate.reply.startswith("given up after 48 hours: ")


LATE = NOW + timedelta(days=4)


def _asked_again(opened: offices.Office) -> None:
    with opened.store.writing() as connection:
        assert outbox.retry(connection, 1, ["refused"], now=LATE) == 1


def _resumed(opened: offices.Office) -> None:
    with opened.store.writing() as connection:
        mailings.resume(connection, 1, LATE)


@pytest.mark.parametrize("how", ["asked again", "resumed", "broken off"])
def test_whoever_goes_on_after_the_deadline_has_all_its_hours_again(
    tmp_path: Path, how: str
) -> None:
    server = ScriptedServer(always={"RCPT": "451 4.2.2 mailbox full"})
    clock = Clock()
    with server, office_in(tmp_path, port=server.port) as opened:
        crowd(opened, 1)
        if how == "asked again":
            clock.on_sleep = lambda: setattr(clock, "now", clock.now + timedelta(hours=1))
            assert send(opened, clock, wait=True).progress.refused == 1
            _asked_again(opened)
        else:
            clock.stopped = lambda: True  # before anybody is reached
            assert send(opened, clock).ending == "stopped"
            clock.stopped = lambda: False
        if how == "resumed":
            with opened.store.writing() as connection:
                mailings.pause(connection, 1, "over the weekend")
            _resumed(opened)
        clock.now = LATE
        for hours in (0, 5, 46):
            clock.now = LATE + timedelta(hours=hours)
            done = send(opened, clock)
            assert (done.ending, done.progress.deferred) == ("waiting", 1), hours
        clock.now = LATE + timedelta(hours=53)
        assert send(opened, clock).progress.refused == 1


def test_a_dead_address_leaves_the_list(tmp_path: Path) -> None:
    server = ScriptedServer(
        on_rcpt=lambda who: "550 5.1.1 no such user" if who.startswith("gone") else None
    )
    with server, office_in(tmp_path, port=server.port) as opened:
        add(opened, "gone@a.example")
        add(opened, "here@a.example")
        done = send(opened)
        assert (done.progress.sent, done.progress.refused) == (1, 1)
        assert state_of(opened, "gone@a.example") == "bounced"


def test_an_uncertain_copy_goes_once_more_and_then_only_on_request(tmp_path: Path) -> None:
    server = ScriptedServer(always={"END": DROP})
    with server, office_in(tmp_path, port=server.port) as opened:
        crowd(opened, 1)
        done = send(opened, Clock(), wait=True)
        assert (done.ending, done.progress.uncertain) == ("finished", 1)
        assert len(server.received) == 2
        server.always = {}
        with opened.store.writing() as connection:
            assert outbox.retry(connection, 1, ["uncertain"], now=NOW) == 1
        done = send(opened)
        assert (done.ending, done.progress.sent) == ("finished", 1)
    identities = {parsed(one.message)["Message-ID"] for one in server.received}
    assert len(server.received) == 3 and len(identities) == 1


# Later, and by timer


def test_a_mailing_for_later_waits_for_its_time(tmp_path: Path) -> None:
    with ScriptedServer() as server, office_in(tmp_path, port=server.port) as opened:
        crowd(opened, 2)
        clock = Clock()
        at = NOW + timedelta(minutes=30)
        assert send(opened, clock, at=at).ending == "finished"
        assert clock.now >= at
        assert len(server.received) == 2


def test_a_mailing_for_later_may_be_cancelled_while_it_waits(tmp_path: Path) -> None:
    with office_in(tmp_path) as opened:
        crowd(opened, 1)

        def cancel() -> None:
            with opened.store.writing() as connection:
                mailings.cancel(connection, 1, NOW)

        clock = Clock(on_sleep=cancel)
        assert send(opened, clock, at=NOW + timedelta(hours=5)).ending == "cancelled"
        assert clock.now < NOW + timedelta(seconds=2)


def test_two_that_wait_for_the_same_time_share_it(tmp_path: Path) -> None:
    with ScriptedServer() as server, office_in(tmp_path, port=server.port) as opened:
        people = crowd(opened, 30)
        at = NOW + timedelta(minutes=5)
        clocks = [Clock(), Clock()]
        first = threading.Thread(target=lambda: send(opened, clocks[0], at=at))
        first.start()
        send(opened, clocks[1], at=at)
        first.join(30)
        assert state(opened) == "finished"
    assert sorted(one.recipient for one in server.received) == sorted(people)


def test_a_time_that_has_passed_is_refused(tmp_path: Path) -> None:
    with office_in(tmp_path) as opened:
        crowd(opened, 1)
        with pytest.raises(DeliveryError, match="has passed"):
            send(opened, at=NOW - timedelta(hours=2))
        with opened.store.reading() as connection:
            assert mailings.listing(connection) == ()


def test_one_that_cannot_begin_does_not_hold_up_the_others(tmp_path: Path) -> None:
    with ScriptedServer() as server, office_in(tmp_path, port=server.port) as opened:
        crowd(opened, 1)
        clock = Clock(stopped=lambda: True)
        send(opened, clock, edition="2026-11-17", at=NOW + timedelta(minutes=5))
        assert send(opened, clock).ending == "stopped"
        (opened.folder / "editions" / "2026-11-17.md").unlink()
        clock = Clock(NOW + timedelta(minutes=10))
        with pytest.raises(EditionError):
            deliver.send_due(opened, clock.watch, random=Random(1))
        assert state(opened, 2) == "finished"
        assert len(server.received) == 1


def test_one_that_wakes_late_is_held_until_the_editor_asks(tmp_path: Path) -> None:
    with ScriptedServer() as server, office_in(tmp_path, port=server.port) as opened:
        crowd(opened, 2)
        at = NOW + timedelta(minutes=30)
        clock = Clock()
        clock.on_sleep = lambda: setattr(clock, "now", at + timedelta(minutes=61))
        done = send(opened, clock, at=at)
        assert done.ending == "held"
        assert "60 minutes ago" in done.because
        assert send(opened, clock, at=at).ending == "held"
        assert deliver.send_due(opened, clock.watch, random=Random(1))[0].ending == "held"
        assert not server.received
        clock.on_sleep = lambda: None
        assert send(opened, clock).ending == "finished"
        assert len(server.received) == 2


def test_a_timer_starts_what_is_due_and_nothing_else(tmp_path: Path) -> None:
    with ScriptedServer() as server, office_in(tmp_path, port=server.port) as opened:
        crowd(opened, 2)
        clock = Clock(stopped=lambda: True)
        at = NOW + timedelta(minutes=30)
        assert send(opened, clock, at=at).ending == "stopped"
        clock = Clock()
        assert deliver.send_due(opened, clock.watch, random=Random(1)) == ()
        clock.now = at + timedelta(minutes=5)
        (done,) = deliver.send_due(opened, clock.watch, random=Random(1))
        assert done.ending == "finished"
        assert deliver.send_due(opened, clock.watch, random=Random(1)) == ()
        assert len(server.received) == 2


def test_a_week_goes_to_those_who_chose_a_digest(inbox: Any, tmp_path: Path) -> None:
    with office_in(tmp_path, port=inbox.port) as opened:
        add(opened, "every@a.example")
        add(opened, "weekly@a.example", cadence="weekly")
        done = send(opened, edition="2026-W48")
        assert done.mailing.edition == "2026-W48"
        with pytest.raises(EditionError):
            send(opened, edition="2026-W01")
    assert list(inbox.received) == ["weekly@a.example"]
    assert "The bridge opens" in parsed(inbox.received["weekly@a.example"][1]).as_string()


def test_a_test_copy_is_marked_and_leaves_no_trace(inbox: Any, tmp_path: Path) -> None:
    with office_in(tmp_path, port=inbox.port) as opened:
        crowd(opened, 2)
        outcome, findings = deliver.send_test(opened, EDITION, "me@a.example", now=NOW)
        again, _ = deliver.send_test(
            opened, EDITION, "me2@a.example", now=NOW + timedelta(seconds=1)
        )
        assert (outcome.verdict, again.verdict) == ("sent", "sent")
        assert findings == ()
        with opened.store.reading() as connection:
            assert mailings.listing(connection) == ()
    messages = [parsed(octets) for _, octets in inbox.received.values()]
    assert list(inbox.received) == ["me@a.example", "me2@a.example"]
    assert messages[0]["Subject"].startswith("[Test] The Monday edition")
    assert messages[0]["Message-ID"] != messages[1]["Message-ID"]
