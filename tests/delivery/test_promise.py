"""The promise, on `publisher send` itself: killed at random moments, it misses nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import promise
from tests.store import postgres

MESSAGES, KILLS = 600, 4


def _judge(done: promise.Trial) -> None:
    assert done.kills == KILLS
    assert done.missed == 0
    assert done.strange == 0, "a second copy had another Message-ID"
    assert done.twice <= done.bound
    assert done.twice <= done.doubted <= done.bound, "the editor was not told of each doubt"
    assert done.state == "finished"


def test_killed_on_sqlite(tmp_path: Path) -> None:
    _judge(promise.trial(tmp_path, messages=MESSAGES, kills=KILLS))


@pytest.mark.postgres
def test_killed_on_postgresql(tmp_path: Path) -> None:
    with postgres.server() as url:
        _judge(promise.trial(tmp_path, messages=MESSAGES, kills=KILLS, url=url, seed=11))
