"""`publisher send`: the second story, and the ways to try it out first."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from typing import Any

import click

from publisher import config, deliver
from publisher.cli import options
from publisher.cli.console import (
    finding_json,
    plural,
    print_json,
    progress,
    say,
    show_findings,
    tally,
)
from publisher.cli.watching import in_words, watching
from publisher.deliver import Order, Plan, Result
from publisher.errors import DeliveryError
from publisher.mailing import office

AT_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
WORDS = {
    "finished": "finished",
    "cancelled": "was cancelled",
    "stopped": "stopped; publisher send {edition} goes on with it",
    "paused": "is paused; publisher mailings resume {id}, then send again",
    "held": "is held: {because}; publisher send {edition} sends it now",
    "waiting": "waits for what was deferred; publisher send {edition} tries again when it is due",
    "fault": "was paused: {because}; mend that, then: publisher mailings resume {id}, and send again",
}


@click.command("send", short_help="Send an edition to its subscribers.")
@click.argument("edition", required=False)
@click.option("--test", "test", metavar="ADDR", help="Send one marked copy to ADDR, and no more.")
@click.option("--dry-run", is_flag=True, help="Show who would get what; send nothing.")
@click.option("--at", metavar="TIME", help='Start then: "2026-05-03 06:00", in your time zone.')
@click.option("--sections", metavar="SLUG,SLUG", help="Send these sections only.")
@click.option("--again", is_flag=True, help="Send an edition that was sent already to everybody.")
@click.option("--due", is_flag=True, help="Start and retry whatever is due, then end: for timers.")
@click.option("--no-wait", is_flag=True, help="End instead of waiting for what was deferred.")
@options.folder
@options.jobs
@options.as_json
@options.quiet
def command(
    edition: str | None,
    test: str | None,
    dry_run: bool,
    at: str | None,
    sections: str | None,
    again: bool,
    due: bool,
    no_wait: bool,
    folder: Path,
    jobs: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Send EDITION (its date) to its subscribers, or a week (2026-W48) to those who chose a digest.

    Recipients are fixed when it starts. Run it again after whatever went wrong: it goes on where it
    was. Ctrl-C stops it; nobody is missed and nobody gets it twice. Exit 1 where it did not finish.

    \b
    Example:
      publisher send 2026-11-23 --test me@example.org
      publisher send 2026-11-23 --dry-run
      publisher send 2026-11-23 --at "2026-11-24 06:00"
    """
    wanted = frozenset(filter(None, (sections or "").replace(",", " ").split()))
    _refuse_odd_mixes(edition, due=due, alone=bool(test or dry_run or at or wanted or again))
    with office.opened(folder, os.environ) as opened:
        if edition is None:
            _send_due(opened, as_json, quiet)
        elif test:
            _test(opened, edition, test, wanted, jobs)
        elif dry_run:
            _dry_run(opened, edition, wanted, jobs, as_json, quiet)
        else:
            order = Order(
                edition=edition,
                sections=wanted,
                at=_moment(at, opened.publication) if at else None,
                again=again,
                wait=not no_wait,
                jobs=jobs,
            )
            with watching(quiet or as_json) as watch:
                done = deliver.send(opened, order, watch, random=SystemRandom())
            _report([done], as_json, quiet)


def _refuse_odd_mixes(edition: str | None, *, due: bool, alone: bool) -> None:
    if due == (edition is not None):
        raise click.UsageError("name an edition, or give --due for all that is due")
    if due and alone:
        raise click.UsageError("--due goes with no other choice")


def _moment(text: str, publication: config.Publication) -> datetime:
    for form in AT_FORMATS:
        try:
            naive = datetime.strptime(text, form)  # noqa: DTZ007 - the publication's zone follows
        except ValueError:
            continue
        return naive.replace(tzinfo=publication.zone).astimezone(UTC)
    raise click.BadParameter(f"{text!r} is no time such as 2026-05-03 06:00", param_hint="--at")


def _send_due(opened: office.Office, as_json: bool, quiet: bool) -> None:
    with watching(quiet or as_json) as watch:
        done = deliver.send_due(opened, watch, random=SystemRandom())
    if not done and not quiet and not as_json:
        say("nothing is due")
    _report(list(done), as_json, quiet)


