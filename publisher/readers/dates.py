"""Dates and times as editors write them, in front matter and in file names."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

_YEARS = range(1400, 9000)  # of printed news; also far enough from the ends of datetime's range
_DATE = r"(\d{4})\s*(?:[-/.年_]\s*)(\d{1,2})\s*(?:[-/.月_]\s*)(\d{1,2})(?:\s*日)?(?!\d)"
_COMPACT = r"(\d{4})(\d{2})(\d{2})(?!\d)"
_IN_NAME = re.compile(rf"(?<!\d)(?:{_DATE}|{_COMPACT})")
_WRITTEN = re.compile(rf"\s*(?:{_DATE}|{_COMPACT})(?:[T,\s]+(\S.*?))?\s*")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?", re.I)


def in_name(stem: str) -> tuple[date, str] | None:
    """The date in a file's name without its ending, and the rest of the name: `2026-11-23-evening`.

    None where the name holds no date. Raises ValueError for a date that no calendar has.
    """
    match = _IN_NAME.search(stem)
    if match is None:
        return None
    rest = stem[: match.start()].strip(" -_.") + "-" + stem[match.end() :].strip(" -_.")
    return _date(*match.groups()), rest.strip("-")


def written(value: str) -> tuple[date, str]:
    """The day that a front matter value names, and what stands behind it (a time, or nothing).

    Raises ValueError for what is no date.
    """
    match = _WRITTEN.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r} is no date")
    return _date(*match.groups()[:6]), match[7] or ""


def instant(day: date, value: str, *, default: time, zone: ZoneInfo) -> datetime:
    """When an edition of `day` appears: at the time `value` (its own offset counts), else `default`.

    An aware moment in `zone` or at the offset given. Raises ValueError for what is no time.
    """
    if not value:
        return datetime.combine(day, default, zone)
    match = _TIME.fullmatch(value.strip())
    if match is None:
        raise ValueError(f"{value!r} is no time")
    clock = time(int(match[1]), int(match[2]), int(match[3] or 0))
    moment = datetime.combine(day, clock, zone)
    if not match[4]:
        return moment
    offset = "+00:00" if match[4].upper() in ("Z", "UTC") else match[4]
    return datetime.strptime(f"{moment:%Y-%m-%d %H:%M:%S}{offset}", "%Y-%m-%d %H:%M:%S%z")


def _date(*groups: str | None) -> date:
    year, month, day = (int(group) for group in groups if group is not None)
    if year not in _YEARS:
        raise ValueError(f"the year {year} is out of range")
    return date(year, month, day)
