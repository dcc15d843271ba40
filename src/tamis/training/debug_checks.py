"""Checks that find a broken training before it costs a day: memory, first loss, gradient, baseline."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError
from tamis.core.stages import Predictor
from tamis.core.words import Rows
from tamis.metrics.measured import compare
from tamis.training.cross_validation import CrossValidation
from tamis.training.measures import Floats, Measure, smaller_is_better

_NOTHING = 1e-9


@dataclass(frozen=True)
class Check:
    """The answer of one check: passed or not, and the numbers behind it."""

    name: str
    passed: bool
    reason: str


def overfits_one_batch(
    model: Predictor,
    baseline: Predictor,
    rows: Rows,
    label: NDArray[np.floating],
    measure: Measure,
    *,
    remaining: float = 0.2,
) -> Check:
    """Return whether the model can learn a few rows by heart.

    Both are trained on the rows and measured on the same rows. Passed where the model's error is at most `remaining`
    of the baseline's (the error of a gain is its distance from 1). A model that cannot do this has a bug, too little
    capacity, or limits that are too strong for so few rows (loosen them for the check).

    Parameters
    ----------
    model, baseline : Predictor
        Copies are trained.
    rows, label
        A small batch, such as 64 rows.
    measure : Measure
    remaining : float

    Raises
    ------
    DataError
        Where the baseline is perfect already, so that nothing could be learned.
    """
    errors = []
    for each in (model, baseline):
        trained = copy.copy(each)
        trained.fit(rows, label)
        errors.append(abs(measure(rows, label, trained.predict(rows)).mean - measure.perfect))
    if not errors[1] > _NOTHING:
        raise DataError("the baseline has no error on these rows", where="overfits_one_batch", got=errors[1])
    share = errors[0] / errors[1]
    return Check(
        "overfits one batch",
        bool(share <= remaining),
        f"{share:.3g} of the baseline's error is left after training on {len(rows)} rows (at most {remaining:g})",
    )


def first_loss_is_right(first_loss: float, label: NDArray[np.floating], *, tolerance: float = 0.1) -> Check:
    """Return whether a classifier's loss at the start is that of the base rate.

    Before it has learned anything a model should say the base rate p, at a loss of -p ln p - (1 - p) ln(1 - p). A
    larger first loss tells of a bad start or scale, a smaller one of a label that leaks.

    Parameters
    ----------
    first_loss : float
        In nats per row, such as the first of `curve_`.
    label : array of shape (n,), 0 or 1
    tolerance : float
        Accepted relative distance.

    Examples
    --------
    >>> first_loss_is_right(0.7, np.array([0, 1, 0, 1])).passed  # ln 2 = 0.693
    True
    """
    rate = float(np.mean(label))
    parts = np.array([p for p in (rate, 1 - rate) if p > 0])
    wanted = float(-(parts * np.log(parts)).sum())
    passed = bool(abs(first_loss - wanted) <= tolerance * wanted)
    return Check("first loss", passed, f"{first_loss:.4g} against {wanted:.4g} for a base rate of {rate:.3g}")


def gradient_is_right(
    loss: Callable[[Floats], tuple[float, Floats]], at: Floats, *, step: float = 1e-5, tolerance: float = 1e-5
) -> Check:
    """Return whether an analytic gradient is that of central differences.

    Parameters
    ----------
    loss : callable
        Given parameters (p,), the loss and its gradient (p,).
    at : array of shape (p,)
    step : float
    tolerance : float
        Accepted distance, relative to the larger of 1 and the largest slope.

    Examples
    --------
    >>> gradient_is_right(lambda w: (float(w @ w), 2 * w), np.array([1.0, -3.0])).passed
    True
    """
    told = np.asarray(loss(at)[1], np.float64)
    found = np.array([(loss(at + e)[0] - loss(at - e)[0]) / (2 * step) for e in step * np.eye(len(at))])
    off = np.abs(told - found)
    worst = int(np.argmax(off))
    scale = max(1.0, float(np.abs(found).max()))
    return Check(
        "gradient",
        bool(off[worst] <= tolerance * scale),
        f"largest distance {off[worst]:.3g} at parameter {worst}: {told[worst]:.6g} against {found[worst]:.6g}",
    )


def beats_baseline(
    model: Predictor,
    baseline: Predictor,
    rows: Rows,
    label: NDArray[np.floating],
    measure: Measure,
    *,
    cross_validation: CrossValidation | None = None,
    group: NDArray[np.integer] | None = None,
    level: float = 0.95,
) -> Check:
    """Return whether the model is clearly better than the baseline on rows that neither saw.

    Passed where the whole interval of the paired out-of-fold difference lies on the better side.

    Parameters
    ----------
    model, baseline : Predictor
    rows, label
    measure : Measure
    cross_validation : CrossValidation, optional
        Default: 5 folds.
    group : array of shape (n,), optional
        As in `CrossValidation.run`.
    level : float
    """
    validate = cross_validation or CrossValidation()
    ours, theirs = (validate.run(m, rows, label, measure, group=group).measured for m in (model, baseline))
    gap = compare(ours, theirs, level)
    passed = gap.high < 0 if smaller_is_better(measure) else gap.low > 0
    return Check(
        "beats baseline",
        bool(passed),
        f"{measure.name} differs by {gap.difference:.4g} ({gap.low:.4g} to {gap.high:.4g})",
    )
