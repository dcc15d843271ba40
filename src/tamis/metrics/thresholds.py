"""Where to put the threshold: by cost, by a target precision or recall, or by the best F-beta.

Gain: what the criterion says; choose on validation rows only, never on the rows that report the result.
Discount: none.
Ties: a score on the threshold is predicted positive; of equally good thresholds the highest is taken.
Empty truth: a target that needs positives cannot be met without them and raises `DataError`.
Averaging: over all rows together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from tamis.core.conditions import above, at_least, at_most
from tamis.core.errors import DataError
from tamis.core.options import check_value
from tamis.metrics.columns import Floats
from tamis.metrics.curves import ThresholdCurve


@dataclass(frozen=True)
class ChosenThreshold:
    """A threshold and what it gave on the rows it was chosen on.

    `threshold` is infinity where predicting nothing positive is best; `precision` is then NaN.
    """

    threshold: float
    precision: float
    recall: float
    false_positive_rate: float


def cheapest_threshold(
    curve: ThresholdCurve, *, false_positive_cost: float, false_negative_cost: float
) -> ChosenThreshold:
    """Return the threshold of the least total cost of false positives and false negatives.

    Parameters
    ----------
    curve : ThresholdCurve
    false_positive_cost, false_negative_cost : float
        Cost of one error of each kind, at least 0, in any one unit.

    Examples
    --------
    >>> from tamis.metrics.curves import threshold_curve
    >>> curve = threshold_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
    >>> cheapest_threshold(curve, false_positive_cost=1, false_negative_cost=3).threshold
    0.7
    """
    for name, cost in (("false_positive_cost", false_positive_cost), ("false_negative_cost", false_negative_cost)):
        check_value("cheapest_threshold", name, cost, Annotated[float, at_least(0)])
    counts = curve.counts
    return _best(curve, -(false_positive_cost * counts.false_positive + false_negative_cost * counts.false_negative))


def threshold_for_precision(curve: ThresholdCurve, target: float) -> ChosenThreshold:
    """Return the threshold of the highest recall among those with a precision of at least `target`.

    Raises
    ------
    DataError
        Where no threshold reaches the target.

    Examples
    --------
    >>> from tamis.metrics.curves import threshold_curve
    >>> threshold_for_precision(threshold_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]), 0.6).threshold
    0.7
    """
    check_value("threshold_for_precision", "target", target, _SHARE)
    precision, recall = curve.counts.precision(), curve.counts.recall()
    return _best(curve, _where_met("precision", target, precision, recall))


def threshold_for_recall(curve: ThresholdCurve, target: float) -> ChosenThreshold:
    """Return the highest threshold with a recall of at least `target`, the one of fewest false positives.

    Raises
    ------
    DataError
        Where no threshold reaches the target (there is no positive).

    Examples
    --------
    >>> from tamis.metrics.curves import threshold_curve
    >>> threshold_for_recall(threshold_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]), 1.0).threshold
    0.7
    """
    check_value("threshold_for_recall", "target", target, _SHARE)
    return _best(curve, _where_met("recall", target, curve.counts.recall(), np.zeros(len(curve.threshold))))


def best_f_threshold(curve: ThresholdCurve, beta: float = 1.0) -> ChosenThreshold:
    """Return the threshold of the highest F-beta.

    Examples
    --------
    >>> from tamis.metrics.curves import threshold_curve
    >>> best_f_threshold(threshold_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])).threshold
    0.7
    """
    return _best(curve, curve.counts.f_beta(beta))


_SHARE = Annotated[float, above(0), at_most(1)]


def _where_met(name: str, target: float, reached: Floats, worth: Floats) -> Floats:
    met = reached >= target
    if not met.any():
        best = float(np.nanmax(reached)) if not np.isnan(reached).all() else np.nan
        raise DataError(f"no threshold has a {name} of {target:g}", allowed=f"at most {best:.4g} here", got=target)
    return np.where(met, worth, -np.inf)


def _best(curve: ThresholdCurve, worth: Floats) -> ChosenThreshold:
    at = int(np.argmax(worth))
    counts = curve.counts
    return ChosenThreshold(
        float(curve.threshold[at]),
        float(counts.precision()[at]),
        float(counts.recall()[at]),
        float(counts.false_positive_rate()[at]),
    )
