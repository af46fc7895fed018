"""More processes on one mailing: Python signs and sends on one core for each.

Each is a worker like any other, so the store keeps them apart; each has its part of the limits. They
end with the process that started them, even where that is killed.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from random import SystemRandom

from publisher.config import Delivery
from publisher.errors import PublisherError
from publisher.mailing.office import Office, opened
from publisher.mailing.sender import POLL_SECONDS, Sender, Watch
from publisher.store import workers

CONNECTIONS_EACH = 8  # fewer leave a process waiting for its servers most of the time
WORTH_IT = 5_000  # recipients; starting a process takes as long as sending one or two thousand
PATIENCE_SECONDS = 20.0  # for a helper's messages under way when its run ends


def parts(delivery: Delivery, *, jobs: int, recipients: int) -> int:
    """How many processes should share a mailing, the caller's among them; never more than `jobs`."""
    if delivery.transport != "smtp" or recipients < WORTH_IT:
        return 1
    limits = (delivery.per_domain, *delivery.domains.values())
    connections = min(relay.connections for relay in delivery.relays)
    return max(1, min(jobs, connections // CONNECTIONS_EACH, *(one.connections for one in limits)))


@dataclass(slots=True)
class Helpers:
    """Those that run. `fault` says what one of them said was our fault, and paused the mailing for."""

    _processes: list[tuple[BaseProcess, Connection]] = field(default_factory=list)
    fault: str = ""

    def look(self, tell: Callable[[str], None]) -> None:
        """Hear what those that ended have to say."""
        for process, said in list(self._processes):
            if process.is_alive():
                continue
            self._processes.remove((process, said))
            fault, error = said.recv() if said.poll() else ("", f"exit {process.exitcode}")
            self.fault = self.fault or fault
            if error:
                tell(f"a helping process gave up ({error}); the others go on with its part")

    def dismiss(self) -> None:
        for process, _ in self._processes:
            process.join(PATIENCE_SECONDS)
            if process.is_alive():
                process.kill()


@contextmanager
def helping(office: Office, id: int, of: int) -> Iterator[Helpers]:
    """`of` - 1 processes that send mailing `id` too, until the block ends."""
    if of == 1:
        yield Helpers()
        return
    context = multiprocessing.get_context("spawn")
    ended = context.Event()
    helpers = Helpers()
    for part in range(1, of):
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(
            target=_help,
            args=(office.folder, dict(office.environ), id, part, of, ended, theirs),
            daemon=True,
        )
        process.start()
        theirs.close()
        helpers._processes.append((process, ours))
    try:
        yield helpers
    finally:
        ended.set()
        helpers.dismiss()


def _help(
    folder: Path,
    environ: Mapping[str, str],
    id: int,
    part: int,
    of: int,
    ended: Event,
    said: Connection,
) -> None:
    """The life of a helper. The keyboard speaks to its parent alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    watch = Watch(
        clock=lambda: datetime.now(UTC),
        stop=lambda: ended.is_set() or os.getppid() != parent,
        sleep=ended.wait,
    )
    try:
        with opened(folder, environ) as office:
            share = replace(office, publication=office.publication.share(part, of))
            said.send((_send(share, id, watch), ""))
    except PublisherError as error:
        said.send(("", error.describe()))


def _send(office: Office, id: int, watch: Watch) -> str:
    """Until the watch says stop; why it is our fault, or nothing."""
    with workers.working(office.store, id, watch.clock) as worker:
        sender = Sender(office, worker, watch, SystemRandom())
        while not sender.round(wait=True):
            watch.sleep(POLL_SECONDS)
    return sender.because
