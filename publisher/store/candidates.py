"""What a row of a CSV file says about a person: columns by name, cells cleaned, or why it is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from publisher import addresses
from publisher.addresses import Address
from publisher.errors import StoreError
from publisher.store.subscribers import join_sections
from publisher.text import one_line, squeeze

MAX_NAME = 200  # characters

# A column's name in the file, lower-case with spaces for underscores, to ours.
COLUMNS = {
    **dict.fromkeys(("email", "e-mail", "email address", "e-mail address", "邮箱", "电子邮件"), "email"),
    **dict.fromkeys(("name", "full name", "姓名"), "name"),
    **dict.fromkeys(("state", "status", "状态"), "state"),
    **dict.fromkeys(("sections", "section", "lists", "栏目"), "sections"),
    **dict.fromkeys(("cadence", "frequency", "频率"), "cadence"),
    **dict.fromkeys(("format", "格式"), "format"),
    **dict.fromkeys(("language", "lang", "语言"), "language"),
    **dict.fromkeys(("consent source", "source"), "consent_source"),
    **dict.fromkeys(("consent time", "confirmed at", "subscribed at"), "consent_time"),
    "fields": "fields",
}  # fmt: skip
_CHOICES = {
    "state": ("active", "unconfirmed", "unsubscribed", "bounced", "complained"),
    "cadence": ("every", "weekly"),
    "format": ("html", "text"),
}
_SECTION = re.compile(r"[^\s,;|]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
# Spreadsheets run a cell that begins so as a formula: the export puts an apostrophe before it.
FORMULA = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that may become a subscriber. `values` holds only the columns that the file has."""

    line: int
    address: Address
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Header:
    """What each column of a file means: one of ours, or a field of the file's own name."""

    names: tuple[str, ...]
    fields: frozenset[int]


def read_header(cells: Sequence[str], where: Path) -> Header:
    """The meaning of a file's first row. Raises StoreError where no column holds addresses."""
    names = []
    fields = set()
    for place, cell in enumerate(cells):
        name = squeeze(cell).casefold().replace("_", " ")
        names.append(COLUMNS.get(name, clean(cell)))
        if name not in COLUMNS:
            fields.add(place)
    if "email" not in names:
        raise StoreError(
            where,
            line=1,
            problem="no column is named email",
            hint="the first line must name the columns, for instance: email,name,language",
        )
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise StoreError(
            where, line=1, problem=f"two columns are named {twice[0]}", hint="rename one of them"
        )
    return Header(tuple(names), frozenset(fields))


def read_row(header: Header, line: int, cells: Sequence[str]) -> Candidate | str:
    """The person in a row, or the reason why the row is refused."""
    if any(cells[len(header.names) :]):
        return f"{len(cells)} cells under {len(header.names)} columns: a cell with a comma needs quotes"
    values: dict[str, Any] = {}
    fields: dict[str, str] = {}
    try:
        for place, (name, cell) in enumerate(zip(header.names, cells, strict=False)):
            if place in header.fields:
                if name and (value := clean(cell)):
                    fields[name] = value
            elif cell.strip():
                values[name] = _READERS[name](cell)
        address = addresses.parse(values.pop("email", ""))
    except StoreError as error:
        return error.problem
    if header.fields or "fields" in values:
        values["fields"] = values.get("fields", {}) | fields
    return Candidate(line, address, values)


def clean(cell: str) -> str:
    """One line of text, without controls; an apostrophe that guards a formula is taken off."""
    text = one_line(cell)
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA[:4] else text


def _name(cell: str) -> str:
    """A name goes into the To header: one with a line break is refused, not mended."""
    if len(cell.strip().splitlines()) > 1:
        raise StoreError(problem="the name holds a line break")
    text = clean(cell)
    if len(text) > MAX_NAME:
        raise StoreError(problem=f"the name is longer than {MAX_NAME} characters")
    return text


def _choice(name: str, cell: str) -> str:
    text = clean(cell).casefold()
    if text not in _CHOICES[name]:
        raise StoreError(problem=f"{name} is {text!r}, not one of: {', '.join(_CHOICES[name])}")
    return text


def _language(cell: str) -> str:
    text = clean(cell)
    if not _LANGUAGE.fullmatch(text):
        raise StoreError(problem=f"{text!r} is no language tag such as en or zh-Hans")
    return text


def _sections(cell: str) -> str:
    return join_sections(_SECTION.findall(clean(cell)))


def _time(cell: str) -> datetime:
    text = clean(cell)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise StoreError(
            problem=f"consent time {text!r} is no time such as 2026-05-03T06:00Z"
        ) from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time


def _fields(cell: str) -> dict[str, str]:
    """The column that our own export writes: a JSON object of texts."""
    try:
        found = json.loads(cell)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise StoreError(problem="fields is no JSON object")
    return {clean(str(name)): clean(str(value)) for name, value in found.items()}


_READERS: dict[str, Callable[[str], Any]] = {
    "email": str,
    "name": _name,
    "state": partial(_choice, "state"),
    "sections": _sections,
    "cadence": partial(_choice, "cadence"),
    "format": partial(_choice, "format"),
    "language": _language,
    "consent_source": clean,
    "consent_time": _time,
    "fields": _fields,
}
