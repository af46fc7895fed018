"""Dates of newsroom formats: ISO 8601, in its extended or basic form."""

from __future__ import annotations

from datetime import UTC, datetime

_YEARS = range(1400, 9000)  # far from the ends of datetime's range, so that no offset leaves it


def instant(value: str) -> datetime | None:
    """The moment in UTC that `value` names; None where it is none, or has no offset to know it by."""
    moment = _parsed(value)
    return moment.astimezone(UTC) if moment and moment.tzinfo else None


def front_date(value: str) -> str:
    """`value` as front matter has it: `2026-11-23`, with a time and offset where it gives them.

    Midnight with no offset is how systems write that they know the day only. What is no date stays
    as it is, so that the edition's error can show it.
    """
    value = value.strip()
    moment = _parsed(value)
    if moment is None:
        return value
    day_only = len(value) <= len("2026-11-23") or (
        moment.tzinfo is None and moment.time() == datetime.min.time()
    )
    return str(moment.date()) if day_only else moment.isoformat(" ", "seconds")


def _parsed(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return moment if moment.year in _YEARS else None
