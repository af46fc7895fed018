"""CSV files of subscribers as bytes: which encoding, which rows, and which of them cannot be read.

A bad row never spoils its neighbours: a quote that nobody closed, a line of ten megabytes or bytes
that are no text make one `BadRow`, and reading goes on with the next line.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from publisher.errors import StoreError

Encoding = Literal["auto", "utf-8", "utf-16", "gb18030", "big5", "windows-1252"]

MAX_LINE = 65_536  # characters
MAX_LINES = 50  # that one quoted cell may span
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ENDS = ("\n", "\r")
# A GB2312 pair has two high octets; in Western text a high octet stands between ASCII letters.
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells and its first line, counted from 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A line that is no row; `text` is its beginning."""

    line: int
    reason: str
    text: str


class _Line(NamedTuple):
    text: str
    cut: bool = False


class _Runaway(Exception):
    """More lines were asked for than one row can have."""


def codec(path: Path, encoding: Encoding) -> str:
    """Python's name of the codec that reads the file at `path`; "auto" by its BOM or all of it.

    Text that is neither UTF-8 nor looks like GB18030 counts as UTF-8: its bad lines are reported.
    """
    with path.open("rb") as stream:
        head = stream.read(4096)
        for bom, name in _BOMS:
            if head.startswith(bom) and encoding in ("auto", name.removesuffix("-sig")):
                return name
        # Each ASCII character of UTF-16 holds a zero octet, on the side of its high half.
        if encoding == "utf-16" or (encoding == "auto" and head.count(0) > len(head) / 8):
            return "utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be"
        if encoding != "auto":
            return encoding
        stream.seek(0)
        if _decodes(stream, "utf-8"):
            return "utf-8"
        stream.seek(0)
        return "gb18030" if _looks_like_gb18030(stream) else "utf-8"


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while block := stream.read(1 << 20):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _looks_like_gb18030(stream: BinaryIO) -> bool:
    runs = _HIGH_RUN.findall(stream.read(1 << 20))
    even = sum(len(run) % 2 == 0 for run in runs)
    stream.seek(0)
    return even > 0.9 * len(runs) and _decodes(stream, "gb18030")


def read(stream: BinaryIO, encoding: str, delimiter: str) -> Iterator[Row | BadRow]:
    """Every row of the file, blank lines left out, in flat memory."""
    lines = _Lines(io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline=""))
    reader = _reader(lines, delimiter)
    while True:
        lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _Runaway) as error:
            yield lines.give_up(_reason(error))
            reader = _reader(lines, delimiter)
            continue
        if lines.overlong:
            yield lines.give_up(f"longer than {MAX_LINE} characters")
        elif any(cells):
            yield _row(lines, cells)


def _reader(lines: Iterator[str], delimiter: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _row(lines: _Lines, cells: list[str]) -> Row | BadRow:
    if any("\ufffd" in cell for cell in cells):
        return BadRow(
            lines.row_line, "bytes that are no text in this encoding", ",".join(cells)[:200]
        )
    return Row(lines.row_line, tuple(cells))


def _reason(error: Exception) -> str:
    if isinstance(error, _Runaway) or "unexpected end" in str(error):
        return "a quote is opened here and never closed"
    if "field larger" in str(error):
        return f"longer than {MAX_LINE} characters"
    return f"not CSV: {error}"


class _Lines:
    """The file's lines for `csv.reader`, which remember those of the row at hand.

    When that row cannot be read, its first line is given up and the others are handed out again.
    """

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._again: list[_Line] = []
        self._row: list[_Line] = []
        self._next_line = 1
        self.row_line = 1

    @property
    def overlong(self) -> bool:
        return bool(self._row) and self._row[-1].cut

    def begin_row(self) -> None:
        self.row_line = self._next_line
        self._row.clear()

    def give_up(self, reason: str) -> BadRow:
        first, *others = self._row
        self._again = others + self._again
        self._next_line = self.row_line + 1
        return BadRow(self.row_line, reason, first.text[:200].rstrip("\r\n"))

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self._row) >= MAX_LINES or self.overlong:
            raise _Runaway
        line = self._again.pop(0) if self._again else self._read()
        if not line.text:
            raise StopIteration
        self._row.append(line)
        self._next_line += 1
        return line.text

    def _read(self) -> _Line:
        """The next line; of one too long only the beginning, the rest is passed over."""
        text = self._stream.readline(MAX_LINE)
        if len(text) < MAX_LINE or text.endswith(_ENDS):
            return _Line(text)
        while (rest := self._stream.readline(MAX_LINE)) and not rest.endswith(_ENDS):
            pass
        return _Line(text[:200].replace('"', "") + "\n", cut=True)


def sniff_delimiter(path: Path, encoding: str) -> str:
    """The delimiter of the first line: comma, semicolon or tab. Raises StoreError on an empty file."""
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        first = stream.readline(MAX_LINE)
    if not first.strip():
        raise StoreError(
            path, line=1, problem="this file is empty", hint="its first line names the columns"
        )
    return max(",;\t", key=first.count)
