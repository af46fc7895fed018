"""A small publication that is built, with subscribers, and a clock that tests wind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from tempfile import mkdtemp

from publisher import addresses, deliver, publish
from publisher.deliver import Order, Result
from publisher.mailing import office
from publisher.mailing.office import Office
from publisher.mailing.sender import Watch
from publisher.store import mailings, reports, subscribers
from publisher.store.database import Connection
from publisher.store.reports import Progress
from publisher.store.subscribers import Consent, Preferences
from tests import samples

SECRET = "a secret of thirty-two octets ok"
ENVIRON = {"PUBLISHER_SECRET": SECRET}
BUILT = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
EDITION = "2026-11-23"
TEXT = """\
---
title: The Monday edition
---

## News

### The bridge opens

At six in the morning, with a brass band.

## Sport

### Rowers win

By a length.
"""
DELIVERY = """
[delivery]
bounce_address = "bounces@courier.example"
unsubscribe_address = "leave@courier.example"

[[delivery.relays]]
host = "127.0.0.1"
port = {port}
tls = "none"
connections = {connections}
"""


@cache
def _template() -> Path:
    folder = Path(mkdtemp(prefix="publisher-office-"))
    (folder / "editions").mkdir()
    (folder / "publisher.toml").write_text(samples.TOML, encoding="utf-8")
    for day, text in (("2026-11-17", TEXT.replace("Monday", "Tuesday")), (EDITION, TEXT)):
        (folder / "editions" / f"{day}.md").write_text(text, encoding="utf-8")
    publish.build(folder, now=BUILT)
    return folder


def folder_in(path: Path, *, port: int = 1, connections: int = 2, more: str = "") -> Path:
    """A copy of the publication at `path`, its relay at `port`."""
    folder = path / "paper"
    shutil.copytree(_template(), folder)
    text = samples.TOML + DELIVERY.format(port=port, connections=connections) + more
    (folder / "publisher.toml").write_text(text, encoding="utf-8")
    return folder


@contextmanager
def office_in(
    path: Path, *, port: int = 1, connections: int = 2, more: str = ""
) -> Iterator[Office]:
    folder = folder_in(path, port=port, connections=connections, more=more)
    with office.opened(folder, ENVIRON) as opened:
        yield opened


def add(opened: Office, address: str, **wishes: object) -> int:
    with opened.store.writing() as connection:
        return _add(opened, connection, address, **wishes)


def _add(opened: Office, connection: Connection, address: str, **wishes: object) -> int:
    return subscribers.add(
        connection,
        addresses.parse(address),
        Preferences(**wishes),  # type: ignore[arg-type]
        Consent("fair", NOW),
        secret=opened.secret,
    ).id


def crowd(opened: Office, count: int) -> list[str]:
    people = [f"reader{n}@town{n % 7}.example" for n in range(count)]
    with opened.store.writing() as connection:
        for who in people:
            _add(opened, connection, who)
    return people


@dataclass
class Clock:
    """Time that passes only while somebody sleeps; `on_sleep` may do something then."""

    now: datetime = NOW
    stopped: Callable[[], bool] = lambda: False
    on_sleep: Callable[[], None] = lambda: None
    said: list[str] = field(default_factory=list)
    seen: list[Progress] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.on_sleep()

    @property
    def watch(self) -> Watch:
        return Watch(
            clock=lambda: self.now,
            stop=self.stopped,
            sleep=self.sleep,
            tell=self.said.append,
            progress=self.seen.append,
        )


def send(opened: Office, clock: Clock | None = None, **order: object) -> Result:
    wanted = Order(**{"edition": EDITION, "wait": False, **order})  # type: ignore[arg-type]
    return deliver.send(opened, wanted, (clock or Clock()).watch, random=Random(1))


def progress(opened: Office, id: int = 1) -> Progress:
    with opened.store.reading() as connection:
        return reports.progress(connection, id)


def state(opened: Office, id: int = 1) -> str:
    with opened.store.reading() as connection:
        return mailings.get(connection, id).state


def state_of(opened: Office, address: str) -> str:
    with opened.store.reading() as connection:
        return subscribers.require(connection, addresses.parse(address)).state
