"""An index of events by key and time: counts, sums and latest times strictly before any moment, by binary search.

Two sorted arrays per key kind; a read of n rows costs n log(events), with no loop and no window scan. Windows start at
whole buckets (a tenth of the window), so that a counter per bucket gives exactly the same number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.ragged import concatenate_ranges, distinct


def window_start(at: NDArray[np.int64], within: int) -> NDArray[np.int64]:
    """Return the first moment that counts for a window of `within` microseconds before `at`.

    The window is widened to the bucket (a tenth of it) in which it starts: between 100 % and 110 % of `within`.

    Examples
    --------
    >>> window_start(np.array([105]), 100)
    array([0])
    """
    bucket = max(within // 10, 1)
    return np.asarray(np.floor_divide(at - within, bucket) * bucket, np.int64)


class Timeline:
    """Events of one selection indexed by a whole-number key.

    Parameters
    ----------
    key, at, value : arrays of shape (n,)
        In any order; `at` in microseconds UTC.
    """

    def __init__(self, key: NDArray[np.int64], at: NDArray[np.int64], value: NDArray[np.floating]) -> None:
        self.moments = distinct(at)
        self._stride = np.int64(len(self.moments) + 1)
        composite = key * self._stride + np.searchsorted(self.moments, at)
        order = np.argsort(composite, kind="stable")
        self._composite, self.order = composite[order], order
        self._sorted_at = at[order]
        self._sums = np.concatenate([[0.0], np.cumsum(value[order], dtype=np.float64)])

    def _bound(self, key: NDArray[np.int64], at: NDArray[np.int64] | None) -> NDArray[np.int64]:
        # rows of `key` strictly before `at` end here; None gives the start of the key
        rank = 0 if at is None else np.searchsorted(self.moments, at, side="left")
        return np.searchsorted(self._composite, key * self._stride + rank, side="left")

    def bounds(
        self, key: NDArray[np.int64], at: NDArray[np.int64], within: int | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the range in time order of each key's events in [window start, at)."""
        low = self._bound(key, None if within is None else window_start(at, within))
        return low, self._bound(key, at)

    def count(self, key: NDArray[np.int64], at: NDArray[np.int64], within: int | None = None) -> NDArray[np.float64]:
        """Return the number of events of each key strictly before `at`, in the last `within` microseconds.

        Examples
        --------
        >>> t = Timeline(np.array([7, 7, 8]), np.array([10, 20, 20]), np.ones(3))
        >>> t.count(np.array([7, 7, 9]), np.array([20, 21, 21]))
        array([1., 2., 0.])
        """
        low, high = self.bounds(key, at, within)
        return (high - low).astype(np.float64)

    def sum(self, key: NDArray[np.int64], at: NDArray[np.int64], within: int | None = None) -> NDArray[np.float64]:
        """Return the sum of values of each key strictly before `at`; 0 where there is no event."""
        low, high = self.bounds(key, at, within)
        return np.asarray(self._sums[high] - self._sums[low])

    def last(self, key: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the time of each key's latest event strictly before `at`; NaN where there is none."""
        low, high = self.bounds(key, at)
        found = np.full(len(key), np.nan)
        has = high > low
        found[has] = self._sorted_at[high[has] - 1]
        return found

    def latest(
        self, key: NDArray[np.int64], at: NDArray[np.int64], last: int | None
    ) -> tuple[NDArray[np.int64], NDArray[Any]]:
        """Return (row, event): the `last` events of each key strictly before `at`, oldest first, as original indices."""
        low, high = self.bounds(key, at)
        if last is not None:
            low = np.maximum(low, high - last)
        counts = high - low
        return np.repeat(np.arange(len(key)), counts), self.order[concatenate_ranges(low, counts)]
