"""`publisher db`: the database itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from publisher import config
from publisher.cli import options
from publisher.cli.console import say
from publisher.mailing import office
from publisher.store import backup as backups
from publisher.store import database
from publisher.store.database import Store


@click.group("db", short_help="Look after the database of subscribers.")
def command() -> None:
    """Look after the database of subscribers and mailings.

    \b
    Example:
      publisher db backup backups/monday.db
    """


@contextmanager
def _connected(folder: Path) -> Iterator[Store]:
    publication = config.load(folder / config.FILE_NAME)
    store = database.connect(office.address_of_store(folder, publication, os.environ))
    try:
        yield store
    finally:
        store.close()


@command.command("upgrade", short_help="Fit the database to this version.")
@options.folder
def upgrade(folder: Path) -> None:
    """Fit the database to this version of Publisher; back it up first. Makes it where it is missing.

    \b
    Example:
      publisher db upgrade
    """
    with _connected(folder) as store:
        with store.reading() as connection:
            before = database.revision(connection)
        database.upgrade(store)
        with store.reading() as connection:
            after = database.revision(connection)
        say(f"{store.where} is at {after}{' already' if before == after else ''}")


@command.command("backup", short_help="Copy the database while it is in use.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@options.folder
def backup(file: Path, folder: Path) -> None:
    """Write a complete, checked copy of one moment to FILE, which must not exist yet.

    Mailings and imports go on meanwhile. docs/deliver.md says how to restore it.

    \b
    Example:
      publisher db backup backups/2026-11-23.db
    """
    with _connected(folder) as store:
        backups.backup(store, file)
    click.echo(file)
