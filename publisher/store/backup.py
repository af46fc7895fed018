"""A copy of the store while it is in use (`publisher db backup`).

To restore: stop every sender; on SQLite put the copy in the database's place and delete the files
ending in `-wal` and `-shm`; on PostgreSQL run `pg_restore --clean --if-exists -d URL COPY`.
A mailing restored from before its end sends again what was sent since: `mailings cancel` it first.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from publisher.errors import StoreError
from publisher.store.database import Store


def backup(store: Store, path: Path) -> None:
    """Write a complete, checked copy of one moment to `path`, which must not exist.

    Senders and imports go on meanwhile. Raises StoreError, and then leaves nothing at `path`.
    """
    if path.exists():
        raise StoreError(
            path, problem="this file exists already", hint="give the backup another name"
        )
    if not path.parent.is_dir():
        raise StoreError(path, problem="its folder does not exist", hint="make it first")
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    try:
        if store.path is not None:
            _copy_sqlite(store.path, part)
        else:
            _dump_postgresql(store, part)
        _sync(part)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def _copy_sqlite(source: Path, target: Path) -> None:
    """VACUUM INTO reads one snapshot: unlike the backup API, no writer makes it start again."""
    try:
        with closing(sqlite3.connect(source, timeout=30, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
        with closing(sqlite3.connect(target)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreError(
            target, problem=f"the backup failed: {error}", hint="check the room on both disks"
        ) from None
    if found != "ok":
        raise StoreError(
            source, problem=f"the database is damaged: {found}", hint="restore a backup"
        )


def _dump_postgresql(store: Store, target: Path) -> None:
    url = store.engine.url.set(drivername="postgresql")
    # The password travels by the environment: arguments are seen by everybody on the machine.
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    public = url.set(password=None).render_as_string()
    command = ["pg_dump", "--format=custom", "--no-owner", f"--file={target}", f"--dbname={public}"]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, our own arguments
            command, env={**os.environ, **secret}, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise StoreError(
            problem="pg_dump is not installed here",
            hint="apt install postgresql-client, or whatever your system calls it",
        ) from None
    if done.returncode:
        raise StoreError(
            store.where, problem=f"pg_dump failed: {done.stderr.strip()}", hint="check the URL"
        )


def _sync(path: Path) -> None:
    """On the disk before it is given its name: a backup that power loss empties is none."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
