"""Blocks of array work on all cores: Python threads, since NumPy and SciPy release the lock while they compute."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

B = TypeVar("B")
R = TypeVar("R")


class Spread(Protocol):
    """Calls a function on every block, on all cores, and returns the results in the order of the blocks."""

    def __call__(self, work: Callable[[B], R], blocks: Sequence[B]) -> list[R]:
        """Return `[work(block) for block in blocks]`."""


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def all_cores() -> Iterator[Spread]:
    """Give a `Spread`; inside, BLAS keeps to one thread per call, so that cores are not asked for twice.

    Blocks must write to places of their own: then the result does not depend on the number of cores.

    Examples
    --------
    >>> with all_cores() as spread:
    ...     spread(abs, [-1, 2])
    [1, 2]
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(cores()) as pool:
        yield lambda work, blocks: list(pool.map(work, blocks))
