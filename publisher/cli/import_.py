"""`publisher import`: an existing feed or archive becomes editions."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from publisher import importing
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
from publisher.importing import Planned


@click.command("import", short_help="Make editions of an existing feed or archive.")
@click.argument(
    "sources",
    nargs=-1,
    required=True,
    metavar="FEED_OR_FOLDER...",
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--by",
    type=click.Choice(importing.PERIODS),
    default="day",
    show_default=True,
    help="Which of a feed's entries make one edition.",
)
@click.option("-n", "--dry-run", is_flag=True, help="List the editions, and write nothing.")
@click.option("--force", is_flag=True, help="Replace editions that are there already.")
@options.folder
@options.as_json
@options.quiet
def command(
    sources: tuple[Path, ...],
    by: importing.By,
    dry_run: bool,
    force: bool,
    folder: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """Make editions of FEED_OR_FOLDER: files of RSS, Atom or JSON Feed, or a folder of those, of mail
    (.eml), HTML or Markdown.

    Entries keep their dates, links and ids, so that a feed's readers see none of them as new.

    \b
    Example:
      publisher import feed.xml --dry-run
      publisher import feed.xml --by week
      publisher import old-newsletters/
    """
    with progress(quiet or as_json) as report:
        plan = importing.plan(folder, sources, by=by, progress=report)
    errors = any(finding.severity == "error" for finding in plan.findings)
    shown = plan.editions
    if not dry_run:
        shown = importing.write(folder, plan, now=options.now(), force=force)
    if as_json:
        print_json(_as_json(shown, plan, dry_run))
    else:
        show_findings([one for one in plan.findings if not quiet or one.severity != "info"])
        _summary(shown, plan, dry_run, quiet)
    raise SystemExit(int(errors or not (plan.editions or plan.known)))


def _summary(
    editions: tuple[Planned, ...], plan: importing.Plan, dry_run: bool, quiet: bool
) -> None:
    for edition in editions:
        click.echo(edition.path)
    if not editions:
        _nothing(plan)
        return
    if quiet:
        return
    states = Counter(edition.state for edition in editions)
    stories = sum(len(edition.stories) for edition in editions)
    detail = ", ".join(f"{count:,} {state}" for state, count in states.items())
    say(f"{'would be' if dry_run else 'imported'} {plural(len(editions), 'edition')} ({detail})")
    say(f"         {plural(stories, 'item')}, {tally(plan.findings)}")
    if plan.known:
        say(f"         {plan.known:,} entries are in other editions already")
    say("write them with: the same, without --dry-run" if dry_run else "ready for: publisher check")


def _nothing(plan: importing.Plan) -> None:
    if plan.known:
        say(f"nothing to import: all {plan.known:,} entries are in other editions already")
        return
    say("nothing was imported: there is no entry with a date in what was given", colour="red")
    if plan.findings:
        say("mend what is named above, then import again")
    else:
        say("give a feed's file with entries, or a folder of feeds, mail, HTML or Markdown")


def _as_json(editions: tuple[Planned, ...], plan: importing.Plan, dry_run: bool) -> dict[str, Any]:
    """`written` where there was an edition to write, or one to write anew."""
    return {
        "editions": [
            {"path": one.path, "items": len(one.stories), "state": one.state} for one in editions
        ],
        "known": plan.known,
        "written": not dry_run and any(one.state != "same" for one in editions),
        "findings": [*map(finding_json, plan.findings)],
    }
