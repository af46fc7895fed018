"""`publisher new`: an edition file to write in."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click

from publisher import config, files, publish
from publisher.cli import options
from publisher.cli.console import say
from publisher.errors import EditionError
from publisher.text import slugify

MARKDOWN = """\
---
title: {title}
---

## First section

### A headline

The story.

## Links

- [A title](https://example.org/): what it is, in a sentence.
"""


@click.command("new", short_help="Start a new edition file.")
@click.argument("day", required=False, metavar="[DATE]")
@click.option("--title", default="", help="The edition's title.")
@click.option("--name", default="", help="Tells two editions of one day apart: evening, weekly.")
@click.option("--page", is_flag=True, help="An empty page for a newspaper's raw text (.txt).")
@options.folder
def command(day: str | None, title: str, name: str, page: bool, folder: Path) -> None:
    """Start a new edition file for DATE (2026-11-23), or for today.

    \b
    Example:
      publisher new
      publisher new 2026-11-23 --page
    """
    publication = config.load(folder / config.FILE_NAME)
    chosen = _day(day) if day else options.now().astimezone(publication.zone).date()
    stem = f"{chosen}-{slugify(name)}" if name else str(chosen)
    path = folder / publish.EDITIONS / f"{stem}.{'txt' if page else 'md'}"
    taken = next((other for other in path.parent.glob(f"{stem}*") if other.stem == stem), None)
    if taken:
        raise EditionError(taken, problem="this edition is already there", hint="give a --name")
    text = "" if page else MARKDOWN.format(title=_yaml(title or publication.title))
    files.write_if_changed(path, text.encode("utf-8"))
    click.echo(path)
    say("paste the page's text into it" if page else "write in it, then: publisher build")


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a date such as 2026-11-23") from None


def _yaml(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)
