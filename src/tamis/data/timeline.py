"""An index of events by key and time: counts, sums and latest times strictly before any moment, by binary search.

Two sorted arrays per key kind; a read of n rows costs n log(events), with no loop and no window scan. Windows start at
whole buckets (a tenth of the window), so that a counter per bucket gives exactly the same number.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.ragged import concatenate_ranges, distinct

_LARGEST = np.iinfo(np.int64).max
_FEW = 1_000


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


def _search(ordered: NDArray[np.int64], needle: NDArray[np.int64]) -> NDArray[np.int64]:
    # many needles in order walk through memory once; one by one they would miss the cache at every step
    if len(needle) < _FEW:
        return np.searchsorted(ordered, needle, side="left")
    order = np.argsort(needle)
    found = np.empty(len(needle), np.int64)
    found[order] = np.searchsorted(ordered, needle[order], side="left")
    return found


class Timeline:
    """Events of one selection indexed by a whole-number key.

    Parameters
    ----------
    key, at, value : arrays of shape (n,)
        In any order; `at` in microseconds UTC.
    """

    def __init__(self, key: NDArray[np.int64], at: NDArray[np.int64], value: NDArray[np.floating]) -> None:
        n = len(key)
        in_time = None if bool(np.all(at[1:] >= at[:-1])) else np.argsort(at, kind="stable")
        self._at, self._value = (at, value) if in_time is None else (at[in_time], value[in_time])
        key = key if in_time is None else key[in_time]
        self._stride = np.int64(n + 1)
        self._beyond = int(key.max()) + 1 if n else 0
        self._keys = distinct(key) if self._beyond >= _LARGEST // (n + 1) else None
        # an event's place in time tells it apart and orders it within its key: one plain sort, the fastest there is
        self._composite = np.sort(self._place(key) * self._stride + np.arange(n))
        place = (self._composite % self._stride).astype(np.int32 if n < 2**31 else np.int64)
        self.order = place if in_time is None else in_time[place]
        self._place_of = place
        self._latest_bounds: dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}

    @functools.cached_property
    def _sums(self) -> NDArray[np.float64]:
        return np.concatenate([[0.0], np.cumsum(self._value[self._place_of], dtype=np.float64)])

    def _place(self, key: NDArray[np.int64]) -> NDArray[np.int64]:
        # keys as they are, or numbered anew where key x events would not fit 64 bits; -1 for a key without events
        if self._keys is None:
            return np.minimum(key, self._beyond)
        place = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        return np.where(self._keys[place] == key, place, -1)

    def _bound(self, key: NDArray[np.int64], at: NDArray[np.int64] | None, which: str) -> NDArray[np.int64]:
        # rows of `key` strictly before `at` end here; None gives the start of the key
        rank = 0 if at is None else np.searchsorted(self._at, at, side="left")
        needle = self._place(key) * self._stride + rank
        # columns over the same keys ask the same again: one comparison saves the search
        kept = self._latest_bounds.get(which)
        if kept is not None and np.array_equal(kept[0], needle):
            return kept[1]
        found = _search(self._composite, needle)
        self._latest_bounds[which] = needle, found
        return found

    def bounds(
        self, key: NDArray[np.int64], at: NDArray[np.int64], within: int | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the range in time order of each key's events in [window start, at)."""
        end = self._bound(key, at, "end")
        if within is None:
            return self._bound(key, None, "start"), end
        return self._bound(key, window_start(at, within), "window"), end

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
        found[has] = self._at[self._place_of[high[has] - 1]]
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
