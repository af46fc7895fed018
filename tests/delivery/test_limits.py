"""Rate, concurrency and rest, on a clock that the tests turn."""

from __future__ import annotations

import math
from random import Random

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


def test_a_new_process_takes_up_where_the_old_one_stopped() -> None:
    old = Gates(lambda _: Limit(per_second=1))
    old["gmail.com"].enter(50.0)
    old["gmail.com"].leave()
    old["slow.example"].slow_down(50.0, Random(3))
    states = old.export(now=50.0, wall=1_000_000.0)
    assert list(states) == ["gmail.com", "slow.example"]
    new = Gates(lambda _: Limit(per_second=1))
    new.restore(states, now=7.0, wall=1_000_000.4)
    assert new["gmail.com"].wait(7.0) == 0.6 or abs(new["gmail.com"].wait(7.0) - 0.6) < 1e-6
    rest = old["slow.example"].wait(50.0)
    assert abs(new["slow.example"].wait(7.0) - (rest - 0.4)) < 1e-6


@given(st.floats(-1e9, 1e9))
def test_a_wall_clock_that_jumps_gives_no_more_than_a_burst_and_no_endless_rest(
    jump: float,
) -> None:
    gates = Gates(lambda _: Limit(per_second=2))
    state = GateState(tokens=0.0, strikes=3, rest=60.0, at=1_000_000.0)
    gates.restore({"a.example": state}, now=0.0, wall=1_000_000.0 + jump)
    gate = gates["a.example"]
    assert gate.wait(0.0) <= 61
    passed = 0
    while gate.wait(0.0) <= 0 and passed < 10:
        gate.enter(0.0)
        gate.leave()
        passed += 1
    assert passed <= 2
