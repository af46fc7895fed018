"""The crew of processes: its end, whatever becomes of the one that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from publisher import parallel
from publisher.errors import PublisherError

ROOT = Path(__file__).parents[1]
PROCESSES = Path("/proc")
PATIENCE = 20.0  # seconds
PROGRAM = """
from functools import partial

from publisher import parallel
from tests.test_parallel import slow

with parallel.crew(2) as hands:
    hands.spread(slow, range(200), partial(parallel.at_hand, None), progress=lambda done, total: None)
"""


def deadly(things: Sequence[int], tools: None) -> Iterator[int]:
    """Ends as one does that the machine has no memory for."""
    os.kill(os.getpid(), signal.SIGKILL)
    yield from things


def slow(things: Sequence[int], tools: None) -> Iterator[int]:
    """Says who works, and takes longer than the test waits."""
    os.write(1, f"{os.getpid()}\n".encode())  # at once: two processes write to one pipe
    for thing in things:
        time.sleep(2 * PATIENCE)
        yield thing


def lives(process: int) -> bool:
    try:
        state = (PROCESSES / str(process) / "stat").read_text(encoding="utf-8").rpartition(")")[2]
    except OSError:
        return False
    return state.split()[0] != "Z"


@pytest.mark.skipif(not PROCESSES.is_dir(), reason="looks at processes as Linux shows them")
def test_no_process_outlives_one_that_is_killed() -> None:
    builder = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert builder.stdout is not None
    hands = [int(builder.stdout.readline()) for _ in range(2)]
    assert len(set(hands)) == 2
    assert all(map(lives, hands))
    builder.kill()
    builder.wait()
    end = time.monotonic() + PATIENCE
    while any(map(lives, hands)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(lives, hands))
    builder.stdout.close()


def test_a_process_that_is_stopped_is_an_error_that_says_what_to_do() -> None:
    tools = partial(parallel.at_hand, None)
    with parallel.crew(2) as hands, pytest.raises(PublisherError, match="--jobs 1"):
        hands.spread(deadly, range(200), tools, progress=lambda done, total: None)
