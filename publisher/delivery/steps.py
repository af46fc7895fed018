"""Work that waits, written as generators, so that one thread can take hundreds of connections forward.

A function that returns `Steps[T]` reads as if it blocked: it yields what it cannot go on without, is
resumed once that is there or its time is up, and returns a T. `run` takes one to its end in the
caller's thread; a `Loop` takes many forward, whichever can go on.
"""

from __future__ import annotations

import os
import queue
import select
import threading
import time
from collections.abc import Callable, Generator
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")
Owner = TypeVar("Owner")

SWEEP_SECONDS = 0.1  # how late the end of somebody's time may be noticed


class Ready(NamedTuple):
    """Wanted: that `events` (select.POLLIN, select.POLLOUT) have come for `descriptor`, or that it is
    `deadline` on the monotonic clock. Which of them is for whoever is resumed to find out."""

    descriptor: int
    events: int
    deadline: float


class Call(NamedTuple):
    """Wanted: what `function` returns or raises, which may block."""

    function: Callable[[], Any]


Steps = Generator[Ready | Call, Any, T]


def blocking(function: Callable[[], T]) -> Steps[T]:
    """`function` as one step."""
    result: T = yield Call(function)
    return result


def run(steps: Steps[T]) -> T:
    """Take `steps` to their end in this thread."""
    try:
        need = next(steps)
        while True:
            if isinstance(need, Ready):
                poll = select.poll()
                poll.register(need.descriptor, need.events)
                poll.poll(max(0.0, need.deadline - time.monotonic()) * 1000)
                need = steps.send(None)
                continue
            try:
                result = need.function()
            except Exception as error:  # noqa: BLE001 - raised again where the call stands
                need = steps.throw(error)
            else:
                need = steps.send(result)
    except StopIteration as end:
        value: T = end.value
        return value


class Ended(NamedTuple, Generic[Owner]):
    """`value` is what the owner's steps returned, unless they raised `error`."""

    owner: Owner
    value: Any
    error: BaseException | None = None


class Loop(Generic[Owner]):
    """Used by one thread; what blocks runs in threads of its own, as many as there are such calls."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._waiting: dict[int, tuple[Owner, Steps[Any], Ready]] = {}
        self._ended: list[Ended[Owner]] = []
        self._swept = time.monotonic()
        self._hands = _Hands()
        self._calling: dict[int, tuple[Owner, Steps[Any]]] = {}
        self._poll.register(self._hands.ear, select.POLLIN)

    @property
    def busy(self) -> bool:
        return bool(self._waiting or self._calling)

    def begin(self, owner: Owner, steps: Steps[Any]) -> None:
        """Take `steps` as far as they go without waiting."""
        self._go_on(owner, steps, None)

    def turn(self, timeout: float) -> list[Ended[Owner]]:
        """Wait up to `timeout` seconds until somebody can go on; who has ended since the last turn."""
        if self._ended:
            timeout = 0.0
        for descriptor, _ in self._poll.poll(min(timeout, SWEEP_SECONDS) * 1000):
            if descriptor == self._hands.ear:
                self._take_back()
            else:
                self._resume(descriptor)
        now = time.monotonic()
        if now - self._swept >= SWEEP_SECONDS:
            self._swept = now
            late = [each for each, (*_, need) in self._waiting.items() if need.deadline <= now]
            for descriptor in late:
                self._resume(descriptor)
        ended, self._ended = self._ended, []
        return ended

    def close(self) -> None:
        """Break off what has not ended; a thread that hangs in a call is left behind, a daemon."""
        for _, steps, _ in self._waiting.values():
            steps.close()
        self._waiting.clear()
        self._hands.dismiss()

    def _resume(self, descriptor: int) -> None:
        owner, steps, _ = self._waiting.pop(descriptor)
        self._poll.unregister(descriptor)
        self._go_on(owner, steps, None)

    def _take_back(self) -> None:
        for number, value, error in self._hands.done():
            owner, steps = self._calling.pop(number)
            self._go_on(owner, steps, value, error)

    def _go_on(
        self, owner: Owner, steps: Steps[Any], value: object, error: BaseException | None = None
    ) -> None:
        try:
            need = steps.throw(error) if error else steps.send(value)
        except StopIteration as end:
            self._ended.append(Ended(owner, end.value))
        except BaseException as raised:  # noqa: BLE001 - the owner is told
            self._ended.append(Ended(owner, None, raised))
        else:
            if isinstance(need, Ready):
                self._waiting[need.descriptor] = (owner, steps, need)
                self._poll.register(need.descriptor, need.events)
            else:
                self._calling[self._hands.call(need.function)] = (owner, steps)


class _Hands:
    """Threads that make blocking calls. `ear` can be read from when one is done."""

    def __init__(self) -> None:
        self.ear, self._bell = os.pipe()
        self._calls: queue.SimpleQueue[tuple[int, Callable[[], Any]] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[int, Any, BaseException | None]] = queue.SimpleQueue()
        self._threads = self._under_way = self._number = 0

    def call(self, function: Callable[[], Any]) -> int:
        """The number under which its end will be told."""
        self._number += 1
        self._under_way += 1
        if self._under_way > self._threads:
            self._threads += 1
            threading.Thread(target=self._work, daemon=True).start()
        self._calls.put((self._number, function))
        return self._number

    def done(self) -> list[tuple[int, Any, BaseException | None]]:
        rung = len(os.read(self.ear, 4096))
        self._under_way -= rung
        return [self._done.get() for _ in range(rung)]

    def dismiss(self) -> None:
        """Threads that hang keep the pipe; it is closed only where nobody will ring any more."""
        for _ in range(self._threads):
            self._calls.put(None)
        if not self._under_way:
            os.close(self.ear)
            os.close(self._bell)

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            number, function = call
            try:
                self._done.put((number, function(), None))
            except BaseException as error:  # noqa: BLE001 - raised again where the call stands
                self._done.put((number, None, error))
            os.write(self._bell, b"!")
