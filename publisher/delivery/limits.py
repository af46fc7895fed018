"""How fast a relay or a recipient's domain may be served: rate, concurrency, and rest after a "slow down".

A Gate keeps one of them. Times are seconds of the monotonic clock, so that a clock that jumps moves
nothing; only `Gates.export` and `restore`, which outlive the process, speak of wall time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

FIRST_REST_SECONDS = 15.0  # of a domain that says "slow down"
FIRST_RELAY_REST_SECONDS = 1.0  # of a relay that cannot be reached: it may just be restarting
LONGEST_REST_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Limit:
    """Zero means no limit."""

    per_second: float = 0.0
    connections: int = 0


@dataclass(frozen=True, slots=True)
class GateState:
    """What is remembered of a gate between runs. `at` is in seconds since 1970, `rest` in seconds."""

    tokens: float
    strikes: int
    rest: float
    at: float


@dataclass(slots=True)
class Gate:
    """A token bucket (one second's worth of burst, at least one message) with a door that can shut."""

    limit: Limit
    first_rest: float = FIRST_REST_SECONDS
    tokens: float = math.inf
    stamp: float = 0.0
    inside: int = 0
    strikes: int = 0
    shut_until: float = -math.inf

    def wait(self, now: float) -> float:
        """Seconds until one more may go through: 0 now, infinite while all connections are busy.

        After a strike one at a time tries its luck, until one succeeds.
        """
        allowed = 1 if self.strikes else self.limit.connections
        if allowed and self.inside >= allowed:
            return math.inf
        rest = max(0.0, self.shut_until - now)
        if not self.limit.per_second:
            return rest
        self._fill(now)
        return max(rest, (1.0 - self.tokens) / self.limit.per_second, 0.0)

    def enter(self, now: float) -> None:
        self.inside += 1
        if self.limit.per_second:
            self._fill(now)
            self.tokens -= 1.0

    def leave(self) -> None:
        self.inside -= 1

    def succeed(self) -> None:
        self.strikes = 0

    def slow_down(self, now: float, random: Random) -> None:
        """Shut for a while that doubles with each strike in a row; those inside count as one."""
        if now < self.shut_until:
            return
        rest = min(LONGEST_REST_SECONDS, self.first_rest * 2.0**self.strikes)
        self.strikes = min(self.strikes + 1, 16)
        self.shut_until = now + rest * random.uniform(0.75, 1.25)

    def at_rest(self, now: float) -> bool:
        """True where forgetting this gate would change nothing."""
        full = not self.limit.per_second or (self.wait(now) == 0 and self.tokens >= self._burst)
        return full and not self.inside and not self.strikes and self.shut_until <= now

    @property
    def _burst(self) -> float:
        return max(1.0, self.limit.per_second)

    def _fill(self, now: float) -> None:
        grown = self.tokens + max(0.0, now - self.stamp) * self.limit.per_second
        self.tokens = min(self._burst, grown)
        self.stamp = now


@dataclass(slots=True)
class Gates:
    """Gates by name (a domain, a relay), made when first asked for and forgotten when at rest."""

    limit_of: Callable[[str], Limit]
    first_rest: float = FIRST_REST_SECONDS
    _gates: dict[str, Gate] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Gate:
        gate = self._gates.get(name)
        if gate is None:
            gate = self._gates[name] = Gate(self.limit_of(name), self.first_rest)
        return gate

    def __len__(self) -> int:
        return len(self._gates)

    def leave(self, name: str, now: float) -> None:
        gate = self[name]
        gate.leave()
        if gate.at_rest(now):
            del self._gates[name]

    def export(self, *, now: float, wall: float) -> dict[str, GateState]:
        """The gates that are not at rest, by name in order."""
        return {
            name: GateState(gate.tokens, gate.strikes, max(0.0, gate.shut_until - now), wall)
            for name, gate in sorted(self._gates.items())
            if gate.strikes or gate.limit.per_second
        }

    def restore(self, states: Mapping[str, GateState], *, now: float, wall: float) -> None:
        """Take up where an earlier process stopped; a wall clock that went back counts as no time."""
        for name, state in states.items():
            gate = self[name]
            elapsed = max(0.0, wall - state.at)
            gate.strikes = state.strikes
            gate.shut_until = now + min(state.rest, LONGEST_REST_SECONDS * 1.25) - elapsed
            gate.tokens = state.tokens + elapsed * gate.limit.per_second
            gate.stamp = now
