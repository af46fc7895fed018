"""The marks that keep the promise: claims, in-flight marks, outcomes, and a real `kill -9`."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from publisher.errors import StoreError
from publisher.store import (
    bounces,
    database,
    limits,
    mailings,
    outbox,
    reports,
    subscribers,
    waiting,
    workers,
)
from publisher.store.bounces import Bounce, SoftPolicy
from publisher.store.database import Store
from publisher.store.limits import GateState
from publisher.store.outbox import Outcome
from publisher.store.reports import Progress
from publisher.store.subscribers import Preferences
from tests.store.people import NOW, SECRET, crowd, later, mailing, state_of


def progress(store: Store, id: int) -> Progress:
    with store.reading() as connection:
        return reports.progress(connection, id)


def claim(store: Store, worker: workers.Worker, limit: int = 99, **options: object) -> list[int]:
    with store.writing() as connection:
        found = outbox.claim(connection, worker, limit=limit, now=NOW, **options)  # type: ignore[arg-type]
    return [due.subscriber for due in found]


def test_two_workers_share_a_mailing_and_never_a_row(store: Store) -> None:
    people = crowd(store, 60)
    id = mailing(store)
    taken: list[int] = []

    def work() -> None:
        with workers.working(store, id, lambda: NOW) as worker:
            while mine := claim(store, worker, 7):
                with store.writing() as connection:
                    outbox.start(connection, worker, mine, now=NOW)
                    outcomes = [Outcome(subscriber=one, state="sent") for one in mine]
                    outbox.record(connection, worker, outcomes, now=NOW, secret=SECRET)
                taken.extend(mine)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == people
    assert progress(store, id) == Progress(sent=60)
    with store.writing() as connection:
        assert mailings.finish(connection, id, NOW)


@pytest.mark.postgres
def test_postgresql_skips_what_another_has_locked(postgres_store: Store) -> None:
    people = crowd(postgres_store, 4)
    id = mailing(postgres_store)
    with (
        workers.working(postgres_store, id, lambda: NOW) as one,
        workers.working(postgres_store, id, lambda: NOW) as two,
    ):
        with postgres_store.writing() as first, postgres_store.writing() as second:
            mine = outbox.claim(first, one, limit=2, now=NOW)
            yours = outbox.claim(second, two, limit=9, now=NOW)  # does not wait
        assert [d.subscriber for d in mine + yours] == people


def test_what_a_worker_leaves_behind(store: Store) -> None:
    """Claimed rows go back; in-flight ones are uncertain, and due again."""
    people = crowd(store, 4)
    id = mailing(store)
    with workers.working(store, id, lambda: NOW) as worker:
        assert claim(store, worker, 3) == people[:3]
        with store.writing() as connection:
            outbox.start(connection, worker, people[:1], now=NOW)
        assert progress(store, id) == Progress(queued=3, in_flight=1)
        assert workers.recover(store, NOW) == 0  # a live worker keeps what it has
    assert progress(store, id) == Progress(queued=3, uncertain=1, doubted=1)
    with workers.working(store, id, lambda: NOW) as worker:
        assert claim(store, worker) == people


def test_doubtful_rows_can_wait_for_the_editor(store: Store) -> None:
    (one,) = crowd(store, 1)
    id = mailing(store)
    child = _killed_in_flight(store, id, [one])
    assert workers.recover(store, NOW, resend=False) == 1
    with workers.working(store, id, lambda: NOW) as worker:
        assert claim(store, worker) == []
        with store.writing() as connection:
            assert mailings.finish(connection, id, NOW)
            assert outbox.retry(connection, id, ["uncertain"], now=NOW) == 1
        assert claim(store, worker) == [one]
    assert child == -signal.SIGKILL


_CHILD = """
import sys, time
from datetime import datetime, UTC
from publisher.store import database, outbox, workers
store = database.open_store(sys.argv[1])
now = datetime.fromisoformat(sys.argv[3])
with workers.working(store, int(sys.argv[2]), lambda: now) as worker:
    with store.writing() as connection:
        outbox.claim(connection, worker, limit=100, now=now)
    with store.writing() as connection:
        outbox.start(connection, worker, [int(n) for n in sys.argv[4:]], now=now)
    {then}
    print("in flight", flush=True)
    time.sleep(60)
