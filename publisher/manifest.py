"""Dates of editions by their files' names, as TOML: `"issue-1.md" = 2026-11-23`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

from publisher.errors import ConfigError

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_HINT = 'write lines such as: "issue-1.md" = 2026-11-23'


def load(folder: Path, name: str) -> dict[str, str]:
    """The dates in the TOML file `name` in `folder`, by file, as written in ISO 8601.

    Raises ConfigError for a file that is not there, leads out of `folder`, or holds something else.
    """
    try:
        file = (folder / name).resolve()
        if not file.is_relative_to(folder.resolve()):
            raise ConfigError(
                name,
                problem="this file of dates lies outside the publication's folder",
                hint="copy it beside publisher.toml; [reading] dates_file names it",
            )
        text = file.read_text(encoding="utf-8-sig")
        table = tomllib.loads(text)
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        raise ConfigError(
            name,
            line=_line_in(reason),
            problem=f"this file of dates cannot be read: {reason}",
            hint=f"{_HINT}; [reading] dates_file names the file",
        ) from None
    dates = flat(table)
    for key, value in dates.items():
        if not is_date(value):
            line = _line_of(text, key)
            raise ConfigError(name, line=line, problem=f"{key}: {value!r} is no date", hint=_HINT)
    return {key: str(value) for key, value in dates.items()}


def flat(table: Mapping[str, object]) -> dict[str, object]:
    """`table` with its dates as text, and keys whole where a dot outside quotes has parted them."""
    return dict(_flat(table, ""))


def is_date(value: object) -> bool:
    """Whether `value` is the text of a day, with or without a time, in ISO 8601."""
    try:
        return isinstance(value, str) and bool(_DAY.match(value) and datetime.fromisoformat(value))
    except ValueError:
        return False


def _flat(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value.isoformat() if isinstance(value, date) else value


def _line_in(reason: str) -> int | None:
    """The line that tomllib names: "... (at line 3, column 7)"."""
    found = re.search(r"at line (\d+)", reason)
    return int(found[1]) if found else None


def _line_of(text: str, key: str) -> int | None:
    lines = text.splitlines()
    return next((at for at, line in enumerate(lines, 1) if key in line.replace('"', "")), None)
