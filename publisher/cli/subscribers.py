"""`publisher subscribers`: who gets the newsletter, one by one or a file at a time."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, TextIO, TypeVar, cast

import click

from publisher import addresses
from publisher.cli import options
from publisher.cli.console import plural, print_json, say
from publisher.config import Publication
from publisher.errors import StoreError
from publisher.mailing import office
from publisher.store import csvfile, exporting, importing, mailings, privacy, subscribers
from publisher.store.importing import Report
from publisher.store.subscribers import STATES, Consent, Preferences, Subscriber

CADENCES, FORMATS = ("every", "weekly"), ("html", "text")
ENCODINGS = ("auto", "utf-8", "utf-16", "gb18030", "big5", "windows-1252")
COUNTS = ("new", "changed", "unchanged", "left", "suppressed", "rejected")
EXPLAINED = {
    "left": "unsubscribed because the file says so",
    "suppressed": "stay out: they unsubscribed, bounced or complained",
}

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group("subscribers", short_help="Keep the list of subscribers.")
def command() -> None:
    """Keep the list of subscribers.

    \b
    Example:
      publisher subscribers import people.csv --dry-run
      publisher subscribers show ann@reader.example
    """


def _wishes(command: Command) -> Command:
    """Options for what somebody chose, handed over as one `wishes`."""

    @wraps(command)
    def packed(sections: str, **others: Any) -> Any:
        names = ("cadence", "format", "language")
        chosen = {name: others.pop(name) for name in names}
        slugs = tuple(filter(None, sections.replace(",", " ").split()))
        return command(wishes=Preferences(sections=slugs, **chosen), **others)

    for option in (
        click.option("--language", default="", help="Of what stands around the stories: en, ..."),
        click.option(
            "--format",
            type=click.Choice(FORMATS),
            default="html",
            show_default=True,
            help="HTML (with its text), or text alone.",
        ),
        click.option(
            "--cadence",
            type=click.Choice(CADENCES),
            default="every",
            show_default=True,
            help="Every edition, or a weekly digest.",
        ),
        click.option("--sections", metavar="SLUG,SLUG", default="", help="Sections; else all."),
    ):
        packed = option(packed)
    return cast(Command, packed)


@command.command("add", short_help="Add somebody who agreed elsewhere.")
@click.argument("address")
@click.option("--name", default="", help="Their name.")
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="NAME=TEXT",
    help="A field of your own, for greetings; may be given again.",
)
@click.option("--consent", required=True, metavar="TEXT", help="Where they agreed, as proof.")
@_wishes
@options.folder
def add(
    address: str,
    name: str,
    fields: tuple[str, ...],
    consent: str,
    wishes: Preferences,
    folder: Path,
) -> None:
    """Add ADDRESS, whose owner agreed elsewhere: they get the next edition.

    Whoever unsubscribed, bounced or complained cannot be added: they sign up again themselves.

    \b
    Example:
      publisher subscribers add ann@reader.example --consent "paper form, town fair"
    """
    with office.opened(folder, os.environ) as opened, opened.store.writing() as connection:
        made = subscribers.add(
            connection,
            addresses.parse(address),
            replace(wishes, name=name, fields=_fields(fields)),
            Consent(consent, options.clock()),
            secret=opened.secret,
        )
        _warn_of_sections(opened.publication, made.preferences.sections)
    say(f"added {made.address}")


def _chosen_sections(opened: office.Office) -> Iterable[str]:
    with opened.store.reading() as connection:
        choices = [mailings.choices(connection, cadence) for cadence in ("every", "weekly")]
    return (slug for made in choices for choice in made for slug in choice.sections)


def _warn_of_sections(publication: Publication, chosen: Iterable[str]) -> None:
    """Who chose a section that there is not would never get anything, and nobody would notice."""
    known = publication.sections
    strange = sorted(set(chosen) - set(known)) if known else []
    if strange:
        say(
            f"warning: this paper has no section {', '.join(strange)}, which somebody chose;"
            f" it has: {', '.join(known)}",
            colour="yellow",
        )


def _fields(words: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not name.strip() or not equals:
            raise click.BadParameter(f"{word!r} is no NAME=TEXT", param_hint="--field")
        found[name.strip()] = value.strip()
    return found


@command.command("import", short_help="Bring in a CSV file of subscribers.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change; change nothing.")
@click.option("--consent", metavar="TEXT", help="Where they agreed; else the file's name.")
@click.option("--unconfirmed", is_flag=True, help="New ones must confirm before they get anything.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write rows that cannot be read, each with its reason.",
)
@click.option(
    "--encoding",
    type=click.Choice(ENCODINGS),
    default="auto",
    show_default=True,
    help="The file's encoding.",
)
@_wishes
@options.folder
@options.as_json
@options.quiet
def import_(file: Path, folder: Path, as_json: bool, quiet: bool, **words: Any) -> None:
    """Bring in FILE, a CSV file whose first line names its columns; email is the one it must have.

    Others that it may have: name, state, sections, cadence, format, language, consent_source,
    consent_time; every other column is kept as a field. The options below are for what it lacks.
    Whoever left stays out, whatever the file says. Exit 1 where rows were rejected.

    \b
    Example:
      publisher subscribers import people.csv --dry-run
      publisher subscribers import people.csv --consent "town fair" --rejects rejected.csv
    """
    rejects: Path | None = words.pop("rejects")
    with office.opened(folder, os.environ) as opened, _rejects(rejects) as stream:
        job = _job(file, opened.secret, **words)
        with _rows(quiet or as_json) as progress:
            report = importing.run(opened.store, job, rejects=stream, progress=progress)
        _warn_of_sections(opened.publication, _chosen_sections(opened))
    if as_json:
        print_json(_report_json(report))
    elif not quiet or report.rejected:
        _show_report(report, job.dry_run, rejects)
    raise SystemExit(int(report.rejected > 0))


def _job(
    file: Path,
    secret: bytes,
    *,
    dry_run: bool,
    consent: str | None,
    unconfirmed: bool,
    encoding: csvfile.Encoding,
    wishes: Preferences,
) -> importing.Job:
    now = options.clock()
    return importing.Job(
        file,
        Consent(consent, now) if consent else importing.default_consent(file, now),
        secret,
        encoding=encoding,
        defaults=wishes,
        new_state="unconfirmed" if unconfirmed else "active",
        dry_run=dry_run,
    )


@contextmanager
def _rejects(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        stream = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        raise StoreError(path, problem=f"cannot be written: {error.strerror}") from None
    with stream:
        yield stream


@contextmanager
def _rows(quiet: bool) -> Iterator[Callable[[Report], None]]:
    """How many rows were read so far, and how fast; nobody knows how many there are."""
    if quiet or not sys.stderr.isatty():
        yield lambda report: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed:,} rows, {task.fields[rate]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("", total=None, rate="")

        def show(report: Report) -> None:
            speed = bars.tasks[0].speed
            bars.update(task, completed=report.rows, rate=f"{speed:,.0f}/s" if speed else "")

        yield show


def _show_report(report: Report, dry_run: bool, rejects: Path | None) -> None:
    for one in report.examples:
        click.echo(f"line {one.line:>6}  {one.address}  {one.what}")
    for name in COUNTS:
        note = EXPLAINED.get(name, "") if getattr(report, name) else ""
        if name == "rejected" and report.rejected:
            note = f"in {rejects}" if rejects else "give --rejects FILE to see why"
        say(f"{name:<11} {getattr(report, name):>9,}  {note}".rstrip())
    say(f"{plural(report.rows, 'row')} ({report.encoding}){': nothing was changed' * dry_run}")


def _report_json(report: Report) -> dict[str, Any]:
    return {
        "encoding": report.encoding,
        "rows": report.rows,
        **{name: getattr(report, name) for name in COUNTS},
        "examples": [
            {"line": one.line, "address": one.address, "what": one.what} for one in report.examples
        ],
    }


@command.command("export", short_help="Write everybody as CSV.")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@options.folder
def export(file: Path | None, folder: Path) -> None:
    """Write everybody but the erased as CSV, to FILE (which only you may read) or to stdout.

    `subscribers import` reads it back.

    \b
    Example:
      publisher subscribers export people.csv
    """
    with (
        office.opened(folder, os.environ) as opened,
        opened.store.reading() as connection,
        _private(file) if file else nullcontext(sys.stdout) as stream,
    ):
        count = exporting.write(connection, stream)
    say(f"wrote {plural(count, 'subscriber')}")


@contextmanager
def _private(path: Path) -> Iterator[TextIO]:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise StoreError(path, problem=f"cannot be written: {error.strerror}") from None
    with open(descriptor, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123 - its number
        yield stream


@command.command("list", short_help="List subscribers, and count them.")
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="How many.")
@click.option("--after", type=int, default=0, help="Go on behind this id.")
@options.folder
@options.as_json
def list_(
    state: subscribers.State | None, limit: int, after: int, folder: Path, as_json: bool
) -> None:
    """List subscribers by id, and count them by state.

    \b
    Example:
      publisher subscribers list --state bounced
    """
    with office.opened(folder, os.environ) as opened, opened.store.reading() as connection:
        found = subscribers.listing(connection, state=state, after=after, limit=limit)
        counts = subscribers.counts(connection)
    if as_json:
        print_json({"counts": counts, "subscribers": [*map(_person_json, found)]})
        return
    for one in found:
        click.echo(f"{one.id:>8}  {one.state:<12} {one.address or '(erased)'}  {_chosen(one)}")
    say(", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "nobody yet")


def _chosen(person: Subscriber) -> str:
    wishes = person.preferences
    parts = [" ".join(wishes.sections) or "all sections", wishes.cadence, wishes.format]
    return ", ".join([*parts, *filter(None, [wishes.language])])


def _person_json(person: Subscriber) -> dict[str, Any]:
    wishes = person.preferences
    return {
        "id": person.id,
        "address": person.address,
        "state": person.state,
        "name": wishes.name,
        "sections": wishes.sections,
        "cadence": wishes.cadence,
        "format": wishes.format,
        "language": wishes.language,
        "fields": dict(wishes.fields),
    }


@command.command("show", short_help="Show all that is known of somebody.")
@click.argument("address")
@options.folder
@options.as_json
def show(address: str, folder: Path, as_json: bool) -> None:
    """Show all that is known of ADDRESS: choices, consent, history and what was sent to it.

    \b
    Example:
      publisher subscribers show ann@reader.example --json
    """
    with office.opened(folder, os.environ) as opened, opened.store.reading() as connection:
        person = subscribers.require(connection, addresses.parse(address))
        record = privacy.record(connection, person, opened.secret)
    if as_json:
        print_json(record)
        return
    click.echo(f"{person.address}  {person.state}  ({_chosen(person)})")
    known = {"name": person.preferences.name, **person.preferences.fields}
    for name, value in known.items():
        if value:
            click.echo(f"{name}  {value}")
    agreed = f", {person.consent_time:%Y-%m-%d}" if person.consent_time else ""
    click.echo(f"consent  {person.consent_source or 'none noted'}{agreed}")
    if record["suppressed"]:
        click.echo(f"suppressed: {record['suppressed']}")
    for one in record["history"]:
        click.echo(f"{one['time'][:16]}  {one['kind']}  {one['code']} {one['detail']}".rstrip())
    for one in record["deliveries"]:
        said = f"{one['code'] or ''} {one['reply'] or ''}".strip()
        click.echo(f"mailing {one['mailing']} ({one['edition']})  {one['state']}  {said}".rstrip())


@command.command("remove", short_help="Unsubscribe an address for good.")
@click.argument("address")
@click.option("--because", default="removed by the editor", show_default=True, help="Why.")
@options.folder
def remove(address: str, because: str, folder: Path) -> None:
    """Unsubscribe ADDRESS and never mail it again, whatever is imported, known to us or not.

    \b
    Example:
      publisher subscribers remove ann@reader.example --because "asked by phone"
    """
    parsed = addresses.parse(address)
    with office.opened(folder, os.environ) as opened, opened.store.writing() as connection:
        subscribers.suppress(
            connection, parsed, source=because, now=options.clock(), secret=opened.secret
        )
    say(f"{parsed.text} is never mailed again, unless its owner signs up")


@command.command("erase", short_help="Forget somebody (GDPR article 17).")
@click.argument("address")
@click.option("--yes", is_flag=True, help="Do not ask first.")
@options.folder
def erase(address: str, yes: bool, folder: Path) -> None:
    """Forget all about ADDRESS; a keyed hash remains, so that it is not mailed again.

    \b
    Example:
      publisher subscribers erase ann@reader.example
    """
    parsed = addresses.parse(address)
    with office.opened(folder, os.environ) as opened:
        with opened.store.reading() as connection:
            subscribers.require(connection, parsed)
        if not yes:
            click.confirm(f"forget all about {parsed.text}, for good?", abort=True, err=True)
        with opened.store.writing() as connection:
            person = subscribers.require(connection, parsed)
            privacy.erase(connection, person, now=options.clock(), secret=opened.secret)
    say(f"{parsed.text} is forgotten")
