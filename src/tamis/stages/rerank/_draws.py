"""Random numbers that belong to a request, so that the same request gives the same page, alone or in a batch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tamis.core.rng import hashed_uniform
from tamis.core.words import Queries

ITEM, PLACE = 1, 2
"""Streams: what a number is drawn for, so that draws for items and for places are independent."""


def request_uniform(
    seed: int, stream: int, queries: Queries, query: NDArray[np.integer], key: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Return (n,) uniform numbers in (0, 1) of the request's user, moment and starting item, and each row's `key`."""
    start = np.full(len(queries), -1, np.int32) if queries.item is None else queries.item
    draw = hashed_uniform(
        seed, queries.user[query], queries.at[query], start[query], np.full(len(query), stream), np.asarray(key)
    )
    # Half of the draws' spacing: 0 itself has no logarithm.
    return draw + 2.0**-54
