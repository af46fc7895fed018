"""Which story of an edition is which item of the ledger: by content, never by position or URL alone.

A story's body is remembered as a sketch: one-permutation MinHash (Li, Owen and Zhang, "One
Permutation Hashing", 2012) of its pairs of neighbouring words or Chinese characters, 32 bins of one
base64 character each. The share of equal bins estimates the share of equal pairs, give or take 0.09.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from itertools import pairwise

from publisher.ledger_file import NOTHING, Entry, Trace
from publisher.model import Story, Struct
from publisher.text import BIDI_CONTROLS, ILLEGAL_IN_XML, INVISIBLE, squeeze

SAME = 0.35  # likeness from which two texts are one story; unrelated stories stay under 0.2
BINS = 32
EMPTY = "."
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_as_json = json.JSONEncoder(check_circular=False).encode  # of nothing that could hold itself
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|\\w+")
_HEADLINE_CHARS = 120
_CROWD = 300  # what so many entries share tells none of them from another
_CLOSE = 0.05  # two entries that a story resembles so equally are worth telling the editor
_FEW = 8  # filled bins: under so many, headlines decide
_CLUES = 3  # that two must share to be compared: equal bins, or one of the stronger keys
_GONE = 0.1  # what is still in the edition goes before what was removed


class Pair(Struct, frozen=True):
    """A story (index in the edition) and the entry (index in the ledger) that it continues.

    `rival` is another entry that it could as well have been, where there is one.
    """

    story: int
    entry: int
    rival: int | None = None


def digest(text: str, chars: int) -> str:
    """The first `chars` hexadecimal characters of the SHA-256 of `text`."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:chars]


def fingerprint(story: Story) -> str:
    """A hash of all that a subscriber sees of `story`; not its place, section or derived title."""
    seen = (
        story.headline,
        story.kicker,
        story.subheadline,
        [(person.role, person.name) for person in story.byline],
        story.dateline,
        squeeze(story.body),
        story.link,
        [(i.src, i.alt, i.width, i.height, i.caption, i.credit) for i in story.images],
        story.photo_credit,
        [(e.url, e.length_bytes, e.media_type, e.title) for e in story.enclosures],
        story.tags,
    )
    return digest(_as_json(seen), 16)


def trace(story: Story, seen: str) -> Trace:
    """All that the ledger remembers of the content of `story`; `seen` is its fingerprint."""
    return Trace(
        fingerprint=seen,
        link=digest(story.link, 8) if story.link else "",
        text=sketch(_TAG.sub(" ", story.body)) if story.body else "",
        headline=line(story.title),
    )


def line(text: str) -> str:
    """`text` as it stands at the end of a ledger line: one line, nothing hidden, never empty."""
    if not text.isprintable():
        for hidden in (ILLEGAL_IN_XML, BIDI_CONTROLS, INVISIBLE):
            text = hidden.sub("", text)
    return squeeze(text)[:_HEADLINE_CHARS].strip() or NOTHING


def sketch(text: str) -> str:
    """32 characters that resemble those of a similar text; empty for a text of under two words."""
    words = _WORD.findall(text.casefold())
    # CRC-32 is linear; the multiplication spreads it over the bins.
    mixed = {
        zlib.crc32(f"{first} {second}".encode()) * 0x9E3779B1 & 0xFFFFFFFF
        for first, second in pairwise(words)
    }
    bins = [EMPTY] * BINS
    for value in sorted(mixed, reverse=True):  # so that the least of a bin stays in it
        bins[value >> 27] = _ALPHABET[value >> 3 & 63]
    return "".join(bins) if mixed else ""


def resemblance(one: str, other: str) -> tuple[float, int]:
    """The share of two sketches' filled bins that agree, in [0, 1], and how many are filled."""
    filled = [(a, b) for a, b in zip(one, other, strict=False) if not a == b == EMPTY]
    return sum(a == b for a, b in filled) / max(len(filled), 1), len(filled)


def headline_likeness(one: str, other: str) -> float:
    """The share of neighbouring characters that two headlines have in common, in [0, 1]."""
    a, b = (set(pairwise(f" {text.casefold()} ")) for text in (one, other))
    return len(a & b) / len(a | b)