"""


def _killed_in_flight(store: Store, id: int, people: list[int], then: str = "pass") -> int:
    """The exit status of a sender that claimed all, started `people`, and was killed then."""
    where = store.path or store.engine.url.set(drivername="postgresql").render_as_string(False)
    arguments = [str(where), str(id), NOW.isoformat(), *map(str, people)]
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD.format(then=then), *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "in flight\n"
    assert workers.recover(store, NOW) == 0  # it lives
    os.kill(child.pid, signal.SIGKILL)
    child.stdout.close()
    return child.wait()


def _recovered(store: Store, deadline: float = 5.0) -> int:
    """PostgreSQL notices a client's death a moment later."""
    until = time.monotonic() + deadline
    while not (found := workers.recover(store, NOW)) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def test_after_kill_9_exactly_what_was_in_flight_is_uncertain(store: Store) -> None:
    people = crowd(store, 10)
    id = mailing(store)
    _killed_in_flight(store, id, people[:2])
    assert progress(store, id) == Progress(queued=8, in_flight=2)
    assert _recovered(store) == 2
    assert progress(store, id) == Progress(queued=8, uncertain=2, doubted=2)
    with workers.working(store, id, lambda: NOW) as worker:
        assert claim(store, worker) == people
    if store.path is not None:
        assert not list(store.path.parent.glob("*-worker-*"))


def test_a_forked_child_does_not_keep_the_dead_alive(store: Store) -> None:
    """Signing may run in processes: they outlive a killed sender for a while."""
    people = crowd(store, 2)
    id = mailing(store)
    fork = "import os; (os.fork() or (os.close(1), time.sleep(20), os._exit(0)))"
    _killed_in_flight(store, id, people[:1], then=fork)
    assert _recovered(store) == 1


def test_a_worker_given_up_for_dead_starts_nothing_more(store: Store) -> None:
    """Its lock was lost (a server restarted, say) but its process lives on."""
    people = crowd(store, 3)
    id = mailing(store)
    with (
        workers.working(store, id, lambda: NOW) as lost,
        workers.working(store, id, lambda: NOW) as other,
    ):
        assert claim(store, lost) == people
        with store.writing() as connection:
            outbox.start(connection, lost, people[:2], now=NOW)
            workers._bury(connection, lost, NOW, resend=True)
            assert outbox.start(connection, lost, people[2:], now=NOW) == frozenset()
        with (
            store.writing() as connection
        ):  # its news is still welcome, unless the row has moved on
            sent = [Outcome(subscriber=one, state="sent") for one in people[:1]]
            outbox.record(connection, lost, sent, now=NOW, secret=SECRET)
        assert claim(store, other) == people[1:]
        with store.writing() as connection:
            late = Outcome(subscriber=people[1], state="refused")
            outbox.record(connection, lost, [late], now=NOW, secret=SECRET)
        assert progress(store, id) == Progress(queued=1, uncertain=1, sent=1, doubted=2)


def test_a_clock_that_jumps_back_holds_nobody_up(store: Store) -> None:
    people = crowd(store, 3)
    id = mailing(store)
    past = later(days=-400)
    with workers.working(store, id, lambda: past) as worker, store.writing() as connection:
        due = outbox.claim(connection, worker, limit=9, now=past)
        assert [one.subscriber for one in due] == people


def test_released_rows_wait_for_their_domain(store: Store) -> None:
    ours = crowd(store, 2)
    theirs = crowd(store, 2, "sailors.example")
    id = mailing(store)
    with workers.working(store, id, lambda: NOW) as worker:
        assert claim(store, worker, except_domains={"rowers.example"}) == theirs
        assert claim(store, worker) == ours
        with store.writing() as connection:
            outbox.release(connection, worker, ours[:1], until=later(minutes=5))
            outbox.release(connection, worker, ours[1:])
            assert outbox.next_due(connection, id) == waiting.AT_ONCE
        assert claim(store, worker) == ours[1:]
        with store.reading() as connection:
            assert outbox.next_due(connection, id) == later(minutes=5)


def test_two_names_of_one_file_share_its_locks(sqlite_store: Store, tmp_path: Path) -> None:
    assert sqlite_store.path is not None
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.db"
    link.symlink_to(sqlite_store.path)
    other = database.open_store(link)
    (one,) = crowd(sqlite_store, 1)
    with workers.working(sqlite_store, mailing(sqlite_store), lambda: NOW) as worker:
        assert claim(sqlite_store, worker) == [one]
        with sqlite_store.writing() as connection:
            outbox.start(connection, worker, [one], now=NOW)
        assert workers.recover(other, NOW) == 0


def test_what_strangers_write_is_kept_as_one_clean_line(store: Store) -> None:
    (one,) = crowd(store, 1)
    id = mailing(store)
    rude = Outcome(subscriber=one, state="refused", code=550, reply="go\0 away\r\nBcc: \ud800all")
    with workers.working(store, id, lambda: NOW) as worker, store.writing() as connection:
        outbox.claim(connection, worker, limit=9, now=NOW)
        outbox.start(connection, worker, [one], now=NOW)
        outbox.record(connection, worker, [rude], now=NOW, secret=SECRET)
        (fate,) = reports.who(connection, id)
        assert fate.reply == "go away Bcc: all"
        wishes = Preferences(name="Ann\r\nBcc: x", fields={"a\0": "b\nc"})
        subscribers.prefer(connection, one, wishes, NOW)
        person = subscribers.get(connection, one)
        assert person is not None
        assert person.preferences == Preferences(name="Ann Bcc: x", fields={"a": "b c"})


