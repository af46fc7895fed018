"""Rate, concurrency and rest, on a clock that the tests turn."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.delivery.limits import (
    FIRST_REST_SECONDS,
    LONGEST_REST_SECONDS,
    Gate,
    Gates,
    GateState,
    Limit,
)


@given(
    rate=st.floats(0.1, 50),
    waits=st.lists(st.floats(0, 3), min_size=1, max_size=60),
)
def test_never_more_than_the_rate_and_one_seconds_burst(rate: float, waits: list[float]) -> None:
    gate, now, passed = Gate(Limit(per_second=rate)), 100.0, 0
    for wait in waits:
        now += wait
        while gate.wait(now) <= 0:
            gate.enter(now)
            gate.leave()
            passed += 1
    assert passed <= rate * (now - 100.0) + max(1.0, rate) + 1e-6


@given(st.floats(0.01, 1000), st.integers(1, 20))
def test_waiting_as_long_as_it_says_is_enough(rate: float, count: int) -> None:
    gate, now = Gate(Limit(per_second=rate)), 0.0
    for _ in range(count):
        now += gate.wait(now) * (1 + 1e-9) + 1e-9
        assert gate.wait(now) <= 1e-6
        gate.enter(now)


def test_connections_are_counted() -> None:
    gate = Gate(Limit(connections=2))
    gate.enter(0)
    assert gate.wait(0) == 0
    gate.enter(0)
    assert gate.wait(0) == math.inf
    gate.leave()
    assert gate.wait(0) == 0


def test_rest_doubles_while_nothing_succeeds_and_ends_with_success() -> None:
    gate, now, rests = Gate(Limit()), 0.0, []
    for _ in range(12):
        gate.slow_down(now, Random(3))
        rests.append(gate.wait(now))
        now += gate.wait(now)
    assert 0.75 * FIRST_REST_SECONDS <= rests[0] <= 1.25 * FIRST_REST_SECONDS
    assert rests[3] > rests[0] * 4
    assert max(rests) <= LONGEST_REST_SECONDS * 1.25
    gate.succeed()
    gate.slow_down(now, Random(3))
    assert gate.wait(now) <= 1.25 * FIRST_REST_SECONDS


def test_strikes_during_a_rest_count_once() -> None:
    gate = Gate(Limit())
    for _ in range(10):
        gate.slow_down(5.0, Random(3))
    assert gate.strikes == 1


def test_after_a_strike_one_at_a_time_tries_its_luck() -> None:
    gate = Gate(Limit(connections=10))
    gate.slow_down(0.0, Random(3))
    now = gate.wait(0.0)
    gate.enter(now)
    assert gate.wait(now) == math.inf
    gate.succeed()
    assert gate.wait(now) == 0


def test_gates_at_rest_are_forgotten() -> None:
    gates = Gates(lambda _: Limit(connections=5))
    for n in range(1000):
        gates[f"d{n}.example"].enter(0.0)
        gates.leave(f"d{n}.example", 0.0)
    assert len(gates) == 0


# Shared by several senders


class Shared:
    """What all senders share, and two of them on clocks of their own."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.known: dict[str, GateState] = {}
        self.senders = [Gates(lambda _: limit, shared=True) for _ in range(2)]

    def trade(self, who: int, *, now: float, wall: float) -> None:
        settled = self.senders[who].trade(self.known, now=now, wall=wall)
        self.known = {
            name: one for name, one in {**self.known, **settled}.items() if one is not None
        }

    def send(self, who: int, most: int) -> int:
        gate, sent = self.senders[who]["a.example"], 0
        while sent < most and gate.wait(0.0) <= 0:
            gate.enter(0.0)
            gate.leave()
            sent += 1
        return sent


