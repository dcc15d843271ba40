"""The one rule for whoever a retriever cannot answer personally: popular items, below every personal score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tamis.core.ragged import concatenate_ranges, pair_key, position
from tamis.core.words import Candidates

Pairs = tuple[NDArray[np.int64], NDArray[np.int32]]
"""Rows (query, item)."""


def resized(values: NDArray[np.float64], n_items: int) -> NDArray[np.float64]:
    """Return `values` by item code cut or padded with 0 to `n_items`, for a catalogue that changed since the fit.

    Examples
    --------
    >>> resized(np.array([3.0, 1.0]), 3)
    array([3., 1., 0.])
    """
    return np.concatenate([values[:n_items], np.zeros(max(n_items - len(values), 0))])


def fill_with_popular(
    personal: Candidates,
    k: int,
    popularity: NDArray[np.float64],
    *,
    last: Pairs | None = None,
    never: NDArray[np.integer] | None = None,
) -> Candidates:
    """Return the candidates, filled up to `k` rows per query with popular items that rank below all of them.

    A filled row is marked `cold` = 1. Its score is the query's lowest personal score (0 where there is none) minus
    1, 2, 3 ... in the order of the filling: most popular first, ties by item code; the items of `last` come after all
    others. A query gets fewer than `k` rows only where the catalogue has no more.

    Parameters
    ----------
    personal : Candidates with a column `score`
        At most `k` distinct items per query, best first; may be empty.
    k : int
        Zero or less gives no rows.
    popularity : array of shape (n_items,)
        Number of events of each item, as learned by `fit`; its length is the catalogue's.
    last : pairs (query, item), optional
        Items to fall back on when nothing else is left, such as those that the user has had already.
    never : array of shape (n_queries,), optional
        An item per query that must not be filled in (the item that the request starts from); -1 for none.

    Returns
    -------
    Candidates
        By query, best first, with the columns `score` (float64) and `cold` (float64, 0 or 1).

    Examples
    --------
    >>> one = Candidates(np.array([0]), np.array([2], np.int32), 2, {"score": np.array([0.5])})
    >>> filled = fill_with_popular(one, 2, np.array([5.0, 9.0, 7.0]))
    >>> filled.query, filled.item, filled["score"], filled["cold"]
    (array([0, 0, 1, 1]), array([2, 1, 1, 2], dtype=int32), array([ 0.5, -0.5, -1. , -2. ]), array([0., 1., 1., 1.]))
    """
    k = max(min(k, len(popularity)), 0)
    query = np.asarray(personal.query, np.int64)
    score = np.asarray(personal["score"], np.float64)
    missing = k - np.bincount(query, minlength=personal.n_queries)
    more_query, more_item, place = _fillers(personal, missing, popularity, last, never)
    floor = np.zeros(personal.n_queries)
    floor[query] = score  # rows come best first: the last one, the lowest, stays
    all_query = np.concatenate([query, more_query])
    order = np.argsort(all_query, kind="stable")
    columns = {
        "score": np.concatenate([score, floor[more_query] - (place + 1.0)])[order],
        "cold": np.repeat([0.0, 1.0], [len(query), len(more_query)])[order],
    }
    item = np.concatenate([personal.item, more_item])[order]
    return Candidates(all_query[order], item.astype(np.int32), personal.n_queries, columns)


def _fillers(
    personal: Candidates,
    missing: NDArray[np.int64],
    popularity: NDArray[np.float64],
    last: Pairs | None,
    never: NDArray[np.integer] | None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    # (query, item, place) of the rows that queries with `missing` > 0 get, place 0 being the first
    n_items, n_queries = len(popularity), personal.n_queries
    short = np.flatnonzero(missing > 0)
    if len(short) == 0:
        return short, short, short
    last_query, last_item = (np.zeros(0, np.int64), np.zeros(0, np.int32)) if last is None else last
    never = np.full(n_queries, -1) if never is None else never
    none = never < 0
    held = [pair_key(personal.query, personal.item, n_items), pair_key(np.arange(n_queries), never, n_items)[~none]]
    put_off = pair_key(last_query, last_item, n_items)[missing[last_query] > 0]
    put_off = np.setdiff1d(put_off, np.concatenate(held))
    taken = np.concatenate([*held, put_off])
    order = np.lexsort((np.arange(n_items), -popularity))
    rank = np.empty(n_items, np.int64)
    rank[order] = np.arange(n_items)
    # a prefix of the order that is long enough whatever of it is taken
    length = np.minimum(missing + np.bincount(taken // n_items, minlength=n_queries), n_items)[short]
    query = np.repeat(short, length)
    item = order[concatenate_ranges(np.zeros(len(short), np.int64), length)]
    free = ~np.isin(pair_key(query, item, n_items), taken)
    late_query, late_item = np.divmod(put_off, n_items)
    query = np.concatenate([query[free], late_query])
    item = np.concatenate([item[free], late_item])
    late = np.repeat([0, n_items], [int(free.sum()), len(late_query)])
    best_first = np.lexsort((rank[item] + late, query))
    query, item = query[best_first], item[best_first]
    place = position(query)
    fits = place < missing[query]
    return query[fits], item[fits], place[fits]
