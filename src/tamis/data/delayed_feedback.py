"""Delayed feedback: how much of the positives has arrived by a given age, and the weight that makes up for the rest."""

from __future__ import annotations

import numpy as np

from tamis.core.errors import DataError, NotFittedError
from tamis.core.options import options
from tamis.data.event_columns import Floats, Ints, whole_numbers


@options
class DelayCurve:
    """The share of positives that have arrived by each age, learned from positives seen so far.

    Young rows only show their quick positives, so the plain distribution of delays is too quick. Each positive with
    delay d and age a was seen only because d <= a (right truncation); the product-limit estimate in reversed time
    undoes that: F(t) is the product over delays u > t of 1 - n(u) / R(u), where n(u) positives have delay u and R(u)
    have delay <= u <= age. F is relative to the longest delay that has been seen; slower positives stay unknown.

    Lynden-Bell (1971), https://doi.org/10.1093/mnras/155.1.95; the problem in ads: Chapelle (2014),
    https://doi.org/10.1145/2623330.2623634.

    Examples
    --------
    >>> curve = DelayCurve().fit(delay=np.array([1, 1, 3]), age=np.array([9, 9, 9]))
    >>> curve.share_arrived(np.array([0, 1, 5]))
    array([0. , 0.67, 1. ])
    """

    def fit(self, delay: Ints, age: Ints) -> DelayCurve:
        """Learn from positives.

        Parameters
        ----------
        delay : array of shape (n,), microseconds
            From the row to its outcome.
        age : array of shape (n,), microseconds
            From the row to the moment until which outcomes are known.

        Raises
        ------
        DataError
            Where there is no positive, or a delay is negative or longer than its age.
        """
        delay, age = whole_numbers(delay, "delay", "DelayCurve"), whole_numbers(age, "age", "DelayCurve")
        if len(delay) == 0 or len(delay) != len(age) or np.any((delay < 0) | (delay > age)):
            raise DataError(
                "delays cannot be used",
                where="DelayCurve",
                allowed="at least one positive, with 0 <= delay <= age",
                got=f"{len(delay)} delays, {len(age)} ages",
            )
        moments, counts = np.unique(delay, return_counts=True)
        at_risk = np.cumsum(counts) - np.searchsorted(np.sort(age), moments, side="left")
        survived = 1.0 - counts / at_risk
        self.delays_ = moments
        self.shares_ = np.append(np.cumprod(survived[::-1])[::-1][1:], 1.0)
        return self

    def share_arrived(self, age: Ints) -> Floats:
        """Return F(age) in [0, 1] for each age, of shape (n,); 0 before the quickest delay, 1 from the slowest on."""
        if not hasattr(self, "shares_"):
            raise NotFittedError("the delays are not learned", where="DelayCurve", next_step="call fit first")
        index = np.searchsorted(self.delays_, age, side="right")
        return np.asarray(np.append(0.0, self.shares_)[index])

    def weight(self, age: Ints, *, at_most: float = 20.0) -> Floats:
        """Return 1 / F(age): the weight of a positive that stands for those still to come, never above `at_most`.

        Examples
        --------
        >>> DelayCurve().fit(np.array([1, 3]), np.array([9, 9])).weight(np.array([0, 2, 3]))
        array([20.,  2.,  1.])
        """
        return np.asarray(1.0 / np.maximum(self.share_arrived(age), 1.0 / at_most))
