"""Two senders at once, each a process of its own, are together no faster than the limit."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from publisher.delivery.limits import SHARE_SECONDS
from tests.delivery.offices import ENVIRON, add, office_in
from tests.delivery.servers import ScriptedServer

RATE, EACH = 40, 100
EDITIONS = ("2026-11-17", "2026-11-23")
LIMITS = {
    "relay": f"per_second = {RATE}\n",
    "domain": f'[delivery.domains."big.example"]\nper_second = {RATE}\n',
}


@pytest.mark.parametrize("limited", LIMITS)
def test_two_processes_share_a_rate(tmp_path: Path, limited: str) -> None:
    seen: list[float] = []
    server = ScriptedServer()

    def meet(_: str) -> None:
        """Both have begun: one has two connections and no more."""
        deadline = time.monotonic() + 60
        while server.connections < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        seen.append(time.monotonic())

    server.on_rcpt = meet
    with server, office_in(tmp_path, port=server.port, more=LIMITS[limited]) as opened:
        for n in range(EACH):
            add(opened, f"reader{n}@big.example")
        senders = [
            subprocess.Popen(
                [sys.executable, "-m", "publisher", "send", edition, "--quiet"],
                cwd=opened.folder,
                env={**os.environ, **ENVIRON},
            )
            for edition in EDITIONS
        ]
        assert [one.wait(60) for one in senders] == [0, 0]
    assert len(server.received) == len(set(_ids(server))) == 2 * EACH
    took = max(seen) - min(seen)
    # A burst of a second's worth, and what each had in hand while it waited for the other.
    assert len(seen) <= RATE + 2 * RATE * SHARE_SECONDS + RATE * (took + 0.2)
    # Nor did one wait for the other to end.
    editions = [b"Monday" in one.message for one in server.received]
    assert sum(a != b for a, b in pairwise(editions)) > 4
    assert took < 60, "what the rate allows was not used"


def _ids(server: ScriptedServer) -> list[bytes]:
    return [
        one.message.partition(b"Message-ID: ")[2].partition(b"\r\n")[0] for one in server.received
    ]
