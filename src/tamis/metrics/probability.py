"""Losses of predicted probabilities: log loss, categorical and normalised cross-entropy, Brier score.

Gain: none, these are losses in nats (Brier: squared probability); lower is better.
Discount: none.
Ties: none.
Empty truth: no rows give a mean of NaN.
Averaging: mean over rows; normalised cross-entropy is a ratio of two means over the same rows.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tamis.core.conditions import above, below
from tamis.core.errors import DataError
from tamis.core.options import check_value
from tamis.metrics.columns import Floats, cluster_of, codes, same_length, shares, zero_one
from tamis.metrics.measured import Measured

# Probabilities are kept this far from 0 and 1, so that one sure error costs 36 nats and not infinity.
_CLIP = float(np.finfo(np.float64).eps)


def log_loss(actual: ArrayLike, probability: ArrayLike, *, cluster: ArrayLike | None = None) -> Measured:
    """Return -[y ln p + (1 - y) ln(1 - p)] per row, p kept within 2.2e-16 of 0 and 1 (binary cross-entropy).

    Parameters
    ----------
    actual : array of shape (n,), 0 or 1
    probability : array of shape (n,), in [0, 1]
    cluster : array of shape (n,), optional

    Raises
    ------
    DataError
        Where lengths differ, a label is neither 0 nor 1, or a probability is NaN or outside [0, 1].

    Examples
    --------
    >>> round(log_loss([1, 0], [0.5, 0.5]).mean, 4)
    0.6931
    """
    where = "log_loss"
    truth, predicted = zero_one(where, "actual", actual), shares(where, "probability", probability)
    n = same_length(where, actual=truth, probability=predicted)
    return Measured("log loss", _cross_entropy(truth, predicted), cluster_of(where, cluster, n))


def categorical_cross_entropy(
    actual: ArrayLike, probability: NDArray[np.floating], *, cluster: ArrayLike | None = None
) -> Measured:
    """Return -sum over classes of y ln p per row.

    Parameters
    ----------
    actual : array of shape (n,) or (n, C)
        Class codes from 0 to C - 1, or one row of class shares (one-hot or soft) per row, summing to 1.
    probability : array of shape (n, C)
        Each row sums to 1 within 1e-4.
    cluster : array of shape (n,), optional

    Raises
    ------
    DataError
        Where shapes do not fit, a code is out of range or a row does not sum to 1.

    Examples
    --------
    >>> round(categorical_cross_entropy([1], np.array([[0.5, 0.25, 0.25]])).mean, 4)  # ln 4
    1.3863
    """
    where = "categorical_cross_entropy"
    predicted = _share_rows(where, "probability", probability)
    n, n_classes = predicted.shape
    log = np.log(np.maximum(predicted, _CLIP))
    if np.ndim(actual) == 2:
        truth = _share_rows(where, "actual", actual)
        if truth.shape != predicted.shape:
            raise DataError("`actual` has another shape", where=where, allowed=str(predicted.shape), got=truth.shape)
        loss = -(truth * log).sum(axis=1)
    else:
        label = codes(where, "actual", actual, 0, n_classes - 1)
        same_length(where, actual=label, probability=predicted)
        loss = -log[np.arange(n), label]
    return Measured("categorical cross-entropy", loss, cluster_of(where, cluster, n))


def normalised_cross_entropy(
    actual: ArrayLike,
    probability: ArrayLike,
    baseline: float | NDArray[np.floating],
    *,
    cluster: ArrayLike | None = None,
) -> Measured:
    """Return the log loss over that of a baseline on the same rows (NCE): below 1 beats the baseline.

    The interval is that of a ratio of means. He et al. (2014), https://doi.org/10.1145/2648584.2648589.

    Parameters
    ----------
    actual : array of shape (n,), 0 or 1
    probability : array of shape (n,), in [0, 1]
    baseline : float or array of shape (n,)
        The base rate of the *training* labels, strictly between 0 and 1 (a rate of 0 or 1 would make a baseline loss
        of 0), or the probabilities of a simple model.
    cluster : array of shape (n,), optional

    Raises
    ------
    OptionError
        Where the base rate is not strictly between 0 and 1.
    DataError
        Where lengths differ or a value is out of range.

    Examples
    --------
    >>> round(normalised_cross_entropy([1, 0], [0.5, 0.5], 0.25).mean, 4)  # ln 2 / ((ln 4 + ln 4/3) / 2)
    0.8281
    """
    where = "normalised_cross_entropy"
    truth, predicted = zero_one(where, "actual", actual), shares(where, "probability", probability)
    n = same_length(where, actual=truth, probability=predicted)
    if isinstance(baseline, np.ndarray):
        constant = shares(where, "baseline", baseline)
        same_length(where, actual=truth, baseline=constant)
    else:
        check_value(where, "baseline", baseline, Annotated[float, above(0), below(1)])
        constant = np.full(n, float(baseline))
    base = _cross_entropy(truth, constant)
    ratio = _cross_entropy(truth, predicted) / base
    return Measured("normalised cross-entropy", ratio, cluster_of(where, cluster, n), base)


def brier_score(actual: ArrayLike, probability: ArrayLike, *, cluster: ArrayLike | None = None) -> Measured:
    """Return the squared difference of label and probability per row.

    Brier (1950), https://doi.org/10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.

    Examples
    --------
    >>> round(brier_score([1, 0], [0.8, 0.4]).mean, 2)
    0.1
    """
    where = "brier_score"
    truth, predicted = zero_one(where, "actual", actual), shares(where, "probability", probability)
    n = same_length(where, actual=truth, probability=predicted)
    return Measured("brier score", (truth - predicted) ** 2, cluster_of(where, cluster, n))


def _cross_entropy(truth: Floats, probability: Floats) -> Floats:
    right = np.where(truth == 1, probability, 1 - probability)
    return np.asarray(-np.log(np.clip(right, _CLIP, 1 - _CLIP)), np.float64)


def _share_rows(where: str, name: str, values: ArrayLike) -> Floats:
    matrix = np.asarray(values, np.float64)
    if matrix.ndim != 2:
        raise DataError(f"`{name}` is no matrix", where=where, allowed="shape (n, classes)", got=matrix.shape)
    shares(where, name, matrix.ravel())
    total = matrix.sum(axis=1)
    wrong = np.abs(total - 1) > 1e-4
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(f"`{name}` row {row} does not sum to 1", where=where, allowed="shares", got=float(total[row]))
    return matrix