def _test(
    opened: office.Office, edition: str, address: str, wanted: frozenset[str], jobs: int
) -> None:
    outcome, findings = deliver.send_test(
        opened, edition, address, now=options.clock(), sections=wanted, jobs=jobs
    )
    show_findings(findings)
    if outcome.verdict != "sent":
        said = f"{outcome.code or ''} {outcome.text}".strip()
        raise DeliveryError(outcome.relay or address, problem=f"it was not taken: {said}")
    say(f"sent one copy to {address} ({outcome.text})")


def _dry_run(
    opened: office.Office,
    edition: str,
    wanted: frozenset[str],
    jobs: int,
    as_json: bool,
    quiet: bool,
) -> None:
    with progress(quiet or as_json) as report:
        made = deliver.plan(
            opened, edition, now=options.clock(), sections=wanted, jobs=jobs, progress=report
        )
    errors = any(one.severity == "error" for one in made.findings)
    if as_json:
        print_json(_plan_json(made))
    else:
        show_findings([one for one in made.findings if not quiet or one.severity != "info"])
        _show_plan(made)
        say(f"checked  {tally(made.findings)}; nothing was sent")
    raise SystemExit(int(errors))


def _show_plan(made: Plan) -> None:
    copies = made.copies
    for slug, count in copies.by_section.items():
        click.echo(f"section  {slug:<24} {count:>9,}")
    for copy in copies.copies:
        size = f"{copy.html_bytes:,} bytes of HTML, " if copy.html_bytes else ""
        click.echo(
            f"copy     {copy.name:<24} {copy.recipients:>9,}  {size}{copy.message_bytes:,} in all"
        )
    total = sum(copy.recipients for copy in copies.copies)
    click.echo(f"in all   {plural(total, 'recipient')}")
    if copies.left_out:
        click.echo(f"left out {copies.left_out:,}: it holds nothing from the sections they chose")
    largest = max((copy.html_bytes for copy in copies.copies), default=0)
    limit = made.issue.publication.email.limit_bytes
    click.echo(f"largest  {largest:,} bytes of HTML, the limit is {limit:,}")


def _plan_json(made: Plan) -> dict[str, Any]:
    return {
        "edition": made.issue.name,
        "sections": dict(made.copies.by_section),
        "copies": [
            {
                "name": copy.name,
                "subject": copy.subject,
                "sections": copy.sections,
                "recipients": copy.recipients,
                "html_bytes": copy.html_bytes,
                "message_bytes": copy.message_bytes,
            }
            for copy in made.copies.copies
        ],
        "recipients": sum(copy.recipients for copy in made.copies.copies),
        "left_out": made.copies.left_out,
        "largest_html_bytes": max((copy.html_bytes for copy in made.copies.copies), default=0),
        "findings": [*map(finding_json, made.findings)],
    }


def _report(done: list[Result], as_json: bool, quiet: bool) -> None:
    """What became of each, and exit 1 unless all are finished, or only wait for what was deferred."""
    if as_json:
        print_json([_result_json(one) for one in done])
    for one in done if not as_json else ():
        words = WORDS[one.ending].format(
            edition=one.mailing.edition, id=one.mailing.id, because=one.because
        )
        good = one.ending in ("finished", "waiting")
        if not quiet or not good:
            say(f"mailing {one.mailing.id} {words}", colour=None if good else "yellow")
            say(f"  {in_words(one.progress) or 'nobody was reached'}")
        for name, said in one.relays_lost.items():
            say(f"warning: {name} refused us: {said}", colour="yellow")
        if one.progress.uncertain and one.ending == "finished":
            say(f"  see: publisher mailings show {one.mailing.id} --who uncertain")
    raise SystemExit(int(any(one.ending not in ("finished", "waiting") for one in done)))


def _result_json(one: Result) -> dict[str, Any]:
    names = (
        "sent",
        "refused",
        "deferred",
        "uncertain",
        "queued",
        "in_flight",
        "cancelled",
        "total",
    )
    return {
        "mailing": one.mailing.id,
        "edition": one.mailing.edition,
        "ending": one.ending,
        "because": one.because,
        "relays_lost": one.relays_lost,
        **{name: getattr(one.progress, name) for name in names},
    }
