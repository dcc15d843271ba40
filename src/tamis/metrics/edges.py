"""Edge prediction (people you may know): do true edges score higher and stand first in each node's list?

Gain: 1 for a pair that is an edge.
Discount: none in ROC-AUC; 1 / rank in average precision.
Ties: ROC-AUC counts a tied pair 1/2; in a node's list equal scores are ordered by target code.
Empty truth: a source without a true edge has NaN and is left out of the mean; ROC-AUC is NaN where all pairs are alike.
Averaging: ROC-AUC over all pairs together; average precision as plain mean over source nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tamis.core.ragged import order_by_score
from tamis.metrics.columns import codes, numbers, same_length, zero_one
from tamis.metrics.curves import roc_auc
from tamis.metrics.lists import RankedLists
from tamis.metrics.measured import Measured
from tamis.metrics.ranking import average_precision


@dataclass(frozen=True, eq=False)
class EdgePrediction:
    """ROC-AUC over node pairs, and average precision per source node (its mean is the mAP)."""

    roc_auc: float
    average_precision: Measured


def edge_prediction(
    source: ArrayLike, target: ArrayLike, actual: ArrayLike, score: ArrayLike, *, n_nodes: int, k: int | None = None
) -> EdgePrediction:
    """Measure scored node pairs against the edges that came about.

    An undirected pair is given once in each direction whose list it stands in.

    Parameters
    ----------
    source, target : arrays of shape (n,)
        Node codes from 0 to n_nodes - 1; each pair once.
    actual : array of shape (n,), 0 or 1
    score : array of shape (n,), finite
    n_nodes : int
    k : int, optional
        Places of each source's list that count.

    Raises
    ------
    DataError
        Where lengths differ or a value is out of range.

    Examples
    --------
    >>> found = edge_prediction([0, 0, 1], [1, 2, 2], [0, 1, 0], [0.9, 0.8, 0.1], n_nodes=3)
    >>> found.roc_auc, found.average_precision.mean
    (0.5, 0.5)
    """
    where = "edge_prediction"
    start, end = codes(where, "source", source, 0, n_nodes - 1), codes(where, "target", target, 0, n_nodes - 1)
    truth, scores = zero_one(where, "actual", actual), numbers(where, "score", score)
    same_length(where, source=start, target=end, actual=truth, score=scores)
    order, edge = order_by_score(start, scores, end), np.flatnonzero(truth)
    lists = RankedLists.build(n_nodes, start[order], end[order], start[edge], end[edge], n_items=n_nodes)
    return EdgePrediction(roc_auc(truth, scores), average_precision(lists, k))
