from __future__ import annotations

from datetime import timedelta

import pytest

from publisher.errors import StoreError
from publisher.store import cleaning, mailings, outbox, reports, subscribers, workers
from publisher.store.database import Store
from publisher.store.mailings import Choice, Variant
from publisher.store.outbox import Outcome
from publisher.store.reports import DomainCount
from tests.store.people import HTML, NOW, SECRET, TEXT, add, crowd, later, leave, mailing


def plan(store: Store, edition: str = "2026-11-23", **options: object) -> int:
    values: dict[str, object] = {"subject": "Monday", "at": NOW, "now": NOW, **options}
    with store.writing() as connection:
        return mailings.create(connection, edition=edition, **values).id  # type: ignore[arg-type]


def state(store: Store, id: int) -> str:
    with store.reading() as connection:
        return mailings.get(connection, id).state


def test_each_choice_gets_its_variant(store: Store) -> None:
    with store.writing() as connection:
        everything = add(connection, "a@rowers.example")
        text = add(connection, "b@rowers.example", format="text")
        news = add(connection, "c@rowers.example", sections=("sport", "news"), language="en")
        add(connection, "d@rowers.example", sections=("chess",))
        add(connection, "e@rowers.example", cadence="weekly")
        leave(connection, add(connection, "f@rowers.example"))
        assert mailings.choices(connection) == {
            HTML: 1, TEXT: 1, Choice(("chess",), "html", ""): 1, Choice(("news", "sport"), "html", "en"): 1,
        }  # fmt: skip
    id = plan(store, options={"sections": ["news"]})
    copies = [
        Variant("all", b"one", (HTML, TEXT)),
        Variant("news", b"two", (Choice(("sport", "news"), "html", "en"),)),
        Variant("nobody's", b"three"),
    ]
    with store.writing() as connection:
        assert mailings.freeze(connection, id, copies, now=NOW) == 3
    with store.reading() as connection:
        assert mailings.get(connection, id).options == {"sections": ["news"]}
        assert {n: v.prepared for n, v in mailings.variants(connection, id).items()} == {
            0: b"one", 1: b"two", 2: b"three",
        }  # fmt: skip
        assert reports.variant_counts(connection, id) == {"all": 2, "news": 1, "nobody's": 0}
        assert [f.subscriber for f in reports.who(connection, id)] == [everything, text, news]


def test_a_weekly_digest_has_its_own_readers(store: Store) -> None:
    with store.writing() as connection:
        add(connection, "a@rowers.example")
        add(connection, "b@rowers.example", cadence="weekly")
        assert mailings.choices(connection, "weekly") == {HTML: 1}
    id = plan(store, "2026-W48")
    with store.writing() as connection:
        copies = [Variant("week", b"", (HTML,))]
        assert mailings.freeze(connection, id, copies, cadence="weekly", now=NOW) == 1


def test_an_edition_is_not_mailed_twice_unless_asked(store: Store) -> None:
    crowd(store, 2)
    first = mailing(store)
    with pytest.raises(StoreError, match=f"already mailing {first}.*--again"):
        plan(store)
    with pytest.raises(StoreError, match="is sending already"), store.writing() as connection:
        mailings.freeze(connection, first, [Variant("x", b"", (HTML,))], now=NOW)
    second = plan(store, again=True)
    with store.reading() as connection:
        assert mailings.get(connection, second).round == 1
        found = mailings.latest(connection, "2026-11-23")
        assert found is not None and found.id == second
        assert [m.id for m in mailings.listing(connection)] == [second, first]
        assert mailings.latest(connection, "2026-11-24") is None


def test_nobody_joins_after_the_freeze(store: Store) -> None:
    crowd(store, 2)
    id = mailing(store)
    with store.writing() as connection:
        add(connection, "late@rowers.example")
    with store.reading() as connection:
        assert reports.progress(connection, id).total == 2


