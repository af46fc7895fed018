"""What every mailing works with: a publication, its open store, and the secret that binds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from publisher import config
from publisher.config import Publication
from publisher.delivery import setup
from publisher.errors import ConfigError
from publisher.store import database, suppressions
from publisher.store.database import Store


@dataclass(frozen=True, slots=True)
class Office:
    """`folder` holds `publisher.toml`; `environ` has the secrets that it names."""

    folder: Path
    publication: Publication
    store: Store
    secret: bytes = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)


def address_of_store(folder: Path, publication: Publication, environ: Mapping[str, str]) -> str:
    """The path or URL that `[store]` names. Raises ConfigError where the variable is not set."""
    wanted = publication.store
    if not wanted.url_env:
        return str(folder / wanted.path)
    if not environ.get(wanted.url_env):
        raise ConfigError(
            "store.url_env",
            problem=f"the environment has no {wanted.url_env}",
            hint="set it to postgresql://USER@HOST/NAME, or take url_env out to use SQLite",
        )
    return environ[wanted.url_env]


@contextmanager
def opened(folder: Path, environ: Mapping[str, str]) -> Iterator[Office]:
    """The office of the publication in `folder`; its store is made where there is none yet.

    Raises ConfigError without a secret, StoreError where the secret is not the store's own.
    """
    publication = config.load(folder / config.FILE_NAME)
    secret = setup.secret(publication.delivery, environ)
    store = database.open_store(address_of_store(folder, publication, environ))
    try:
        with store.writing() as connection:
            suppressions.check_secret(connection, secret)
        yield Office(folder, publication, store, secret, environ)
    finally:
        store.close()
