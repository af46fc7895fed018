"""One kind of work over many things, on several processes where that pays; the order stays."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, TypeVar

Thing = TypeVar("Thing")
Result = TypeVar("Result")

# Below this many things a second process costs more than it brings (start-up is about 0.3 s).
WORTH_A_PROCESS = 24
# Several chunks for each process, so that one heavy chunk does not leave the others idle.
CHUNKS_A_PROCESS = 4


def spread(
    work: Callable[..., Iterable[Result]],
    things: Sequence[Thing],
    *fixed: Any,
    jobs: int,
    progress: Callable[[int, int], None],
) -> list[Result]:
    """`[*work(things, *fixed)]`, with the things in chunks on `jobs` processes.

    `work` takes a sequence and yields one result for each thing in it; `progress` is told
    (done, total). The result does not depend on `jobs`.
    """
    total = len(things)
    results: list[Result] = []
    if jobs <= 1 or total < WORTH_A_PROCESS:
        for result in work(things, *fixed):
            results.append(result)
            progress(len(results), total)
        return results
    size = -(-total // (jobs * CHUNKS_A_PROCESS))
    chunks = [things[start : start + size] for start in range(0, total, size)]
    # Not fork: a progress bar's thread may hold a lock at that moment.
    context = get_context("forkserver")
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        futures = [pool.submit(_whole, work, chunk, fixed) for chunk in chunks]
        for future in futures:
            results += future.result()
            progress(len(results), total)
    return results


def _whole(
    work: Callable[..., Iterable[Result]], chunk: Sequence[Any], fixed: tuple[Any, ...]
) -> list[Result]:
    return list(work(chunk, *fixed))
