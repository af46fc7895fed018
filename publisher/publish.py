"""The first story, top to bottom: edition files become everything that a reader can subscribe to.

read -> remember -> check -> generate -> check -> write. Errors stop it before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from publisher import config, files, ledger, output, urls
from publisher.checks.edition import check_drafts
from publisher.config import Publication
from publisher.errors import BuildRefused, EditionError
from publisher.model import Artifact, Draft, Edition, Finding, Place
from publisher.parallel import spread
from publisher.readers import editions as sources
from publisher.readers.editions import Source

EDITIONS, TEMPLATES, PUBLIC, LEDGER = "editions", "templates", "public", "publisher.lock"
MANIFEST = ".publisher/manifest"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """What `editions/` holds: drafts in order of id, and the findings on them."""

    publication: Publication
    drafts: tuple[Draft, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a build read and did; paths are relative to `public/`."""

    editions: tuple[Edition, ...]
    findings: tuple[Finding, ...]
    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def read(folder: Path, *, jobs: int = 1, progress: Progress = silent) -> Reading:
    """Read and check every edition of the publication in `folder`; nothing is written.

    A file that cannot be read becomes an error finding, so that one run names them all.
    Raises ConfigError where `publisher.toml` is missing or wrong.
    """
    publication = config.load(folder / config.FILE_NAME)
    found = sources.find(folder / EDITIONS, publication.reading)
    results = spread(_read_all, found, publication, jobs=jobs, progress=partial(progress, "read"))
    drafts = sorted((one for one in results if isinstance(one, Draft)), key=lambda draft: draft.id)
    unread = [one for one in results if isinstance(one, Finding)]
    findings = (*unread, *check_drafts(drafts, publication))
    skipped = set(publication.checks.skip)
    kept = tuple(one for one in findings if one.severity == "error" or one.code not in skipped)
    return Reading(publication, tuple(drafts), kept)


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
    """
    reading = read(folder, jobs=jobs, progress=progress)
    findings = _accepting(reading.findings) if accept_doubts else reading.findings
    _refuse_on_errors(findings)
    editions, remembered, changes = _identify(folder, reading, now)
    artifacts, seen = _generate(folder, reading.publication, editions, jobs, progress)
    findings = (*findings, *changes, *seen)
    _refuse_on_errors(findings)
    files.write_if_changed(folder / LEDGER, ledger.dump(remembered).encode("utf-8"))
    done = files.publish_tree(folder / PUBLIC, artifacts, manifest=folder / MANIFEST)
    return Report(editions, findings, done.written, done.removed, done.unchanged)


def check(folder: Path, *, now: datetime, jobs: int = 1, progress: Progress = silent) -> Reading:
    """Everything `build` would say, without writing anything."""
    reading = read(folder, jobs=jobs, progress=progress)
    if any(finding.severity == "error" for finding in reading.findings):
        return reading
    editions, _, changes = _identify(folder, reading, now)
    _, seen = _generate(folder, reading.publication, editions, jobs, progress)
    return replace(reading, findings=(*reading.findings, *changes, *seen))


def _accepting(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(
        replace(one, severity="warning") if one.code == "doubts-above-limit" else one
        for one in findings
    )


def _refuse_on_errors(findings: tuple[Finding, ...]) -> None:
    count = sum(finding.severity == "error" for finding in findings)
    if count:
        raise BuildRefused(
            findings,
            problem=f"{count} error{'s' * (count > 1)} found, so nothing was written",
            hint="mend what is listed, then build again",
        )


def _identify(
    folder: Path, reading: Reading, now: datetime
) -> tuple[tuple[Edition, ...], ledger.Ledger, tuple[Finding, ...]]:
    remembered = ledger.load(folder / LEDGER)
    editions: list[Edition] = []
    findings: list[Finding] = []
    for draft in reading.drafts:
        known = ledger.identify(draft, remembered, reading.publication, now=now)
        remembered = known.ledger
        editions.append(known.edition)
        findings += known.findings
    remembered, gone = ledger.retire(remembered, (draft.id for draft in reading.drafts), now=now)
    return tuple(editions), remembered, (*findings, *gone)


def _generate(
    folder: Path,
    publication: Publication,
    editions: tuple[Edition, ...],
    jobs: int,
    progress: Progress,
) -> tuple[list[Artifact], list[Finding]]:
    from publisher.checks.feed import check_feed
    from publisher.checks.site import check_page
    from publisher.generators import feeds, opml, site
    from publisher.generators.templates import load

    shown = [output.for_output(edition, publication) for edition in editions]
    triples = list(zip(shown, [None, *shown[:-1]], [*shown[1:], None], strict=True))
    artifacts: list[Artifact] = []
    findings: list[Finding] = []
    told = partial(progress, "render")
    for rendered in spread(_render_all, triples, folder, publication, jobs=jobs, progress=told):
        artifacts += rendered.artifacts
        findings += rendered.findings
    templates = load(folder / TEMPLATES)
    whole = [
        *feeds.generate(publication, shown),
        opml.generate(publication, shown),
        *site.generate_indexes(shown, publication, templates),
    ]
    artifacts += [*whole, *_assets(editions)]
    paths = frozenset(artifact.path for artifact in artifacts)
    feed_types = frozenset(urls.FEED_MEDIA_TYPES.values())
    for artifact in artifacts:
        if artifact.media_type in feed_types:
            findings += check_feed(artifact)
        elif artifact.media_type.startswith("text/html") and not artifact.path.startswith("email/"):
            findings += check_page(artifact, paths)
    return artifacts, findings


@dataclass(frozen=True, slots=True)
class _Rendered:
    artifacts: tuple[Artifact, ...]
    findings: tuple[Finding, ...]


_Triple = tuple[Edition, Edition | None, Edition | None]


def _render_all(
    triples: Sequence[_Triple], folder: Path, publication: Publication
) -> Iterator[_Rendered]:
    from publisher.checks.email import check_email
    from publisher.generators import email, site
    from publisher.generators.templates import load

    templates = load(folder / TEMPLATES)
    inliner = email.inliner(templates, publication)
    for edition, older, newer in triples:
        mail = email.generate(edition, publication, templates, inliner)
        pages = site.generate_edition(edition, publication, templates, older=older, newer=newer)
        findings = [
            finding
            for artifact in mail
            if artifact.path.endswith(".html")
            for finding in check_email(artifact, publication)
        ]
        yield _Rendered((*mail, *pages), tuple(findings))


def _read_all(found: Sequence[Source], publication: Publication) -> Iterator[Draft | Finding]:
    for source in found:
        try:
            yield sources.read_edition(source, publication)
        except EditionError as error:
            place = Place(error.where, error.line)
            yield Finding("error", "unreadable-edition", place, error.problem, error.hint)


def _assets(editions: Iterable[Edition]) -> Iterator[Artifact]:
    for edition in editions:
        for asset in edition.assets:
            body = asset.source.read_bytes() if asset.body is None else asset.body
            yield Artifact(asset.path, files.media_type(asset.path), body)
