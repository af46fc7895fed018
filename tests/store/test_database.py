from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from publisher.errors import StoreError
from publisher.store import backup, database, subscribers, tables
from publisher.store.database import Store
from tests.store import postgres
from tests.store.people import NOW, SECRET, crowd


def test_migrations_make_the_schema_that_the_code_expects(store: Store) -> None:
    with store.reading() as connection:
        # Alembic sees a difference between '' and '' where SQLite is concerned.
        options = {"compare_server_default": store.path is None}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, tables.metadata) == []
        assert database.revision(connection) == tables.REVISION


def test_the_checks_of_the_migrations_are_those_of_the_tables(store: Store) -> None:
    """Alembic's comparison leaves out CHECK constraints: each must refuse the same here."""
    crowd(store, 1)
    for column, value in (("state", "gone"), ("cadence", "hourly"), ("format", "pdf")):
        with pytest.raises(StoreError), store.writing() as connection:
            connection.execute(text(f"UPDATE subscriber SET {column} = '{value}'"))


def test_the_newest_migration_is_the_one_that_the_code_names() -> None:
    folder = Path(database.__file__).with_name("migrations")
    assert ScriptDirectory(str(folder)).get_current_head() == tables.REVISION


def test_a_store_of_another_version_is_not_touched(store: Store) -> None:
    target = store.path or store.engine.url.render_as_string(hide_password=False)
    for revision, word in (("v9999", "newer"), ("v0000", "older")):
        with store.writing() as connection:
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{revision}'"))
        with pytest.raises(StoreError, match=word):
            database.open_store(target)


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as connection:
        connection.execute(text("DELETE FROM setting"))
        connection.execute(text("INSERT INTO setting VALUES ('a', 'b')"))
        _ = 1 / 0
    with store.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM setting")).scalar() == 0


def test_sqlite_is_durable_and_strict(sqlite_store: Store) -> None:
    with sqlite_store.reading() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_writer_who_had_to_queue_is_as_patient_as_before(sqlite_store: Store) -> None:
    holding = threading.Event()

    def hold() -> None:
        with sqlite_store.writing():
            holding.set()
            time.sleep(0.03)

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(5)
    with sqlite_store.writing() as connection:
        patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
    thread.join()
    assert patience == database.BUSY_SECONDS * 1000


def test_a_locked_database_is_an_error_that_says_what_to_do(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    assert sqlite_store.path is not None
    impatient = database.connect(sqlite_store.path)
    with sqlite_store.writing():
        with pytest.raises(StoreError, match="has been writing"), impatient.writing():
            pass
        with impatient.reading() as connection:  # readers never wait
            assert subscribers.counts(connection)["active"] == 0


def test_a_full_disk_is_an_error_and_loses_nothing(sqlite_store: Store) -> None:
    crowd(sqlite_store, 3)
    with sqlite_store.reading() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar()
    with pytest.raises(StoreError, match="disk is full"), sqlite_store.writing() as connection:
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
        connection.execute(text("INSERT INTO setting VALUES ('big', hex(zeroblob(1000000)))"))
    with sqlite_store.reading() as connection:
        assert subscribers.counts(connection)["active"] == 3


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mysql://host/name", "no database that subscribers"),
        (":memory:", "needs a file"),
        ("sqlite://", "needs a file"),
        ("nowhere/at/all.db", "folder does not exist"),
        ("postgresql://nobody@127.0.0.1:1/none", "no PostgreSQL answers"),
        ("://", "no database"),
    ],
)
def test_what_cannot_be_opened_says_why(url: str, problem: str) -> None:
    with pytest.raises(StoreError, match=problem):
        database.open_store(url)


def test_what_is_no_database_says_so(tmp_path: Path) -> None:
    path = tmp_path / "publisher.db"
    path.write_text("Dear diary, " * 100)
    with pytest.raises(StoreError, match="no SQLite database"):
        database.open_store(path)


def test_a_password_is_never_shown() -> None:
    with pytest.raises(StoreError) as caught:
        database.open_store("postgresql://desk:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(caught.value)


def test_a_backup_is_a_whole_store(sqlite_store: Store, tmp_path: Path) -> None:
    people = crowd(sqlite_store, 5)
    copy = tmp_path / "copy.db"
    with sqlite_store.writing() as connection:  # a writer does not stop it, nor get into it
        subscribers.leave(
            connection, people[0], state="complained", source="x", now=NOW, secret=SECRET
        )
        backup.backup(sqlite_store, copy)
    restored = database.open_store(copy)
    with restored.reading() as connection:
        assert subscribers.counts(connection)["active"] == 5
    with pytest.raises(StoreError, match="exists already"):
        backup.backup(sqlite_store, copy)


def test_a_damaged_database_makes_no_backup(sqlite_store: Store, tmp_path: Path) -> None:
    crowd(sqlite_store, 200)
    assert sqlite_store.path is not None
    sqlite_store.close()
    with sqlite3.connect(sqlite_store.path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    body = bytearray(sqlite_store.path.read_bytes())
    body[4096:] = b"\x17" * (len(body) - 4096)
    sqlite_store.path.write_bytes(bytes(body))
    with pytest.raises(StoreError):
        backup.backup(sqlite_store, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy.db*"))


@pytest.mark.postgres
def test_postgresql_is_dumped_and_restored(
    postgres_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binaries = postgres.programs()
    assert binaries is not None
    monkeypatch.setenv("PATH", str(binaries), prepend=":")
    people = crowd(postgres_store, 3)
    copy = tmp_path / "copy.dump"
    backup.backup(postgres_store, copy)
    with postgres_store.writing() as connection:
        subscribers.leave(
            connection, people[0], state="complained", source="x", now=NOW, secret=SECRET
        )
    url = postgres_store.engine.url.set(drivername="postgresql").render_as_string()
    command = ["pg_restore", "--clean", "--if-exists", "--no-owner", "-d", url, str(copy)]
    subprocess.run(command, check=True)
    with postgres_store.reading() as connection:
        assert subscribers.counts(connection)["active"] == 3


@pytest.mark.postgres
def test_a_missing_pg_dump_says_what_to_install(
    postgres_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match="pg_dump is not installed"):
        backup.backup(postgres_store, tmp_path / "copy.dump")


def test_the_wheel_has_the_migrations(tmp_path: Path) -> None:
    root = Path(database.__file__).parents[2]
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=root, check=True, capture_output=True,
    )  # fmt: skip
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    assert "publisher/store/migrations/env.py" in names
    assert f"publisher/store/migrations/versions/{tables.REVISION}_first_tables.py" in names
