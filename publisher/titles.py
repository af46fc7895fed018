"""An edition's title, parted into number and title by the publication's own pattern."""

from __future__ import annotations

import re

GROUPS = ("number", "title")
# Python's regular expressions backtrack. Without repeated groups, the steps over a title of n
# characters are at most a power of n, whose exponent is the number of repetitions.
TITLE_LIMIT = 120
REPETITIONS = 4
_PATTERN_LIMIT = 300
_NO_SYNTAX = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_REPEATED_GROUP = re.compile(r"\)(?:[*+]|\{)")
_REPETITION = re.compile(r"[*+{]")


def problem(pattern: str) -> str:
    """What is wrong with `pattern`; empty where nothing is."""
    if len(pattern) > _PATTERN_LIMIT:
        return f"more than {_PATTERN_LIMIT} characters"
    try:
        groups = re.compile(pattern).groupindex
    except (re.error, RecursionError, OverflowError) as error:
        return f"no regular expression: {error}"
    if not groups.keys() & set(GROUPS):
        return "neither a group (?P<number>...) nor (?P<title>...)"
    syntax = _NO_SYNTAX.sub("x", pattern)
    if _REPEATED_GROUP.search(syntax):
        return "a group that is repeated, which can take for ever"
    if len(_REPETITION.findall(syntax)) > REPETITIONS:
        return f"more than {REPETITIONS} repetitions, which can take for ever"
    return ""


def part(title: str, pattern: str) -> tuple[str, str] | None:
    """Title and number in `title`: the title whole where the pattern finds none in it.

    None where it does not match, or has more than `TITLE_LIMIT` characters.
    """
    match = re.search(pattern, title) if len(title) <= TITLE_LIMIT else None
    if match is None:
        return None
    found = match.groupdict()
    return (found.get("title") or "").strip() or title, (found.get("number") or "").strip()
