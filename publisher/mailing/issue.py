"""What is to be sent: an edition as it was built, or the week's editions as one digest."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from publisher import ledger, publish
from publisher.config import Publication
from publisher.errors import BuildRefused, EditionError
from publisher.ledger import Ledger
from publisher.model import Draft, Edition, Finding, Place, replace
from publisher.parallel import Progress, silent
from publisher.publish import Reading
from publisher.store.subscribers import Cadence

_WEEK = re.compile(r"\d{4}-W\d\d")  # ISO 8601: 2026-W48


@dataclass(frozen=True, slots=True)
class Issue:
    """`name` is what the mailing is called: the edition's id, or a digest's week."""

    name: str
    edition: Edition
    publication: Publication
    findings: tuple[Finding, ...]


def cadence_of(name: str) -> Cadence:
    """A week (`2026-W48`) goes to those who chose the weekly digest, an edition to all others."""
    return "weekly" if _WEEK.fullmatch(name) else "every"


def read(
    folder: Path,
    name: str,
    *,
    now: datetime,
    jobs: int = 1,
    progress: Progress = silent,
) -> Issue:
    """The edition or week called `name`, and all that the checks say of it.

    What is mailed must be what was built: its links lead to pages. So an edition that `publisher.lock`
    does not know as it stands is an error finding. Raises EditionError where there is no such edition.
    """
    reading = publish.read(folder, jobs=jobs, progress=progress)
    drafts = _named(reading, name)
    remembered = ledger.load(folder / publish.LEDGER)
    known = [_as_built(draft, remembered, reading.publication, now) for draft in drafts]
    files = {draft.id for draft in drafts} | {path for one in drafts for path in one.sources}
    findings = [one for one in reading.findings if one.place.file in files]
    findings += [finding for _, unbuilt in known for finding in unbuilt]
    editions = [edition for edition, _ in known]
    if cadence_of(name) == "weekly":
        return Issue(name, _digest(editions), reading.publication.with_summaries(), tuple(findings))
    return Issue(name, editions[0], reading.publication, tuple(findings))


def _named(reading: Reading, name: str) -> list[Draft]:
    """In order of day. Raises EditionError where there is none, BuildRefused where it is unreadable."""
    found = [draft for draft in reading.drafts if _names(name)(draft)]
    if found:
        return found
    unread = tuple(
        one for one in reading.findings if one.severity == "error" and name in one.place.file
    )
    if unread:
        raise BuildRefused(
            unread, problem=f"edition {name} cannot be read", hint="mend what is listed"
        )
    latest = reading.drafts[-1].id if reading.drafts else "none yet"
    raise EditionError(
        name,
        problem="there is no such edition",
        hint=f"name one by its date; the latest is {latest}",
    )


def _names(name: str) -> Callable[[Draft], bool]:
    if cadence_of(name) == "weekly":
        return lambda draft: f"{draft.day:%G-W%V}" == name
    return lambda draft: draft.id == name


def _as_built(
    draft: Draft, remembered: Ledger, publication: Publication, now: datetime
) -> tuple[Edition, tuple[Finding, ...]]:
    known = remembered.record(draft.id)
    found = ledger.recognise(draft, known, publication, now=now)
    if found.record == known:
        return found.edition, ()
    problem = "has changed since it was built" if known else "has not been built"
    unbuilt = Finding(
        "error",
        "edition-unbuilt",
        Place(draft.sources[0] if draft.sources else draft.id),
        f"edition {draft.id} {problem}, so its links would lead elsewhere",
        "run: publisher build, and put public/ where your readers are",
    )
    return found.edition, (unbuilt,)


def _digest(editions: Sequence[Edition]) -> Edition:
    """One edition with the items of all, the latest first; it leads to the latest one's page."""
    newest_first = editions[::-1]
    first, last = editions[0], editions[-1]
    title = str(last.day) if first.day == last.day else f"{first.day} – {last.day}"
    return replace(
        last,
        title=title,
        number="",
        introduction="",
        items=tuple(item for edition in newest_first for item in edition.items),
        assets=(),
    )
