"""`.publisher/`: what the last build knew, so that the next one does only what has changed.

`index` says of every edition what it was made of, and of every generated file what stands in it;
`editions/` holds editions as values, named by their digests; `fragments/` holds their entries as feeds
write them, in a folder for the settings that they were made with. All of it can be deleted at any time:
what is missing, broken or of another version is made again. Contents decide, by their digests; a file's
time, size and inode only spare reading it again (as git's index does).
"""

# Thousands of files are looked at, which takes pathlib several times as long.
# ruff: noqa: PTH116, PTH118, PTH208
from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from publisher import files, fragments
from publisher.cards import Card, digest, unpack
from publisher.fragments import Fragment, Position
from publisher.model import Edition, Finding, Struct, field

FRAGMENTS = "fragments"
VERSION = 3


class CacheError(Exception):
    """The cache has not what it says it has: build again without it."""


# `gc=False`: thousands of values without a cycle, which the collector would only look through.
class Stamp(Struct, frozen=True, array_like=True, gc=False):
    """A file as it was when its content had this digest."""

    size: int
    mtime_ns: int
    inode: int
    digest: str


class Known(Struct, frozen=True, array_like=True, gc=False):
    """One source that has been read: all that it was made of, and what came of it.

    `pages` are its files in reading order, `contents` the digests of those and of its assets, `date`
    is what a list of dates gives it. `record` is the digest of its edition's record in the ledger.
    """

    pages: tuple[str, ...]
    contents: dict[str, str]
    date: str
    card: Card
    record: str
    findings: tuple[Finding, ...] = ()


class Broken(Struct, frozen=True, array_like=True, gc=False):
    """A link to a file of ours, and what to say if that file is not there."""

    target: str
    finding: Finding


class Made(Struct, frozen=True, array_like=True, gc=False):
    """One piece of work that has been done: what it was made of, and the digests of its files."""

    made_of: str
    outputs: dict[str, str]
    findings: tuple[Finding, ...] = ()
    links: tuple[Broken, ...] = ()


class Index(Struct, array_like=True):
    """All that the last build knew; `sources` by name, `made` by the name of the work.

    `ledger` is the digest of `publisher.lock` as it was left. `shelves` and `folders` have the times
    of the folders of editions, and of those in `public/` that hold files of ours. `saved_ns` is when
    it was written: what has changed since may have changed again within one tick of the clock, so
    that its time tells nothing (git calls such files "racily clean").
    """

    version: int = VERSION
    settings: str = ""
    ledger: str = ""
    stamps: dict[str, Stamp] = field(default_factory=dict)
    sources: dict[str, Known] = field(default_factory=dict)
    made: dict[str, Made] = field(default_factory=dict)
    folders: dict[str, int] = field(default_factory=dict)
    shelves: dict[str, int] = field(default_factory=dict)
    saved_ns: int = 0

    @property
    def outputs(self) -> dict[str, str]:
        """Every file of ours in `public/`, with the digest of its content."""
        return {path: body for one in self.made.values() for path, body in one.outputs.items()}

    @property
    def editions(self) -> set[str]:
        """The names of the editions in the cache."""
        return {one.card.digest for one in self.sources.values()}


def made_of(*parts: object) -> str:
    """What `Made` remembers of all that a piece of work is made of: a digest."""
    return digest(_ENCODER.encode(parts))


def broken_links(made: Mapping[str, Made]) -> Iterator[Finding]:
    """What is wrong with links from one piece of work to another, now that all are known."""
    leads = [lead for one in made.values() for lead in one.links]
    if leads:
        paths = {path for one in made.values() for path in one.outputs}
        yield from (lead.finding for lead in leads if lead.target not in paths)


class Digests(Struct):
    """Digests of files, read again only where their stamps do not tell."""

    root: str
    index: Index
    seen: dict[str, Stamp] = field(default_factory=dict)

    def of(self, path: str) -> str:
        """The digest of the file at `path` (absolute, or from `root`), empty where there is none."""
        if path in self.seen:
            return self.seen[path].digest
        place = os.path.join(self.root, path)
        try:
            state = os.stat(place)
            stamp = self.index.stamps.get(path)
            if stamp is None or self._moved(stamp, state):
                content = digest(Path(place).read_bytes())
                stamp = Stamp(state.st_size, state.st_mtime_ns, state.st_ino, content)
        except OSError:
            return ""
        self.seen[path] = stamp
        return stamp.digest

    def forget(self, path: str) -> None:
        """Look again at `path`: it has been written."""
        self.seen.pop(path, None)

    def _moved(self, stamp: Stamp, state: os.stat_result) -> bool:
        now = (state.st_size, state.st_mtime_ns, state.st_ino)
        then = (stamp.size, stamp.mtime_ns, stamp.inode)
        return now != then or stamp.mtime_ns >= self.index.saved_ns


