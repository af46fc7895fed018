"""`subscribers import`: a CSV file into the store, a million rows in flat memory.

Each batch is one transaction, and importing a file twice changes nothing the second time: after an
interruption, import it again. An import can make people leave, but nobody come back: who left stays
out, and who has not confirmed stays unconfirmed.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TextIO

from sqlalchemy import Connection, Row, bindparam, select, update

from publisher.errors import StoreError
from publisher.store import candidates, csvfile, subscribers, suppressions
from publisher.store.candidates import Candidate
from publisher.store.database import Store, insert_unless_there
from publisher.store.subscribers import Consent, Departure, Preferences, columns_of
from publisher.store.tables import subscriber, suppression

BATCH = 5_000
EXAMPLES = 10
_LEFT = ("unsubscribed", "bounced", "complained")


@dataclass(frozen=True, slots=True)
class Job:
    """What to import, and what the file does not say.

    `consent` is for rows that name none; `new_state` is "unconfirmed" to make people confirm.
    """

    path: Path
    consent: Consent
    secret: bytes
    encoding: csvfile.Encoding = "auto"
    defaults: Preferences = field(default_factory=Preferences)
    new_state: Literal["active", "unconfirmed"] = "active"
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One example of what an import does: `what` is "new", or "name: Ann -> Anne"."""

    line: int
    address: str
    what: str


