"""The first story, top to bottom: edition files become everything that a reader can subscribe to.

read -> remember -> check -> generate -> check -> write. Errors stop it before anything is written.
Only what has changed is read and generated again (`publisher.cache`); what comes of it is the same
as if everything were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from pathlib import Path

from publisher import config, files, ledger, ledger_file, reading, settings, standing, tree
from publisher.cache import Cache, CacheError, Digests, Index, Known, Made, broken_links
from publisher.cards import digest
from publisher.config import Publication
from publisher.errors import BuildRefused, PublisherError
from publisher.model import Draft, Finding, Struct, replace
from publisher.parallel import Crew, Progress, at_hand, crew, silent
from publisher.readers.sources import Pages, find
from publisher.reading import Readings
from publisher.standing import Built, Report
from publisher.tree import Stage

EDITIONS, TEMPLATES, PUBLIC, LEDGER = "editions", "templates", "public", ledger.FILE_NAME
JOURNAL = "under-way"
DOUBTS = "doubts-above-limit"
# What the processes of a crew have in common, in memory too; premailer is a quarter of it.
_TO_READ = ("publisher.readers.markdown", "publisher.checks.edition")
_TO_BUILD = ("publisher.rendering", *_TO_READ, "premailer")


class Reading(Struct, frozen=True):
    """What `editions/` holds: drafts in order of id, and the findings on them."""

    publication: Publication
    drafts: tuple[Draft, ...]
    findings: tuple[Finding, ...]


class _Build(Struct, frozen=True, kw_only=True):
    """One build of the publication in `folder`; `index` is what the last one left.

    `settings` is the digest of what everything is made with. `shelves` and `looks` are the folders of
    editions, and of templates and the program, with their times before they were read.
    """

    folder: Path
    publication: Publication
    now: datetime
    accept_doubts: bool
    cache: Cache
    stage: Stage
    index: Index
    digests: Digests
    settings: str
    shelves: Mapping[str, int]
    looks: Mapping[str, int]
    crew: Crew
    progress: Progress

    @property
    def journal(self) -> Path:
        return self.cache.home / JOURNAL


def read(folder: Path, *, jobs: int = 1, progress: Progress = silent) -> Reading:
    """Read and check every edition of the publication in `folder` as it stands; nothing is written.

    A file that cannot be read becomes an error finding, so that one run names them all.
    Raises ConfigError where `publisher.toml` is missing or wrong.
    """
    from publisher.checks.edition import check_drafts

    publication = config.load(folder / config.FILE_NAME)
    found = find(folder / EDITIONS, publication.reading)
    with crew(jobs, preload=_TO_READ) as hands:
        results = hands.spread(
            reading.drafts, found, partial(at_hand, publication), progress=partial(progress, "read")
        )
    drafts = sorted((one for one in results if isinstance(one, Draft)), key=lambda draft: draft.id)
    unread = [one for one in results if isinstance(one, Finding)]
    findings = _kept(publication, (*unread, *check_drafts(drafts, publication)))
    return Reading(publication, tuple(drafts), findings)


def build(
    folder: Path,
    *,
    now: datetime,
    jobs: int = 1,
    accept_doubts: bool = False,
    progress: Progress = silent,
) -> Report:
    """Build the publication in `folder` into its `public/`; `now` dates corrections (decision 2).

    Raises BuildRefused with all findings where one is an error: then nothing has been written.
    Raises ConfigError where `publisher.toml` is missing or wrong.
    """

    def once(index: Index) -> Report:
        work = _open(folder, index, cache, stage, now, accept_doubts, hands, progress)
        readings = _read(work)
        found = _on_editions(work, readings)
        _refuse_on_errors(found)
        made = _render(work, readings)
        hands.dismiss()
        report = _report(readings, found, made)
        _refuse_on_errors(report.findings)
        return _publish(work, readings, made, report)

    cache = Cache(folder / standing.FOLDER)
    stage = Stage(folder / PUBLIC, folder / PUBLIC / tree.STAGING)
    with crew(jobs, preload=_TO_BUILD) as hands:
        try:
            return once(cache.load())
        except CacheError:
            return once(Index())
        finally:
            stage.remove()


def check(folder: Path, *, now: datetime, jobs: int = 1, progress: Progress = silent) -> Report:
    """Everything `build` would say, without writing anything into `folder`."""
    from tempfile import TemporaryDirectory

    def once(index: Index) -> Report:
        work = _open(folder, index, cache, stage, now, False, hands, progress)
        readings = _read(work)
        found = _on_editions(work, readings)
        if any(finding.severity == "error" for finding in found):
            return Report(_built(readings), found)
        report = _report(readings, found, _render(work, readings))
        return replace(report, findings=(*report.findings, *readings.changes))

    with ExitStack() as stack:
        spare = Path(stack.enter_context(TemporaryDirectory()))
        hands = stack.enter_context(crew(jobs, preload=_TO_BUILD))
        cache = Cache(folder / standing.FOLDER, spare)
        stage = Stage(folder / PUBLIC, spare / PUBLIC)
        try:
            return once(cache.load())
        except CacheError:
            return once(Index())


def _open(
    folder: Path,
    index: Index,
    cache: Cache,
    stage: Stage,
    now: datetime,
    accept_doubts: bool,
    hands: Crew,
    progress: Progress,
) -> _Build:
    digests = Digests(str(folder), index)
    digests.of(config.FILE_NAME)
    publication = config.load(folder / config.FILE_NAME)
    for listed in filter(None, (publication.reading.authors_file, publication.reading.dates_file)):
        digests.of(listed)
    looks = [
        *standing.below(folder, TEMPLATES),
        *standing.below(folder, str(settings.PACKAGE)),
        *standing.below(folder, str(settings.shipped_templates())),
    ]
    return _Build(
        folder=folder,
        publication=publication,
        now=now,
        accept_doubts=accept_doubts,
        cache=cache,
        stage=stage,
        index=index,
        digests=digests,
        looks=files.folder_times(folder, looks),
        settings=settings.digest_of(digests, publication, folder / TEMPLATES),
        shelves=_shelves(folder, index),
        crew=hands,
        progress=progress,
    )


def _shelves(folder: Path, index: Index) -> dict[str, int]:
    """The folders of editions with their times; where none has changed, there is no other."""
    times = files.folder_times(folder, index.shelves)
    if times and times == index.shelves:
        return times
    return files.folder_times(folder, standing.below(folder, EDITIONS, follow_links=True))


def _listed(work: _Build) -> dict[str, Pages]:
    """The files of every edition by its name; while no folder of editions has changed, as known."""
    index = work.index
    same = work.shelves == index.shelves and standing.settled(index.shelves, index.saved_ns)
    if same and work.settings == index.settings:
        return {name: known.pages for name, known in index.sources.items()}
    found = find(work.folder / EDITIONS, work.publication.reading)
    return {one.name_of(one.path): tuple(map(one.name_of, one.pages)) for one in found}


def _read(work: _Build) -> Readings:
    """Every edition as it is now; those that neither their files nor the ledger changed are kept."""
    found = _listed(work)
    kept: dict[str, Known] = {}
    if work.settings == work.index.settings:
        have = work.cache.editions()
        kept = reading.unchanged(found, work.publication, work.index, work.digests, have)
    same_ledger = work.digests.of(LEDGER) == work.index.ledger
    if same_ledger and kept.keys() == work.index.sources.keys() and len(kept) == len(found):
        return Readings(kept)
    remembered = ledger.load(work.folder / LEDGER)
    if not same_ledger:
        kept = {
            name: known
            for name, known in kept.items()
            if digest(remembered.body(known.card.id)) == known.record
        }
    desk = reading.Desks(
        work.folder,
        work.publication,
        work.cache,
        work.now,
        work.folder / LEDGER,
        remembered,
    )
    return reading.read(
        found,
        kept,
        remembered,
        desk,
        folder=work.folder,
        publication=work.publication,
        digests=work.digests,
        now=work.now,
        crew=work.crew,
        progress=partial(work.progress, "read"),
    )


def _render(work: _Build, readings: Readings) -> dict[str, Made]:
    """Everything made, by the name of its piece of work; what has changed or is missing is staged."""
    index = work.index
    absent, changed = tree.missing(work.stage.root, index.outputs, index.folders, index.saved_ns)
    index.folders.update(changed)
    absent |= tree.under_way(work.journal)
    same = readings.sources is index.sources or readings.sources == index.sources
    if same and work.settings == index.settings and not absent:
        return index.made
    from publisher.rendering import Room, render

    room = Room(
        work.folder,
        work.folder / TEMPLATES,
        work.publication,
        work.settings,
        work.cache,
        work.stage,
    )
    told = partial(work.progress, "render")
    return render(room, readings.cards, index.made, absent, crew=work.crew, progress=told)


def _on_editions(work: _Build, readings: Readings) -> tuple[Finding, ...]:
    """What is to be said of the editions as read."""
    from publisher.checks.edition import duplicate_editions

    known = sorted(readings.sources.values(), key=lambda one: one.card.id)
    pairs = ((one.card.id, one.card.sources[0]) for one in known)
    twice = duplicate_editions(pairs)
    found = [*readings.unread, *twice, *(finding for one in known for finding in one.findings)]
    if work.accept_doubts:
        found = [_accepted(one) for one in found]
    return _kept(work.publication, found)


def _kept(publication: Publication, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Without those that `[checks] skip` names; errors are never skipped."""
    skipped = set(publication.checks.skip)
    return tuple(one for one in findings if one.severity == "error" or one.code not in skipped)


