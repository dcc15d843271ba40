"""Baselines to print beside every metric: majority class, mean, base rate, popularity. All learn from training rows.

Gain: none; a baseline gives predictions, and the metric at hand measures them like any model's.
Discount: none.
Ties: of equally common classes the first in order wins; of equally popular items the lower code.
Empty truth: no training rows: `DataError`, but for popularity, where all items then count 0.
Averaging: none.
"""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tamis.core.conditions import at_least
from tamis.core.errors import DataError
from tamis.core.options import check_value
from tamis.metrics.columns import Codes, Floats, check_k, codes, numbers, zero_one


def majority_class(training_labels: ArrayLike, n: int) -> NDArray[Any]:
    """Return the commonest training label for each of `n` rows.

    Raises
    ------
    DataError
        Where there are no training labels; so for the mean and the base rate.

    Examples
    --------
    >>> majority_class([3, 5, 5], 2)
    array([5, 5])
    """
    labels, count = np.unique(np.asarray(training_labels), return_counts=True)
    _check_rows("majority_class", len(labels), n)
    return np.repeat(labels[np.argmax(count)], n)


def training_mean(training_target: ArrayLike, n: int) -> Floats:
    """Return the mean training target for each of `n` rows.

    Examples
    --------
    >>> training_mean([1.0, 3.0], 2)
    array([2., 2.])
    """
    target = numbers("training_mean", "training_target", training_target)
    _check_rows("training_mean", len(target), n)
    return np.full(n, target.mean())


def base_rate(training_labels: ArrayLike, n: int) -> Floats:
    """Return the share of positives among training labels, as the probability of each of `n` rows.

    Examples
    --------
    >>> base_rate([1, 0, 0, 0], 2)
    array([0.25, 0.25])
    """
    labels = zero_one("base_rate", "training_labels", training_labels)
    _check_rows("base_rate", len(labels), n)
    return np.full(n, labels.mean())


def most_popular(training_items: ArrayLike, n_items: int, n_queries: int, k: int) -> tuple[Codes, Codes]:
    """Return the same k items of most training rows for each query, as the (query, item) rows of `RankedLists.build`.

    Unknown items (-1) are left out of the count; a catalogue of fewer than k items gives shorter lists.

    Examples
    --------
    >>> most_popular([2, 2, 1], n_items=3, n_queries=2, k=2)
    (array([0, 0, 1, 1]), array([2, 1, 2, 1]))
    """
    check_value("most_popular", "n_queries", n_queries, Annotated[int, at_least(0)])
    items = codes("most_popular", "training_items", training_items, -1, n_items - 1)
    count = np.bincount(items[items >= 0], minlength=n_items)
    best = np.argsort(-count, kind="stable")[: check_k("most_popular", k)]
    return np.repeat(np.arange(n_queries), len(best)), np.tile(best, n_queries)


def _check_rows(where: str, n_training: int, n: int) -> None:
    check_value(where, "n", n, Annotated[int, at_least(0)])
    if n_training == 0:
        raise DataError("there are no training rows", where=where, allowed="at least one")
