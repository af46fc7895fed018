"""`publisher mailings`: what was sent to whom, and the levers on what is being sent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import click

from publisher.cli import options
from publisher.cli.console import plural, print_json, say
from publisher.cli.watching import in_words
from publisher.errors import StoreError
from publisher.mailing import office
from publisher.mailing.office import Office
from publisher.store import mailings, outbox, reports
from publisher.store.mailings import Mailing
from publisher.store.outbox import STATES, Retryable
from publisher.store.reports import DomainCount, Fate, Progress

RETRYABLE = ("refused", "deferred", "uncertain", "cancelled")
DOMAINS = 30  # lines of the table


@click.group("mailings", short_help="See and steer what is being sent.")
def command() -> None:
    """See and steer what is being sent, also while another process sends it.

    \b
    Example:
      publisher mailings list
      publisher mailings show 41 --who uncertain
    """


@contextmanager
def _opened(folder: Path) -> Iterator[Office]:
    with office.opened(folder, os.environ) as opened:
        yield opened


@command.command("list", short_help="List mailings, the newest first.")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many.")
@options.folder
@options.as_json
def list_(limit: int, folder: Path, as_json: bool) -> None:
    """List mailings, the newest first.

    \b
    Example:
      publisher mailings list --limit 5
    """
    with _opened(folder) as opened, opened.store.reading() as connection:
        zone = opened.publication.zone
        every = [
            (one, reports.progress(connection, one.id))
            for one in mailings.listing(connection, limit=limit)
        ]
    if as_json:
        print_json([_mailing_json(one, seen) for one, seen in every])
        return
    for one, seen in every:
        when = f"{(one.started or one.at).astimezone(zone):%Y-%m-%d %H:%M}"
        click.echo(f"{one.id:>5}  {one.edition:<16} {one.state:<10} {when}  {in_words(seen)}")
    if not every:
        say("nothing was sent yet")


@command.command("show", short_help="Show what became of a mailing.")
@click.argument("id", type=int)
@click.option("--who", type=click.Choice(("all", *STATES)), help="List the recipients so marked.")
@options.folder
@options.as_json
def show(id: int, who: str | None, folder: Path, as_json: bool) -> None:
    """Show what became of mailing ID: how many in each state, and why, for each domain.

    With --who, one line (or JSON object) for each recipient in that state.

    \b
    Example:
      publisher mailings show 41
      publisher mailings show 41 --who refused
    """
    with _opened(folder) as opened, opened.store.reading() as connection:
        one = mailings.get(connection, id)
        if who:
            states = () if who == "all" else (cast(outbox.State, who),)
            _show_who(reports.who(connection, id, *states), as_json)
            return
        seen = reports.progress(connection, id)
        domains = reports.by_domain(connection, id)
        zone = opened.publication.zone
        copies = reports.variant_counts(connection, id)
    if as_json:
        shown = _mailing_json(one, seen)
        print_json({**shown, "copies": copies, "domains": [*map(_domain_json, domains)]})
        return
    click.echo(f"mailing {one.id}  {one.edition}  “{one.subject}”")
    click.echo(_times(one, zone))
    _show(one, seen, copies, domains)


def _times(one: Mailing, zone: ZoneInfo) -> str:
    """When it began and ended, or is to begin, as the publication's clock has it."""
    named = {"began": one.started, "ended": one.finished}
    told = [
        f"{name} {time.astimezone(zone):%Y-%m-%d %H:%M}" for name, time in named.items() if time
    ]
    starts = f"to start {one.at.astimezone(zone):%Y-%m-%d %H:%M}"
    return f"{', '.join(told) or starts} ({zone.key})"


def _show(
    one: Mailing, seen: Progress, copies: dict[str, int], domains: tuple[DomainCount, ...]
) -> None:
    because = f": {one.reason}" if one.reason else ""
    click.echo(f"{one.state}{because}, {in_words(seen) or 'nobody in it yet'}")
    for name, count in copies.items():
        click.echo(f"copy     {name:<24} {count:>9,}")
    troubles = [each for each in domains if each.state not in ("sent", "queued", "in_flight")]
    for each in troubles[:DOMAINS]:
        code = " ".join(filter(None, [str(each.code or ""), each.enhanced]))
        line = f"{each.count:>9,}  {each.state:<10} {each.domain:<24} {code:<10} {each.reply or ''}"
        click.echo(line.rstrip())
    if len(troubles) > DOMAINS:
        say(f"and {len(troubles) - DOMAINS:,} lines more; --json has them all")
    if seen.doubted:
        say(f"{plural(seen.doubted, 'recipient')} may have it twice, or not at all")
    again = [f"--{name}" for name in ("uncertain", "refused") if getattr(seen, name)]
    if again:
        say(f"to send to them again: publisher mailings retry {one.id} {' or '.join(again)}")


