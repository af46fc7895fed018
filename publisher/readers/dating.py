"""When an edition appears: from front matter, a list of dates, or the names of files and folders."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time

from publisher.config import Publication, Reading
from publisher.config_reading import DateSource
from publisher.decode import decode
from publisher.errors import EditionError
from publisher.frontmatter import split
from publisher.model import Finding, Place, Struct
from publisher.readers import dates, is_binary
from publisher.readers.sources import Source, read_bytes

_EXAMPLE_DAY = "2026-11-23"
_WRITTEN = (".md", ".markdown", ".txt")  # by hand, so that a line can be added
_DAY = re.compile(r"^\d{1,2}(?!\d)[-_. ]*")


class Named(Struct, frozen=True):
    """What a source's name says: its date, if it has one, and the rest of the name.

    A day that only the folders around it make a date of (`2026/11/23.md`) is in neither.
    """

    day: date | None
    rest: str


def named(source: Source, reading: Reading) -> Named:
    """Raises EditionError for a name with a date that no calendar has, where names count."""
    if "name" not in reading.date_from:
        return Named(None, source.stem)
    try:
        found = dates.in_name(source.stem)
    except ValueError as error:
        raise EditionError(
            source.name_of(source.path),
            problem=f"the name holds an impossible date: {error}",
            hint=_ways(source, reading),
        ) from None
    return Named(*found) if found else Named(None, _without_day(source, reading))


def when(
    front: Mapping[str, str], name: Named, source: Source, publication: Publication
) -> tuple[date, datetime, tuple[Finding, ...]]:
    """Day, moment in UTC, and a warning for each place that gives another date than the one that counts.

    A time with an offset falls on the publication's day at that moment (systems write UTC), unless
    the name agrees with the day as written. Raises EditionError.
    """
    reading = publication.reading
    texts = {one: _SOURCES[one](front, name, source, reading) for one in reading.date_from}
    chosen = next((one for one in texts if texts[one]), None)
    if chosen is None:
        raise EditionError(
            source.name_of(source.path),
            line=1,
            problem="this edition has no date",
            hint=_ways(source, reading),
        )
    day, moment = _moment(texts[chosen], front.get("time", ""), name, source, publication)
    if day != name.day:
        day = moment.astimezone(publication.zone).date()
    others = {one: text for one, text in texts.items() if one not in (chosen, "folder") and text}
    warnings = _mismatches(others, chosen, day, source, publication)
    return day, moment.astimezone(UTC), warnings


def _moment(
    written: str, clock: str, name: Named, source: Source, publication: Publication
) -> tuple[date, datetime]:
    key = "date"
    try:
        day, rest = dates.written(written)
        key = "date" if rest else "time"
        default, zone = publication.publish_time, publication.zone
        return day, dates.instant(day, rest or clock, default=default, zone=zone)
    except ValueError as error:
        file, line = line_of(key, source, publication)
        shown = name.day or _EXAMPLE_DAY
        hint = f"write the date as {shown}"
        if key == "time":
            hint = f"write 'date: {shown} 07:30' or 'time: 07:30'"
        problem = f"impossible {key}: {error}"
        raise EditionError(file, line=line, problem=problem, hint=hint) from None


def line_of(key: str, source: Source, publication: Publication) -> tuple[str, int | None]:
    """The file and line that give `key`: looked up again, since only errors ask for it."""
    for path in source.pages:
        name = source.name_of(path)
        if is_binary(name):
            continue
        text = decode(read_bytes(path, name), name=name, encoding=publication.reading.encoding)
        lines = split(text, name=name).lines
        if key in lines:
            return name, lines[key]
    return source.name_of(source.path), None


def _mismatches(
    others: Mapping[DateSource, str],
    chosen: DateSource,
    day: date,
    source: Source,
    publication: Publication,
) -> tuple[Finding, ...]:
    found = []
    for other, text in others.items():
        with suppress(ValueError):
            told, clock = dates.written(text)
            here = dates.instant(told, clock, default=time(12), zone=publication.zone)
            if day not in (told, here.astimezone(publication.zone).date()):
                place = Place(*line_of("date", source, publication))
                called = _called(source)
                message = f"{called[other]} says {told}, {called[chosen]} {day}, which counts"
                hint = "correct one of them"
                found.append(Finding("warning", "date-mismatch", place, message, hint))
    return tuple(found)


def _called(source: Source) -> Mapping[DateSource, str]:
    return {
        "header": "the front matter" if _has_front_matter(source) else "the file itself",
        "dates": "the list of dates",
        "name": "the file's name",
        "folder": "the folder",
    }


def _has_front_matter(source: Source) -> bool:
    """Whether an editor may write `date:` at the top: in plain text and Markdown, not in exports."""
    return all(path.suffix.lower() in _WRITTEN for path in source.pages)


def _in_list(front: Mapping[str, str], name: Named, source: Source, reading: Reading) -> str:
    path = source.path.relative_to(source.root)
    return reading.dates.get(path.as_posix()) or reading.dates.get(
        path.with_name(source.stem).as_posix(), ""
    )


def _in_folders(front: Mapping[str, str], name: Named, source: Source, reading: Reading) -> str:
    return _date_in((*source.shelves, source.stem))


def _date_in(names: Sequence[str]) -> str:
    with suppress(ValueError):
        found = dates.in_name("/".join(names))
        return str(found[0]) if found else ""
    return ""


def _without_day(source: Source, reading: Reading) -> str:
    """The stem, but for the day in front of it that its folders make a date of."""
    ends_date = _date_in((*source.shelves, source.stem)) and not _date_in(source.shelves)
    return _DAY.sub("", source.stem) if "folder" in reading.date_from and ends_date else source.stem


_Ask = Callable[[Mapping[str, str], Named, Source, Reading], str]
# How each of `[reading] date_from` is asked: the date as written, empty where there is none.
_SOURCES: Mapping[DateSource, _Ask] = {
    "header": lambda front, name, source, reading: front.get("date", ""),
    "dates": _in_list,
    "name": lambda front, name, source, reading: str(name.day or ""),
    "folder": _in_folders,
}


def _ways(source: Source, reading: Reading) -> str:
    """How to give a date, in the ways that count here and that such a file has."""
    file = source.path.relative_to(source.root).as_posix()
    is_file = source.path in source.pages
    ending = source.path.suffix if is_file else ""
    listed = f"to {reading.dates_file}" if reading.dates_file else "under [reading.dates]"
    ways = {
        "name": f"name the {'file' if is_file else 'folder'} {_EXAMPLE_DAY}{ending}",
        "header": f"add 'date: {_EXAMPLE_DAY}' at its top",
        "dates": f"add '\"{file}\" = {_EXAMPLE_DAY}' {listed}",
    }
    counting = {one: way for one, way in ways.items() if one in reading.date_from}
    if not _has_front_matter(source) and len(counting) > 1:
        counting.pop("header", None)
    elif not reading.dates_file and len(counting) > 1:
        counting.pop("dates", None)
    return ", or ".join(counting.values())