def _accepted(finding: Finding) -> Finding:
    return replace(finding, severity="warning") if finding.code == DOUBTS else finding


def _report(readings: Readings, found: Iterable[Finding], made: Mapping[str, Made]) -> Report:
    """What a build that changes nothing would say; `found` is what there is to say of the editions."""
    findings = [*found, *(finding for one in made.values() for finding in one.findings)]
    findings += broken_links(made)
    outputs = sum(len(one.outputs) for one in made.values())
    return Report(_built(readings), tuple(findings), unchanged=outputs)


def _built(readings: Readings) -> tuple[Built, ...]:
    return tuple(
        Built(card.id, card.title, card.language, card.items, card.sources)
        for card in readings.cards
    )


def _refuse_on_errors(findings: tuple[Finding, ...]) -> None:
    count = sum(finding.severity == "error" for finding in findings)
    if count:
        raise BuildRefused(
            findings,
            problem=f"{count} error{'s' * (count > 1)} found, so nothing was written",
            hint="mend what is listed, then build again",
        )


def _publish(work: _Build, readings: Readings, made: dict[str, Made], report: Report) -> Report:
    """Write the ledger, then `public/`, then the cache: a crash between them is mended next time."""
    before = work.index
    if readings.ledger is not None:
        files.write_if_changed(work.folder / LEDGER, ledger_file.encoded(readings.ledger))
        work.digests.forget(LEDGER)
    after = Index(
        settings=work.settings,
        ledger=work.digests.of(LEDGER),
        sources=readings.sources,
        made=made,
        stamps=work.digests.seen,
        folders=before.folders,
        shelves=dict(work.shelves),
        saved_ns=before.saved_ns,
    )
    done = tree.Published((), ())
    if made is not before.made:
        news = [one for name, one in made.items() if one is not before.made.get(name)]
        fresh = [path for one in news for path in one.outputs]
        done = _move(work, made, fresh)
        after.folders = _folders(work, [*fresh, *done.removed])
    if after != before:
        work.cache.save(after)
        work.cache.forget(before.editions - after.editions)
    work.journal.unlink(missing_ok=True)
    _keep_standing(work, after.folders, report)
    return replace(
        report,
        findings=(*report.findings, *readings.changes),
        written=done.written,
        removed=done.removed,
        unchanged=report.unchanged - len(done.written),
    )


