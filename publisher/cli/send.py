"""`publisher send`: the second story, and the ways to try it out first."""

from __future__ import annotations

import os
from dataclasses import dataclass
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
from publisher.model import Finding

AT_FORMATS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M")
WORDS = {
    "finished": "finished",
    "cancelled": "was cancelled",
    "stopped": "stopped; publisher send {edition} goes on with it",
    "scheduled": "stays scheduled; a timer with --due, or publisher send {edition}, starts it then",
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
def command(**words: Any) -> None:
    """Send EDITION (its date) to its subscribers, or a week (2026-W48) to those who chose a digest.

    Recipients are fixed when it starts. Run it again after whatever went wrong: it goes on where it
    was. Ctrl-C stops it; nobody is missed and nobody gets it twice. Exit 1 where it did not finish.

    \b
    Example:
      publisher send 2026-11-23 --test me@example.org
      publisher send 2026-11-23 --dry-run
      publisher send 2026-11-23 --at "2026-11-24 06:00"
    """
    _carry_out(Asked(**words))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command line, word for word."""

    edition: str | None
    test: str | None
    dry_run: bool
    at: str | None
    sections: str | None
    again: bool
    due: bool
    no_wait: bool
    folder: Path
    jobs: int
    as_json: bool
    quiet: bool

    @property
    def wanted(self) -> frozenset[str]:
        return frozenset(filter(None, (self.sections or "").replace(",", " ").split()))

    @property
    def silent(self) -> bool:
        return self.quiet or self.as_json


def _carry_out(asked: Asked) -> None:
    _refuse_odd_mixes(asked)
    with office.opened(asked.folder, os.environ) as opened:
        if asked.edition is None:
            _send_due(opened, asked)
        elif asked.test:
            _test(opened, asked.edition, asked.test, asked)
        elif asked.dry_run:
            _dry_run(opened, asked.edition, asked)
        else:
            _send(opened, asked.edition, asked)


def _refuse_odd_mixes(asked: Asked) -> None:
    if asked.due == (asked.edition is not None):
        raise click.UsageError("name an edition, or give --due for all that is due")
    for one, others in (
        ("due", ("test", "dry_run", "at", "sections", "again")),
        ("test", ("dry_run", "at", "again")),
        ("dry_run", ("at", "again")),
    ):
        mixed = next((name for name in others if getattr(asked, name)), None)
        if getattr(asked, one) and mixed:
            names = [f"--{name.replace('_', '-')}" for name in (one, mixed)]
            raise click.UsageError(f"{names[0]} and {names[1]} do not go together")


def _send(opened: office.Office, edition: str, asked: Asked) -> None:
    order = Order(
        edition=edition,
        sections=asked.wanted,
        at=_moment(asked.at, opened.publication) if asked.at else None,
        again=asked.again,
        wait=not asked.no_wait,
        jobs=asked.jobs,
    )
    with watching(asked.silent) as watch:
        done = deliver.send(opened, order, watch, random=SystemRandom())
    _report([done], asked)


def _moment(text: str, publication: config.Publication) -> datetime:
    for form in AT_FORMATS:
        try:
            naive = datetime.strptime(text, form)  # noqa: DTZ007 - the publication's zone follows
        except ValueError:
            continue
        return naive.replace(tzinfo=publication.zone).astimezone(UTC)
    raise click.BadParameter(f"{text!r} is no time such as 2026-05-03 06:00", param_hint="--at")


def _send_due(opened: office.Office, asked: Asked) -> None:
    with watching(asked.silent) as watch:
        done = deliver.send_due(opened, watch, random=SystemRandom(), jobs=asked.jobs)
    if not done and not asked.silent:
        say("nothing is due")
    _report(list(done), asked)


def _test(opened: office.Office, edition: str, address: str, asked: Asked) -> None:
    outcome, findings = deliver.send_test(
        opened, edition, address, now=options.clock(), sections=asked.wanted, jobs=asked.jobs
    )
    _show_findings(findings, asked)
    if outcome.verdict != "sent":
        said = f"{outcome.code or ''} {outcome.text}".strip()
        raise DeliveryError(outcome.relay or address, problem=f"it was not taken: {said}")
    if not asked.quiet:
        say(f"sent one copy to {address} ({outcome.text})")


def _dry_run(opened: office.Office, edition: str, asked: Asked) -> None:
    now = options.clock()
    with progress(asked.silent) as report:
        made = deliver.plan(
            opened, edition, now=now, sections=asked.wanted, jobs=asked.jobs, progress=report
        )
    errors = any(one.severity == "error" for one in made.findings)
    if asked.as_json:
        print_json(_plan_json(made))
    else:
        _show_findings(made.findings, asked)
        _show_plan(made)
        say(f"checked  {tally(made.findings)}; nothing was sent")
    raise SystemExit(int(errors))


def _show_findings(findings: tuple[Finding, ...], asked: Asked) -> None:
    show_findings([one for one in findings if not asked.quiet or one.severity != "info"])


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


def _report(done: list[Result], asked: Asked) -> None:
    """What became of each, and exit 1 unless all are finished, or only wait for what was deferred."""
    if asked.as_json:
        print_json([_result_json(one) for one in done])
    for one in done if not asked.as_json else ():
        asleep = one.ending == "stopped" and one.mailing.state == "scheduled"
        words = WORDS["scheduled" if asleep else one.ending].format(
            edition=one.mailing.edition, id=one.mailing.id, because=one.because
        )
        good = one.ending in ("finished", "waiting")
        if not asked.quiet or not good:
            say(f"mailing {one.mailing.id} {words}", colour=None if good else "yellow")
            if not asleep:
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
