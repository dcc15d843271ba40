"""Platt scaling: a sigmoid through the scores; the calibrator for few held-out rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.models._calibration import finite, held_out, or_rate, sigmoid

_STEPS = 100
# Beyond this many deviations the sigmoid is 0 or 1 for any slope that data can give.
_FAR = 1e6


@options
class Platt:
    """Probability = sigmoid(slope * score + intercept), by maximum likelihood on smoothed targets.

    Targets are (P + 1) / (P + 2) for the P positives and 1 / (N + 2) for the N negatives, so a perfect separation does
    not give certainty. Strictly monotone while the slope is above 0 (up to rounding at the far ends). Where higher
    scores go with fewer positives the slope is held at 0, and `note_` says so. One class, one row, or all scores equal:
    a constant, the mean smoothed target. NaN scores are left out of the fit and get the base rate. Weak where the
    curve is no sigmoid: use `Isotonic` from about a thousand rows on.

    Attributes
    ----------
    slope_, intercept_ : float
        On the standardised score (score - mean_) / deviation_.
    mean_, deviation_, rate_ : float
        `rate_` is the share of positives.
    note_ : str

    Notes
    -----
    Platt (1999), Probabilistic outputs for support vector machines. Newton steps with backtracking: Lin, Lin and Weng
    (2007), A note on Platt's probabilistic outputs, https://doi.org/10.1007/s10994-007-5018-6.

    Examples
    --------
    >>> Platt().fit(np.array([3.0, 3.0]), np.array([1, 1])).calibrate(np.array([9.0]))  # (2 + 1) / (2 + 2)
    array([0.75])
    """

    def fit(self, score: NDArray[np.floating], label: NDArray[np.floating]) -> Platt:
        """Learn the sigmoid from scores (n,) and 0-1 labels.

        Raises
        ------
        DataError
            Where shapes differ, a label is not 0 or 1, or no score is a number.
        """
        score, label = held_out("Platt", score, label)
        positives, negatives = float(label.sum()), float(len(label) - label.sum())
        self.rate_, self.note_ = positives / len(label), ""
        target = np.where(label == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
        self.mean_ = float(score.mean())
        self.deviation_ = float(score.std()) if np.any(score != score[0]) else 0.0
        mean_target = float(target.mean())
        flat = float(np.log(mean_target / (1 - mean_target)))
        self.slope_, self.intercept_ = 0.0, flat
        if self.deviation_ > 0 and 0 < self.rate_ < 1:
            slope, intercept = _newton(self._standard(score), target, flat)
            if slope > 0:
                self.slope_, self.intercept_ = slope, intercept
            else:
                self.note_ = "higher scores go with fewer positives: every probability is the same"
        return self

    def _standard(self, score: NDArray[np.floating]) -> NDArray[np.float64]:
        if self.deviation_ == 0:
            return np.zeros(len(score))
        return np.clip((finite(score) - self.mean_) / self.deviation_, -_FAR, _FAR)

    def calibrate(self, score: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return (n,) probabilities in [0, 1]."""
        require_fitted(self, "slope_")
        score = np.asarray(score, np.float64)
        return or_rate(sigmoid(self.slope_ * self._standard(score) + self.intercept_), score, self.rate_)

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "slope_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> Platt:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self


def _newton(score: NDArray[np.float64], target: NDArray[np.float64], intercept: float) -> tuple[float, float]:
    at = np.array([0.0, intercept])
    value = _loss(score, target, at)
    for _ in range(_STEPS):
        p = sigmoid(at[0] * score + at[1])
        miss, curve = p - target, p * (1 - p)
        gradient = np.array([miss @ score, miss.sum()])
        if np.abs(gradient).max() <= 1e-10 * len(score):
            break
        cross = curve @ score
        hessian = np.array([[curve @ score**2, cross], [cross, curve.sum()]])
        step = -np.linalg.solve(hessian + 1e-12 * len(score) * np.eye(2), gradient)
        size = 1.0
        while _loss(score, target, at + size * step) > value + 1e-4 * size * float(gradient @ step):
            size /= 2
            if size < 1e-10:
                return float(at[0]), float(at[1])
        at = at + size * step
        value = _loss(score, target, at)
    return float(at[0]), float(at[1])


def _loss(score: NDArray[np.float64], target: NDArray[np.float64], at: NDArray[np.float64]) -> float:
    raw = at[0] * score + at[1]
    return float(np.sum(np.logaddexp(0.0, raw) - target * raw))
