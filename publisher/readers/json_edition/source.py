"""A JSON file and where in it everything stands: paths are written as `sections[0].items[3].title`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import msgspec

from publisher.errors import EditionError
from publisher.model import Place

T = TypeVar("T")

# Of well-formed JSON: a string, a bracket, a comma; numbers, literals and colons are passed over.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},]', re.DOTALL)
_BYTE = re.compile(r"\(byte (\d+)\)")
_UNKNOWN = re.compile(r"unknown field `([^`]+)`")
_DOCS = "docs/readers.md lists the keys of an edition; [reading.json] names those of another shape"


@dataclass(frozen=True, slots=True)
class _Walk:
    """The line of every object and array, by its path; keys that their object had before, with lines."""

    lines: dict[str, int] = field(default_factory=dict)
    twins: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class JsonFile:
    """`text` begins at line `first_line` of the file `name`."""

    name: str
    text: str
    first_line: int = 1

    def value(self) -> Any:
        """What the file holds. Raises EditionError with the line where it is no JSON."""
        try:
            return msgspec.json.decode(self.text)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise self._malformed(error) from None
        except RecursionError:
            raise EditionError(
                self.name,
                problem="this JSON is nested too deep",
                hint="an edition needs few levels",
            ) from None

    def convert(self, value: object, kind: type[T]) -> T:
        """`value` as `kind`. Raises EditionError naming what does not fit, and where."""
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            what, _, at = str(error).partition(" - at `")
            path = at.rstrip("`").removeprefix("$").lstrip(".")
            unknown = _UNKNOWN.search(what)
            if unknown:
                path, what = ".".join(filter(None, (path, unknown[1]))), "there is no such key"
            raise self.error(path, what[:1].lower() + what[1:].replace("`", "")) from None

    def error(self, path: str, problem: str, *, hint: str = _DOCS) -> EditionError:
        """The error for what stands at `path`."""
        where = f"{path}: " if path else ""
        return EditionError(
            self.name, line=self.place(path).line, problem=where + problem, hint=hint
        )

    def place(self, path: str) -> Place:
        """Where the object or array stands that is at `path`, or around it."""
        while path and path not in self._walk.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return Place(self.name, self._walk.lines.get(path, self.first_line))

    def refuse_twins(self) -> None:
        """Raises EditionError for a key that stands twice in an object: one would hide the other."""
        for key, line in self._walk.twins[:1]:
            raise EditionError(
                self.name,
                line=line,
                problem=f"the key '{key}' stands twice in one object",
                hint="put together what stands under both, or rename one",
            )

    @cached_property
    def _walk(self) -> _Walk:
        found = _Walk()
        keys: set[str] = set()
        path, parents = "", list[str]()
        index: int | None = None  # of the array around, None in an object
        indices: list[int | None] = []
        key, line, counted, before = "", self.first_line, 0, ""
        for token in _TOKEN.finditer(self.text):
            mark = token[0]
            if mark in "{[":
                line += self.text.count("\n", counted, token.start())
                counted = token.start()
                parents.append(path)
                indices.append(index)
                path = f"{path}[{index}]" if index is not None else f"{path}.{key}".strip(".")
                index = None if mark == "{" else 0
                found.lines[path] = line
            elif mark in "}]":
                path, index = parents.pop(), indices.pop()
            elif mark == ",":
                index = None if index is None else index + 1
            elif index is None and before in "{,":
                key = mark[1:-1]
                if (own := f"{path}.{key}") in keys:
                    found.twins.append((key, line + self.text.count("\n", counted, token.start())))
                keys.add(own)
            before = mark
        return found

    def _malformed(self, error: Exception) -> EditionError:
        byte = _BYTE.search(str(error))
        before = self.text.encode("utf-8", "replace")[: int(byte[1])] if byte else b""
        line = self.first_line + (before.count(b"\n") if byte else self.text.rstrip().count("\n"))
        reason = _BYTE.sub("", str(error)).partition(" - at `")[0].strip()
        reason = reason.removeprefix("JSON is malformed: ")
        return EditionError(
            self.name,
            line=line,
            column=len(before) - before.rfind(b"\n") if byte else None,
            problem=f"this is no valid JSON: {reason[:1].lower()}{reason[1:]}",
            hint="a comma too many or a quotation mark too few is the usual reason",
        )
