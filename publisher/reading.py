"""The first half of a build: what has changed under `editions/` is read, checked and recognised."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from publisher import ledger, ledger_file
from publisher.cache import Cache, Digests, Index, Known
from publisher.cards import Card, digest, pack
from publisher.config import Publication
from publisher.errors import EditionError
from publisher.ledger import Ledger
from publisher.model import Draft, Finding, Place, replace
from publisher.output import for_output
from publisher.parallel import Crew
from publisher.readers.sources import Source

Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Readings:
    """All editions as they are now; `unread` is what the sources say that could not be read.

    `changes` is what the ledger has seen since the last build; `ledger` is how it is to be left,
    None where nothing was read.
    """

    sources: dict[str, Known]
    unread: tuple[Finding, ...] = ()
    changes: tuple[Finding, ...] = ()
    ledger: Ledger | None = None

    @property
    def cards(self) -> tuple[Card, ...]:
        """Oldest first."""
        return tuple(sorted((one.card for one in self.sources.values()), key=lambda card: card.id))


@dataclass(frozen=True, slots=True)
class Desk:
    """What every source of one build is read with; `folder` is the publication's."""

    folder: Path
    publication: Publication
    cache: Cache
    ledger: Ledger
    now: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one source: a card and its ledger record as text, or findings alone.

    `changes` is what the ledger saw, which it says only once; `assets` are files from the folder.
    """

    findings: tuple[Finding, ...]
    card: Card | None = None
    record: str = ""
    changes: tuple[Finding, ...] = ()
    assets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Desks:
    """Makes the desk of this process with the ledger at hand; one of another reads it again."""

    folder: Path
    publication: Publication
    cache: Cache
    now: datetime
    file: Path
    remembered: Ledger | None = None

    def __call__(self) -> Desk:
        known = ledger.load(self.file) if self.remembered is None else self.remembered
        return Desk(self.folder, self.publication, self.cache, known, self.now)

    def __reduce__(self) -> tuple[object, ...]:
        return (Desks, (self.folder, self.publication, self.cache, self.now, self.file))


def drafts(found: Sequence[Source], publication: Publication) -> Iterator[Draft | Finding]:
    """Every source as read, without identity; an error finding for one that cannot be."""
    from publisher.readers.editions import read_edition

    for source in found:
        try:
            yield read_edition(source, publication)
        except EditionError as error:
            yield _unread(error)


def read_all(found: Sequence[Source], desk: Desk) -> Iterator[Outcome]:
    """Read every source; one that cannot be read is an error finding, so that one run names all."""
    for source in found:
        try:
            yield _read(source, desk)
        except EditionError as error:
            yield Outcome((_unread(error),))


def _unread(error: EditionError) -> Finding:
    place = Place(error.where, error.line)
    return Finding("error", "unreadable-edition", place, error.problem, error.hint)


def _read(source: Source, desk: Desk) -> Outcome:
    from publisher.checks.edition import check_draft
    from publisher.readers.editions import read_edition

    draft = read_edition(source, desk.publication)
    findings = (*draft.findings, *check_draft(draft, desk.publication))
    known = desk.ledger.record(draft.id)
    found = ledger.recognise(draft, known, desk.publication, now=desk.now)
    edition = for_output(found.edition, desk.publication)
    assets = tuple(
        replace(one, source=one.source.relative_to(desk.folder)) for one in edition.assets
    )
    card, packed = pack(replace(edition, assets=assets), desk.publication)
    desk.cache.keep(card, packed)
    record = ledger_file.written(found.record)
    return Outcome(
        findings, card, record, found.findings, tuple(one.source.as_posix() for one in assets)
    )


def unchanged(
    found: Mapping[str, Source],
    publication: Publication,
    index: Index,
    digests: Digests,
    settings: str,
    have: Collection[str],
) -> dict[str, Known]:
    """Those of `found`, by name, that are what they were; `have` are the editions in the cache."""
    kept = {}
    for name, source in found.items():
        known = index.sources.get(name)
        if known is None or known.card.digest not in have:
            continue
        if known.made_of == _made_of(source, known.assets, publication, digests, settings):
            kept[name] = known
    return kept


def read(
    found: Mapping[str, Source],
    kept: Mapping[str, Known],
    remembered: Ledger,
    desk: Callable[[], Desk],
    *,
    publication: Publication,
    digests: Digests,
    settings: str,
    now: datetime,
    crew: Crew,
    progress: Told,
) -> Readings:
    """Read those of `found` that are not among `kept`; `remembered` learns of what has changed."""
    fresh = [name for name in found if name not in kept]
    outcomes = crew.spread(read_all, [found[name] for name in fresh], desk, progress=progress)
    known = dict(kept)
    for name, outcome in zip(fresh, outcomes, strict=True):
        if outcome.card is not None:
            known[name] = Known(
                made_of=_made_of(found[name], outcome.assets, publication, digests, settings),
                assets=outcome.assets,
                card=replace(outcome.card, assets=_joined(outcome.assets, digests)),
                record=digest(outcome.record.encode()),
                findings=outcome.findings,
            )
    unread = tuple(one for out in outcomes if out.card is None for one in out.findings)
    changes = [one for out in outcomes for one in out.changes]
    texts = {out.card.id: out.record for out in outcomes if out.card is not None}
    after = remembered.with_texts(texts)
    if not unread:  # what cannot be read is not gone
        after, gone = ledger.retire(after, [one.card.id for one in known.values()], now=now)
        changes += gone
    sources = {name: known[name] for name in found if name in known}
    return Readings(sources, unread, tuple(changes), after)


def _made_of(
    source: Source,
    assets: Sequence[str],
    publication: Publication,
    digests: Digests,
    settings: str,
) -> str:
    """The digest of all that an edition is read from; the date that a list gives it is its own."""
    parts = [settings, _listed_date(source, publication)]
    parts += [
        f"{name} {digests.of(name)}" for name in (*map(source.name_of, source.pages), *assets)
    ]
    return digest("\n".join(parts).encode())


def _listed_date(source: Source, publication: Publication) -> str:
    dates = publication.reading.dates
    if not dates:
        return ""
    path = source.path.relative_to(source.root)
    return dates.get(path.as_posix()) or dates.get(path.with_name(source.stem).as_posix(), "")


def _joined(names: Sequence[str], digests: Digests) -> str:
    return digest(" ".join(map(digests.of, names)).encode()) if names else ""
