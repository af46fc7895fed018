"""Each test of the store runs on a fresh SQLite file and on a fresh database of a real PostgreSQL."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from publisher.store import database
from publisher.store.database import Store
from tests.store import postgres

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server with a database `template` that has our tables."""
    with postgres.server() as url:
        _sql(url, "CREATE DATABASE template")
        made = database.open_store(url.replace("/postgres", "/template"))
        made.close()
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
    name = f"store_{next(_numbers)}"
    _sql(postgres_url, f"CREATE DATABASE {name} TEMPLATE template STRATEGY file_copy")
    store = database.open_store(postgres_url.replace("/postgres", f"/{name}"))
    yield store
    store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest) -> Store:
    return request.getfixturevalue(
        "sqlite_store" if request.param == "sqlite" else "postgres_store"
    )


def _sql(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
