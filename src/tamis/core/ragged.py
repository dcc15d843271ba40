"""Ragged batches: rows that belong to queries, kept sorted by query; every operation is one NumPy pass.

A ragged batch of B queries and n rows is `query` (n,) int, ascending, beside columns of shape (n, ...). `offsets`
(B + 1,) gives the rows of query b as `offsets[b]:offsets[b + 1]`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.integer]
FloatArray = NDArray[np.floating]


def offsets_of(query: IntArray, n_queries: int) -> NDArray[np.int64]:
    """Return offsets (n_queries + 1,) of rows sorted by query.

    Examples
    --------
    >>> offsets_of(np.array([0, 0, 2]), 3)
    array([0, 2, 2, 3])
    """
    counts = np.bincount(query, minlength=n_queries) if len(query) else np.zeros(n_queries, np.int64)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def query_of(offsets: IntArray) -> NDArray[np.int64]:
    """Return the query index of each row, the inverse of `offsets_of`.

    Examples
    --------
    >>> query_of(np.array([0, 2, 2, 3]))
    array([0, 0, 2])
    """
    return np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))


def position(query: IntArray) -> NDArray[np.int64]:
    """Return the 0-based position of each row within its query; `query` is ascending.

    Examples
    --------
    >>> position(np.array([0, 0, 2, 2, 2]))
    array([0, 1, 0, 1, 2])
    """
    n = len(query)
    if n == 0:
        return np.zeros(0, np.int64)
    starts = np.flatnonzero(np.r_[True, query[1:] != query[:-1]])
    return np.arange(n) - np.repeat(starts, np.diff(np.r_[starts, n]))


def order_by_score(query: IntArray, score: FloatArray, item: IntArray) -> NDArray[np.int64]:
    """Return row indices sorted by query, then score descending, then item code; NaN sinks to the bottom.

    Examples
    --------
    >>> order_by_score(np.array([0, 0, 0]), np.array([1.0, np.nan, 1.0]), np.array([9, 1, 3]))
    array([2, 0, 1])
    """
    key = np.where(np.isnan(score), -np.inf, score)
    return np.lexsort((item, np.isnan(score), -key, query))


def top_k_rows(scores: FloatArray, k: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (row, column) of the k best finite scores of each row of a dense matrix, best first.

    Equal scores are ordered by column, also at the cut; -inf and NaN are never returned, so a row may give fewer.

    Parameters
    ----------
    scores : array of shape (B, m)
    k : int

    Examples
    --------
    >>> top_k_rows(np.array([[1.0, 3.0, 3.0, -np.inf]]), 2)
    (array([0, 0]), array([1, 2]))
    """
    b, m = scores.shape
    if b == 0 or m == 0 or k <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    missing = np.isnan(scores)
    clean = np.where(missing, -np.inf, scores) if missing.any() else scores
    if k < m:
        threshold = np.partition(clean, m - k, axis=1)[:, m - k]
        row, column = np.nonzero((clean >= threshold[:, None]) & (clean > -np.inf))
    else:
        row, column = np.nonzero(clean > -np.inf)
    order = np.lexsort((column, -clean[row, column], row))
    row, column = row[order], column[order]
    keep = position(row) < k
    return row[keep], column[keep]


def concatenate_ranges(starts: IntArray, counts: IntArray) -> NDArray[np.int64]:
    """Return `[starts[0], starts[0] + 1, ...]` for every range, joined.

    Examples
    --------
    >>> concatenate_ranges(np.array([5, 0]), np.array([2, 3]))
    array([5, 6, 0, 1, 2])
    """
    counts = np.asarray(counts, np.int64)
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    shift = np.repeat(np.asarray(starts, np.int64) - (ends - counts), counts)
    return np.asarray(np.arange(total) + shift, np.int64)


def sum_per_query(query: IntArray, values: FloatArray, n_queries: int) -> NDArray[np.float64]:
    """Return the sum of `values` per query; 0 for a query without rows.

    Examples
    --------
    >>> sum_per_query(np.array([0, 0, 2]), np.array([1.0, 2.0, 5.0]), 3)
    array([3., 0., 5.])
    """
    return np.bincount(query, weights=values, minlength=n_queries).astype(np.float64)


def pair_key(query: IntArray, item: IntArray, n_items: int) -> NDArray[np.int64]:
    """Return one whole number per (query, item) pair, for joins of ragged batches."""
    return np.asarray(query, np.int64) * np.int64(n_items) + np.asarray(item, np.int64)


def distinct(values: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return the distinct values in ascending order; a sort, which beats NumPy's hashing on large whole numbers.

    Examples
    --------
    >>> distinct(np.array([3, 1, 3]))
    array([1, 3])
    """
    ordered = np.sort(np.asarray(values, np.int64))
    return ordered[np.r_[True, ordered[1:] != ordered[:-1]]] if len(ordered) else ordered


def find_pairs(needle: IntArray, haystack: IntArray) -> NDArray[np.int64]:
    """Return for each needle its index in `haystack` (any order, distinct values), or -1.

    Examples
    --------
    >>> find_pairs(np.array([7, 3]), np.array([3, 9]))
    array([-1,  0])
    """
    if len(haystack) == 0:
        return np.full(len(needle), -1, np.int64)
    order = np.argsort(haystack, kind="stable")
    at = np.minimum(np.searchsorted(haystack, needle, sorter=order), len(haystack) - 1)
    index = order[at]
    return np.where(haystack[index] == needle, index, -1)
