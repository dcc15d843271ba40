"""What every calibrator checks of its held-out scores, and logit and sigmoid that never overflow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError

Floats = NDArray[np.float64]
_LARGEST = 1e120


def held_out(where: str, score: NDArray[np.floating], label: NDArray[np.floating]) -> tuple[Floats, Floats]:
    """Return score and label as float64 without the rows whose score is NaN.

    Raises
    ------
    DataError
        Where shapes differ, a label is not 0 or 1, or no row is left.
    """
    if np.ndim(score) != 1 or np.shape(score) != np.shape(label):
        raise DataError(
            "`score` and `label` differ in shape",
            where=where,
            allowed="both (n,)",
            got=(np.shape(score), np.shape(label)),
        )
    there = ~np.isnan(score)
    known, truth = finite(score[there]), np.asarray(label[there], np.float64)
    wrong = (truth != 0) & (truth != 1)
    if np.any(wrong):
        raise DataError("a label is not binary", where=where, allowed="0 or 1", got=float(truth[np.argmax(wrong)]))
    if not len(known):
        raise DataError("no score to calibrate on", where=where, next_step="hold out rows for calibration")
    return known, truth


def finite(score: NDArray[np.floating]) -> Floats:
    """Return the scores within 1e120 of 0, so that their squares and differences stay finite; NaN stays."""
    return np.clip(np.asarray(score, np.float64), -_LARGEST, _LARGEST)


def sigmoid(raw: Floats) -> Floats:
    """Return 1 / (1 + exp(-raw))."""
    # exp of the negative magnitude never overflows.
    small = np.exp(-np.abs(raw))
    return np.where(raw >= 0, 1.0, small) / (1.0 + small)


def logit(probability: NDArray[np.floating]) -> Floats:
    """Return log(p / (1 - p)), with p kept within 1e-15 of 0 and 1."""
    p = np.clip(np.asarray(probability, np.float64), 1e-15, 1 - 1e-15)
    return np.log(p) - np.log1p(-p)


def or_rate(probability: Floats, score: NDArray[np.floating], rate: float) -> Floats:
    """Return the probabilities, and the base rate where the score is NaN: nothing is known of that row."""
    return np.where(np.isnan(score), rate, probability)
