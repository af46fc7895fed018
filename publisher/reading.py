"""The first half of a build: what has changed under `editions/` is read, checked and recognised."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath

from publisher import ledger, ledger_file
from publisher.cache import Cache, Digests, Index, Known
from publisher.cards import Card, digest, pack
from publisher.config import Publication
from publisher.errors import EditionError
from publisher.ledger import Ledger
from publisher.model import Draft, Finding, Place, Struct, replace
from publisher.output import for_output
from publisher.parallel import Crew
from publisher.readers.sources import Pages, Source

Told = Callable[[int, int], None]


class Readings(Struct, frozen=True):
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


class Desk(Struct, frozen=True):
    """What every source of one build is read with; `folder` is the publication's."""

    folder: Path
    publication: Publication
    cache: Cache
    ledger: Ledger
    now: datetime


class Outcome(Struct, frozen=True):
    """What came of one source: a card and its ledger record as it stands in the file, or findings alone.

    `changes` is what the ledger saw, which it says only once; `assets` are files from the folder.
    """

    findings: tuple[Finding, ...]
    card: Card | None = None
    record: bytes = b""
    changes: tuple[Finding, ...] = ()
    assets: tuple[str, ...] = ()


class Desks(Struct, frozen=True):
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
            yield from _unread(error)


def read_all(found: Sequence[Source], desk: Desk) -> Iterator[Outcome]:
    """Read every source; one that cannot be read is an error finding, so that one run names all."""
    for source in found:
        try:
            yield _read(source, desk)
        except EditionError as error:
            yield Outcome(tuple(_unread(error)))


def _unread(error: EditionError) -> Iterator[Finding]:
    """A finding for each file of the edition that cannot be read."""
    for one in (error, *error.also):
        place = Place(one.where, one.line)
        yield Finding("error", "unreadable-edition", place, one.problem, one.hint)


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
    record = ledger_file.written(found.record).encode()
    return Outcome(
        findings, card, record, found.findings, tuple(one.source.as_posix() for one in assets)
    )


def unchanged(
    found: Mapping[str, Pages],
    publication: Publication,
    index: Index,
    digests: Digests,
    have: Collection[str],
) -> dict[str, Known]:
    """Those of `found` that are what they were; `have` are the editions in the cache."""
    kept = {}
    for name, pages in found.items():
        known = index.sources.get(name)
        if (
            known is not None
            and known.pages == pages
            and known.card.digest in have
            and known.date == _listed_date(name, pages, publication)
            and all(digests.of(path) == content for path, content in known.contents.items())
        ):
            kept[name] = known
    return kept


def read(
    found: Mapping[str, Pages],
    kept: Mapping[str, Known],
    remembered: Ledger,
    desk: Callable[[], Desk],
    *,
    folder: Path,
    publication: Publication,
    digests: Digests,
    now: datetime,
    crew: Crew,
    progress: Told,
) -> Readings:
    """Read those of `found` that are not among `kept`; `remembered` learns of what has changed."""
    fresh = [name for name in found if name not in kept]
    sources = [Source.named(folder, name, found[name]) for name in fresh]
    outcomes = crew.spread(read_all, sources, desk, progress=progress)
    known = dict(kept)
    for name, outcome in zip(fresh, outcomes, strict=True):
        if outcome.card is not None:
            known[name] = Known(
                pages=found[name],
                contents={path: digests.of(path) for path in (*found[name], *outcome.assets)},
                date=_listed_date(name, found[name], publication),
                card=replace(outcome.card, assets=_joined(outcome.assets, digests)),
                record=digest(outcome.record),
                findings=outcome.findings,
            )
    unread = tuple(one for out in outcomes if out.card is None for one in out.findings)
    changes = [one for out in outcomes for one in out.changes]
    bodies = {out.card.id: out.record for out in outcomes if out.card is not None}
    after = remembered.with_bodies(bodies)
    if not unread:  # what cannot be read is not gone
        after, gone = ledger.retire(after, [one.card.id for one in known.values()], now=now)
        changes += gone
    ordered = {name: known[name] for name in found if name in known}
    return Readings(ordered, unread, tuple(changes), after)


def _listed_date(name: str, pages: Pages, publication: Publication) -> str:
    """The date that a list gives an edition, by its name under `editions/` with or without ending."""
    dates = publication.reading.dates
    if not dates:
        return ""
    path = name.partition("/")[2]
    return dates.get(path) or (
        dates.get(str(PurePosixPath(path).with_suffix("")), "") if pages == (name,) else ""
    )


def _joined(names: Sequence[str], digests: Digests) -> str:
    return digest(" ".join(map(digests.of, names)).encode()) if names else ""