def _keep_standing(work: _Build, public: Mapping[str, int], report: Report) -> None:
    """Let the next build see at a glance that there is nothing to do; `public` are its folders."""
    made_in = {f"{PUBLIC}/{path}": time for path, time in public.items()}
    standing.keep(
        work.folder,
        accept_doubts=work.accept_doubts,
        files={
            path: (one.size, one.mtime_ns, one.inode) for path, one in work.digests.seen.items()
        },
        folders={**work.shelves, **work.looks, **made_in},
        said=report,
    )


def _move(work: _Build, made: Mapping[str, Made], fresh: Sequence[str]) -> tree.Published:
    """Put what is staged of `fresh` in its place in `public/`, and take away what is no more."""
    stood = work.index.outputs.keys() | tree.under_way(work.journal)
    done = tree.publish(work.stage, fresh, _outputs(made), stood, work.journal)
    work.stage.remove()
    return done


def _folders(work: _Build, moved: Iterable[str]) -> dict[str, int]:
    """The folders in `public/` that hold files of ours, now that those at `moved` have come or gone.

    A folder that comes or goes changes the one that holds it.
    """
    known = work.index.folders
    holding = {path.rpartition("/")[0] for path in moved}
    parts = [folder.split("/") for folder in holding]
    above = {"/".join(names[:depth]) for names in parts for depth in range(len(names))}
    again = files.folder_times(work.stage.root, sorted(holding | above & known.keys()))
    return {folder: time for folder, time in {**known, **again}.items() if time}


def _outputs(made: Mapping[str, Made]) -> dict[str, str]:
    """Every file of the site with its digest. Raises PublisherError where two have one path."""
    found: dict[str, str] = {}
    for one in made.values():
        for path, body in one.outputs.items():
            if path in found:
                raise PublisherError(path, problem="two generated files have this path")
            found[path] = body
    return found
