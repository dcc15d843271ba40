"""How relevant each candidate is, in a form that respects the order in which it came."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tamis.core.ragged import position
from tamis.core.words import Candidates

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

VALUE = "judge.value"


def relevance(candidates: Candidates) -> Floats:
    """Return (n,) relevances, never rising within a query.

    The values of `judge.value` are sorted within each query and given out from the top, so that an earlier reranker's
    order stays; in a list that no reranker touched each row gets its own value. A value that is not finite counts as
    the lowest finite one of its query (the highest for +inf). Without that column the relevance falls evenly from 1
    to 1 / n over the n rows of a query.
    """
    query = candidates.query
    place = position(query)
    count = np.diff(candidates.offsets)[query]
    if VALUE not in candidates.columns:
        return np.asarray((count - place) / np.maximum(count, 1))
    value = np.asarray(candidates[VALUE], np.float64)
    finite = np.isfinite(value)
    low = _per_query(candidates, np.where(finite, value, np.inf), np.minimum)
    high = _per_query(candidates, np.where(finite, value, -np.inf), np.maximum)
    value = np.where(finite, value, np.where(value == np.inf, high, low))
    value = np.where(np.isfinite(value), value, 0.0)
    return value[np.lexsort((-value, query))]


def scaled_relevance(candidates: Candidates) -> Floats:
    """Return (n,) relevances scaled to [0, 1] within each query; 1 where all are equal."""
    value = relevance(candidates)
    high = _per_query(candidates, value, np.maximum)
    spread = high - _per_query(candidates, value, np.minimum)
    return np.where(spread > 0, 1.0 - (high - value) / np.where(spread > 0, spread, 1.0), 1.0)


def rows_by(candidates: Candidates, score: Floats) -> Ints:
    """Return all rows by query, then score descending, equal scores in the order in which they came."""
    return np.lexsort((np.arange(len(score)), -score, candidates.query))


def rows_first(candidates: Candidates, ahead: NDArray[np.bool_]) -> Ints:
    """Return all rows by query, those `ahead` first, otherwise in the order in which they came."""
    return np.lexsort((np.arange(len(ahead)), ~ahead, candidates.query))


def _per_query(candidates: Candidates, value: Floats, fold: np.ufunc) -> Floats:
    offsets = candidates.offsets
    full = np.diff(offsets) > 0
    found = np.zeros(candidates.n_queries)
    if full.any():
        found[full] = fold.reduceat(value, offsets[:-1][full])
    return found[candidates.query]
