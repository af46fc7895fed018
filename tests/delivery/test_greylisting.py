"""A server that greylists (RFC 6647): it refuses a first meeting, and takes the message some time later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from publisher import deliver
from publisher.store import reports
from tests.delivery.offices import Clock, Office, crowd, office_in, progress, send
from tests.delivery.servers import receiving

PEOPLE = 40
PATIENCE = timedelta(minutes=5)
WORDS = (
    "451 4.7.1 <{}>: Recipient address rejected: Greylisted, see http://postgrey.example/",
    "451 4.7.1 Please try again later",
    "450 4.2.0 <{}>: Recipient address rejected: Policy restrictions; try later",
)


@dataclass
class Greylist:
    """aiosmtpd's handler. Who has waited for PATIENCE is let in; `meetings` has each attempt."""

    words: str
    clock: Callable[[], datetime]
    meetings: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)
    taken: list[tuple[str, bytes]] = field(default_factory=list)

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        times = self.meetings.setdefault((envelope.mail_from, address), [])
        times.append(self.clock())
        if times[-1] - times[0] < PATIENCE:
            return self.words.format(address)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 welcome back"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.extend((address, envelope.content) for address in envelope.rcpt_tos)
        return "250 2.0.0 queued"


@contextmanager
def greylisting(folder: Path, words: str, clock: Clock) -> Iterator[tuple[Office, Greylist]]:
    handler = Greylist(words, lambda: clock.now)
    with receiving(handler) as port, office_in(folder, port=port) as opened:
        yield opened, handler


@pytest.mark.parametrize("words", WORDS)
def test_a_waiting_sender_meets_everybody_again(tmp_path: Path, words: str) -> None:
    clock = Clock()
    clock.on_sleep = lambda: setattr(clock, "now", clock.now + timedelta(minutes=1))
    with greylisting(tmp_path, words, clock) as (opened, server):
        people = crowd(opened, PEOPLE)
        done = send(opened, clock, wait=True)
        assert (done.ending, done.progress.sent) == ("finished", PEOPLE)
        with opened.store.reading() as connection:
            attempts = [one.attempts for one in reports.who(connection, done.mailing.id)]
    _nothing_missed_or_twice(server, people)
    assert sum(attempts) == sum(map(len, server.meetings.values()))


def test_a_timer_meets_everybody_again(tmp_path: Path) -> None:
    clock = Clock()
    with greylisting(tmp_path, WORDS[0], clock) as (opened, server):
        people = crowd(opened, PEOPLE)
        assert send(opened, clock).ending == "waiting"
        assert (progress(opened).deferred, progress(opened).sent) == (PEOPLE, 0)
        rounds = 0
        while progress(opened).sent < PEOPLE and rounds < 12:
            clock.now += timedelta(minutes=5)
            deliver.send_due(opened, clock.watch, random=Random(rounds))
            rounds += 1
        assert progress(opened).deferred == 0
    _nothing_missed_or_twice(server, people)


def _nothing_missed_or_twice(server: Greylist, people: list[str]) -> None:
    assert sorted(address for address, _ in server.taken) == sorted(people)
    # The same envelope each time: a new sender's address would be a first meeting for ever.
    assert len(server.meetings) == len(people)
    assert all(len(times) >= 2 for times in server.meetings.values())
