"""Merging rows that must stand at given places into a list, without moving the others more than needed."""

from __future__ import annotations

import numpy as np

from tamis.core.ragged import position
from tamis.core.words import Candidates
from tamis.stages._attributes import Ints


def placed(candidates: Candidates, rows: Ints, place: Ints) -> Ints:
    """Return all rows by query with `rows` at their places; the others fill the gaps as they came.

    Parameters
    ----------
    rows : array of shape (r,)
        Rows to place, each once, any order.
    place : array of shape (r,)
        0-based place in the query. A place that is taken already moves the row to the next one (equal places: the
        order in `rows`); a place beyond the end is the end.

    Examples
    --------
    >>> placed(Candidates(np.zeros(4, np.int64), np.arange(4, dtype=np.int32), 1), np.array([3]), np.array([1]))
    array([0, 3, 1, 2])
    """
    query = candidates.query
    order = np.lexsort((place, query[rows]))
    rows, place = rows[order], np.minimum(place[order], len(candidates))
    # A placed row stands before other row number (place - placed rows ahead of it), and never before its predecessor.
    ahead = place - position(query[rows])
    stride = 2 * len(candidates) + 1
    before = np.maximum.accumulate(ahead + query[rows] * stride) - query[rows] * stride
    other = np.ones(len(candidates), bool)
    other[rows] = False
    key = np.zeros(len(candidates), np.int64)
    key[other] = position(query[other])
    key[rows] = before
    turn = np.zeros(len(candidates), np.int64)
    turn[rows] = np.arange(len(rows))
    return np.lexsort((turn, other, key, query))
