"""Several heads at once: each with its own metric, and their weighted sum.

Gain: that of each head's metric; heads may be classification and regression.
Discount: none.
Ties: those of each head's metric.
Empty truth: rows without a label (NaN) are left out of that head; a head without labels is NaN and adds nothing.
Averaging: mean over the labelled rows of each head; the total is the weighted sum of these means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tamis.core.errors import DataError
from tamis.metrics.columns import cluster_of, numbers, same_length
from tamis.metrics.measured import Measured
from tamis.metrics.probability import log_loss


@dataclass(frozen=True, eq=False)
class Head:
    """One task of a model: its labels, its predictions, its metric and its weight in the total.

    Parameters
    ----------
    actual : array of shape (n,)
        NaN where the row has no label for this task.
    predicted : array of shape (n,)
    metric : callable
        (actual, predicted, cluster=...) -> Measured, such as `log_loss` or `squared_error`.
    weight : float
    """

    actual: ArrayLike
    predicted: ArrayLike
    metric: Callable[..., Measured] = log_loss
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class MultiTaskReport:
    """The measurement of each head, by name, and their weights."""

    heads: Mapping[str, Measured]
    weights: Mapping[str, float]

    @property
    def total(self) -> float:
        """Sum of weight x mean over heads that have labels; NaN where none has."""
        parts = [self.weights[name] * head.mean for name, head in self.heads.items() if head.n]
        return float(sum(parts)) if parts else np.nan

    @property
    def unlabelled(self) -> tuple[str, ...]:
        """The heads without any label, which the total leaves out."""
        return tuple(name for name, head in self.heads.items() if head.n == 0)

    def __str__(self) -> str:
        return "\n".join([*(f"{name}: {head}" for name, head in self.heads.items()), f"total {self.total:.4f}"])


def multi_task_report(heads: Mapping[str, Head], *, cluster: ArrayLike | None = None) -> MultiTaskReport:
    """Measure each head over its labelled rows.

    Parameters
    ----------
    heads : mapping of head name to Head
    cluster : array of shape (n,), optional
        Shared by all heads.

    Raises
    ------
    DataError
        Where there is no head, or lengths differ.

    Examples
    --------
    >>> from tamis.metrics.regression import squared_error
    >>> report = multi_task_report({
    ...     "click": Head([1.0, 0.0], [0.5, 0.5]),
    ...     "watch": Head([3.0, np.nan], [1.0, 7.0], squared_error, weight=0.5),
    ... })
    >>> report.heads["watch"].mean, round(report.total, 4)  # ln 2 + 0.5 x 4
    (4.0, 2.6931)
    """
    if not heads:
        raise DataError("there is no head", where="multi_task_report", allowed="at least one")
    measured = {}
    for name, head in heads.items():
        where = f"head '{name}'"
        actual, predicted = (
            numbers(where, "actual", head.actual, missing=True),
            numbers(where, "predicted", head.predicted),
        )
        n = same_length(where, actual=actual, predicted=predicted)
        own = cluster_of(where, cluster, n)
        labelled = ~np.isnan(actual)
        result = head.metric(actual[labelled], predicted[labelled], cluster=None if own is None else own[labelled])
        measured[name] = result
    return MultiTaskReport(measured, {name: head.weight for name, head in heads.items()})
