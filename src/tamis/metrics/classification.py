"""Confusion matrix and what follows from its counts: accuracy, precision, recall, specificity, F-beta, averages.

Gain: 1 for a right prediction; weights where given.
Discount: none.
Ties: none; predictions are labels (a score on the threshold counts as predicted, see curves.py).
Empty truth: a rate whose denominator is 0 is NaN, or the value of `undefined`; F-beta is then 0.
Averaging: macro (mean over classes where the rate is defined), micro (pooled counts), weighted (by class size).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tamis.core.conditions import above
from tamis.core.errors import DataError
from tamis.core.options import check_value
from tamis.metrics.columns import Floats, cluster_of, divided, numbers, same_length, zero_one
from tamis.metrics.measured import Measured

Average = Literal["macro", "micro", "weighted"]


@dataclass(frozen=True, eq=False)
class BinaryCounts:
    """True and false positives and negatives; each of any one shape (one class, all classes, all thresholds).

    Every rate is an array of that shape; `float(...)` makes a number of a single one.

    Examples
    --------
    >>> counts = BinaryCounts(np.array(3.0), np.array(1.0), np.array(2.0), np.array(4.0))
    >>> float(counts.precision()), float(counts.recall()), round(float(counts.f_beta()), 4)
    (0.75, 0.6, 0.6667)
    """

    true_positive: Floats
    false_positive: Floats
    false_negative: Floats
    true_negative: Floats

    def precision(self, undefined: float = np.nan) -> Floats:
        """Return TP / (TP + FP); `undefined` where nothing is predicted positive.

        Examples
        --------
        >>> float(binary_counts([1, 0], [1, 1]).precision())
        0.5
        """
        return divided(self.true_positive, self.true_positive + self.false_positive, undefined)

    def recall(self, undefined: float = np.nan) -> Floats:
        """Return TP / (TP + FN), the true positive rate; `undefined` where there is no positive.

        Examples
        --------
        >>> float(binary_counts([1, 1], [1, 0]).recall())
        0.5
        """
        return divided(self.true_positive, self.true_positive + self.false_negative, undefined)

    def specificity(self, undefined: float = np.nan) -> Floats:
        """Return TN / (TN + FP), the true negative rate; `undefined` where there is no negative.

        Examples
        --------
        >>> float(binary_counts([0, 0], [1, 0]).specificity())
        0.5
        """
        return divided(self.true_negative, self.true_negative + self.false_positive, undefined)

    def false_positive_rate(self, undefined: float = np.nan) -> Floats:
        """Return FP / (TN + FP), 1 - specificity; `undefined` where there is no negative.

        Examples
        --------
        >>> float(binary_counts([0, 0], [1, 0]).false_positive_rate())
        0.5
        """
        return divided(self.false_positive, self.true_negative + self.false_positive, undefined)

    def accuracy(self, undefined: float = np.nan) -> Floats:
        """Return (TP + TN) / all; `undefined` where there is no row.

        Examples
        --------
        >>> float(binary_counts([0, 1], [1, 1]).accuracy())
        0.5
        """
        right = self.true_positive + self.true_negative
        return divided(right, right + self.false_positive + self.false_negative, undefined)

    def f_beta(self, beta: float = 1.0) -> Floats:
        """Return (1 + b^2) P R / (b^2 P + R), recall counting `beta` times as much as precision; 0 where P + R is 0.

        Examples
        --------
        >>> round(float(binary_counts([1, 0, 1], [1, 1, 0]).f_beta(2.0)), 2)
        0.5
        """
        check_value("f_beta", "beta", beta, Annotated[float, above(0)])
        top = (1 + beta**2) * self.true_positive
        return divided(top, top + beta**2 * self.false_negative + self.false_positive, 0.0)


@dataclass(frozen=True, eq=False)
class Confusion:
    """Counts of (actual, predicted) labels; a label absent on one side keeps its row and column.

    Parameters
    ----------
    labels : array of shape (C,)
        In ascending order, or as given.
    counts : array of shape (C, C)
        Rows are actual labels, columns predicted ones.
    """

    labels: NDArray[Any]
    counts: Floats

    def per_class(self) -> BinaryCounts:
        """Return each class against the rest, arrays of shape (C,).

        Examples
        --------
        >>> confusion_matrix([0, 1, 2], [0, 2, 2]).per_class().precision(undefined=0.0)
        array([1. , 0. , 0.5])
        """
        right = np.diagonal(self.counts)
        predicted, actual = self.counts.sum(axis=0), self.counts.sum(axis=1)
        return BinaryCounts(right, predicted - right, actual - right, self.counts.sum() - predicted - actual + right)

    def average(self, rate: Callable[[BinaryCounts], Floats], how: Average) -> float:
        """Return one number of a rate over classes, such as `average(BinaryCounts.recall, "macro")`.

        "macro" and "weighted" leave out classes where the rate is undefined; "weighted" counts a class by its actual
        rows; "micro" pools the counts. NaN where no class is defined.

        Examples
        --------
        >>> confusion = confusion_matrix(["a", "a", "a", "b"], ["a", "a", "b", "b"])
        >>> round(confusion.average(BinaryCounts.recall, "macro"), 4), confusion.average(BinaryCounts.recall, "micro")
        (0.8333, 0.75)
        """
        check_value("Confusion.average", "how", how, Average)
        each = self.per_class()
        if how == "micro":
            columns = (each.true_positive, each.false_positive, each.false_negative, each.true_negative)
            return float(rate(BinaryCounts(*(np.asarray(c.sum()) for c in columns))))
        values = rate(each)
        size = self.counts.sum(axis=1) if how == "weighted" else np.ones(len(values))
        return Measured("average", values, weight=size).mean

    @property
    def majority_share(self) -> float:
        """The accuracy of always saying the commonest actual label; what an accuracy must beat. NaN without rows."""
        total = float(self.counts.sum())
        return float(self.counts.sum(axis=1).max() / total) if total > 0 else np.nan


def confusion_matrix(
    actual: ArrayLike, predicted: ArrayLike, *, labels: ArrayLike | None = None, weight: ArrayLike | None = None
) -> Confusion:
    """Count the pairs of actual and predicted labels.

    Parameters
    ----------
    actual, predicted : arrays of shape (n,)
        Labels of one kind (numbers, texts, booleans); never NaN.
    labels : array of shape (C,), optional
        The classes in the order wanted. Default: all labels seen on either side, ascending.
    weight : array of shape (n,), optional
        What each row counts for.

    Raises
    ------
    DataError
        Where lengths differ, a label is NaN or is not among `labels`.

    Examples
    --------
    >>> confusion_matrix([1, 1, 0], [1, 0, 0]).counts
    array([[1., 0.],
           [1., 1.]])
    """
    where = "confusion_matrix"
    truth, guess = _labels(where, "actual", actual), _labels(where, "predicted", predicted)
    n = same_length(where, actual=truth, predicted=guess)
    each = np.ones(n) if weight is None else numbers(where, "weight", weight)
    same_length(where, actual=truth, weight=each)
    both = np.concatenate([truth, guess])
    seen, at = np.unique(both, return_inverse=True)
    if labels is not None:
        wanted = np.asarray(labels)
        missing = ~np.isin(seen, wanted)
        if missing.any():
            raise DataError(
                "a label is unknown", where=where, allowed=f"one of {wanted.tolist()}", got=seen[missing][0]
            )
        order = np.argsort(wanted, kind="stable")
        at = order[np.searchsorted(wanted, seen, sorter=order)][at] if n else at
        seen = wanted
    size = len(seen)
    counts = np.bincount(at[:n] * size + at[n:], each, size * size) if size else np.zeros(0)
    return Confusion(seen, counts.reshape(size, size).astype(np.float64))


def binary_counts(actual: ArrayLike, predicted: ArrayLike, *, weight: ArrayLike | None = None) -> BinaryCounts:
    """Count true and false positives and negatives of 0/1 labels; each count is an array of shape ().

    Raises
    ------
    DataError
        Where lengths differ or a label is neither 0 nor 1.

    Examples
    --------
    >>> float(binary_counts([1, 1, 0], [1, 0, 0]).true_positive)
    1.0
    """
    where = "binary_counts"
    truth, guess = zero_one(where, "actual", actual), zero_one(where, "predicted", predicted)
    n = same_length(where, actual=truth, predicted=guess)
    each = np.ones(n) if weight is None else numbers(where, "weight", weight)
    same_length(where, actual=truth, weight=each)
    pairs = [(truth, guess), (1 - truth, guess), (truth, 1 - guess), (1 - truth, 1 - guess)]
    return BinaryCounts(*(np.asarray((each * a * b).sum()) for a, b in pairs))


def accuracy(actual: ArrayLike, predicted: ArrayLike, *, cluster: ArrayLike | None = None) -> Measured:
    """Return the share of right predictions; the mean of no rows is NaN.

    On imbalanced labels compare it with `Confusion.majority_share`.

    Raises
    ------
    DataError
        Where lengths differ or a label is NaN.

    Examples
    --------
    >>> accuracy(["a", "b", "a", "a"], ["a", "b", "b", "a"]).mean
    0.75
    """
    where = "accuracy"
    truth, guess = _labels(where, "actual", actual), _labels(where, "predicted", predicted)
    n = same_length(where, actual=truth, predicted=guess)
    return Measured(where, (truth == guess).astype(np.float64), cluster_of(where, cluster, n))


def _labels(where: str, name: str, values: ArrayLike) -> NDArray[Any]:
    column = np.asarray(values)
    if column.ndim != 1:
        raise DataError(f"`{name}` is no column", where=where, allowed="labels of shape (n,)", got=column.shape)
    if column.dtype.kind == "f" and np.isnan(column).any():
        row = int(np.argmax(np.isnan(column)))
        raise DataError(f"`{name}` row {row} is NaN", where=where, allowed="a label in every row")
    return column