def _show_who(fates: Iterator[Fate], as_json: bool) -> None:
    """A line each, as they come: there may be a million."""
    import json

    for one in fates:
        if as_json:
            click.echo(json.dumps(_fate_json(one), ensure_ascii=False))
            continue
        said = " ".join(filter(None, [str(one.code or ""), one.enhanced, one.reply]))
        click.echo(f"{one.address or '(erased)'}  {one.state}  {said}".rstrip())


def _mailing_json(one: Mailing, seen: Progress) -> dict[str, Any]:
    times = ("at", "created", "started", "finished")
    return {
        "id": one.id,
        "edition": one.edition,
        "round": one.round,
        "subject": one.subject,
        "state": one.state,
        "reason": one.reason,
        **{name: _iso(getattr(one, name)) for name in times},
        "options": dict(one.options),
        "counts": {name: getattr(seen, name) for name in (*STATES, "doubted", "total")},
    }


def _domain_json(one: DomainCount) -> dict[str, Any]:
    names = ("domain", "state", "code", "enhanced", "count", "reply")
    return {name: getattr(one, name) for name in names}


def _fate_json(one: Fate) -> dict[str, Any]:
    names = (
        "subscriber", "address", "state", "attempts", "doubts", "code", "enhanced", "reply", "relay"
    )  # fmt: skip
    times = {name: _iso(getattr(one, name)) for name in ("changed", "next_attempt")}
    return {**{name: getattr(one, name) for name in names}, **times}


def _iso(time: Any) -> str | None:
    return time.isoformat() if time else None


@command.command("pause", short_help="Stop sending for now.")
@click.argument("id", type=int)
@click.option("--because", default="paused by the editor", show_default=True, help="Why.")
@options.folder
def pause(id: int, because: str, folder: Path) -> None:
    """Stop mailing ID for now: within a second nothing more leaves, whoever is sending it.

    \b
    Example:
      publisher mailings pause 41 --because "wrong headline"
    """
    with _opened(folder) as opened, opened.store.writing() as connection:
        mailings.pause(connection, id, because)
    say(f"mailing {id} is paused; publisher mailings resume {id} lets it go on")


@command.command("resume", short_help="Go on with a paused mailing.")
@click.argument("id", type=int)
@options.folder
def resume(id: int, folder: Path) -> None:
    """Let mailing ID go on. A `publisher send` that waits does so within a second; else start one.

    \b
    Example:
      publisher mailings resume 41
    """
    with _opened(folder) as opened, opened.store.writing() as connection:
        found = mailings.get(connection, id)
        edition = found.edition
        if found.state == "held":
            raise StoreError(
                f"mailing {id}",
                problem=f"it is held: {found.reason}",
                hint=f"to send it now: publisher send {edition}",
            )
        mailings.resume(connection, id, options.clock())
    say(f"mailing {id} may go on; if nobody is sending it: publisher send {edition}")


@command.command("cancel", short_help="Give a mailing up.")
@click.argument("id", type=int)
@options.folder
def cancel(id: int, folder: Path) -> None:
    """Give mailing ID up for all who have not been reached.

    \b
    Example:
      publisher mailings cancel 41
    """
    with _opened(folder) as opened, opened.store.writing() as connection:
        count = mailings.cancel(connection, id, options.clock())
    who = plural(count, "recipient") if count else "nobody"
    say(f"mailing {id} is cancelled; {who} will {'not ' * bool(count)}get it")


@command.command("retry", short_help="Send again to those who were not reached.")
@click.argument("id", type=int)
@click.option("--uncertain", is_flag=True, help="Those of whom nobody knows; some have it already.")
@click.option(
    "--refused", is_flag=True, help="Those whose server refused, and who are still active."
)
@click.option("--deferred", is_flag=True, help="Those who would be tried later anyway.")
@click.option("--cancelled", is_flag=True, help="Those for whom it was given up.")
@options.folder
def retry(id: int, folder: Path, **states: bool) -> None:
    """Make exactly the recipients of mailing ID in the named states due again, now.

    What is deferred then has all its hours (`retry_hours`) again.

    \b
    Example:
      publisher mailings retry 41 --uncertain
    """
    wanted = [cast(Retryable, state) for state in RETRYABLE if states[state]]
    if not wanted:
        raise click.UsageError("name one state or more: --uncertain, --refused, ...")
    with _opened(folder) as opened, opened.store.writing() as connection:
        edition = mailings.get(connection, id).edition
        count = outbox.retry(connection, id, wanted, now=options.clock())
    if not count:
        states_named = " or ".join(wanted)
        say(f"nobody whose address is still in the list is {states_named}: nothing to send again")
        return
    say(f"{plural(count, 'recipient')} due again; to send now: publisher send {edition}")
