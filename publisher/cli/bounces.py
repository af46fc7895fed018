"""`publisher bounces`: returned mail read, recorded, and acted on."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from publisher.cli import options
from publisher.cli.console import plural, print_json, say, show_error
from publisher.delivery import mailboxes
from publisher.errors import PublisherError
from publisher.mailing import office, returns
from publisher.mailing.returns import Taken

EX_TEMPFAIL = 75  # sysexits.h: a mail server that pipes into us keeps the message and tries again
KINDS = ("hard", "soft", "complaint", "unsubscribed", "unsigned", "ignored")
EXPLAINED = {
    "hard": "the address is dead, and left the list",
    "soft": "not delivered this time",
    "complaint": "marked as spam, and left the list",
    "unsubscribed": "asked by mail to leave",
    "unsigned": "about nobody that we can be sure of: not acted on",
    "ignored": "automatic replies and other letters",
}


@click.command("bounces", short_help="Take in returned mail and complaints.")
@click.option("--stdin", is_flag=True, help="Read one message, as a mail server pipes it in.")
@options.folder
@options.as_json
@options.quiet
def command(stdin: bool, folder: Path, as_json: bool, quiet: bool) -> None:
    """Read the mailbox of [delivery.bounces], and record each bounce against its delivery.

    Dead addresses and those who complained leave the list at once. Each message is read once. With
    --stdin a failure exits with 75, on which mail servers try again later.

    \b
    Example:
      publisher bounces
      publisher bounces --stdin < returned.eml
    """
    try:
        with office.opened(folder, os.environ) as opened:
            found = mailboxes.from_stream(sys.stdin.buffer) if stdin else returns.letters(opened)
            taken = returns.take_in(opened, found, options.clock())
    except PublisherError as error:
        if not stdin:
            raise
        show_error(error)
        raise SystemExit(EX_TEMPFAIL) from None
    if as_json:
        print_json(_as_json(taken))
    elif not quiet:
        _show(taken)


def _show(taken: Taken) -> None:
    for kind in KINDS:
        if taken.counts[kind]:
            say(f"{kind:<13} {taken.counts[kind]:>6,}  {EXPLAINED[kind]}")
    for address in taken.gone:
        click.echo(address)
    say(f"read {plural(taken.letters, 'letter')}, {len(taken.gone):,} left the list")


def _as_json(taken: Taken) -> dict[str, object]:
    return {
        "letters": taken.letters,
        **{kind: taken.counts[kind] for kind in KINDS},
        "gone": taken.gone,
        "unsigned_recipients": taken.unsigned,
    }