class Cache(Struct, frozen=True):
    """The cache in `home`; new editions are written to `spare` where that is given."""

    home: Path
    spare: Path | None = None

    def load(self) -> Index:
        """The index of the last build; an empty one where there is none that can be read."""
        path = self.home / "index"
        try:
            index = _DECODER.decode(path.read_bytes())
            index.saved_ns = path.stat().st_mtime_ns
        except (OSError, ValueError):
            return Index()
        return index if index.version == VERSION else Index()

    def save(self, index: Index) -> None:
        index.saved_ns = 0
        files.write_if_changed(self.home / "index", _ENCODER.encode(index))
        for other in _names(self.home / FRAGMENTS) - {index.settings}:
            shutil.rmtree(self.home / FRAGMENTS / other, ignore_errors=True)

    def edition(self, card: Card) -> Edition:
        """The edition that `card` is of. Raises CacheError where it is not there, or not whole."""
        for folder in (self.spare, self.home):
            try:
                packed = (folder / "editions" / card.digest).read_bytes() if folder else b""
            except OSError:
                continue
            if packed and digest(packed) == card.digest:
                return unpack(packed)
        raise CacheError(card.digest)

    def keep(self, card: Card, packed: bytes) -> None:
        """Write down the value of an edition, as `publisher.cards.pack` made it."""
        self._write(f"editions/{card.digest}", packed)

    def fragments(
        self, card: Card, settings: str, wanted: Callable[[Position], bool]
    ) -> list[Fragment]:
        """The `wanted` entries of the edition that `card` is of, as feeds write them.

        `settings` are those under which they do. Raises CacheError where they are not there, or not
        whole.
        """
        packed = self._fragments(card, settings)
        if packed is None:
            raise CacheError(card.digest)
        return fragments.unpack(packed, wanted)

    def has_fragments(self, card: Card, settings: str) -> bool:
        """Whether what `keep_fragments` keeps is there, and whole."""
        return self._fragments(card, settings) is not None

    def _fragments(self, card: Card, settings: str) -> bytes | None:
        name = f"{FRAGMENTS}/{settings}/{card.digest}"
        spare = _unsealed(self.spare / name) if self.spare else None
        return spare or _unsealed(self.home / name)

    def keep_fragments(self, card: Card, settings: str, kept: Sequence[Fragment]) -> None:
        """Write down the entries of an edition, as feeds write them under these settings."""
        self._write(f"{FRAGMENTS}/{settings}/{card.digest}", _sealed(fragments.pack(kept)))

    def learnt(self, settings: str) -> Any:
        """What was kept under these settings; empty where nothing was, or not whole."""
        packed = _unsealed(self.home / "learnt")
        known, learnt = msgspec.msgpack.decode(packed) if packed else ("", {})
        return learnt if known == settings else {}

    def keep_learnt(self, settings: str, learnt: Any) -> None:
        """Keep what has been learnt of templates and their styles: later builds need not do it again."""
        self._write("learnt", _sealed(_ENCODER.encode((settings, learnt))))

    def editions(self) -> set[str]:
        """The digests of all editions that are kept, by a look at the names."""
        return _names(self.home / "editions")

    def _write(self, name: str, body: bytes) -> None:
        """Whole or not at all, whoever else writes it."""
        place = (self.spare or self.home) / name
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_name(f".{place.name}.{os.getpid()}")
        half.write_bytes(body)
        half.replace(place)

    def forget(self, digests: Iterable[str]) -> None:
        """Delete editions that no card names any more."""
        folders = [FRAGMENTS + "/" + settings for settings in _names(self.home / FRAGMENTS)]
        for name in digests:
            for folder in ("editions", *folders):
                (self.home / folder / name).unlink(missing_ok=True)


def _names(folder: Path) -> set[str]:
    """What stands in `folder`, which may not be there."""
    try:
        return set(os.listdir(folder))
    except OSError:
        return set()


def _sealed(packed: bytes) -> bytes:
    """So that `_unsealed` can tell whether it is whole: a checksum, which takes a quarter of a digest."""
    return zlib.crc32(packed).to_bytes(4) + packed


def _unsealed(path: Path) -> bytes | None:
    """What was sealed in this file; None where there is none, or it is not whole."""
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    seal, packed = kept[:4], kept[4:]
    return packed if seal == zlib.crc32(packed).to_bytes(4) else None


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Index)
