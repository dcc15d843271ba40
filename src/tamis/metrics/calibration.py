"""Calibration report: do rows predicted at 0.3 come true 3 times in 10?

Gain: none; reliability compares the mean prediction with the share that came true.
Discount: none.
Ties: equal predictions fall in one bin; a prediction on an edge belongs to the bin below (the first bin holds 0).
Empty truth: an empty bin has size 0 and NaN means, and adds nothing to the error; no rows give NaN.
Averaging: the calibration error weights bins by their rows; segments are reported one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tamis.core.conditions import at_least
from tamis.core.errors import DataError
from tamis.core.options import check_value
from tamis.core.ragged import sum_per_query
from tamis.metrics.columns import Codes, Floats, divided, same_length, shares, zero_one


@dataclass(frozen=True, eq=False)
class Reliability:
    """Predicted and actual shares per bin of the prediction.

    Parameters
    ----------
    edges : array of shape (bins + 1,)
    size : array of shape (bins,)
        Rows per bin.
    predicted, actual : arrays of shape (bins,)
        Mean prediction and share of positives; NaN in an empty bin.
    """

    edges: Floats
    size: Codes
    predicted: Floats
    actual: Floats

    @property
    def expected_error(self) -> float:
        """Expected calibration error (ECE): mean of |predicted - actual| over bins by their rows; NaN without rows.

        Naeini, Cooper and Hauskrecht (2015), https://doi.org/10.1609/aaai.v29i1.9602.
        """
        total = int(self.size.sum())
        gap = np.nan_to_num(np.abs(self.predicted - self.actual))
        return float(gap @ self.size / total) if total else np.nan

    @property
    def largest_error(self) -> float:
        """The largest |predicted - actual| of any bin with rows; NaN without rows."""
        gap = np.abs(self.predicted - self.actual)
        return float(np.nanmax(gap)) if self.size.any() else np.nan


def reliability(
    actual: ArrayLike, probability: ArrayLike, *, bins: int = 10, by: Literal["width", "size"] = "width"
) -> Reliability:
    """Compare predictions with outcomes in bins of equal width, or of about equal size.

    Parameters
    ----------
    actual : array of shape (n,), 0 or 1
    probability : array of shape (n,), in [0, 1]
    bins : int
        At least 1; by size there are fewer where predictions tie.
    by : "width" or "size"

    Raises
    ------
    DataError
        Where lengths differ or a value is out of range.

    Examples
    --------
    >>> report = reliability([0, 1, 1], [0.2, 0.4, 0.9], bins=2)
    >>> report.size, report.predicted, report.actual, round(report.expected_error, 4)
    (array([2, 1]), array([0.3, 0.9]), array([0.5, 1. ]), 0.1667)
    """
    where = "reliability"
    check_value(where, "bins", bins, Annotated[int, at_least(1)])
    check_value(where, "by", by, Literal["width", "size"])
    truth, predicted = zero_one(where, "actual", actual), shares(where, "probability", probability)
    n = same_length(where, actual=truth, probability=predicted)
    edges = np.linspace(0, 1, bins + 1)
    if by == "size" and n:
        edges = np.unique(np.concatenate([[0.0], np.quantile(predicted, edges[1:-1]), [1.0]]))
    bin_of = np.searchsorted(edges[1:-1], predicted, side="left")
    size = np.bincount(bin_of, minlength=len(edges) - 1)
    mean_predicted = divided(sum_per_query(bin_of, predicted, len(size)), size)
    return Reliability(edges, size, mean_predicted, divided(sum_per_query(bin_of, truth, len(size)), size))


@dataclass(frozen=True, eq=False)
class SegmentCalibration:
    """Predicted over actual positives per segment: 1 is calibrated, above 1 promises too much.

    Parameters
    ----------
    segment : array of shape (s,)
        The distinct segments, ascending.
    size : array of shape (s,)
    predicted, actual : arrays of shape (s,)
        Sums of predictions and of positives.
    """

    segment: NDArray[Any]
    size: Codes
    predicted: Floats
    actual: Floats

    @property
    def ratio(self) -> Floats:
        """Predicted / actual per segment; NaN where nothing came true."""
        return divided(self.predicted, self.actual)

    @property
    def overall(self) -> float:
        """Predicted / actual over all rows; NaN where nothing came true."""
        return float(divided(self.predicted.sum(), self.actual.sum()))


def calibration_by_segment(actual: ArrayLike, probability: ArrayLike, segment: ArrayLike) -> SegmentCalibration:
    """Compare the sum of predictions with the number of positives in each segment (a country, a device).

    Raises
    ------
    DataError
        Where lengths differ, a value is out of range or a segment is NaN.

    Examples
    --------
    >>> calibration_by_segment([1, 0, 1], [0.5, 0.5, 0.5], ["se", "se", "uk"]).ratio
    array([1. , 0.5])
    """
    where = "calibration_by_segment"
    truth, predicted = zero_one(where, "actual", actual), shares(where, "probability", probability)
    group = np.asarray(segment)
    same_length(where, actual=truth, probability=predicted, segment=group)
    if group.dtype.kind == "f" and np.isnan(group).any():
        raise DataError("`segment` holds NaN", where=where, next_step="name the unknown segment")
    names, at = np.unique(group, return_inverse=True)
    size = np.bincount(at, minlength=len(names))
    return SegmentCalibration(
        names, size, sum_per_query(at, predicted, len(names)), sum_per_query(at, truth, len(names))
    )
