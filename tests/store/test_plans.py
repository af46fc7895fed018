"""Questions that are asked for every batch must not read a million rows for each answer."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from publisher.store import mailings, outbox, subscribers, workers
from publisher.store.database import Store
from publisher.store.outbox import Outcome
from tests.store.people import NOW, SECRET, crowd, mailing


@pytest.fixture
def statements(sqlite_store: Store) -> list[tuple[str, Any]]:
    """Every statement about deliveries that a batch and an unsubscription make."""
    people = crowd(sqlite_store, 5)
    id = mailing(sqlite_store)
    seen: list[tuple[str, Any]] = []

    def note(_c: object, _k: object, sql: str, values: Any, _x: object, many: bool) -> None:
        if "delivery" in sql:
            seen.append((sql, values[0] if many else values))

    with workers.working(sqlite_store, id, lambda: NOW) as worker:
        event.listen(sqlite_store.engine, "before_cursor_execute", note)
        with sqlite_store.writing() as connection:
            outbox.claim(connection, worker, limit=3, now=NOW, except_domains={"slow.example"})
            outbox.start(connection, worker, people[:3], now=NOW)
            sent = Outcome(subscriber=people[0], state="sent")
            outbox.record(connection, worker, [sent], now=NOW, secret=SECRET)
            outbox.release(connection, worker, people[:3])
            outbox.next_due(connection, id)
            mailings.finish(connection, id, NOW)
            subscribers.leave(
                connection, people[4], state="unsubscribed", source="", now=NOW, secret=SECRET
            )
        event.remove(sqlite_store.engine, "before_cursor_execute", note)
    return seen


def test_batches_find_their_rows_by_index(
    sqlite_store: Store, statements: list[tuple[str, Any]]
) -> None:
    assert len(statements) >= 8
    with sqlite_store.reading() as connection:
        for sql, values in statements:
            plan = [
                row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
            ]
            for step in plan:
                assert not step.startswith("SCAN"), (sql, plan)
                assert "PRIMARY KEY (mailing=?)" not in step, (sql, plan)  # all rows of a mailing
                assert "TEMP B-TREE" not in step, (sql, plan)
