"""Isotonic calibration: the best rising curve through the scores, of any shape; for many held-out rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.models._calibration import finite, held_out, or_rate


@options
class Isotonic:
    """The non-decreasing curve with the least squared error, straight between its corners and flat beyond its ends.

    Rows of equal score are averaged first. The curve is not strictly rising: different scores within a flat stretch get
    the same probability, so break ties by the raw score. Fits few points too closely: use `Platt` below about a
    thousand rows. One class: constant 0 or 1. NaN scores are left out of the fit and get the base rate.

    Attributes
    ----------
    score_, probability_ : arrays of shape (corners,)
        Ascending.
    rate_ : float
        Share of positives.

    Notes
    -----
    Pool adjacent violators: Ayer et al. (1955), https://doi.org/10.1214/aoms/1177728423. For calibration: Zadrozny and
    Elkan (2002), https://doi.org/10.1145/775047.775151.

    Examples
    --------
    >>> model = Isotonic().fit(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 1, 0, 1]))
    >>> model.calibrate(np.array([0.0, 2.0, 2.5, 3.5, 9.0]))
    array([0.  , 0.5 , 0.5 , 0.75, 1.  ])
    """

    def fit(self, score: NDArray[np.floating], label: NDArray[np.floating]) -> Isotonic:
        """Learn the curve from scores (n,) and 0-1 labels.

        Raises
        ------
        DataError
            Where shapes differ, a label is not 0 or 1, or no score is a number.
        """
        from scipy.optimize import isotonic_regression

        score, label = held_out("Isotonic", score, label)
        self.rate_ = float(label.mean())
        distinct, group = np.unique(score, return_inverse=True)
        count = np.bincount(group)
        mean = np.bincount(group, weights=label) / count
        rising = np.clip(isotonic_regression(mean, weights=count).x, 0.0, 1.0)
        # Only the ends of a flat stretch shape the curve.
        level = np.r_[True, rising[1:] != rising[:-1]]
        corner = level | np.r_[level[1:], True]
        self.score_, self.probability_ = distinct[corner], rising[corner]
        return self

    def calibrate(self, score: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return (n,) probabilities in [0, 1]."""
        require_fitted(self, "score_")
        score = np.asarray(score, np.float64)
        return or_rate(np.interp(finite(score), self.score_, self.probability_), score, self.rate_)

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "score_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> Isotonic:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self
