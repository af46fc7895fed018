"""The editor's light markup: what it says of a line is obeyed over any heuristic.

`# headline`, `## subhead`, `@kicker: t`, `@kicker-after: t`, `@sub: t` subheadline, `@by: t`,
`@credit: t`, `---` story break, `+ ` join to the line before, `= ` start a new paragraph, `%% ` leave
out, `\\` escape.
"""

from __future__ import annotations

import re
from typing import Literal

Mark = Literal[
    "headline",
    "subhead",
    "kicker",
    "kicker-after",
    "sub",
    "by",
    "credit",
    "join",
    "paragraph",
    "omit",
    "plain",
]

_PREFIXES: tuple[tuple[str, Mark], ...] = (
    ("## ", "subhead"),
    ("# ", "headline"),
    ("+ ", "join"),
    ("= ", "paragraph"),
    ("%% ", "omit"),
)
_NAMED = re.compile(r"@(kicker-after|kicker|sub|by|credit)[:：]\s*", re.IGNORECASE)
_ESCAPABLE = re.compile(
    r"\\(?=##? |\+ |= |%% |@(?:kicker-after|kicker|sub|by|credit)[:：]|---+$|\\)", re.IGNORECASE
)
_NAMES: dict[str, Mark] = {
    "kicker": "kicker",
    "kicker-after": "kicker-after",
    "sub": "sub",
    "by": "by",
    "credit": "credit",
}


def is_break(line: str) -> bool:
    return len(line) >= 3 and not line.strip("-")


def parse(line: str) -> tuple[Mark | None, str]:
    """The mark of a bare line, and its text without it; (`plain`, text) where it was escaped."""
    if line.startswith("\\"):
        text, escaped = _ESCAPABLE.subn("", line, count=1)
        return ("plain", text) if escaped else (None, line)
    if line.startswith("@"):
        named = _NAMED.match(line)
        if named:
            return _NAMES[named[1].lower()], line[named.end() :]
        return None, line
    for prefix, mark in _PREFIXES:
        if line.startswith(prefix):
            return mark, line[len(prefix) :].strip()
    return None, line