@given(
    rate=st.floats(0.1, 200),
    steps=st.lists(
        st.tuples(st.integers(0, 1), st.floats(0, 2), st.floats(-0.5, 0.5), st.integers(0, 300)),
        min_size=1,
        max_size=80,
    ),
)
def test_two_senders_together_stay_under_the_rate(
    rate: float, steps: list[tuple[int, float, float, int]]
) -> None:
    """Whenever they trade, whatever they want, and though their clocks differ by a second."""
    shared, now, sent = Shared(Limit(per_second=rate)), 0.0, 0
    for who, wait, skew, most in steps:
        now += wait
        shared.trade(who, now=now, wall=1_000_000.0 + now + skew)
        sent += shared.send(who, most)
    assert sent <= max(1.0, rate) + rate * (now + 1.0) + 1e-6


@pytest.mark.parametrize("rate", [0.5, 1.0, 7.0, 100.0])
def test_two_senders_together_use_the_whole_rate(rate: float) -> None:
    shared, sent = Shared(Limit(per_second=rate)), [0, 0]
    for tick in range(400):
        now = tick / 4
        for who in (0, 1):
            shared.trade(who, now=now, wall=1_000_000.0 + now)
            sent[who] += shared.send(who, 1000)
    assert 0.9 * rate * 100 <= sum(sent) <= rate * 101


def test_a_sender_that_wants_no_more_leaves_all_to_the_other() -> None:
    shared = Shared(Limit(per_second=10))
    shared.send(0, 1)
    shared.trade(0, now=0.0, wall=0.0)
    shared.senders[0].want_nothing()
    shared.trade(0, now=0.0, wall=0.0)
    assert shared.known == {}
    assert len(shared.senders[0]) == 0


def test_what_a_server_told_one_sender_the_other_hears() -> None:
    shared = Shared(Limit())
    ours, theirs = shared.senders
    assert theirs["slow.example"].wait(900.0) == 0
    ours["slow.example"].slow_down(50.0, Random(3))
    shared.trade(0, now=50.0, wall=1_000_000.0)
    shared.trade(1, now=900.0, wall=1_000_000.4)
    rest = ours["slow.example"].wait(50.0)
    assert abs(theirs["slow.example"].wait(900.0) - (rest - 0.4)) < 1e-6
    theirs["slow.example"].succeed()
    shared.trade(1, now=1900.0, wall=1_001_000.0)
    assert shared.known == {}
    shared.trade(0, now=1050.0, wall=1_001_000.0)
    assert ours["slow.example"].wait(1050.0) == 0


def test_a_new_process_takes_up_where_the_old_one_stopped() -> None:
    shared = Shared(Limit(per_second=1))
    shared.send(0, 1)
    shared.trade(0, now=50.0, wall=1_000_000.0)
    assert shared.send(0, 9) == 1
    shared.trade(0, now=50.0, wall=1_000_000.0)
    assert shared.send(1, 9) == 0
    shared.trade(1, now=7.0, wall=1_000_000.4)
    assert shared.send(1, 9) == 0
    shared.trade(1, now=7.7, wall=1_000_001.1)
    assert shared.send(1, 9) == 1


@given(st.floats(-1e9, 1e9))
def test_a_wall_clock_that_jumps_gives_no_more_than_a_burst_and_no_endless_rest(
    jump: float,
) -> None:
    shared = Shared(Limit(per_second=2))
    shared.known = {"a.example": GateState(tokens=0.0, strikes=3, rest=60.0, at=1_000_000.0)}
    gates = shared.senders[0]
    gates.heed(["a.example"])
    for _ in range(3):
        gates["a.example"].wait(0.0)
        shared.trade(0, now=0.0, wall=1_000_000.0 + jump)
    assert gates["a.example"].wait(0.0) <= 61
    assert shared.send(0, 10) <= 2
    # A clock that was set back does not stop the mail.
    gates["a.example"].wait(0.0)
    shared.trade(0, now=61.0, wall=1_000_061.0 + jump)
    gates["a.example"].succeed()
    assert jump < -10 or jump > 0 or gates["a.example"].wait(75.0) <= 1
