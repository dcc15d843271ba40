"""Curves over all thresholds of a score: ROC, precision-recall, and the areas under them.

Gain: 1 for a positive scored at or above the threshold; weights where given.
Discount: none.
Ties: equal scores cross the threshold together; a tied pair counts 1/2 in the ROC-AUC.
Empty truth: ROC-AUC is NaN where only one class is present, PR-AUC where there is no positive.
Averaging: over all rows together; one-vs-rest areas are averaged over the classes present.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tamis.core.errors import DataError
from tamis.core.options import check_value
from tamis.metrics.classification import BinaryCounts
from tamis.metrics.columns import Floats, codes, divided, numbers, same_length, zero_one
from tamis.metrics.measured import Measured


@dataclass(frozen=True, eq=False)
class ThresholdCurve:
    """The counts at every threshold: rows with a score of at least `threshold` are predicted positive.

    `counts.false_positive_rate()` and `counts.recall()` are the ROC curve; `counts.precision()` and
    `counts.recall()` the precision-recall curve.

    Parameters
    ----------
    threshold : array of shape (t + 1,)
        Infinity (nothing is predicted positive), then the t distinct scores, descending.
    counts : BinaryCounts of shape (t + 1,)
    """

    threshold: Floats
    counts: BinaryCounts


def threshold_curve(actual: ArrayLike, score: ArrayLike, *, weight: ArrayLike | None = None) -> ThresholdCurve:
    """Count true and false positives and negatives at every distinct score.

    Parameters
    ----------
    actual : array of shape (n,), 0 or 1
    score : array of shape (n,), finite
    weight : array of shape (n,), at least 0, optional

    Raises
    ------
    DataError
        Where lengths differ, a label is neither 0 nor 1, or a score is not finite.

    Examples
    --------
    >>> curve = threshold_curve([0, 1, 1], [0.2, 0.2, 0.9])
    >>> curve.threshold, curve.counts.recall(), curve.counts.false_positive_rate()
    (array([inf, 0.9, 0.2]), array([0. , 0.5, 1. ]), array([0., 0., 1.]))
    """
    where = "threshold_curve"
    truth, scores = zero_one(where, "actual", actual), numbers(where, "score", score)
    n = same_length(where, actual=truth, score=scores)
    each = np.ones(n) if weight is None else numbers(where, "weight", weight)
    same_length(where, actual=truth, weight=each)
    if (each < 0).any():
        raise DataError("a weight is negative", where=where, allowed="at least 0", got=float(each.min()))
    order = np.argsort(-scores, kind="stable")
    scores, truth, each = scores[order], truth[order], each[order]
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True)) if n else np.zeros(0, np.int64)
    true_positive = np.append(0.0, np.cumsum(each * truth)[last])
    false_positive = np.append(0.0, np.cumsum(each * (1 - truth))[last])
    counts = BinaryCounts(
        true_positive, false_positive, true_positive[-1] - true_positive, false_positive[-1] - false_positive
    )
    return ThresholdCurve(np.append(np.inf, scores[last]), counts)


def roc_auc(actual: ArrayLike, score: ArrayLike, *, weight: ArrayLike | None = None) -> float:
    """Return the area under the ROC curve: the chance that a positive scores above a negative, ties counting 1/2.

    NaN where only one class is present. Hanley and McNeil (1982), https://doi.org/10.1148/radiology.143.1.7063747.

    Examples
    --------
    >>> roc_auc([0, 1, 0, 1], [0.1, 0.4, 0.4, 0.8])  # (1 + 1/2 + 1 + 1) / 4
    0.875
    """
    counts = threshold_curve(actual, score, weight=weight).counts
    rise, over = counts.true_positive, counts.false_positive
    area = float((np.diff(over) * (rise[1:] + rise[:-1]) / 2).sum())
    return float(divided(area, rise[-1] * over[-1]))


def pr_auc(actual: ArrayLike, score: ArrayLike, *, weight: ArrayLike | None = None) -> float:
    """Return the area under the precision-recall curve as steps: sum of (recall gained) x (precision there).

    Also called average precision. A random score gives the prevalence; the trapezoid would be too kind.
    NaN where there is no positive. Davis and Goadrich (2006), https://doi.org/10.1145/1143844.1143874.

    Examples
    --------
    >>> round(pr_auc([0, 1, 0, 1], [0.1, 0.4, 0.5, 0.8]), 4)  # 1/2 * 1 + 1/2 * 2/3
    0.8333
    """
    counts = threshold_curve(actual, score, weight=weight).counts
    if counts.true_positive[-1] == 0:
        return np.nan
    return float((np.diff(counts.recall()) * counts.precision(0.0)[1:]).sum())


def roc_auc_one_vs_rest(
    actual: ArrayLike, score: NDArray[np.floating], *, how: Literal["macro", "micro", "weighted"] = "macro"
) -> float:
    """Return the ROC-AUC of each class against the rest, averaged.

    "macro" is the plain mean over classes that are present (and are not all rows), "weighted" counts a class by its
    rows, "micro" ranks all (row, class) pairs together.

    Parameters
    ----------
    actual : array of shape (n,)
        Class codes from 0 to C - 1.
    score : array of shape (n, C)
    how : "macro", "micro" or "weighted"

    Raises
    ------
    DataError
        Where shapes do not fit or a code is out of range.

    Examples
    --------
    >>> roc_auc_one_vs_rest([0, 1, 2], np.eye(3))
    1.0
    """
    where = "roc_auc_one_vs_rest"
    check_value(where, "how", how, Literal["macro", "micro", "weighted"])
    scores = np.asarray(score, np.float64)
    if scores.ndim != 2:
        raise DataError("`score` is no matrix", where=where, allowed="shape (n, classes)", got=scores.shape)
    truth = codes(where, "actual", actual, 0, scores.shape[1] - 1)
    same_length(where, actual=truth, score=scores)
    one_hot = truth[:, None] == np.arange(scores.shape[1])
    if how == "micro":
        return roc_auc(one_hot.ravel(), scores.ravel())
    areas = np.array([roc_auc(one_hot[:, c], scores[:, c]) for c in range(scores.shape[1])])
    size = one_hot.sum(axis=0) if how == "weighted" else np.ones(len(areas))
    return Measured(where, areas, weight=size.astype(np.float64)).mean
