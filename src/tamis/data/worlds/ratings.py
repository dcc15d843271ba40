"""Ratings made by biases and hidden factors plus noise: no prediction can have a lower error than the noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tamis.core.rng import generator
from tamis.data.worlds.world import Floats, World, as_time, check_sizes, ids, times


@dataclass(frozen=True)
class RatingModel:
    """The parameters behind every rating.

    Parameters
    ----------
    mean : float
    user_bias, item_bias : arrays of shape (n_users,) and (n_items,)
    user_factors, item_factors : arrays of shape (n_users, d) and (n_items, d)
    noise : float
        Standard deviation of a rating around its expectation: the lowest reachable root mean squared error.
    """

    mean: float
    user_bias: Floats
    item_bias: Floats
    user_factors: Floats
    item_factors: Floats
    noise: float

    def expected(self, user: NDArray[np.integer], item: NDArray[np.integer]) -> Floats:
        """Return (n,) expected ratings of pairs of rows.

        Examples
        --------
        >>> one, two = np.array([1.0]), np.array([[2.0]])
        >>> RatingModel(3.0, one, one, two, two, 0.5).expected(np.array([0]), np.array([0]))  # 3 + 1 + 1 + 2 x 2
        array([9.])
        """
        product = np.einsum("nd,nd->n", self.user_factors[user], self.item_factors[item])
        return np.asarray(self.mean + self.user_bias[user] + self.item_bias[item] + product)


def ratings(
    n_users: int = 300,
    n_items: int = 120,
    *,
    n_events: int = 15_000,
    factors: int = 4,
    noise: float = 0.5,
    days: float = 90.0,
    seed: int = 0,
) -> World[RatingModel]:
    """Return distinct (user, item) pairs, drawn evenly, with the column `rating`: a real number around 3.5.

    The expectation is mean + user bias + item bias + a product of hidden factors (Koren, Bell and Volinsky 2009,
    https://doi.org/10.1109/MC.2009.263). Ratings are neither cut nor rounded, so that the noise floor is exact.

    Parameters
    ----------
    n_users, n_items : int
    n_events : int
        At most n_users * n_items; fewer are made where it is more.
    factors : int
    noise : float
        Standard deviation, at least 0.
    days : float
    seed : int

    Examples
    --------
    >>> ratings(4, 4, n_events=10).truth.noise
    0.5
    """
    check_sizes("ratings", n_users=n_users, n_items=n_items, n_events=n_events, factors=factors)
    random = generator(seed, 7)
    # the product has a standard deviation of 0.6, whatever the number of factors
    scale = (0.36 / factors) ** 0.25
    truth = RatingModel(
        3.5,
        random.normal(0, 0.4, n_users),
        random.normal(0, 0.5, n_items),
        random.normal(0, scale, (n_users, factors)),
        random.normal(0, scale, (n_items, factors)),
        noise,
    )
    pair = random.choice(n_users * n_items, min(n_events, n_users * n_items), replace=False)
    user, item = np.divmod(pair, n_items)
    rating = truth.expected(user, item) + random.normal(0, 1, len(pair)) * noise
    return World(
        {"user_id": ids("u", n_users, n_users)},
        {"item_id": ids("i", n_items, n_items)},
        {
            "user_id": ids("u", user, n_users),
            "item_id": ids("i", item, n_items),
            "at": as_time(times(random, len(pair), days)),
            "rating": rating,
        },
        truth,
    )
