"""Recall of approximate nearest neighbours: how much of the exact answer the index found.

Gain: 1 for an exact neighbour that was found.
Discount: none, order within the k does not count.
Ties: neighbours are compared by code; where distances tie at the cut, another equally near item counts as missed.
Empty truth: a query without exact neighbours has NaN, left out of the mean.
Averaging: plain mean over queries. Report it beside `summarise_latency` of the same queries.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError
from tamis.metrics.columns import Codes, divided
from tamis.metrics.measured import Measured

# Comparisons made at once: bounds the memory to a few times 16 MiB.
_PAIRS_AT_ONCE = 1 << 24


def neighbour_recall(approximate: NDArray[np.integer], exact: NDArray[np.integer]) -> Measured:
    """Return the share of each query's exact neighbours that are among the approximate ones.

    Parameters
    ----------
    approximate : array of shape (B, j)
        Item codes; -1 where the index returned fewer. Repeats count once.
    exact : array of shape (B, k)
        Distinct item codes of an exhaustive search, -1 where there are fewer than k.

    Raises
    ------
    DataError
        Where an array is no matrix of codes, or the numbers of queries differ.

    Examples
    --------
    >>> neighbour_recall(np.array([[3, 1]]), np.array([[1, 2]])).mean
    0.5
    """
    found, wanted = _matrix("approximate", approximate), _matrix("exact", exact)
    if len(found) != len(wanted):
        allowed = "the same queries in both"
        raise DataError("rows differ", where="neighbour_recall", allowed=allowed, got=(len(found), len(wanted)))
    hits = np.zeros(len(wanted), np.int64)
    block = max(1, _PAIRS_AT_ONCE // max(1, found.shape[1] * wanted.shape[1]))
    for start in range(0, len(wanted), block):
        rows = slice(start, start + block)
        same = (wanted[rows, :, None] == found[rows, None, :]) & (wanted[rows, :, None] >= 0)
        hits[rows] = same.any(axis=2).sum(axis=1)
    return Measured("neighbour recall", divided(hits, (wanted >= 0).sum(axis=1)))


def _matrix(name: str, codes: NDArray[np.integer]) -> Codes:
    matrix = np.asarray(codes)
    if matrix.ndim != 2 or matrix.dtype.kind not in "iu":
        allowed = "whole numbers of shape (queries, k)"
        raise DataError(f"`{name}` is no matrix of codes", where="neighbour_recall", allowed=allowed, got=matrix.shape)
    return matrix.astype(np.int64)
