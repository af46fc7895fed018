"""How fast a relay or a recipient's domain may be served: rate, concurrency, and rest after a "slow down".

A Gate keeps one of them. Times are seconds of the monotonic clock, so that a clock that jumps moves
nothing; only what is shared with other senders (`Gates.trade`), and outlives them, speaks of wall time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random

FIRST_REST_SECONDS = 15.0  # of a domain that says "slow down"
FIRST_RELAY_REST_SECONDS = 1.0  # of a relay that cannot be reached: it may just be restarting
LONGEST_REST_SECONDS = 900.0
# How long what a sender takes from a shared rate at once should last, and how soon one asks again who
# got nothing: the less, the fairer, and the more often all of them write.
SHARE_SECONDS = 0.5
# Between the clocks of two machines that send together. A clock that goes back further was set.
SKEW_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Limit:
    """Zero means no limit."""

    per_second: float = 0.0
    connections: int = 0

    @property
    def burst(self) -> float:
        """How many may go at once: one second's worth, at least one message."""
        return max(1.0, self.per_second) if self.per_second else 0.0


@dataclass(frozen=True, slots=True)
class GateState:
    """What all senders know of a gate. `at` is in seconds since 1970, `rest` in seconds."""

    tokens: float
    strikes: int
    rest: float
    at: float

    def later(self, wall: float, limit: Limit) -> GateState:
        """The same at `wall`. A clock that went back counts as no time."""
        back = self.at - wall
        if 0 < back <= SKEW_SECONDS:
            return self
        elapsed = max(0.0, -back)
        tokens = self.tokens + elapsed * limit.per_second
        rest = min(self.rest, LONGEST_REST_SECONDS * 1.25) - elapsed
        return GateState(min(tokens, limit.burst), self.strikes, max(0.0, rest), wall)

    def is_calm(self, limit: Limit) -> bool:
        """True where forgetting it would change nothing."""
        return not self.strikes and not self.rest and self.tokens >= limit.burst


@dataclass(slots=True)
class Gate:
    """A token bucket with a door that can shut. Where it is `shared`, its tokens are those that were
    taken from the bucket that all senders share (`trade`), and none grow here.
    """

    limit: Limit
    first_rest: float = FIRST_REST_SECONDS
    shared: bool = False
    tokens: float = math.inf
    stamp: float = 0.0
    inside: int = 0
    strikes: int = 0
    shut_until: float = -math.inf
    asked: bool = False  # for tokens, since the last trade
    news: bool = False  # of strikes, likewise

    def __post_init__(self) -> None:
        if self.shared:
            self.tokens = 0.0

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
        if self.shared:
            self.asked = True
            return rest if self.tokens >= 1.0 else max(rest, SHARE_SECONDS)
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
        self.news = self.news or self.strikes > 0
        self.strikes = 0

    def slow_down(self, now: float, random: Random) -> None:
        """Shut for a while that doubles with each strike in a row; those inside count as one."""
        if now < self.shut_until:
            return
        rest = min(LONGEST_REST_SECONDS, self.first_rest * 2.0**self.strikes)
        self.strikes = min(self.strikes + 1, 16)
        self.news = True
        self.shut_until = now + rest * random.uniform(0.75, 1.25)

    def at_rest(self, now: float) -> bool:
        """True where forgetting this gate would change nothing."""
        if self.inside or self.strikes or self.news or self.shut_until > now:
            return False
        if not self.limit.per_second:
            return True
        if self.shared:
            return not self.asked and not self.tokens
        self._fill(now)
        return self.tokens >= self.limit.burst

    def trade(self, known: GateState, now: float) -> GateState:
        """Give back what was not used and take what is wanted; hear of strikes, or tell of them.

        `known` is what all senders share now; returned is what they share from now on.
        """
        if self.news:
            rest = max(0.0, self.shut_until - now)
            known = replace(known, strikes=self.strikes, rest=rest)
        else:
            self.strikes = known.strikes
            self.shut_until = now + known.rest if known.rest else -math.inf
        if self.limit.per_second:
            there = min(self.limit.burst, known.tokens + self.tokens)
            wanted = max(1.0, self.limit.per_second * SHARE_SECONDS) if self.asked else 0.0
            self.tokens = float(math.floor(min(there, wanted)))
            known = replace(known, tokens=there - self.tokens)
        self.asked = self.news = False
        return known

    def _fill(self, now: float) -> None:
        if self.shared:
            return
        grown = self.tokens + max(0.0, now - self.stamp) * self.limit.per_second
        self.tokens = min(self.limit.burst, grown)
        self.stamp = now


@dataclass(slots=True)
class Gates:
    """Gates by name (a domain, a relay), made when first asked for and forgotten when at rest.

    `shared` ones are of no use without `trade`, twice a second or so, with the states that all senders
    of one store share.
    """

    limit_of: Callable[[str], Limit]
    first_rest: float = FIRST_REST_SECONDS
    shared: bool = False
    _gates: dict[str, Gate] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Gate:
        gate = self._gates.get(name)
        if gate is None:
            gate = self._gates[name] = self._new(name)
        return gate

    def _new(self, name: str) -> Gate:
        return Gate(self.limit_of(name), self.first_rest, self.shared)

    def heed(self, names: Iterable[str]) -> None:
        """Have gates for `names`, to hear in the next trade what is known of them."""
        for name in names:
            self._gates.setdefault(name, self._new(name))

    def want_nothing(self) -> None:
        """Let the next trade give all tokens back."""
        for gate in self._gates.values():
            gate.asked = False

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._gates))

    def __len__(self) -> int:
        return len(self._gates)

    def leave(self, name: str, now: float) -> None:
        gate = self[name]
        gate.leave()
        if gate.at_rest(now):
            del self._gates[name]

    @property
    def has_business(self) -> bool:
        """True where a trade would change what all share."""
        return any(
            gate.news or (gate.shared and gate.limit.per_second and (gate.asked or gate.tokens))
            for gate in self._gates.values()
        )

    @property
    def is_dry(self) -> bool:
        """True where one waits for tokens."""
        return any(gate.shared and gate.asked and gate.tokens < 1 for gate in self._gates.values())

    def trade(
        self, known: Mapping[str, GateState], *, now: float, wall: float
    ) -> dict[str, GateState | None]:
        """Trade each gate with what is `known` of it; what is to be known from now on, None for
        nothing. `now` is the monotonic clock, `wall` seconds since 1970."""
        settled: dict[str, GateState | None] = {}
        for name in self:
            gate = self._gates[name]
            fresh = GateState(gate.limit.burst, 0, 0.0, wall)
            state = gate.trade(known.get(name, fresh).later(wall, gate.limit), now)
            settled[name] = None if state.is_calm(gate.limit) else state
            if gate.at_rest(now):
                del self._gates[name]
        return settled
