"""The ledger gives stories their identity: an id for good, when published, when last changed.

Time comes from the edition; the clock (`now`) only says when a published item was seen to have
changed, and from then on that is a fact in `publisher.lock` like any other.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from publisher.config import Publication
from publisher.ledger_file import FILE_NAME, Entry, Ledger, Record, Trace, dump, load, loads
from publisher.ledger_match import (
    Pair,
    digest,
    fingerprint,
    line,
    match_alike,
    match_exactly,
    trace,
)
from publisher.model import Draft, Edition, Finding, Item, Place, Story, Struct, asdict, replace

__all__ = [
    "FILE_NAME",
    "Identified",
    "Ledger",
    "dump",
    "identify",
    "load",
    "loads",
    "recognise",
    "retire",
]

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648 section 6
_BASE32_PAIRS = [one + two for one in _BASE32 for two in _BASE32]
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"\\^`{|}]{1,1000}")  # RFC 3986, and IRIs
_TAG_SAFE = "-._~!$&'()*+,;=:@/"  # RFC 4151 section 2.1: a tag's specific part holds URI characters


class Identified(Struct, frozen=True):
    """An edition whose stories have become items, and the ledger that remembers them."""

    edition: Edition
    ledger: Ledger
    findings: tuple[Finding, ...]


class Recognised(Struct, frozen=True):
    """The same for one edition alone: its record instead of the whole ledger."""

    edition: Edition
    record: Record
    findings: tuple[Finding, ...]


def identify(
    draft: Draft, ledger: Ledger, publication: Publication, *, now: datetime
) -> Identified:
    """Turn the stories of `draft` into items with ids and times; `now` is aware.

    A story that the ledger knows keeps its id, whatever was corrected, moved or inserted around it.
    Findings: `item-removed`, `item-ambiguous`. Raises LedgerError for a ledger line that is broken.
    """
    found = recognise(draft, ledger.record(draft.id), publication, now=now)
    return Identified(found.edition, ledger.with_records(found.record), found.findings)


def recognise(
    draft: Draft, known: Record | None, publication: Publication, *, now: datetime
) -> Recognised:
    """`identify` for callers that keep editions apart (one per process, say)."""
    now = _second(now)
    old = known.entries if known else ()
    pairs, new = _match(old, draft.stories)
    first = _second(draft.instant)
    taken = {entry.tail for entry in old}
    kept = {pair.story: old[pair.entry] for pair in pairs}
    entries: list[Entry] = []
    for place, story in enumerate(draft.stories):
        if place in kept:
            entries.append(_continued(kept[place], new.get(place), now))
        else:
            published = _second(story.dated) if story.dated else first
            entries.append(_minted(draft.id, story, new[place], published, taken))
            taken.add(entries[-1].tail)
    record = _record(draft, known, entries, now)
    edition = _edition(draft, record, entries, publication)
    return Recognised(
        edition, record, (*_removed(draft, old, record), *_ambiguous(draft, old, pairs))
    )


def retire(
    ledger: Ledger, present: Iterable[str], *, now: datetime
) -> tuple[Ledger, tuple[Finding, ...]]:
    """Mark the items of every edition that is not among the ids `present` as gone.

    Each such edition is reported once (`edition-removed`), and has its ids again when it is back.
    """
    retired: list[Record] = []
    for edition_id in sorted(ledger.blocks.keys() - set(present)):
        record = ledger.record(edition_id)
        if record and not all(entry.gone for entry in record.entries):
            entries = tuple(replace(entry, gone=True) for entry in record.entries)
            updated = max(record.updated, _second(now))
            retired.append(replace(record, updated=updated, entries=entries))
    findings = tuple(
        Finding(
            "warning",
            "edition-removed",
            Place(FILE_NAME),
            f"edition {record.id} (“{record.title}”) was published and is no longer there",
            "if its file was only renamed, give it the old name back: ids come from that",
        )
        for record in retired
    )
    return ledger.with_records(*retired), findings


def _match(old: Sequence[Entry], stories: Sequence[Story]) -> tuple[list[Pair], dict[int, Trace]]:
    """Pair stories with entries: by fingerprint, then by headline, link and text.

    Also the traces of those stories, by place, that the ledger does not know just as they are.
    """
    prints = [fingerprint(story) for story in stories]
    pairs = match_exactly(old, prints)
    same = {pair.story for pair in pairs}
    new = {
        place: trace(story, prints[place])
        for place, story in enumerate(stories)
        if place not in same
    }
    seen_entries = {pair.entry for pair in pairs}
    left = {place: entry for place, entry in enumerate(old) if place not in seen_entries}
    if not left or not new:
        return pairs, new
    crowd = Counter(entry.trace.headline for entry in old if not entry.gone)
    crowd.update(line(story.title) for story in stories)
    return pairs + match_alike(left, new, crowd), new


def _minted(
    edition_id: str, story: Story, seen: Trace, published: datetime, taken: Container[str]
) -> Entry:
    """A new entry; its tail comes from the edition and the content, never from chance."""
    seed = f"{edition_id} {seen.fingerprint}"
    tail, copy = f"{edition_id}-{_base32(seed)}", 1
    while tail in taken:
        copy += 1
        tail = f"{edition_id}-{_base32(f'{seed} {copy}')}"
    guid = story.guid if _URI.fullmatch(story.guid) else ""
    return Entry(tail, published, published, gone=False, trace=seen, guid=guid)


def _base32(seed: str) -> str:
    """Ten lower-case base32 characters, 50 bits, of the SHA-256 of `seed`."""
    bits = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:7], "big") >> 6
    pairs = _BASE32_PAIRS
    return (
        f"{pairs[bits >> 40]}{pairs[bits >> 30 & 1023]}{pairs[bits >> 20 & 1023]}"
        f"{pairs[bits >> 10 & 1023]}{pairs[bits & 1023]}"
    )


def _continued(entry: Entry, seen: Trace | None, now: datetime) -> Entry:
    """`entry` with the content as it was `seen` now; `updated` moves only when that has changed."""
    if seen is None:
        return replace(entry, gone=False) if entry.gone else entry
    return replace(entry, updated=max(entry.updated, now), gone=False, trace=seen)


def _record(draft: Draft, known: Record | None, entries: Iterable[Entry], now: datetime) -> Record:
    """The edition's record: entries in the order they were first seen, gone ones among them."""
    live = {entry.tail: entry for entry in entries}
    old = known.entries if known else ()
    kept = [live.get(entry.tail) or replace(entry, gone=True) for entry in old]
    before = {entry.tail for entry in old if not entry.gone}
    ever = {entry.tail for entry in old}
    added = [entry for tail, entry in live.items() if tail not in ever]
    head = digest(json.dumps((draft.title, draft.number, draft.introduction)), 16)
    published = known.published if known else _second(draft.instant)
    updated = known.updated if known else published
    if known and (head != known.fingerprint or live.keys() != before):
        updated = max(updated, now)
    return Record(draft.id, published, updated, head, line(draft.title), (*kept, *added))