def test_a_freeze_that_fails_leaves_nothing(store: Store) -> None:
    crowd(store, 2)
    id = plan(store)
    copies = [
        Variant("all", b"", (HTML,)),
        Variant("again", b"", (HTML,)),
    ]  # one choice, two copies
    with pytest.raises(StoreError), store.writing() as connection:
        mailings.freeze(connection, id, copies, now=NOW)
    assert state(store, id) == "scheduled"
    with store.reading() as connection:
        assert reports.progress(connection, id).total == 0
        assert mailings.variants(connection, id) == {}


def test_who_leaves_before_their_turn_is_not_mailed(store: Store) -> None:
    one, two, three = crowd(store, 3)
    id = mailing(store)
    with workers.working(store, id, lambda: NOW) as worker, store.writing() as connection:
        leave(connection, one)  # while queued
        assert [d.subscriber for d in outbox.claim(connection, worker, limit=9, now=NOW)] == [
            two,
            three,
        ]
        leave(connection, two)  # while claimed
        assert outbox.start(connection, worker, [two, three], now=NOW) == {three}
        leave(connection, three)  # too late
        sent = Outcome(subscriber=three, state="sent")
        outbox.record(connection, worker, [sent], now=NOW, secret=SECRET)
    with store.reading() as connection:
        assert reports.progress(connection, id) == reports.Progress(sent=1, cancelled=2)


def test_scheduled_mailings_wake_and_late_ones_are_held(store: Store) -> None:
    hour = timedelta(hours=1)
    soon, due, late = (
        plan(store, e, at=later(minutes=m)) for e, m in (("a", 1), ("b", -59), ("c", -61))
    )
    with store.writing() as connection:
        assert [m.id for m in mailings.wake(connection, NOW, grace=hour)] == [due]
        held = mailings.get(connection, late)
        assert (held.state, held.reason) == ("held", "it was to start more than 60 minutes ago")
        assert mailings.get(connection, soon).state == "scheduled"
        mailings.freeze(connection, late, [], now=NOW)  # the editor wants it none the less
    assert state(store, late) == "sending"


def test_pause_resume_cancel_and_finish(store: Store) -> None:
    people = crowd(store, 3)
    id = mailing(store)
    with workers.working(store, id, lambda: NOW) as worker:
        with store.writing() as connection:
            claimed = outbox.claim(connection, worker, limit=2, now=NOW)
            assert [due.subscriber for due in claimed] == people[:2]
            assert outbox.start(connection, worker, people[:1], now=NOW) == {people[0]}
        with store.writing() as connection:
            mailings.pause(connection, id, "the relay says: go away")
        with store.writing() as connection:
            assert outbox.start(connection, worker, people[1:2], now=NOW) == frozenset()
            assert outbox.claim(connection, worker, limit=9, now=NOW) == ()
            sent = Outcome(subscriber=people[0], state="sent")
            outbox.record(connection, worker, [sent], now=NOW, secret=SECRET)
            assert not mailings.finish(connection, id, NOW)
            mailings.resume(connection, id, NOW)
            assert outbox.start(connection, worker, people[1:2], now=NOW) == {people[1]}
            doubtful = Outcome(subscriber=people[1], state="uncertain", next_attempt=NOW)
            outbox.record(connection, worker, [doubtful], now=NOW, secret=SECRET)
            assert not mailings.finish(connection, id, NOW)
            assert mailings.cancel(connection, id, NOW) == 1
    assert state(store, id) == "cancelled"
    with store.reading() as connection:
        assert reports.progress(connection, id) == reports.Progress(
            sent=1, uncertain=1, cancelled=1, doubted=1
        )
    with pytest.raises(StoreError, match="it is cancelled, so"), store.writing() as connection:
        mailings.pause(connection, id, "")
    with pytest.raises(StoreError, match="there is no mailing 99"), store.writing() as connection:
        mailings.resume(connection, 99, NOW)


