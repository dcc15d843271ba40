"""The truth of worlds about taste: how probable each item is as a user's next one, and the best possible lists."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError
from tamis.core.ragged import top_k_rows
from tamis.data.worlds.world import Floats, Ints


@dataclass(frozen=True)
class Preferences:
    """Probability of each user's next item.

    Parameters
    ----------
    taste : array of shape (n_tastes, n_items), float64
        Rows sum to 1.
    taste_of : array of shape (n_users,), int64
        Each user's row of `taste`.

    Examples
    --------
    >>> truth = Preferences(np.array([[0.2, 0.5, 0.3]]), np.array([0, 0]))
    >>> truth.best(2)
    array([[1, 2],
           [1, 2]])
    >>> round(truth.best_ndcg(2), 4)  # 0.5 + 0.3 / log2(3)
    0.6893
    """

    taste: Floats
    taste_of: Ints

    @property
    def probability(self) -> Floats:
        """Probability that a user's next event is with an item, (n_users, n_items)."""
        return self.taste[self.taste_of]

    def best(self, k: int) -> Ints:
        """Return (n_users, k) item rows, the most probable first, ties by row: no other list of k does better.

        Raises
        ------
        DataError
            Where k is below 1 or above the number of items.
        """
        n_tastes, n_items = self.taste.shape
        if not 1 <= k <= n_items:
            raise DataError("`k` is not allowed", where="Preferences.best", allowed=f"from 1 to {n_items}", got=k)
        return top_k_rows(self.taste, k)[1].reshape(n_tastes, k)[self.taste_of]

    def expected_ndcg(self, lists: NDArray[np.integer]) -> Floats:
        """Return (n_users,) the expected nDCG of lists, where the truth is each user's one next item.

        One relevant item makes the best DCG 1, so the expectation is the sum of probability / log2(rank + 1).

        Parameters
        ----------
        lists : array of shape (n_users, k)
            Distinct item rows, best first.
        """
        discount = 1.0 / np.log2(np.arange(lists.shape[1]) + 2)
        return np.asarray(self.taste[self.taste_of[:, None], lists] @ discount, np.float64)

    def best_ndcg(self, k: int) -> float:
        """Return the mean expected nDCG@k of the best lists: nothing that ranks can reach more in expectation."""
        return float(self.expected_ndcg(self.best(k)).mean())


def popularity(n_items: int, steepness: float) -> Floats:
    """Return (n_items,) probabilities that fall with the row as 1 / (row + 1) ** steepness.

    Examples
    --------
    >>> popularity(2, 1.0)
    array([0.66666667, 0.33333333])
    """
    weight = 1.0 / (np.arange(n_items) + 1.0) ** steepness
    return np.asarray(weight / weight.sum())
