"""Latency: the mean and the tail of how long requests took.

Gain: none; lower is better.
Discount: none.
Ties: a percentile is an observed duration, the smallest with at least that share of requests at or below it.
Empty truth: no requests give NaN everywhere.
Averaging: over requests; percentiles of several machines come from pooled requests, never from a mean of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from tamis.core.errors import DataError
from tamis.metrics.columns import numbers


@dataclass(frozen=True)
class Latency:
    """Durations of n requests, in the unit they were given in."""

    n: int
    mean: float
    p50: float
    p95: float
    p99: float
    largest: float


def summarise_latency(duration: ArrayLike) -> Latency:
    """Summarise how long requests took.

    Parameters
    ----------
    duration : array of shape (n,), at least 0
        In any one unit; the log has microseconds.

    Raises
    ------
    DataError
        Where a duration is negative or not finite.

    Examples
    --------
    >>> summary = summarise_latency([10, 20, 30, 40])
    >>> summary.p50, summary.p99
    (20.0, 40.0)
    """
    took = numbers("summarise_latency", "duration", duration)
    if (took < 0).any():
        raise DataError(
            "a duration is negative", where="summarise_latency", allowed="at least 0", got=float(took.min())
        )
    if len(took) == 0:
        return Latency(0, np.nan, np.nan, np.nan, np.nan, np.nan)
    p50, p95, p99 = np.quantile(took, [0.5, 0.95, 0.99], method="inverted_cdf")
    return Latency(len(took), float(took.mean()), float(p50), float(p95), float(p99), float(took.max()))
