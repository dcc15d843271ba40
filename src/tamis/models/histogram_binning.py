"""Histogram binning: the share of positives in each slice of scores; coarse, easy to read and to check."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.models._calibration import finite, held_out, or_rate


@options
class HistogramBinning:
    """Probability = share of positives among held-out rows of the same score bin.

    Bins hold about equally many rows; rows of equal score share a bin, so there may be fewer bins than asked. Where a
    higher bin has a lower share the two are pooled, so the map never falls; it is a staircase, so break ties by the
    raw score. A score on the edge of two bins belongs to the upper one; beyond the ends, the end bins. One class:
    constant 0 or 1. NaN scores are left out of the fit and get the base rate.

    Parameters
    ----------
    bins : int
        At most.

    Attributes
    ----------
    edges_ : array of shape (bins - 1,)
        Lowest score of each bin but the first.
    probability_, rows_ : arrays of shape (bins,)
        Share of positives after pooling, and held-out rows behind each bin before it.
    rate_ : float

    Notes
    -----
    Zadrozny and Elkan (2001), Obtaining calibrated probability estimates from decision trees and naive Bayesian
    classifiers, ICML.

    Examples
    --------
    >>> model = HistogramBinning(bins=2).fit(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 0, 0, 1]))
    >>> model.calibrate(np.array([1.5, 3.0, 99.0]))
    array([0. , 0.5, 0.5])
    """

    bins: Annotated[int, at_least(1)] = 20

    def fit(self, score: NDArray[np.floating], label: NDArray[np.floating]) -> HistogramBinning:
        """Learn the staircase from scores (n,) and 0-1 labels.

        Raises
        ------
        DataError
            Where shapes differ, a label is not 0 or 1, or no score is a number.
        """
        from scipy.optimize import isotonic_regression

        score, label = held_out("HistogramBinning", score, label)
        self.rate_ = float(label.mean())
        ordered = np.sort(score)
        starts = (np.arange(1, self.bins) * len(score)) // self.bins
        # A cut inside a run of equal scores moves to the nearer end of the run that leaves both sides rows.
        left = np.searchsorted(ordered, ordered[starts])
        right = np.searchsorted(ordered, ordered[starts], side="right")
        cuts = np.where((left > 0) & ((starts - left <= right - starts) | (right == len(ordered))), left, right)
        self.edges_ = np.unique(ordered[cuts[(cuts > 0) & (cuts < len(ordered))]])
        where = np.searchsorted(self.edges_, score, side="right")
        self.rows_ = np.bincount(where, minlength=len(self.edges_) + 1)
        share = np.bincount(where, weights=label, minlength=len(self.rows_)) / self.rows_
        self.probability_ = np.clip(isotonic_regression(share, weights=self.rows_).x, 0.0, 1.0)
        return self

    def calibrate(self, score: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return (n,) probabilities in [0, 1]."""
        require_fitted(self, "edges_")
        score = np.asarray(score, np.float64)
        here = np.searchsorted(self.edges_, finite(np.nan_to_num(score)), side="right")
        return or_rate(self.probability_[here], score, self.rate_)

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "edges_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> HistogramBinning:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self