def test_retry_sends_to_exactly_those(store: Store) -> None:
    people = crowd(store, 6)
    id = mailing(store)
    outcomes = [
        Outcome(subscriber=people[0], state="sent"),
        Outcome(subscriber=people[1], state="refused", code=554),
        Outcome(subscriber=people[2], state="refused", code=550, suppress="bounced"),
        Outcome(subscriber=people[3], state="deferred", next_attempt=later(hours=1)),
        Outcome(subscriber=people[4], state="uncertain"),
    ]
    with workers.working(store, id, lambda: NOW) as worker, store.writing() as connection:
        outbox.claim(connection, worker, limit=5, now=NOW)
        outbox.start(connection, worker, people[:5], now=NOW)
        outbox.record(connection, worker, outcomes, now=NOW, secret=SECRET)
        assert outbox.retry(connection, id, ("refused", "uncertain"), now=NOW) == 2
        due = outbox.claim(connection, worker, limit=9, now=later(minutes=1))
        assert [d.subscriber for d in due] == [people[1], people[4], people[5]]
        assert [(d.attempts, d.doubts) for d in due] == [(1, 0), (1, 1), (0, 0)]
        assert outbox.next_due(connection, id) == later(hours=1)


def test_retry_opens_a_finished_mailing(store: Store) -> None:
    (one,) = crowd(store, 1)
    id = mailing(store)
    with workers.working(store, id, lambda: NOW) as worker, store.writing() as connection:
        outbox.claim(connection, worker, limit=5, now=NOW)
        outbox.start(connection, worker, [one], now=NOW)
        refused = Outcome(subscriber=one, state="refused", code=554)
        outbox.record(connection, worker, [refused], now=NOW, secret=SECRET)
        assert mailings.finish(connection, id, NOW)
        assert outbox.retry(connection, id, ["deferred"], now=NOW) == 0
        assert mailings.get(connection, id).state == "finished"
        assert outbox.retry(connection, id, ["refused"], now=NOW) == 1
        assert mailings.get(connection, id).state == "sending"


def test_reasons_are_counted_for_each_domain(store: Store) -> None:
    ours = crowd(store, 3)
    theirs = crowd(store, 1, "sailors.example")
    id = mailing(store)
    full = {"state": "deferred", "code": 452, "enhanced": "4.2.2", "reply": "full", "relay": "main"}
    outcomes = [
        Outcome(subscriber=ours[0], next_attempt=later(hours=1), **full),  # type: ignore[arg-type]
        Outcome(subscriber=ours[1], next_attempt=later(hours=1), **full),  # type: ignore[arg-type]
        Outcome(subscriber=theirs[0], state="sent", code=250, reply="x" * 900),
    ]
    with workers.working(store, id, lambda: NOW) as worker, store.writing() as connection:
        outbox.claim(connection, worker, limit=9, now=NOW)
        outbox.start(connection, worker, ours + theirs, now=NOW)
        outbox.record(connection, worker, outcomes, now=NOW, secret=SECRET)
    with store.reading() as connection:
        assert reports.by_domain(connection, id) == (
            DomainCount("rowers.example", "deferred", 452, "4.2.2", 2, "full"),
            DomainCount("rowers.example", "uncertain", None, "", 1, ""),
            DomainCount("sailors.example", "sent", 250, "", 1, "x" * cleaning.MAX_REMARK),
        )
        (fate,) = [f for f in reports.who(connection, id, "deferred") if f.subscriber == ours[0]]
    assert (fate.address, fate.attempts, fate.reply, fate.relay) == (
        "rower0@rowers.example",
        1,
        "full",
        "main",
    )
    assert (fate.changed, fate.next_attempt) == (NOW, later(hours=1))


def test_subscribers_join_sections_the_same_way_each_time() -> None:
    assert subscribers.join_sections(("b", "a", "b")) == "a,b"
    assert subscribers.split_sections("") == ()
