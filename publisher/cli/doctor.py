"""`publisher doctor`: what stands between your mail and the inbox."""

from __future__ import annotations

import os
from pathlib import Path

import click

from publisher import config
from publisher.cli import options
from publisher.cli.console import finding_json, print_json, say, show_findings, tally
from publisher.delivery import doctor
from publisher.delivery.resolver import SystemResolver


@click.command("doctor", short_help="Check all that mail needs to arrive.")
@click.option("--no-dns", is_flag=True, help="Look at the configuration only.")
@options.folder
@options.as_json
@options.quiet
def command(no_dns: bool, folder: Path, as_json: bool, quiet: bool) -> None:
    """Check the configuration, and the DNS records where a name server answers; send nothing.

    Exit 1 where something must be mended before mail can arrive.

    \b
    Example:
      publisher doctor
    """
    publication = config.load(folder / config.FILE_NAME)
    resolver = None if no_dns else SystemResolver()
    found = doctor.examine(publication, folder, os.environ, resolver)
    if as_json:
        print_json({"findings": [*map(finding_json, found)]})
    else:
        show_findings([one for one in found if not quiet or one.severity != "info"])
        if not quiet:
            say(f"examined {publication.sender.address}: {tally(found)}")
    raise SystemExit(int(any(one.severity == "error" for one in found)))
