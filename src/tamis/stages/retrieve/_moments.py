"""Requests grouped by a rounded-down moment, so that one count of the log serves many of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tamis.core.data import Past
from tamis.core.ragged import concatenate_ranges, position, top_k_rows
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import EventTable
from tamis.stages.retrieve._blocks import starting_item
from tamis.stages.retrieve.cold import fill_with_popular, resized


def rounded_down(at: NDArray[np.int64], refresh: int) -> NDArray[np.int64]:
    """Return the start of the bucket of `refresh` microseconds in which each moment lies, never after the moment.

    Examples
    --------
    >>> rounded_down(np.array([59, 60, -1]), 60)
    array([  0,  60, -60])
    """
    return np.asarray(np.floor_divide(at, refresh) * refresh, np.int64)


class RunningCounts:
    """Events per item before one moment after another, ascending: each count adds what happened since the last.

    Whole numbers, so the sum is exactly the count that `past.item_counts` gives at once.

    Parameters
    ----------
    past : Past
    events : EventTable
    within : int, optional
        Count only the last `within` microseconds.
    """

    def __init__(self, past: Past, events: EventTable, within: int | None = None) -> None:
        self._past, self._events, self._within = past, events, within
        self._moment: int | None = None
        self._counts = np.zeros(0)

    def at(self, moment: int) -> NDArray[np.float64]:
        """Return (n_items,) counts before `moment`, which is not before the last one asked for."""
        gap = 0 if self._moment is None else moment - self._moment
        if self._moment is None or (self._within is not None and gap >= self._within):
            self._counts = self._past.item_counts(self._events, moment, within=self._within)
        elif gap:
            come = self._past.item_counts(self._events, moment, within=gap)
            if self._within is not None:
                come = come - self._past.item_counts(self._events, moment - self._within, within=gap)
            self._counts = self._counts + come
        self._moment = moment
        return self._counts


def best_per_moment(
    queries: Queries, k: int, refresh: int, score: Callable[[int], NDArray[np.float64]], popularity: NDArray[np.float64]
) -> Candidates:
    """Return the same `k` best items for all requests of a moment, filled up by the rule of `cold`.

    Parameters
    ----------
    queries : Queries
    k : int
    refresh : int
        Width of the buckets in microseconds.
    score : function of a moment giving (n_items,) scores
        Called with ascending moments. -inf where there is no reason to propose an item.
    popularity : array of shape (n_items at fit,)
    """
    moments, which = np.unique(rounded_down(queries.at, refresh), return_inverse=True)
    lists: list[NDArray[np.int64]] = []
    scores: list[NDArray[np.float64]] = []
    for moment in moments.tolist():
        of_moment = score(moment)
        # one more than asked for: the item that a request starts from may be among them
        best = top_k_rows(of_moment[None, :], k + 1 if k > 0 else 0)[1]
        lists.append(best)
        scores.append(of_moment[best])
    length = np.array([len(best) for best in lists], np.int64)
    rows = concatenate_ranges((np.cumsum(length) - length)[which], length[which])
    query = np.repeat(np.arange(len(queries)), length[which])
    item = np.concatenate([*lists, np.zeros(0, np.int64)])[rows].astype(np.int32)
    column = np.concatenate([*scores, np.zeros(0)])[rows]
    never = starting_item(queries)
    if never is not None:
        other = item != never[query]
        query, item, column = query[other], item[other], column[other]
    fits = position(query) < k
    personal = Candidates(query[fits], item[fits], len(queries), {"score": column[fits]})
    return fill_with_popular(personal, k, resized(popularity, queries.past.n_items), never=never)
