"""The store by itself: import, freeze, claim and record, on SQLite or on a PostgreSQL.

    python -m bench.store --rows 1000000 [--url postgresql://...]

Prints a table; the last line sums up, and the exit code is 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from publisher.store import database, importing, mailings, outbox, reports, workers
from publisher.store.database import Store
from publisher.store.mailings import Variant
from publisher.store.outbox import Outcome

SECRET = b"a secret of thirty-two octets ok"
NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
FREEZE_SECONDS = 20.0  # a million recipients on SQLite
PEAK_MB = 150.0
BATCH = 500


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=10)
    parser.add_argument("--url", default="")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = database.open_store(arguments.url or Path(folder) / "publisher.db")
        source = Path(folder) / "people.csv"
        _write_people(source, arguments.rows)
        for label in ("import, dry run", "import", "import again"):
            _import(store, source, arguments.rows, label)
        frozen = _freeze(store, arguments.rows)
        _deliver(store, arguments.messages, arguments.connections)
        store.close()
    peak = _peak_mb()
    limit = FREEZE_SECONDS * arguments.rows / 1_000_000
    missed = (frozen > limit and not arguments.url) or peak > PEAK_MB
    print(
        f"{'missed' if missed else 'met'}: freeze {frozen:.1f} s of {limit:.0f}, "
        f"peak {peak:.0f} MB of {PEAK_MB:.0f}"
    )
    return int(missed)


def _write_people(path: Path, count: int) -> None:
    """Seven of ten at five large domains, the others spread over five thousand; 6 choices."""
    large = ("mail.example", "post.example", "inbox.example", "letters.example", "box.example")
    with path.open("w", encoding="utf-8") as stream:
        stream.write("email,name,language,format,sections,city\n")
        for n in range(count):
            domain = large[n % 5] if n % 10 < 7 else f"firm{n % 5000}.example"
            language = "en" if n % 3 else "zh-Hans"
            sections = ("", "news", "news|sport")[n % 3]
            kind = "html" if n % 9 else "text"
            stream.write(
                f"reader.{n}@{domain},Reader {n},{language},{kind},{sections},City {n % 100}\n"
            )


def _import(store: Store, path: Path, rows: int, label: str) -> None:
    job = importing.Job(
        path, importing.default_consent(path, NOW), SECRET, dry_run=label.endswith("dry run")
    )
    with _timed(label, rows):
        report = importing.run(store, job)
    assert report.rows == rows and not report.rejected


def _freeze(store: Store, rows: int) -> float:
    """Seconds that it took."""
    begun = time.perf_counter()
    with _timed("freeze", rows), store.writing() as connection:
        id = mailings.create(connection, edition="bench", subject="", at=NOW, now=NOW).id
        variants = [
            Variant(str(number), b"x" * 20_000, (choice,))
            for number, choice in enumerate(_in_order(mailings.choices(connection)))
        ]
        assert mailings.freeze(connection, id, variants, now=NOW) == rows
    took = time.perf_counter() - begun
    with _timed("progress", rows), store.reading() as connection:
        reports.progress(connection, id)
    with _timed("by domain", rows), store.reading() as connection:
        reports.by_domain(connection, id)
    return took


def _in_order(choices: dict[mailings.Choice, int]) -> list[mailings.Choice]:
    return sorted(choices, key=lambda choice: (choice.sections, choice.format, choice.language))


def _deliver(store: Store, messages: int, connections: int) -> None:
    """All connections, to a server that takes no time, share each commit."""
    label = f"claim, start, record, {connections} connections"
    with workers.working(store, 1, lambda: NOW) as worker, _timed(label, messages):
        waiting = _claims(store, worker, messages)
        finished: list[Outcome] = []
        while starting := list(islice(waiting, connections)):
            with store.writing() as connection:
                outbox.record(connection, worker, finished, now=NOW, secret=SECRET)
                assert len(outbox.start(connection, worker, starting, now=NOW)) == len(starting)
            finished = [
                Outcome(subscriber=id, state="sent", code=250, enhanced="2.0.0", relay="main")
                for id in starting
            ]


def _claims(store: Store, worker: workers.Worker, count: int) -> Iterator[int]:
    for begin in range(0, count, BATCH):
        limit = min(BATCH, count - begin)
        with store.writing() as connection:
            due = outbox.claim(connection, worker, limit=limit, now=NOW)
        yield from [row.subscriber for row in due]


@contextmanager
def _timed(label: str, count: int) -> Iterator[None]:
    begun, begun_cpu = time.perf_counter(), time.process_time()
    yield
    took, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    print(
        f"{label:40} {took:8.2f} s {count / took:12,.0f}/s {cpu:8.2f} s CPU {_peak_mb():6.0f} MB peak",
        flush=True,
    )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    raise SystemExit(main())
