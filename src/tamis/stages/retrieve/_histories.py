"""What a personal answer starts from: the user's latest events as of the request, or the item that it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tamis.core.data import Dataset, Past
from tamis.core.ragged import pair_key
from tamis.core.words import Queries
from tamis.data.declarations import EventTable
from tamis.stages.retrieve.cold import Pairs

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def item_events(dataset: Dataset, events: EventTable) -> NDArray[np.float64]:
    """Return (n_items,) the number of events of each item strictly before `dataset.until`."""
    item = dataset.events(events).item
    return np.bincount(item[item >= 0], minlength=dataset.n_items).astype(np.float64)


@dataclass(frozen=True)
class Histories:
    """Distinct (query, item) pairs, by query then item.

    Parameters
    ----------
    query, item : arrays of shape (n,)
    n_queries : int
    """

    query: NDArray[np.int64]
    item: NDArray[np.int32]
    n_queries: int

    def within(self, rows: slice) -> Pairs:
        """Return the (query, item) pairs of the queries `rows.start` to `rows.stop`, counted from `rows.start`."""
        first, after = np.searchsorted(self.query, [rows.start, rows.stop])
        return self.query[first:after] - rows.start, self.item[first:after]

    def matrix(self, known: NDArray[np.bool_]) -> csr_matrix:
        """Return the (n_queries, len(known)) sparse 0-1 matrix of the pairs whose item is known."""
        from scipy.sparse import csr_matrix

        inside = self.item < len(known)
        inside[inside] = known[self.item[inside]]
        data = np.ones(int(inside.sum()), np.float32)
        indptr = np.searchsorted(self.query[inside], np.arange(self.n_queries + 1))
        made = csr_matrix((data, self.item[inside], indptr), shape=(self.n_queries, len(known)))
        made.has_sorted_indices = True
        return made


def own_items(past: Past, events: EventTable, queries: Queries) -> Histories:
    """Return every item that each query's user has an event with, before the request."""
    return _latest(past, events, queries, None, np.ones(len(queries), bool))


def starting_items(past: Past, events: EventTable, queries: Queries, last: int | None, *, item: bool) -> Histories:
    """Return what each answer starts from: the items of the user's `last` events before the request.

    With `item`, a request that names an item starts from that item alone.
    """
    if not item or queries.item is None:
        return _latest(past, events, queries, last, np.ones(len(queries), bool))
    named = queries.item >= 0
    found = _latest(past, events, queries, last, ~named)
    query = np.concatenate([found.query, np.flatnonzero(named)])
    order = np.argsort(query, kind="stable")
    return Histories(query[order], np.concatenate([found.item, queries.item[named]])[order], len(queries))


def _latest(past: Past, events: EventTable, queries: Queries, last: int | None, asked: NDArray[np.bool_]) -> Histories:
    # user -1 has no events: a query that is not asked for gives no rows
    found = past.history(events, np.where(asked, queries.user, -1), queries.at, last)
    real = (found.item >= 0) & (found.item < past.n_items)
    size = max(past.n_items, 1)
    keys = np.sort(pair_key(found.query[real], found.item[real], size))
    first = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
    query, item = np.divmod(keys[first], size)
    return Histories(query, item.astype(np.int32), len(queries))
