"""When to try again what was deferred: exponential backoff with jitter, until a deadline."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

FIRST = timedelta(minutes=5)  # greylisting lets a second try in after 1 to 5 minutes (RFC 6647)
LONGEST = timedelta(hours=4)
DEADLINE = timedelta(hours=48)


def next_attempt(
    tries: int, now: datetime, *, started: datetime, random: Random, deadline: timedelta = DEADLINE
) -> datetime | None:
    """The time of the next try after `tries` failed ones, or None: the deadline has passed.

    Waits 5, 10, 20 ... minutes, 4 hours at most, each give or take a quarter. `started` is when the
    mailing began. The last try falls on the deadline itself, never behind it.
    """
    end = started + deadline
    if now >= end:
        return None
    wait: timedelta = min(FIRST * 2.0 ** min(max(tries, 1) - 1, 16), LONGEST)
    return min(now + wait * random.uniform(0.75, 1.25), end)