def _edition(
    draft: Draft, record: Record, entries: Sequence[Entry], publication: Publication
) -> Edition:
    prefix = f"tag:{publication.authority}:"
    items = tuple(
        Item(
            **asdict(story),
            id=entry.guid or prefix + quote(entry.tail, safe=_TAG_SAFE),
            tail=entry.tail,
            published=entry.published,
            updated=entry.updated,
        )
        for story, entry in zip(draft.stories, entries, strict=True)
    )
    return Edition(
        id=draft.id,
        tag=prefix + quote(draft.id, safe=_TAG_SAFE),
        day=draft.day,
        published=record.published,
        updated=max([record.updated, *(item.updated for item in items)]),
        title=draft.title,
        language=draft.language,
        items=items,
        number=draft.number,
        introduction=draft.introduction,
        sources=draft.sources,
        assets=draft.assets,
    )


def _removed(draft: Draft, old: Iterable[Entry], record: Record) -> list[Finding]:
    gone = {entry.tail for entry in record.entries if entry.gone}
    return [
        Finding(
            "warning",
            "item-removed",
            Place(draft.sources[0] if draft.sources else draft.id),
            f"“{entry.trace.headline}” ({entry.tail}) was published and is no longer in this edition",
            "if that was a mistake, put it back: it returns under its old id",
        )
        for entry in old
        if entry.tail in gone and not entry.gone
    ]


def _ambiguous(draft: Draft, old: Sequence[Entry], pairs: Iterable[Pair]) -> list[Finding]:
    return [
        Finding(
            "warning",
            "item-ambiguous",
            draft.stories[pair.story].place,
            f"“{draft.stories[pair.story].title}” could continue {old[pair.entry].tail} "
            f"or {old[pair.rival].tail}; the first was taken",
            "correct one story at a time where several are nearly the same",
        )
        for pair in pairs
        if pair.rival is not None
    ]


def _second(time: datetime) -> datetime:
    return time.astimezone(UTC).replace(microsecond=0)
