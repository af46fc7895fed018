"""The limits of relays and domains, shared by all who send from one store.

Two senders must not be twice as fast as the limit: each takes a few messages' worth at a time, twice
a second at most, and tells the others when a server asks to slow down. So there is no write for each
message, and none at all where there are no rates.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from publisher.delivery.limits import SHARE_SECONDS, Gates, GateState
from publisher.store import limits
from publisher.store.database import Store


@dataclass(slots=True)
class SharedLimits:
    """One sender's gates, and when it last traded; `clock` is the wall's."""

    store: Store
    domains: Gates
    relays: Gates
    clock: Callable[[], datetime]
    _traded: float = float("-inf")

    def open(self) -> None:
        """Begin with what is known of servers that asked to slow down."""
        with self.store.writing() as connection:
            limits.forget(connection, self.clock().timestamp())
            known = limits.struck(connection)
        # A relay's name holds a colon, a domain's never does.
        self.relays.heed(name for name in known if ":" in name)
        self.domains.heed(name for name in known if ":" not in name)
        self.trade()

    def trade_when_due(self) -> None:
        """To be called several times a second."""
        waiting = self.domains.is_dry or self.relays.is_dry
        if waiting or time.monotonic() - self._traded >= SHARE_SECONDS:
            self.trade()

    def close(self) -> None:
        """Give back what is left; a later `trade_when_due` opens again."""
        self.domains.want_nothing()
        self.relays.want_nothing()
        self.trade()

    def trade(self) -> None:
        """Take and give back, tell and hear, in one transaction."""
        self._traded = time.monotonic()
        names = {*self.domains, *self.relays}
        if not names:
            return
        if not (self.domains.has_business or self.relays.has_business):
            with self.store.reading() as connection:
                self._trade(limits.load(connection, names))
            return
        with self.store.writing() as connection:
            limits.alone(connection)
            limits.save(connection, self._trade(limits.load(connection, names)))

    def _trade(self, known: Mapping[str, limits.GateState]) -> dict[str, limits.GateState | None]:
        now, wall = time.monotonic(), self.clock().timestamp()
        ours = {
            name: GateState(one.tokens, one.strikes, one.rest, one.at)
            for name, one in known.items()
        }
        settled = {
            **self.domains.trade(ours, now=now, wall=wall),
            **self.relays.trade(ours, now=now, wall=wall),
        }
        return {
            name: limits.GateState(one.tokens, one.strikes, one.rest, one.at) if one else None
            for name, one in settled.items()
        }
