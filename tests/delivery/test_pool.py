"""The pool: what is committed when, over relays that fail and domains that say "slow down"."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from publisher.delivery.backlog import Job, Key
from publisher.delivery.crew import Compose, Route
from publisher.delivery.limits import FIRST_RELAY_REST_SECONDS, Gates, Limit
from publisher.delivery.maildir import MaildirTransport
from publisher.delivery.pool import Attempt, Report, deliver
from publisher.delivery.replies import Outcome
from publisher.delivery.smtp import Server, SmtpTransport, Timeouts
from publisher.delivery.transport import Envelope
from publisher.errors import StoreError
from tests.delivery.servers import DROP, HANG, ScriptedServer, certificate

QUICK = Timeouts(connect=2, greeting=0.3, command=0.3, data=1, final=0.3, farewell=0.2)
SENT = Outcome("sent", 250)


class Memory:
    """An outbox that keeps all in memory and holds the pool to its word."""

    def __init__(self, recipients: Sequence[str]) -> None:
        self.queued = {(1, n): Job((1, n), who) for n, who in enumerate(recipients)}
        self.in_flight: set[Key] = set()
        self.finished: dict[Key, Outcome] = {}
        self.released: list[Job] = []
        self.commits = 0
        self.most_in_flight = 0
        self.thread = threading.get_ident()
        self.refuse: Callable[[Job], bool] = lambda _: False

    def due(self, limit: int, *, without: Sequence[str]) -> Sequence[Job]:
        assert threading.get_ident() == self.thread
        return [job for job in self.queued.values() if job.domain not in without][:limit]

    def commit(self, starting: Sequence[Job], finished: Sequence[Attempt]) -> Collection[Key]:
        assert threading.get_ident() == self.thread
        self.commits += 1
        for attempt in finished:
            key = attempt.job.key
            assert key in self.in_flight, "finished without having been started"
            assert key not in self.finished
            self.in_flight.remove(key)
            self.finished[key] = attempt.outcome
        cleared = [job.key for job in starting if not self.refuse(job)]
        for job in starting:
            self.queued.pop(job.key, None)
        self.in_flight |= set(cleared)
        self.most_in_flight = max(self.most_in_flight, len(self.in_flight))
        return cleared

    def release(self, jobs: Sequence[Job]) -> None:
        self.released += jobs

    def verdicts(self) -> list[str]:
        return [self.finished[key].verdict for key in sorted(self.finished)]


class Stub:
    """A transport that answers by a function, and checks that its job was committed as started."""

    def __init__(self, outbox: Memory, answer: Callable[[Envelope], Outcome]) -> None:
        self.outbox = outbox
        self.answer = answer

    def send(self, envelope: Envelope) -> Outcome:
        number = int(envelope.message)
        assert (1, number) in self.outbox.in_flight
        return self.answer(envelope)

    def abort(self) -> None:
        pass

    def close(self) -> None:
        pass


def compose(job: Job) -> Envelope:
    return Envelope("b@courier.example", job.recipient, str(job.key[1]).encode())


def run(outbox: Memory, routes: Sequence[Route], **options: object) -> Report:
    values: dict[str, object] = {
        "domains": Gates(lambda _: Limit()),
        "relays": Gates(lambda _: Limit(), FIRST_RELAY_REST_SECONDS / 20),
        "random": Random(7),
        "grace_seconds": 1.0,
    }
    making = options.pop("compose", compose)
    return deliver(outbox, making, routes, **{**values, **options})  # type: ignore[arg-type]


def people(count: int, domain: str = "reader.example") -> list[str]:
    return [f"r{n}@{domain}" for n in range(count)]


def smtp(server: ScriptedServer, connections: int = 3, weight: int = 1) -> Route:
    settings = Server(host="127.0.0.1", port=server.port, tls="none", timeouts=QUICK)
    return Route(
        name=f"relay{server.port}",
        open=lambda: SmtpTransport(settings),
        connections=connections,
        weight=weight,
    )


def test_everyone_is_sent_to_once_over_few_connections() -> None:
    outbox = Memory(people(1200))
    with ScriptedServer() as server:
        report = run(outbox, [smtp(server, connections=4)])
    assert report.ended == "drained"
    assert report.counts == {"sent": 1200}
    assert sorted(each.recipient for each in server.received) == sorted(people(1200))
    assert outbox.most_in_flight <= 4
    assert server.connections <= 4
    assert not outbox.in_flight


def test_connections_under_tls_and_a_folder_share_the_work(tmp_path: Path) -> None:
    cert = certificate(tmp_path)
    outbox = Memory(people(300))
    offer = {"EHLO": "250-x\r\n250-STARTTLS\r\n250 PIPELINING"}
    big = b"Subject: hi\r\n\r\n" + b"all the news that fits into a large message\r\n" * 20_000

    def large(job: Job) -> Envelope:
        return replace(compose(job), message=big) if job.key[1] < 6 else compose(job)

    with ScriptedServer(tls=cert.server(), always=offer) as server:
        settings = Server(
            host="127.0.0.1",
            port=server.port,
            tls="starttls",
            context=cert.client(),
            timeouts=QUICK,
        )
        secure = Route(name="tls", open=lambda: SmtpTransport(settings), connections=4)
        folder = Route(
            name="folder",
            open=lambda: MaildirTransport(tmp_path / "box", durable=False),
            connections=2,
        )
        report = run(outbox, [secure, folder], compose=large)
    assert (report.ended, report.counts) == ("drained", {"sent": 300})
    stored = {one.name for one in (tmp_path / "box" / "new").iterdir()}
    assert len(server.received) + len(stored) == 300
    assert min(len(server.received), len(stored)) > 20
    assert {one.message for one in server.received if len(one.message) > 10} <= {big}
    assert server.connections == 4


def test_nothing_is_sent_before_it_is_committed() -> None:
    outbox = Memory(people(300))
    report = run(
        outbox, [Route(name="a", open=lambda: Stub(outbox, lambda _: SENT), connections=5)]
    )
    assert report.counts == {"sent": 300}


def test_what_the_outbox_does_not_clear_is_not_sent() -> None:
    outbox = Memory(people(50))
    outbox.refuse = lambda job: job.key[1] % 2 == 1
    with ScriptedServer() as server:
        run(outbox, [smtp(server)])
    assert sorted(each.recipient for each in server.received) == sorted(people(50)[::2])


def test_weights_share_the_load_while_connections_are_free() -> None:
    outbox = Memory(people(2000))
    counts = {"a": 0, "b": 0}

    def route(name: str, weight: int) -> Route:
        def answer(_: Envelope) -> Outcome:
            counts[name] += 1
            return SENT

        return Route(name=name, open=lambda: Stub(outbox, answer), weight=weight, connections=20)

    one_at_a_time = Gates(lambda _: Limit(connections=1))
    run(outbox, [route("a", 3), route("b", 1)], domains=one_at_a_time)
    assert 0.65 < counts["a"] / 2000 < 0.85


def test_a_dead_relay_hands_over_to_a_live_one() -> None:
    outbox = Memory(people(40))
    with ScriptedServer() as alive, ScriptedServer() as dead:
        dead.__exit__(None, None, None)
        report = run(outbox, [smtp(dead), smtp(alive)])
    assert report.counts == {"sent": 40}
    assert len(alive.received) == 40


def test_a_relay_that_refuses_us_is_left_out_and_named() -> None:
    outbox = Memory(people(40))
    with ScriptedServer() as good, ScriptedServer(always={"MAIL": "550 5.7.1 not you"}) as bad:
        report = run(outbox, [smtp(bad), smtp(good)])
        assert list(report.relays_lost) == [smtp(bad).name]
    assert report.counts == {"sent": 40}


def test_a_relay_that_comes_back_is_used_again() -> None:
    outbox = Memory(people(30))
    with ScriptedServer({"CONNECT": [DROP, "421 4.3.2 starting up"]}) as server:
        report = run(outbox, [smtp(server, connections=2)])
    assert report.counts == {"sent": 30}


def test_no_relay_at_all_ends_with_a_word() -> None:
    outbox = Memory(people(10))
    with ScriptedServer() as dead:
        pass
    report = run(outbox, [smtp(dead)], patience_seconds=0.2)
    assert report.ended == "fault"
    assert report.because
    assert "no connection" in report.because.text
    assert set(outbox.verdicts()) <= {"transient"}
    assert len(outbox.finished) + len(outbox.released) == 10
    assert not outbox.in_flight


def test_a_refused_login_ends_the_run_before_anyone_is_touched() -> None:
    outbox = Memory(people(10))
    offer = {"EHLO": "250-x\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 no"}
    with ScriptedServer(always=offer) as server:
        settings = Server(
            host="127.0.0.1", port=server.port, tls="none", user="u", password="p", timeouts=QUICK
        )
        report = run(outbox, [Route(name="a", open=lambda: SmtpTransport(settings), connections=1)])
    assert report.ended == "fault"
    assert report.because
    assert report.because.status == "5.7.8"
    assert outbox.verdicts() == ["fault"]
    assert len(outbox.released) == 9


def test_faults_of_ours_in_a_row_end_the_run() -> None:
    outbox = Memory(people(50))
    with ScriptedServer(always={"END": "550 5.7.26 fails DMARC"}) as server:
        report = run(outbox, [smtp(server, connections=1)])
    assert report.ended == "fault"
    assert report.counts == {"fault": 3}


def test_a_throttled_domain_rests_and_the_others_go_on() -> None:
    outbox = Memory([*people(5, "slow.example"), *people(100)])
    slow = {"on_rcpt": lambda to: "421 4.7.28 rate limited" if "slow" in to else None}
    stopped = time.monotonic() + 1
    with ScriptedServer(**slow) as server:
        report = run(outbox, [smtp(server)], stop=lambda: time.monotonic() > stopped)
    assert report.ended == "stopped"
    assert report.counts["sent"] == 100
    assert 1 <= report.counts["throttled"] <= 3
    assert len(outbox.released) == 5 - report.counts["throttled"]


def test_one_domain_cannot_crowd_out_the_others() -> None:
    outbox = Memory([*people(2000, "big.example"), *people(50)])
    limits = Gates(lambda name: Limit(per_second=1) if name == "big.example" else Limit())
    stopped = time.monotonic() + 0.7
    with ScriptedServer() as server:
        run(outbox, [smtp(server)], domains=limits, stop=lambda: time.monotonic() > stopped)
    small = [each for each in server.received if each.recipient.endswith("reader.example")]
    assert len(small) == 50


def test_a_domain_never_has_more_connections_than_it_is_given() -> None:
    outbox = Memory(people(60))
    inside = [0, 0]
    lock = threading.Lock()

    def answer(_: Envelope) -> Outcome:
        with lock:
            inside[0] += 1
            inside[1] = max(inside)
        time.sleep(0.002)
        with lock:
            inside[0] -= 1
        return SENT

    run(
        outbox,
        [Route(name="a", open=lambda: Stub(outbox, answer), connections=8)],
        domains=Gates(lambda _: Limit(connections=2)),
    )
    assert inside[1] == 2


def test_a_relay_keeps_its_rate() -> None:
    outbox = Memory(people(30))
    started = time.monotonic()
    run(
        outbox,
        [Route(name="a", open=lambda: Stub(outbox, lambda _: SENT), connections=8)],
        relays=Gates(lambda _: Limit(per_second=20)),
    )
    assert 0.4 < time.monotonic() - started < 2


def test_stop_takes_effect_within_a_second() -> None:
    outbox = Memory(people(100_000))
    started = time.monotonic()
    with ScriptedServer() as server:
        report = run(outbox, [smtp(server)], stop=lambda: time.monotonic() - started > 0.3)
        assert time.monotonic() - started < 1.3
    assert report.ended == "stopped"
    assert len(server.received) == len(outbox.finished)
    assert not outbox.in_flight


def test_stop_breaks_off_a_server_that_never_answers() -> None:
    outbox = Memory(people(10))
    patient = Timeouts(final=60)
    started = time.monotonic()
    with ScriptedServer(always={"END": HANG}) as server:
        settings = Server(host="127.0.0.1", port=server.port, tls="none", timeouts=patient)
        route = Route(name="a", open=lambda: SmtpTransport(settings), connections=2)
        report = run(outbox, [route], stop=lambda: bool(server.received), grace_seconds=0.3)
    assert time.monotonic() - started < 3
    assert report.counts == {"uncertain": 2}
    assert len(server.received) == 2


@pytest.mark.parametrize("broken", ["compose", "commit"])
def test_a_defect_ends_the_run_and_known_outcomes_are_committed(broken: str) -> None:
    outbox = Memory(people(100))

    def breaking(job: Job) -> Envelope:
        if job.key[1] == 50 and broken == "compose":
            raise ZeroDivisionError
        return compose(job)

    if broken == "commit":
        commit = outbox.commit

        def full(starting: Sequence[Job], finished: Sequence[Attempt]) -> Collection[Key]:
            if 20 < outbox.commits < 24:
                outbox.commits += 1
                raise StoreError(problem="the disk is full")
            return commit(starting, finished)

        outbox.commit = full  # type: ignore[method-assign]
    making: Compose = breaking
    with (
        ScriptedServer() as server,
        pytest.raises(ZeroDivisionError if broken == "compose" else StoreError),
    ):
        run(outbox, [smtp(server)], compose=making)
    assert "uncertain" not in outbox.verdicts()
    lost = len(server.received) - len([v for v in outbox.verdicts() if v == "sent"])
    assert lost <= (0 if broken == "compose" else 3), "at most one for each connection"


def test_the_keyboard_ends_the_run_and_nothing_is_in_doubt() -> None:
    outbox = Memory(people(5000))

    def stop() -> bool:
        if server.received:
            raise KeyboardInterrupt
        return False

    with ScriptedServer() as server, pytest.raises(KeyboardInterrupt):
        run(outbox, [smtp(server)], stop=stop)
    assert set(outbox.verdicts()) == {"sent"}
    assert len(server.received) == len(outbox.finished)
    assert not outbox.in_flight


@pytest.mark.parametrize("seed", range(6))
def test_any_mixture_of_failures_accounts_for_everyone(seed: int) -> None:
    random = Random(seed)
    answers = [DROP, "421 4.3.2 bye", "450 4.2.0 greylisted", "550 5.1.1 no such user", "250 fine"]
    script = {
        verb: [random.choice(answers) if random.random() < 0.2 else "" for _ in range(60)]
        for verb in ("EHLO", "MAIL", "RCPT", "END")
    }
    from tests.delivery.servers import DEFAULTS

    filled = {
        verb: [said or DEFAULTS[verb] for said in said_all] for verb, said_all in script.items()
    }
    outbox = Memory(people(80))
    with ScriptedServer(filled) as server:
        run(outbox, [smtp(server)], patience_seconds=5)
    sent = {key for key, outcome in outbox.finished.items() if outcome.verdict == "sent"}
    maybe = {key for key, outcome in outbox.finished.items() if outcome.verdict == "uncertain"}
    arrived = [
        (1, int(each.recipient[1:].partition("@")[0]))
        for each in server.received
        if each.answer.startswith("2") or each.answer == DROP
    ]
    assert len(outbox.finished) + len(outbox.released) == 80
    assert sent <= set(arrived) <= sent | maybe
    assert len(arrived) == len(set(arrived)), "nobody twice"
