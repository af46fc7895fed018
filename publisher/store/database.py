"""Opening the store, and its transactions: SQLite in one file, or PostgreSQL by URL.

SQLite runs in WAL mode, so that readers never wait, with `synchronous=FULL`: each commit is on the
disk before it returns. With NORMAL, power loss could take back the last commits, and with them the
marks of which messages were in flight: those would be sent again, beyond the bound that we promise.
FULL costs one fsync for each commit; a sender shares it among all its connections.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from publisher.errors import StoreError
from publisher.store import tables

__all__ = ["Connection", "Store", "connect", "open_store", "upgrade"]

BUSY_SECONDS = 30
IN_TURN_SECONDS, RETRY_SECONDS = 0.1, 0.0005  # how long a writer tries often, and how often
_UPGRADE_LOCK = 0x7075_626C  # any constant that is ours: one upgrade at a time on PostgreSQL


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. `path` is SQLite's file, None for PostgreSQL; `where` names it in errors."""

    engine: Engine
    path: Path | None
    where: str

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection in a transaction that sees one state of the store throughout."""
        with self._transaction(writing=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction that commits at the end, or rolls back on an exception.

        On SQLite it takes the write lock at its start (`BEGIN IMMEDIATE`), waiting its turn for up
        to BUSY_SECONDS, so that nothing after it can fail for being locked. Raises StoreError.
        """
        with self._transaction(writing=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, *, writing: bool) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                connection.execution_options(writing=writing)
                if self.path is None and not writing:
                    connection.execution_options(isolation_level="REPEATABLE READ")
                with connection.begin():
                    yield connection
        except DBAPIError as error:
            raise explain(error, self.where) from error
        except OverflowError as error:  # SQLite's driver; PostgreSQL's raises one of the above
            raise StoreError(self.where, problem="it holds no number as large as this") from error
        except PoolTimeout as error:
            raise StoreError(
                self.where, problem="too many tasks use it at once", hint="try again in a moment"
            ) from error

    def close(self) -> None:
        self.engine.dispose()


def connect(url: str | Path) -> Store:
    """The store at a path (SQLite) or a `postgresql://` URL; nothing is read or made yet.

    Raises StoreError where the URL, the driver or the folder is missing.
    """
    if isinstance(url, Path) or "://" not in url:
        return _sqlite(Path(url))
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise _unusable(url.partition("://")[0]) from None
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(Path(parsed.database or ""))
    if parsed.get_backend_name() != "postgresql":
        raise _unusable(parsed.drivername)
    try:
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except ModuleNotFoundError:
        raise StoreError(
            problem="PostgreSQL needs a driver that is not installed",
            hint="pip install 'publisher[postgresql]'",
        ) from None
    return Store(engine, None, parsed.render_as_string(hide_password=True))


def _unusable(name: str) -> StoreError:
    return StoreError(
        problem=f"{name!r} is no database that subscribers can be kept in",
        hint="give a path for SQLite, or postgresql://USER@HOST/NAME",
    )


def _sqlite(path: Path) -> Store:
    if path.name in ("", ":memory:"):
        raise StoreError(problem="the store needs a file", hint="give a path: publisher.db, say")
    if not path.parent.is_dir():
        raise StoreError(
            path, problem="its folder does not exist", hint=f"make it: mkdir -p {path.parent}"
        )
    engine = create_engine(
        f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS, "isolation_level": None}
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    # Resolved, because workers' locks stand beside it: two names of one file must share them.
    return Store(engine, path.resolve(), str(path))


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=FILE"):
        connection.execute(f"PRAGMA {pragma}")
    # In KiB. It bounds sorting too, so that a mailing to a million stays under 150 MB.
    connection.execute("PRAGMA cache_size=-16384")


def _on_begin(connection: Connection) -> None:
    if not connection.get_execution_options().get("writing"):
        connection.exec_driver_sql("BEGIN")
    elif not _begun_in_turn(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begun_in_turn(connection: Connection) -> bool:
    """Try for a moment, often, to get the write lock: senders hold it for a few milliseconds each, and
    SQLite itself would sleep longer than that between its tries."""
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout=0")
    try:
        for _ in range(int(IN_TURN_SECONDS / RETRY_SECONDS)):
            with suppress(sqlite3.OperationalError):
                driver.execute("BEGIN IMMEDIATE")
                return True
            time.sleep(RETRY_SECONDS)
        return False
    finally:
        driver.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")


def open_store(url: str | Path) -> Store:
    """The store, ready for use: made where there is none yet.

    Raises StoreError where it is of another version of Publisher: nothing is upgraded unasked.
    """
    store = connect(url)
    with store.reading() as connection:
        found = revision(connection)
    if found is None:
        upgrade(store)
    elif found != tables.REVISION:
        known = found < tables.REVISION
        raise StoreError(
            store.where,
            problem=f"it is of {'an older' if known else 'a newer'} version of Publisher ({found})",
            hint="back it up, then run: publisher db upgrade" if known else "upgrade Publisher",
        )
    return store


def revision(connection: Connection) -> str | None:
    """The newest migration that the store has seen; None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(store: Store) -> None:
    """Bring the schema to `tables.REVISION`, in one transaction; does nothing where it is there."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    with store.writing() as connection:
        if store.path is None:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _UPGRADE_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def insert_unless_there(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert `rows` but those whose key another transaction has written meanwhile; how many."""
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).on_conflict_do_nothing()
    statement = statement.execution_options(preserve_rowcount=True)
    return connection.execute(statement, rows).rowcount


_EXPLAINED = (
    ("database is locked", "another process has been writing to it for too long", "let it finish, then run this again"),
    ("disk is full", "the disk is full", "make room, then run this again: nothing that was committed is lost"),
    ("disk i/o error", "the disk failed or is full", "check the disk, then run this again"),
    ("readonly", "it may not be written", "check who owns the file and its folder"),
    ("unable to open", "it cannot be opened", "check that the folder exists and may be written"),
    ("malformed", "the file is damaged", "restore the last backup; docs/deliver.md says how"),
    ("not a database", "this is no SQLite database", "give another path"),
    ("no such table", "it has no tables yet", "run: publisher db upgrade"),
    ("undefinedtable", "it has no tables yet", "run: publisher db upgrade"),
    ("deadlock", "two writers waited for each other", "run this again"),
    ("connection refused", "no PostgreSQL answers there", "check that it runs, and the URL"),
    ("authentication failed", "PostgreSQL refused the password", "check the user and password in the URL"),
    ("does not exist", "PostgreSQL has no such database or role", "create it, or check the URL"),
)  # fmt: skip


def explain(error: DBAPIError, where: str) -> StoreError:
    """What a driver's error means to the person at the keyboard."""
    said = f"{type(error.orig).__name__} {error.orig}".lower()
    for sign, problem, hint in _EXPLAINED:
        if sign in said:
            return StoreError(where, problem=problem, hint=hint)
    if isinstance(error, IntegrityError):
        return StoreError(where, problem=f"it refused what contradicts it: {error.orig}")
    if isinstance(error, OperationalError):
        return StoreError(where, problem=f"the database failed: {error.orig}", hint="try again")
    return StoreError(where, problem=f"the database refused: {error.orig}")
