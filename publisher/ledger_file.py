"""`publisher.lock`: what the ledger remembers, and the text it is kept in.

One line an edition, then one line an item, so that it can be read, mended by hand and merged in
git. Only the editions that somebody asks for are decoded and parsed: opening a ledger of 75,000
items is a scan for its edition lines.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from publisher.errors import LedgerError
from publisher.model import Struct, field, replace

FILE_NAME = "publisher.lock"
VERSION = "publisher.lock 1"
HEAD = f"""\
# The ledger of this publication: under which id and times each item was published.
# Publisher writes it; keep it in version control, and mend times by hand where they are wrong.
#   edition  ID  published  updated  fingerprint  title
#   ID-TAIL  published  updated  live|gone  fingerprint  link  text  headline
# A line that stands twice (after a merge) counts once, as its later change. Nothing else is yours
# to edit: an id that changes here shows every subscriber that story again.
{VERSION}
"""
NOTHING = "-"
_EDITION = b"\nedition "  # where a block begins
_ID_BYTES = 1600  # more than any edition's id has
_SPACE = b" \t\n\v\f\r"
_GUID = "guid "  # a line behind the item's own: the id that it had in the feed it was imported from
_MARKER = re.compile(
    rb"\n(<<<<<<<|\|\|\|\|\|\|\||=======|>>>>>>>)"
)  # of git, where two sides changed the same lines


class Trace(Struct, frozen=True):
    """What is remembered of a story's content: enough to know it again once it was corrected.

    `fingerprint` and `link` are hashes, `text` is a sketch of the body (`ledger_match`), `headline`
    is plain text. `link` and `text` are empty where the story has none.
    """

    fingerprint: str
    link: str
    text: str
    headline: str


class Entry(Struct, frozen=True):
    """One item: its permanent id and times. `gone` means that its edition no longer holds it.

    `guid` is the id under which another feed published it before, and is kept then; mostly empty.
    """

    tail: str
    published: datetime
    updated: datetime
    gone: bool
    trace: Trace
    guid: str = ""


class Record(Struct, frozen=True):
    """One edition: its own times (`updated` moves with its title, introduction and set of items)."""

    id: str
    published: datetime
    updated: datetime
    fingerprint: str
    title: str
    entries: tuple[Entry, ...]


class Span(Struct, frozen=True, gc=False):
    """Lines of a file, those from `start` to `end` of the `whole`; no end of line at the end."""

    whole: bytes
    start: int
    end: int
    where: str = FILE_NAME

    @property
    def body(self) -> memoryview:
        return memoryview(self.whole)[self.start : self.end]

    @property
    def text(self) -> str:
        """`body` decoded. Raises LedgerError."""
        try:
            return str(self.body, "utf-8")
        except UnicodeDecodeError as error:
            raise LedgerError(
                self.where,
                line=self.line + self.whole.count(b"\n", self.start, self.start + error.start),
                problem=f"is not UTF-8 text ({error.object[error.start : error.end]!r})",
                hint="restore it from version control: without it every item would get a new id",
            ) from None

    @property
    def line(self) -> int:
        """The number of the first line, from 1."""
        return self.whole.count(b"\n", 0, self.start) + 1


class Ledger(Struct, frozen=True):
    """Every edition that was ever published, by id, as it stands in the file until it is asked for.

    An edition stands in one place; after a merge, where both sides had it, in two.
    """

    blocks: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)

    def record(self, edition_id: str) -> Record | None:
        """What is known of one edition; None for a new one. Raises LedgerError for a bad line."""
        spans = self.blocks.get(edition_id)
        return None if spans is None else _parse(edition_id, spans)

    def with_records(self, *records: Record) -> Ledger:
        """A ledger in which `records` replace what was known of their editions."""
        return self.with_bodies({record.id: written(record).encode() for record in records})

    def with_bodies(self, bodies: Mapping[str, bytes]) -> Ledger:
        """The same with records that are `written` in UTF-8 already, by the ids of their editions."""
        new = {
            key: (Span(body, 0, len(body)),)
            for key, body in bodies.items()
            if self.body(key) != body
        }
        return Ledger({**self.blocks, **new}) if new else self

    def body(self, edition_id: str) -> bytes:
        """What is known of one edition, as `written`, in UTF-8; empty for a new one."""
        return b"\n".join([span.body for span in self.blocks.get(edition_id, ())])


def load(path: Path) -> Ledger:
    """Read the ledger at `path`; an absent file is an empty ledger. Raises LedgerError."""
    try:
        body = path.read_bytes().removeprefix(BOM_UTF8)
    except FileNotFoundError:
        return Ledger()
    except OSError as error:
        raise LedgerError(
            path, problem=f"cannot be read: {error.strerror}", hint="see that it is a readable file"
        ) from None
    return _parted(body.replace(b"\r\n", b"\n") if b"\r" in body else body, str(path))


def loads(text: str, *, where: str = FILE_NAME) -> Ledger:
    """Take the text of a `publisher.lock` apart into its editions. Raises LedgerError."""
    return _parted(text.encode("utf-8"), where)


def dump(ledger: Ledger) -> str:
    """The whole file, editions in order of their ids: the same ledger, the same text."""
    return encoded(ledger).decode("utf-8")


def encoded(ledger: Ledger) -> bytes:
    """`dump` as UTF-8."""
    parts: list[bytes | memoryview] = [HEAD.rstrip("\n").encode("utf-8")]
    for key in sorted(ledger.blocks):
        parts.append(b"\n")
        for span in ledger.blocks[key]:
            parts += (b"\n", span.body)
    return b"".join([*parts, b"\n"])


def _parted(body: bytes, where: str) -> Ledger:
    """The editions of a file whose lines end in LF. Raises LedgerError."""
    if not body or body.isspace():
        return Ledger()
    _refuse_markers(body, where)
    head, *spans = (
        Span(body, start, _end(body, start, end), where) for start, end in pairwise(_starts(body))
    )
    _check_head(head.text, where)
    blocks: dict[str, tuple[Span, ...]] = {}
    for span in spans:
        edition_id = _id_in(span)
        blocks[edition_id] = (*blocks.get(edition_id, ()), span)
    return Ledger(blocks)


def _starts(body: bytes) -> Iterator[int]:
    """Where the head begins, and each edition, and where all ends."""
    yield 0
    found = body.find(_EDITION)
    while found >= 0:
        yield found + 1
        found = body.find(_EDITION, found + 1)
    yield len(body)


def _end(body: bytes, start: int, end: int) -> int:
    """Where what stands between these ends, white space aside."""
    while start < end and body[end - 1] in _SPACE:
        end -= 1
    return end


def _id_in(span: Span) -> str:
    """The id of the edition that begins `span`. Raises LedgerError."""
    start = span.start + len(_EDITION) - 1
    words = span.whole[start : min(span.end, start + _ID_BYTES)].split(None, 1)
    try:
        return words[0].decode("utf-8") if words else ""
    except UnicodeDecodeError:
        return span.text.split()[1]


def _refuse_markers(body: bytes, where: str) -> None:
    found = _MARKER.search(body)
    if found:
        raise LedgerError(
            where,
            line=body.count(b"\n", 0, found.end()) + 1,
            problem=f"holds a merge conflict of git ({found[1].decode()})",
            hint="keep the lines of both sides, delete the lines of <, = and >, and build again",
        )


def _check_head(head: str, where: str) -> None:
    lines = [
        (number, line)
        for number, line in enumerate(head.split("\n"), start=1)
        if line.strip() and not line.startswith("#")
    ]
    if [line.strip() for _, line in lines] == [VERSION]:
        return
    number, line = next(((n, found) for n, found in lines if found.strip() != VERSION), (1, ""))
    newer = line.startswith("publisher.lock ")
    raise LedgerError(
        where,
        line=number,
        problem=f"was written by another version of Publisher ({line})"
        if newer
        else f"this is no ledger: {VERSION!r} should stand before its first edition",
        hint="use the version that wrote it" if newer else "restore it from version control",
    )


def _parse(edition_id: str, spans: Sequence[Span]) -> Record:
    """Read the lines of one edition; of a line that stands twice, the later change counts."""
    heads: list[Record] = []
    entries: dict[str, Entry] = {}
    guids: dict[str, str] = {}
    for span, below, line in _lines(spans):
        try:
            if line.startswith("edition "):
                heads.append(_head(line))
                continue
            if line.startswith(_GUID):
                _, tail, guid = line.split(" ")
                guids[tail] = guid
                continue
            entry = _entry(edition_id, line)
        except (ValueError, OverflowError) as error:
            raise LedgerError(
                span.where,
                line=span.line + below,
                problem=f"this line cannot be read: {error}",
                hint="restore it from version control",
            ) from None
        known = entries.get(entry.tail)
        if known is None or (known.updated, known.gone) < (entry.updated, entry.gone):
            entries[entry.tail] = entry
    head = max(heads, key=lambda record: record.updated)
    return Record(
        edition_id,
        head.published,
        head.updated,
        head.fingerprint,
        head.title,
        tuple(
            replace(entry, guid=guids[entry.tail]) if entry.tail in guids else entry
            for entry in entries.values()
        ),
    )


def _lines(spans: Iterable[Span]) -> Iterator[tuple[Span, int, str]]:
    """The lines that say something, each with its span and how far below the span's first it stands."""
    for span in spans:
        for below, line in enumerate(span.text.split("\n")):
            if line.strip() and not line.startswith("#"):
                yield span, below, line


