"""`subscribers export`: everybody as CSV, in columns that `subscribers import` reads back."""

from __future__ import annotations

import csv
import json
from typing import TextIO

from sqlalchemy import Connection

from publisher.store import subscribers
from publisher.store.candidates import FORMULA
from publisher.store.subscribers import Subscriber

COLUMNS = (
    "email", "name", "state", "sections", "cadence", "format", "language",
    "consent_source", "consent_time", "fields",
)  # fmt: skip


def write(connection: Connection, stream: TextIO) -> int:
    """Write all who are not erased, by id, in flat memory; how many.

    A text that a spreadsheet would run as a formula gets an apostrophe, which the import takes off.
    """
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    count = 0
    for person in subscribers.stream(connection):
        writer.writerow(map(_guarded, _cells(person)))
        count += 1
    return count


def _cells(person: Subscriber) -> tuple[str, ...]:
    wishes = person.preferences
    fields = json.dumps(wishes.fields, ensure_ascii=False, sort_keys=True) if wishes.fields else ""
    return (
        person.address,
        wishes.name,
        person.state,
        " ".join(wishes.sections),
        wishes.cadence,
        wishes.format,
        wishes.language,
        person.consent_source,
        person.consent_time.isoformat() if person.consent_time else "",
        fields,
    )


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
