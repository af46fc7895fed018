"""What a file says of itself at its top: YAML between `---` lines, `Key: value` lines, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import StringIO

from publisher.errors import EditionError
from publisher.model import Struct
from publisher.text import ILLEGAL_IN_XML, squeeze

LIMIT_CHARACTERS = 64_000
# A first line "Police: two held" is prose. One of these words in front makes it a header.
_KNOWN_KEY = re.compile(
    "title|date|time|number|issue|section|page|lang(?:uage)?|authors?|category|tags|slug|status"
    "|summary|description|layout|edition",
    re.IGNORECASE,
)
_FENCE = re.compile(r"^---[ \t]*\n")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_KEY_LINE = re.compile(r"([A-Za-z][\w-]*):(?:[ \t]+(.*))?")
_FIRST_IN_YAML = re.compile(
    r"(?:[ \t]*(?:#.*)?\n)*(?:(?:[A-Za-z][\w.-]*|\"[^\"\n]*\"|'[^'\n]*')[ \t]*:(?:[ \t\n]|\Z)|\{)"
)


class FrontMatter(Struct, frozen=True):
    """Keys lower-case, values as written (lists joined by ", ", tables under dotted keys).

    `lines` has the line of each key; `body` begins at line `first_line` of the file.
    """

    body: str
    values: Mapping[str, str] = {}
    lines: Mapping[str, int] = {}
    first_line: int = 1


def split(text: str, *, name: str) -> FrontMatter:
    """Part `text` (newlines are `\\n`) into front matter and body.

    Raises EditionError for YAML that is broken, too long, or holds a key twice or an alias.
    """
    fence = _FENCE.match(text)
    if fence:
        return _split_yaml(text, fence.end(), name)
    return _split_headers(text, name)


def _split_yaml(text: str, start: int, name: str) -> FrontMatter:
    """Front matter only if a key stands first: a `---` story break may begin a newspaper page."""
    end = _END.search(text, start)
    block = text[start : end.start()] if end else text[start:]
    if block.strip() and not _FIRST_IN_YAML.match(block):
        return FrontMatter(text)
    if end is None:
        if not block.strip():
            return FrontMatter(text)
        raise EditionError(
            name, line=1, problem="the front matter has no end", hint="close it with a line ---"
        )
    from publisher.yaml_block import entries

    _refuse_long(block, name)
    return _front_matter(entries(block, name), text, end.end(), name)


def _refuse_long(block: str, name: str) -> None:
    if len(block) > LIMIT_CHARACTERS:
        raise EditionError(
            name,
            line=1,
            problem=f"the front matter has more than {LIMIT_CHARACTERS:,} characters",
            hint="close it with a line ---",
        )


def _split_headers(text: str, name: str) -> FrontMatter:
    """`Key: value` lines at the very top, up to a blank line; values are taken raw (`#14 - ...`)."""
    entries = []
    position = 0
    for number, line in enumerate(StringIO(text[:LIMIT_CHARACTERS]), start=1):
        match = _KEY_LINE.fullmatch(line.rstrip())
        if match is None:
            break
        entries.append((match[1], match[2] or "", number))
        position += len(line)
    if not entries or not _KNOWN_KEY.fullmatch(entries[0][0]):
        return FrontMatter(text)
    blank_follows = not text[position:].split("\n", 1)[0].strip()
    if len(entries) < 2 and not blank_follows:
        return FrontMatter(text)
    return _front_matter(iter(entries), text, position, name)


def _front_matter(
    entries: Iterator[tuple[str, str, int]], text: str, end: int, name: str
) -> FrontMatter:
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for written, value, line in entries:
        key = written.casefold()
        if key in values:
            raise EditionError(
                name,
                line=line,
                problem=f"the front matter gives {key!r} a second time",
                hint=f"it stands at line {lines[key]} already; leave one out",
            )
        values[key] = squeeze(ILLEGAL_IN_XML.sub(" ", value))
        lines[key] = line
    return FrontMatter(text[end:], values, lines, text.count("\n", 0, end) + 1)
