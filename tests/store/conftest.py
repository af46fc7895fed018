"""Each test of the store runs on a fresh SQLite file and on an emptied database of a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from publisher.store import database, tables
from publisher.store.database import Store
from tests.store import postgres


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server with one database that has our tables."""
    with postgres.server() as url:
        database.open_store(url).close()
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "publisher.db"
    database.open_store(path).close()
    return path


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "publisher.db"
    shutil.copy(sqlite_template, path)
    store = database.open_store(path)
    yield store
    store.close()


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[Store]:
    """Emptied for each test: a new database would be a thousand files, to be made and deleted."""
    names = ", ".join(table.name for table in tables.metadata.sorted_tables)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = %s", [tables.REVISION])
        connection.execute(f"TRUNCATE {names} RESTART IDENTITY")
    store = database.open_store(postgres_url)
    yield store
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Store:
    return request.getfixturevalue(
        "sqlite_store" if request.param == "sqlite" else "postgres_store"
    )
