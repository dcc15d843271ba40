"""Corrections for sampled rows: log q and 1 / q for negatives, the probability scale after downsampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from tamis.core.conditions import above, at_most
from tamis.core.errors import DataError
from tamis.core.options import options
from tamis.core.rng import generator
from tamis.data.event_columns import Floats, Ints, report_of
from tamis.data.report import Report


def log_q_correction(logit: Floats, q: Floats, draws: int = 1) -> Floats:
    """Return `logit - log(draws * q)`: the sampled softmax then estimates the softmax over all items.

    Bengio and Senecal (2008), https://doi.org/10.1109/TNN.2007.912312.

    Raises
    ------
    DataError
        Where a q is not above 0.

    Examples
    --------
    >>> log_q_correction(np.array([2.0]), np.array([1.0]))
    array([2.])
    """
    return np.asarray(logit - np.log(draws * _checked(q, "log_q_correction")))


def importance_weights(q: Floats, draws: int) -> Floats:
    """Return 1 / (draws * q): sums over the draws of one row then estimate sums over all its non-positives.

    Raises
    ------
    DataError
        Where a q is not above 0.

    Examples
    --------
    >>> importance_weights(np.array([0.5, 0.1]), draws=2)
    array([1., 5.])
    """
    return np.asarray(1.0 / (draws * _checked(q, "importance_weights")))


@dataclass(frozen=True)
class Downsampled:
    """Rows kept of a downsampling: their `index` (ascending) and `weight` (1, or 1 / keep for a negative)."""

    index: Ints
    weight: Floats
    report: Report


@options
class DownsampleNegatives:
    """Keep all positives and a random share of the negatives; then put predictions back on the full scale.

    A model fitted on the kept rows without weights predicts too high: `correct` maps p to p / (p + (1 - p) / keep)
    with `keep` the share of negatives kept. He (2014), https://doi.org/10.1145/2648584.2648589.

    Parameters
    ----------
    keep : float
        Share of negatives kept, in (0, 1].
    seed : int

    Examples
    --------
    >>> DownsampleNegatives(keep=0.1).correct(np.array([0.5]))
    array([0.09])
    """

    keep: Annotated[float, above(0), at_most(1)]
    seed: int = 0

    def sample(self, label: Floats) -> Downsampled:
        """Return the kept rows of labels of shape (n,), positive where above 0; a NaN label is dropped and counted."""
        label = np.asarray(label, np.float64)
        missing = np.isnan(label)
        kept = ~missing & ((label > 0) | (generator(self.seed).random(len(label)) < self.keep))
        index = np.flatnonzero(kept)
        weight = np.where(label[index] > 0, 1.0, 1.0 / self.keep)
        report = report_of(
            "DownsampleNegatives", len(label), {"missing label": missing, "negative not kept": ~kept & ~missing}
        )
        return Downsampled(index, weight, report)

    def correct(self, probability: Floats) -> Floats:
        """Return probabilities on the scale of all rows; 0 and 1 stay, NaN stays NaN."""
        probability = np.asarray(probability, np.float64)
        return np.asarray(probability / (probability + (1.0 - probability) / self.keep))


def _checked(q: Floats, where: str) -> Floats:
    q = np.asarray(q, np.float64)
    if not np.all(q > 0):
        raise DataError("a sampling probability is not above 0", where=where, got=float(np.min(q)))
    return q
