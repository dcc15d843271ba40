"""Regression errors: squared, absolute, Huber, R squared, percentage error, share within a tolerance, coverage.

Gain: none, these are errors (lower is better) but for R squared, share within and coverage.
Discount: none.
Ties: an error of exactly the tolerance is within; a target equal to its quantile is covered.
Empty truth: no rows give NaN; a constant target has no R squared, a target of 0 no percentage error (NaN).
Averaging: mean over rows; R squared and the root are one number of all rows.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from tamis.core.conditions import above, at_least
from tamis.core.options import check_value
from tamis.metrics.columns import Codes, Floats, cluster_of, divided, numbers, same_length
from tamis.metrics.measured import Measured


def squared_error(actual: ArrayLike, predicted: ArrayLike, *, cluster: ArrayLike | None = None) -> Measured:
    """Return (actual - predicted)^2 per row; its mean is the mean squared error (MSE).

    Raises
    ------
    DataError
        Where lengths differ or a value is not finite; so for every metric of this file.

    Examples
    --------
    >>> squared_error([1.0, 2.0], [1.0, 4.0]).mean
    2.0
    """
    truth, guess, own = _columns("squared_error", actual, predicted, cluster)
    return Measured("mean squared error", (truth - guess) ** 2, own)


def root_mean_squared_error(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Return the square root of the mean squared error (RMSE), in the target's unit.

    Examples
    --------
    >>> root_mean_squared_error([0.0, 0.0], [3.0, 3.0])
    3.0
    """
    return float(np.sqrt(squared_error(actual, predicted).mean))


def absolute_error(actual: ArrayLike, predicted: ArrayLike, *, cluster: ArrayLike | None = None) -> Measured:
    """Return |actual - predicted| per row; its mean is the mean absolute error (MAE).

    Examples
    --------
    >>> absolute_error([1.0, 2.0], [1.0, 4.0]).mean
    1.0
    """
    truth, guess, own = _columns("absolute_error", actual, predicted, cluster)
    return Measured("mean absolute error", np.abs(truth - guess), own)


def huber_error(
    actual: ArrayLike, predicted: ArrayLike, *, delta: float = 1.0, cluster: ArrayLike | None = None
) -> Measured:
    """Return error^2 / 2 up to `delta`, and delta (|error| - delta / 2) beyond, so that outliers count linearly.

    Huber (1964), https://doi.org/10.1214/aoms/1177703732.

    Examples
    --------
    >>> huber_error([0.0, 0.0], [1.0, 3.0]).values
    array([0.5, 2.5])
    """
    check_value("huber_error", "delta", delta, Annotated[float, above(0)])
    truth, guess, own = _columns("huber_error", actual, predicted, cluster)
    size = np.abs(truth - guess)
    return Measured("huber error", np.where(size <= delta, size**2 / 2, delta * (size - delta / 2)), own)


def r_squared(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Return 1 - sum of squared errors / sum of squares about the mean; NaN for a constant target or no rows.

    1 is perfect, 0 no better than the mean, and there is no lower bound.

    Examples
    --------
    >>> r_squared([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5
    """
    truth, guess, _ = _columns("r_squared", actual, predicted, None)
    if len(truth) == 0 or truth.min() == truth.max():
        return np.nan
    return float(1 - ((truth - guess) ** 2).sum() / ((truth - truth.mean()) ** 2).sum())


def absolute_percentage_error(actual: ArrayLike, predicted: ArrayLike, *, cluster: ArrayLike | None = None) -> Measured:
    """Return |actual - predicted| / |actual| per row (MAPE as a share, not times 100); NaN where the target is 0.

    Examples
    --------
    >>> absolute_percentage_error([10.0, 0.0], [8.0, 5.0]).mean
    0.2
    """
    truth, guess, own = _columns("absolute_percentage_error", actual, predicted, cluster)
    return Measured("mean absolute percentage error", divided(np.abs(truth - guess), np.abs(truth)), own)


def share_within(
    actual: ArrayLike,
    predicted: ArrayLike,
    tolerance: float,
    *,
    relative: bool = False,
    cluster: ArrayLike | None = None,
) -> Measured:
    """Return 1 where |actual - predicted| is at most the tolerance, or at most tolerance x |actual| if `relative`.

    Examples
    --------
    >>> share_within([10.0, 10.0], [11.0, 13.0], 0.1, relative=True).mean  # arrivals within 10 %
    0.5
    """
    check_value("share_within", "tolerance", tolerance, Annotated[float, at_least(0)])
    truth, guess, own = _columns("share_within", actual, predicted, cluster)
    allowed = tolerance * np.abs(truth) if relative else np.full(len(truth), float(tolerance))
    unit = "%" if relative else ""
    shown = tolerance * 100 if relative else tolerance
    return Measured(f"within {shown:g}{unit}", (np.abs(truth - guess) <= allowed).astype(np.float64), own)


def quantile_coverage(actual: ArrayLike, quantile: ArrayLike, *, cluster: ArrayLike | None = None) -> Measured:
    """Return 1 where the target is at most its predicted quantile; the mean should be the quantile's level.

    Examples
    --------
    >>> quantile_coverage([1.0, 2.0, 3.0, 4.0], [2.0, 2.0, 2.0, 5.0]).mean
    0.75
    """
    truth, guess, own = _columns("quantile_coverage", actual, quantile, cluster)
    return Measured("quantile coverage", (truth <= guess).astype(np.float64), own)


def _columns(
    where: str, actual: ArrayLike, predicted: ArrayLike, cluster: ArrayLike | None
) -> tuple[Floats, Floats, Codes | None]:
    truth, guess = numbers(where, "actual", actual), numbers(where, "predicted", predicted)
    n = same_length(where, actual=truth, predicted=guess)
    return truth, guess, cluster_of(where, cluster, n)
