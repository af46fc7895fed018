"""`publisher check`: everything that a build would say, and nothing written."""

from __future__ import annotations

from pathlib import Path

import click

from publisher import publish
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


@click.command("check", short_help="Report what would embarrass you once published.")
@options.folder
@options.jobs
@options.as_json
@options.quiet
def command(folder: Path, jobs: int, as_json: bool, quiet: bool) -> None:
    """Report what would embarrass you once published; exit 1 where there is an error.

    \b
    Example:
      publisher check
      publisher check --json | jq '.findings[] | select(.severity == "error")'
    """
    with progress(quiet or as_json) as report:
        seen = publish.check(folder, now=options.now(), jobs=jobs, progress=report)
    errors = any(finding.severity == "error" for finding in seen.findings)
    if as_json:
        print_json({"findings": [*map(finding_json, seen.findings)]})
    else:
        show_findings([one for one in seen.findings if not quiet or one.severity != "info"])
        if not quiet:
            say(f"checked  {plural(len(seen.editions), 'edition')}: {tally(seen.findings)}")
            say("mend the errors first" if errors else "ready for: publisher build")
    raise SystemExit(int(errors))