def _head(line: str) -> Record:
    parts = line.split(" ", 5)
    if len(parts) != 6:
        raise ValueError(f"an edition has 6 fields, this one {len(parts)}")
    _, edition_id, published, updated, fingerprint, title = parts
    first, last = _times(published, updated)
    return Record(edition_id, first, last, fingerprint, title, ())


def _entry(edition_id: str, line: str) -> Entry:
    parts = line.split(" ", 7)
    if len(parts) != 8:
        raise ValueError(f"an item has 8 fields, this one {len(parts)}")
    tail, published, updated, state, fingerprint, link, text, headline = parts
    edition, _, mark = tail.rpartition("-")
    if edition != edition_id or not (mark.isascii() and mark.isalnum()):
        raise ValueError(f"{tail!r} stands under edition {edition_id}")
    if state not in {"live", "gone"}:
        raise ValueError(f"an item is live or gone, not {state!r}")
    first, last = _times(published, updated)
    trace = Trace(fingerprint, _some(link), _some(text), headline)
    return Entry(tail, first, last, state == "gone", trace)


def _some(field: str) -> str:
    return "" if field == NOTHING else field


def _times(published: str, updated: str) -> tuple[datetime, datetime]:
    first, last = datetime.fromisoformat(published), datetime.fromisoformat(updated)
    if first.tzinfo is None or last.tzinfo is None:
        raise ValueError("a time ends in Z or an offset from UTC")
    if last < first:
        raise ValueError(f"updated ({updated}) is before published ({published})")
    return first.astimezone(UTC), last.astimezone(UTC)


def written(record: Record) -> str:
    """`record` as its lines in the file, without an end of line at the end."""
    head = ("edition", record.id, _iso(record.published), _iso(record.updated))
    lines = [" ".join((*head, record.fingerprint, record.title))]
    for entry in record.entries:
        trace = entry.trace
        state = "gone" if entry.gone else "live"
        times = (_iso(entry.published), _iso(entry.updated))
        hashes = (trace.fingerprint, trace.link or NOTHING, trace.text or NOTHING)
        lines.append(" ".join((entry.tail, *times, state, *hashes, trace.headline)))
        if entry.guid:
            lines.append(f"{_GUID}{entry.tail} {entry.guid}")
    return "\n".join(lines)


@lru_cache(maxsize=64)  # most items of an edition have the times of all
def _iso(time: datetime) -> str:
    return time.isoformat().replace("+00:00", "Z")