def text_likeness(old: Trace, new: Trace) -> float:
    """How much two stories with a body look like one, in [0, 1]; 0 where one has none."""
    if not old.text or not new.text:
        return 0.0
    same, filled = resemblance(old.text, new.text)
    linked = bool(old.link) and old.link == new.link
    # A text of a few words says less than its headline, unless its link agrees with it.
    weight = 3.0 if linked else min(3.0, filled / _FEW)
    return (weight * same + headline_likeness(old.headline, new.headline)) / (weight + 1)


def match_exactly(entries: Sequence[Entry], fingerprints: Sequence[str]) -> list[Pair]:
    """Pair stories with entries of the same fingerprint; copies in their order, present ones first."""
    known: defaultdict[str, list[int]] = defaultdict(list)
    for place in sorted(range(len(entries)), key=lambda place: (entries[place].gone, place)):
        known[entries[place].trace.fingerprint].append(place)
    queues = {key: iter(places) for key, places in known.items()}
    pairs = []
    for story, key in enumerate(fingerprints):
        entry = next(queues[key], None) if key in queues else None
        if entry is not None:
            pairs.append(Pair(story, entry))
    return pairs


def match_alike(
    entries: dict[int, Entry], stories: dict[int, Trace], crowd: Counter[str]
) -> list[Pair]:
    """Pair what is left by likeness, the most alike first; ties go by place in the ledger.

    `crowd` counts how often each headline stands in the edition, old and new together: 2 for one
    that is unique.
    """
    scores = {
        (story, entry): score
        for story, entry in _candidates(entries, stories)
        if (score := _likeness(entries[entry], stories[story], crowd)) >= SAME
    }
    order = sorted(scores, key=lambda pair: (-scores[pair], pair[1], pair[0]))
    free_stories, free_entries = set(stories), set(entries)
    pairs = []
    for story, entry in order:
        if story not in free_stories or entry not in free_entries:
            continue
        free_stories.discard(story)
        free_entries.discard(entry)
        near = (other for other in sorted(free_entries) if (story, other) in scores)
        close = (other for other in near if scores[story, entry] - scores[story, other] < _CLOSE)
        pairs.append(Pair(story, entry, next(close, None)))
    return pairs


def _likeness(entry: Entry, story: Trace, crowd: Counter[str]) -> float:
    """How sure it is that `story` continues `entry`, in [0, 1]: by its text or by its headline."""
    sure = max(text_likeness(entry.trace, story), _by_headline(entry, story, crowd))
    return sure - (_GONE if entry.gone else 0.0)


def _by_headline(entry: Entry, story: Trace, crowd: Counter[str]) -> float:
    """What the headline says: with the same link all, without links less, with another little."""
    old = entry.trace
    bare = not old.text and not story.text
    kept = old.headline == story.headline
    if kept and crowd[story.headline] > 2 and not bare:
        return 0.0  # a standing head such as "Notices" names none of its stories
    if old.link != story.link:
        return 0.5 if kept and bare and crowd[story.headline] == 2 else 0.0
    likeness = headline_likeness(old.headline, story.headline)
    if old.link:
        return likeness
    return 0.0 if entry.gone and not bare else 0.5 * likeness


def _candidates(entries: dict[int, Entry], stories: dict[int, Trace]) -> Iterator[tuple[int, int]]:
    """Pairs worth comparing, without comparing every story with every entry."""
    postings: defaultdict[Hashable, list[int]] = defaultdict(list)
    for place, entry in entries.items():
        for key in _keys(entry.trace):
            postings[key].append(place)
    for story, new in stories.items():
        weights: Counter[int] = Counter()
        for key, weight in _keys(new).items():
            found = postings.get(key, ())
            if len(found) <= _CROWD:
                for place in found:
                    weights[place] += weight
        yield from ((story, place) for place in sorted(weights) if weights[place] >= _CLUES)


def _keys(known: Trace) -> dict[Hashable, int]:
    """What a trace can be found by, and how many clues each is worth."""
    keys: dict[Hashable, int] = {("headline", known.headline): _CLUES, ("link", known.link): _CLUES}
    keys.update({(place, char): 1 for place, char in enumerate(known.text) if char != EMPTY})
    return keys
