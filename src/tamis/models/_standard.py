"""Standardised columns for linear models: mean 0, deviation 1, and a flag where a value was missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tamis.models._rows import BLOCK

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Standard:
    """Centres and scales (n, d) columns with training means; values that are not finite count as missing.

    A missing value becomes the training mean (0 after centring). Each column that had missing values in training
    gets a second column, the standardised flag "was missing". A constant column becomes 0.

    Parameters
    ----------
    mean, scale : arrays of shape (d + flags,)
        `scale` is 1 / deviation, 0 for a constant column.
    flagged : array of shape (flags,)
        The columns that have a flag.
    """

    mean: Floats
    scale: Floats
    flagged: NDArray[np.int64]

    @classmethod
    def learn(cls, x: NDArray[np.float32], weight: Floats) -> Standard:
        """Return weighted means and deviations, taken in two passes over blocks."""
        seen, total = np.zeros(x.shape[1]), np.zeros(x.shape[1])
        for block, w in _blocks(x, weight):
            there = np.isfinite(block)
            seen += w @ there
            total += w @ np.where(there, block, 0.0)
        mean = np.divide(total, seen, out=np.zeros(x.shape[1]), where=seen > 0)
        squares = np.zeros(x.shape[1])
        for block, w in _blocks(x, weight):
            squares += w @ np.where(np.isfinite(block), block - mean, 0.0) ** 2
        # The mean fills the gaps, so the deviation is that of the filled column.
        deviation = np.sqrt(squares / weight.sum())
        # Rounding noise around a constant is not a signal.
        deviation[deviation <= 1e-9 * np.abs(mean)] = 0.0
        absent = np.clip(1 - seen / weight.sum(), 0.0, 1.0)
        flagged = np.flatnonzero((absent > 1e-12) & (absent < 1 - 1e-12))
        rate = absent[flagged]
        return cls(np.r_[mean, rate], _inverse(np.r_[deviation, np.sqrt(rate * (1 - rate))]), flagged)

    def transform(self, x: NDArray[np.float32]) -> Floats:
        """Return (n, d + flags) standardised columns."""
        there = np.isfinite(x)
        values = np.where(there, x, self.mean[: x.shape[1]])
        return (np.concatenate([values, ~there[:, self.flagged]], axis=1) - self.mean) * self.scale

    def fold(self, columns: Floats) -> Floats:
        """Return (..., d): the number of each flag added to that of the column it flags."""
        d = len(self.mean) - len(self.flagged)
        folded = columns[..., :d].copy()
        folded[..., self.flagged] += columns[..., d:]
        return folded


def _inverse(deviation: Floats) -> Floats:
    return np.divide(1.0, deviation, out=np.zeros(len(deviation)), where=deviation > 0)


def _blocks(x: NDArray[np.float32], weight: Floats) -> Iterator[tuple[Floats, Floats]]:
    for start in range(0, len(x), BLOCK):
        yield x[start : start + BLOCK].astype(np.float64), weight[start : start + BLOCK]
