"""Which item of a history speaks most for a candidate: the reason that people understand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tamis.core.ragged import concatenate_ranges, position
from tamis.core.words import Candidates
from tamis.stages.retrieve._histories import Histories

Weights = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.floating]]


def strongest(start: Histories, candidates: Candidates, weights: Weights) -> NDArray[np.int64]:
    """Return per candidate the item of its query's history with the largest weight above 0 on it, -1 where none has.

    Parameters
    ----------
    start : Histories
    candidates : Candidates
    weights : function of (history item, candidate item) code arrays giving their weights
        0 for a pair that the model does not know. Equal weights: the smaller item code.
    """
    offsets = np.searchsorted(start.query, np.arange(start.n_queries + 1))
    counts = np.diff(offsets)[candidates.query]
    row = np.repeat(np.arange(len(candidates)), counts)
    spoken_by = start.item[concatenate_ranges(offsets[:-1][candidates.query], counts)].astype(np.int64)
    weight = np.asarray(weights(spoken_by, candidates.item[row].astype(np.int64)), np.float64)
    order = np.lexsort((spoken_by, -weight, row))
    best = order[position(row[order]) == 0]
    best = best[weight[best] > 0]
    found = np.full(len(candidates), -1, np.int64)
    found[row[best]] = spoken_by[best]
    return found
