"""One kind of work over many things, on several processes where that pays; the order stays."""

from __future__ import annotations

import gc
import os
import pickle
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from publisher.errors import PublisherError
from publisher.model import Struct

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

Thing = TypeVar("Thing")
Result = TypeVar("Result")
Tools = TypeVar("Tools")

# Below this many things a second process costs more than it brings: starting the crew and its imports
# takes as long as some twenty editions.
WORTH_A_PROCESS = 64
# Many chunks for each process, so that one heavy chunk does not leave the others idle.
CHUNKS_A_PROCESS = 16

Progress = Callable[[str, int, int], None]
"""Told of a stage, and how much of it is done, of how much."""


class Crew(Struct):
    """Up to `jobs` processes, started once there is enough to do; `preload` are modules they need."""

    jobs: int
    preload: tuple[str, ...] = ()
    pool: ProcessPoolExecutor | None = None

    def spread(
        self,
        work: Callable[[Sequence[Thing], Tools], Iterable[Result]],
        things: Sequence[Thing],
        tools: Callable[[], Tools],
        *,
        progress: Callable[[int, int], None],
        lead: int = 0,
    ) -> list[Result]:
        """`[*work(things, tools())]`, with the things in chunks on the crew's processes.

        `work` takes a sequence and yields one result for each thing in it; `tools` makes what every
        process needs once, and `progress` is told (done, total). The others wait for the first `lead`
        things, where those leave something that their tools are better for. The result does not
        depend on `jobs`. Raises PublisherError where one of the processes was stopped.
        """
        total = len(things)
        results: list[Result] = []
        if self.jobs <= 1 or total < WORTH_A_PROCESS:
            self.dismiss()
            for result in work(things, tools()) if things else ():
                results.append(result)
                progress(len(results), total)
            return results
        size = -(-total // (self.jobs * CHUNKS_A_PROCESS))
        chunks = [things[start : start + size] for start in range(lead, total, size)]
        recipe = pickle.dumps(tools)
        if lead:
            results += next(self._done(work, [things[:lead]], recipe))
            self.dismiss()  # with all that only learning takes
        for part in self._done(work, chunks, recipe):
            results += part
            progress(len(results), total)
        return results

    def _done(
        self,
        work: Callable[[Sequence[Thing], Tools], Iterable[Result]],
        chunks: Sequence[Sequence[Thing]],
        recipe: bytes,
    ) -> Iterator[list[Result]]:
        """What comes of each chunk, in order."""
        from concurrent.futures import BrokenExecutor

        pool = self._started()
        try:
            futures = [pool.submit(_whole, work, chunk, recipe) for chunk in chunks]
            for future in futures:
                yield future.result()
        except BrokenExecutor:
            raise PublisherError(
                problem="a process that did part of the work was stopped, perhaps for want of memory",
                hint="try again, or with --jobs 1, which takes less",
            ) from None

    def dismiss(self) -> None:
        """End the processes, and what they hold in memory; `spread` would start others."""
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)
            self.pool = None

    def _started(self) -> ProcessPoolExecutor:
        # Most builds need no second process, nor these, which take as long to import as a build.
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        if self.pool is None:
            # Not fork: a progress bar's thread may hold a lock at that moment.
            context = get_context("forkserver")
            context.set_forkserver_preload(list(self.preload))
            self.pool = ProcessPoolExecutor(self.jobs, mp_context=context, initializer=_begin)
        return self.pool


def silent(stage: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def at_hand(tools: Tools) -> Tools:
    """For `spread`, bound to tools that need no making."""
    return tools


@contextmanager
def crew(jobs: int, *, preload: tuple[str, ...] = ()) -> Iterator[Crew]:
    """A crew whose processes end with the block."""
    hands = Crew(jobs, preload)
    try:
        yield hands
    finally:
        hands.dismiss()


def _begin() -> None:
    """What a process of the crew does first."""
    from threading import Thread

    # What it was born with stays out of the collector's way, and so in shared memory.
    gc.freeze()
    # It waits for work on a pipe that it holds both ends of, so it would outlive a parent that is
    # killed, for good.
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _whole(
    work: Callable[[Sequence[Any], Any], Iterable[Result]], chunk: Sequence[Any], recipe: bytes
) -> list[Result]:
    return list(work(chunk, _made(recipe)))


@lru_cache(maxsize=1)
def _made(recipe: bytes) -> Any:
    return pickle.loads(recipe)()  # noqa: S301 - our own, from the process that started this one