@dataclass(slots=True)
class Report:
    """What an import did, or in a dry run would do. `rows` is the sum of the six after it.

    `suppressed` were kept out because they had left, bounced or complained; `left` had not, or were
    not known, until this file said so.
    """

    encoding: str = ""
    rows: int = 0
    new: int = 0
    left: int = 0
    changed: int = 0
    unchanged: int = 0
    suppressed: int = 0
    rejected: int = 0
    examples: list[Change] = field(default_factory=list)

    def example(self, candidate: Candidate, what: str) -> None:
        if len(self.examples) < EXAMPLES:
            self.examples.append(Change(candidate.line, candidate.address.text, what))

    def add(self, other: Report) -> None:
        """Count in what one batch did."""
        for name in ("rows", "new", "left", "changed", "unchanged", "suppressed", "rejected"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.examples += other.examples[: EXAMPLES - len(self.examples)]


def run(
    store: Store,
    job: Job,
    *,
    rejects: TextIO | None = None,
    progress: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Import `job.path`; refused rows go to `rejects` as CSV: line, reason, and the row as it was.

    `progress` is called after each batch. Raises StoreError where the file cannot be read at all,
    has no header, or the store refuses; the batches before it stay.
    """
    report = Report()
    try:
        report.encoding = csvfile.codec(job.path, job.encoding)
        delimiter = csvfile.sniff_delimiter(job.path, report.encoding)
        with job.path.open("rb") as stream, _Seen() as seen:
            rows = csvfile.read(stream, report.encoding, delimiter)
            reject = _Rejects(rejects, report)
            people = _people(rows, job.path, reject, seen)
            while batch := list(islice(people, BATCH)):
                report.add(_import_batch(store, job, batch))
                progress(report)
    except OSError as error:
        raise StoreError(job.path, problem=f"the import stopped: {error.strerror}") from None
    except sqlite3.Error as error:
        raise StoreError(
            problem=f"the import stopped: its temporary file failed: {error}",
            hint="make room in the temporary folder, or set TMPDIR; then import it again",
        ) from None
    progress(report)
    return report


class _Rejects:
    """Counts refused rows, and writes them down for the editor to mend and import again."""

    def __init__(self, stream: TextIO | None, report: Report) -> None:
        self._writer = csv.writer(stream) if stream is not None else None
        self._report = report
        self.header: Sequence[str] = ()

    def __call__(self, line: int, reason: str, cells: Sequence[str]) -> None:
        self._report.rows += 1
        self._report.rejected += 1
        if self._writer is None:
            return
        if self._report.rejected == 1:
            self._writer.writerow(["line", "reason", *self.header])
        self._writer.writerow([line, reason, *cells])


class _Seen:
    """The mailboxes met so far in one file: a private table on disk, for a set of a million would
    not be flat memory."""

    def __enter__(self) -> _Seen:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute("CREATE TABLE seen (key TEXT PRIMARY KEY) WITHOUT ROWID")
        self._connection.execute("BEGIN")
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def first_time(self, key: str) -> bool:
        cursor = self._connection.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,))
        return cursor.rowcount == 1


def _people(
    rows: Iterator[csvfile.Row | csvfile.BadRow], path: Path, reject: _Rejects, seen: _Seen
) -> Iterator[Candidate]:
    """Every usable row, each mailbox once."""
    first = next(rows, None)
    if not isinstance(first, csvfile.Row):
        raise StoreError(path, line=1, problem="the first line cannot be read as column names")
    header = candidates.read_header(first.cells, path)
    reject.header = first.cells
    for row in rows:
        if isinstance(row, csvfile.BadRow):
            reject(row.line, row.reason, [row.text])
            continue
        found = candidates.read_row(header, row.line, row.cells)
        if isinstance(found, str):
            reject(row.line, found, row.cells)
        elif not seen.first_time(found.address.key):
            reject(row.line, "this address stands further up", row.cells)
        else:
            yield found


def _import_batch(store: Store, job: Job, batch: Sequence[Candidate]) -> Report:
    transaction = store.reading if job.dry_run else store.writing
    with transaction() as connection:
        plan = _plan(connection, job, batch)
        if not job.dry_run:
            _carry_out(connection, job, plan)
    return plan.report


@dataclass(slots=True)
class _Plan:
    report: Report = field(default_factory=Report)
    inserts: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    suppressions: list[dict[str, Any]] = field(default_factory=list)
    departures: list[tuple[int, Departure]] = field(default_factory=list)


def _plan(connection: Connection, job: Job, batch: Sequence[Candidate]) -> _Plan:
    """Sort a batch into what is new, changed, unchanged and kept out."""
    digests = {c.address.key: suppressions.digest(c.address.key, job.secret) for c in batch}
    suppressed = suppressions.reasons(connection, digests.values())
    known = _known(connection, digests)
    plan = _Plan(Report(rows=len(batch)))
    for candidate in batch:
        key = candidate.address.key
        row = known.get(key)
        reason = row.state if row and row.state in _LEFT else suppressed.get(digests[key])
        if reason:
            plan.report.suppressed += 1
            plan.report.example(candidate, f"stays out: {reason}")
        elif row and candidate.values.get("state") in _LEFT:
            plan.report.left += 1
            plan.report.example(candidate, f"leaves: {candidate.values['state']}")
            plan.departures.append((row.id, candidate.values["state"]))
        elif row is None:
            _plan_new(plan, job, candidate, digests[key])
        else:
            _plan_known(plan, job, candidate, row)
    return plan


def _known(connection: Connection, keys: Collection[str]) -> dict[str, Row[Any]]:
    query = select(subscriber).where(subscriber.c.key.in_(list(keys)))
    return {row.key: row for row in connection.execute(query)}


def _plan_new(plan: _Plan, job: Job, candidate: Candidate, digest: str) -> None:
    address, values = candidate.address, candidate.values
    consent_time = values.get("consent_time", job.consent.time)
    row = columns_of(job.defaults) | {
        "state": job.new_state,
        "consent_source": job.consent.source,
        "consent_time": consent_time,
        "created": job.consent.time,
        "changed": job.consent.time,
        "key": address.key,
        "address": address.text,
        "domain": address.domain,
    }
    row |= values
    plan.inserts.append(row)
    if row["state"] not in _LEFT:
        plan.report.new += 1
        plan.report.example(candidate, "new")
        return
    plan.report.left += 1
    plan.report.example(candidate, f"new, stays out: {row['state']}")
    plan.suppressions.append(
        {"digest": digest, "key": address.key, "reason": row["state"],
         "source": _source(job), "time": consent_time}
    )  # fmt: skip


def _plan_known(plan: _Plan, job: Job, candidate: Candidate, row: Row[Any]) -> None:
    """Choices that the file names replace ours; fields are merged; state and consent stay."""
    choices = columns_of(job.defaults).keys()
    new = {name: value for name, value in candidate.values.items() if name in choices}
    if "fields" in new:
        new["fields"] = row.fields | new["fields"]
    old = row._mapping
    different = [name for name in new if new[name] != old[name]]
    if not different:
        plan.report.unchanged += 1
        return
    plan.report.changed += 1
    plan.report.example(
        candidate, "; ".join(f"{name}: {old[name] or '-'} -> {new[name]}" for name in different)
    )
    kept = {name: old[name] for name in choices}
    plan.updates.append({**kept, **new, "row_id": row.id, "changed": job.consent.time})


def _carry_out(connection: Connection, job: Job, plan: _Plan) -> None:
    if plan.inserts:
        insert_unless_there(connection, subscriber, plan.inserts)
    if plan.suppressions:
        insert_unless_there(connection, suppression, plan.suppressions)
    if plan.updates:
        statement = update(subscriber).where(subscriber.c.id == bindparam("row_id"))
        connection.execute(statement, plan.updates)
    now, source = job.consent.time, _source(job)
    for id, state in sorted(plan.departures):
        subscribers.leave(connection, id, state=state, source=source, now=now, secret=job.secret)


def _source(job: Job) -> str:
    return f"import of {job.path.name}"


def default_consent(path: Path, now: datetime) -> Consent:
    """The consent noted for a row whose file names none."""
    return Consent(f"import of {path.name}", now)
