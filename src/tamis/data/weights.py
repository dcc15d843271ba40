"""Weights of training rows by age: what happened lately counts more."""

from __future__ import annotations

import numpy as np

from tamis.core.options import options, span
from tamis.data.event_columns import MISSING_TIME, Floats, Ints, whole_numbers


@options
class TimeDecay:
    """Weigh rows by their age: half as much for every `half_life` that has passed.

    Examples
    --------
    >>> TimeDecay("7d").weight(np.array([0, 7]) * 86_400_000_000, now=7 * 86_400_000_000)
    array([0.5, 1. ])
    """

    half_life: str

    def check_options(self) -> None:
        """Check that the span can be read."""
        span(self.half_life, where="TimeDecay", name="half_life")

    def weight(self, at: Ints, *, now: int) -> Floats:
        """Return 2 ** (-age / half_life) per row, of shape (n,); 1 for rows later than `now`, 0 without a time."""
        at = whole_numbers(at, "at", "TimeDecay")
        age = np.maximum(now - at.astype(np.float64), 0.0)
        half_life = span(self.half_life, where="TimeDecay", name="half_life")
        return np.where(at == MISSING_TIME, 0.0, np.exp2(-age / half_life))
