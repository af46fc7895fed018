"""Two at once: openings, sign-ups, freezes, and departures while a group is being written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from publisher import addresses
from publisher.errors import StoreError
from publisher.store import database, mailings, outbox, reports, subscribers, workers
from publisher.store.database import Store
from publisher.store.mailings import Variant
from publisher.store.outbox import Outcome
from publisher.store.subscribers import Preferences
from tests.store.people import CONSENT, HTML, NOW, SECRET, crowd, mailing

ANN = addresses.parse("ann@rowers.example")


def at_once(count: int, work: Callable[[int], object]) -> list[object]:
    """What `work(0)`, `work(1)`, ... return, or the StoreError that they raise."""
    results: list[object] = [None] * count
    barrier = threading.Barrier(count)

    def run(number: int) -> None:
        barrier.wait()
        try:
            results[number] = work(number)
        except StoreError as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_new_store_may_be_opened_by_several(tmp_path: Path) -> None:
    opened = at_once(6, lambda _: database.open_store(tmp_path / "publisher.db"))
    for store in opened:
        assert isinstance(store, Store), store
        with store.reading() as connection:
            assert database.revision(connection) is not None


def test_a_double_click_signs_up_once(store: Store) -> None:
    def sign_up(_: int) -> int:
        with store.writing() as connection:
            return subscribers.sign_up(connection, ANN, Preferences(), CONSENT).signup

    assert sorted(at_once(4, sign_up)) == [1, 2, 3, 4]  # type: ignore[type-var]


def test_two_sends_of_an_edition_make_one_mailing(store: Store) -> None:
    crowd(store, 3)

    def send(_: int) -> int:
        with store.writing() as connection:
            id = mailings.create(connection, edition="e", subject="", at=NOW, now=NOW).id
            return mailings.freeze(connection, id, [Variant("all", b"", (HTML,))], now=NOW)

    results = at_once(3, send)
    assert results.count(3) == 1
    assert sum(isinstance(result, StoreError) for result in results) == 2
    with store.reading() as connection:
        (only,) = mailings.listing(connection)
        assert reports.progress(connection, only.id).total == 3


def test_departures_and_refusals_of_the_same_people_never_deadlock(store: Store) -> None:
    people = crowd(store, 40)
    ids = [mailing(store, "a"), mailing(store, "b")]

    def refuse(number: int) -> None:
        order = people if number else people[::-1]
        with workers.working(store, ids[number], lambda: NOW) as worker:
            with store.writing() as connection:
                outbox.claim(connection, worker, limit=99, now=NOW)
                outbox.start(connection, worker, order, now=NOW)
            outcomes = [
                Outcome(subscriber=one, state="refused", code=550, suppress="bounced")
                for one in order
            ]
            with store.writing() as connection:
                outbox.record(connection, worker, outcomes, now=NOW, secret=SECRET)

    def leave(_: int) -> None:
        for one in people:
            with store.writing() as connection:
                subscribers.leave(
                    connection, one, state="unsubscribed", source="", now=NOW, secret=SECRET
                )

    results = at_once(3, lambda n: leave(n) if n == 2 else refuse(n))
    assert results == [None, None, None]
    with store.reading() as connection:
        for id in ids:
            found = reports.progress(connection, id)
            assert (found.total, found.open, found.sent) == (40, 0, 0)