def test_rate_limits_are_remembered_and_forgotten(store: Store) -> None:
    slow = GateState(tokens=0.25, strikes=3, rest=120.0, at=1_795_000_000.5)
    free = GateState(tokens=math.inf, strikes=0, rest=0.0, at=1_795_000_000.5)
    with store.writing() as connection:
        limits.alone(connection)
        limits.save(connection, {"rowers.example": slow, "main": free, "other.example": slow})
        limits.save(connection, {"rowers.example": replace(slow, strikes=4), "other.example": None})
        limits.save(connection, {})
    struck = {"rowers.example": replace(slow, strikes=4)}
    with store.reading() as connection:
        assert limits.load(connection, ["rowers.example", "main"]) == {"main": free, **struck}
        assert limits.load(connection, ["nobody.example"]) == {}
        assert limits.struck(connection) == struck
    for age, left in ((86_000, struck), (86_500, {})):
        with store.writing() as connection:
            limits.forget(connection, slow.at + age)
            assert limits.struck(connection) == left


@pytest.mark.parametrize("kind", ["hard", "complaint"])
def test_a_hard_bounce_or_complaint_ends_it(store: Store, kind: str) -> None:
    (one,) = crowd(store, 1)
    id = _sent(store, one)
    bounce = Bounce(subscriber=one, kind=kind, mailing=id, code="5.1.1", text="gone")  # type: ignore[arg-type]
    with store.writing() as connection:
        assert bounces.record(connection, bounce, policy=SoftPolicy(), now=NOW, secret=SECRET)
        assert not bounces.record(connection, bounce, policy=SoftPolicy(), now=NOW, secret=SECRET)
        stranger = Bounce(subscriber=99, kind="hard")
        assert not bounces.record(connection, stranger, policy=SoftPolicy(), now=NOW, secret=SECRET)
    assert state_of(store, one) == ("bounced" if kind == "hard" else "complained")
    with store.reading() as connection:
        (fate,) = reports.who(connection, id)
    expected = ("refused", "5.1.1", "gone") if kind == "hard" else ("sent", "", "")
    assert (fate.state, fate.enhanced, fate.reply) == expected


def test_news_of_a_mailing_that_this_store_never_had(store: Store) -> None:
    """It was restored from a backup, say; or somebody made the number up."""
    (one,) = crowd(store, 1)
    with store.writing() as connection:
        stray = Bounce(subscriber=one, kind="soft", mailing=4711)
        assert not bounces.record(connection, stray, policy=SoftPolicy(), now=NOW, secret=SECRET)
    for huge in (
        Bounce(subscriber=2**70, kind="hard"),
        Bounce(subscriber=one, kind="hard", mailing=2**70),
    ):
        with pytest.raises(StoreError), store.writing() as connection:
            bounces.record(connection, huge, policy=SoftPolicy(), now=NOW, secret=SECRET)
    with store.writing() as connection:
        assert subscribers.leave(
            connection,
            one,
            state="unsubscribed",
            source="link",
            now=NOW,
            secret=SECRET,
            mailing=4711,
        )


def test_soft_bounces_add_up_within_a_time(store: Store) -> None:
    (one,) = crowd(store, 1)
    policy = SoftPolicy(limit=3, within=timedelta(days=30))
    results = []
    for day in (0, 40, 50, 60):
        id = _sent(store, one, f"edition {day}")
        bounce = Bounce(subscriber=one, kind="soft", mailing=id, code="4.2.2")
        with store.writing() as connection:
            results.append(
                bounces.record(
                    connection, bounce, policy=policy, now=later(days=day), secret=SECRET
                )
            )
    assert results == [False, False, False, True]
    assert state_of(store, one) == "bounced"


def _sent(store: Store, one: int, edition: str = "2026-11-23") -> int:
    id = mailing(store, edition)
    with workers.working(store, id, lambda: NOW) as worker, store.writing() as connection:
        outbox.claim(connection, worker, limit=9, now=NOW)
        outbox.start(connection, worker, [one], now=NOW)
        sent = Outcome(subscriber=one, state="sent")
        outbox.record(connection, worker, [sent], now=NOW, secret=SECRET)
    return id


def test_a_sender_needs_to_write_beside_the_database(sqlite_store: Store, tmp_path: Path) -> None:
    elsewhere = Store(sqlite_store.engine, tmp_path / "none" / "publisher.db", "x")
    with (
        pytest.raises(StoreError, match="cannot be made"),
        workers.working(elsewhere, 1, lambda: NOW),
    ):
        pass
