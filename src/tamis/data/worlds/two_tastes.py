"""People of a few hidden tastes, each with its own best items: the best reachable ranking is known exactly."""

from __future__ import annotations

import numpy as np

from tamis.core.rng import generator
from tamis.data.worlds.preferences import Preferences, popularity
from tamis.data.worlds.world import Floats, World, as_time, check_sizes, draw, ids, times


def two_tastes(
    n_users: int = 300,
    n_items: int = 60,
    *,
    per_user: int = 20,
    n_tastes: int = 2,
    overlap: float = 0.1,
    steepness: float = 0.8,
    days: float = 90.0,
    seed: int = 0,
) -> World[Preferences]:
    """Return users whose every event is an independent draw from the items of their hidden taste.

    A taste is its own order of popularity over the catalogue: item i belongs to taste i mod `n_tastes`, and the items
    of other tastes share `overlap` of the probability. Because draws are independent, what a user did tells the taste
    and nothing more, so `truth.best(k)` is the best possible list and `truth.best_ndcg(k)` the best reachable
    expected nDCG@k of "which item is next". Repeats happen.

    Parameters
    ----------
    n_users, n_items, n_tastes : int
        At least one item per taste.
    per_user : int
        Events per user.
    overlap : float
        From 0 (tastes share nothing) to below 1.
    steepness : float
        How fast popularity falls within a taste; 0 is even.
    days : float
    seed : int

    Examples
    --------
    >>> two_tastes(4, 4, overlap=0.0, steepness=0.0).truth.taste
    array([[0.5, 0. , 0.5, 0. ],
           [0. , 0.5, 0. , 0.5]])
    """
    check_sizes("two_tastes", n_users=n_users, n_items=n_items, per_user=per_user, n_tastes=n_tastes)
    check_sizes("two_tastes", n_items=n_items - n_tastes + 1)
    random = generator(seed, 2)
    taste = _tastes(n_items, n_tastes, overlap, steepness)
    taste_of = random.integers(0, n_tastes, n_users)
    user = random.permutation(np.repeat(np.arange(n_users), per_user))
    item = draw(random, taste, taste_of[user])
    return World(
        {"user_id": ids("u", n_users, n_users)},
        {"item_id": ids("i", n_items, n_items)},
        {
            "user_id": ids("u", user, n_users),
            "item_id": ids("i", item, n_items),
            "at": as_time(times(random, len(user), days)),
        },
        Preferences(taste, taste_of),
    )


def _tastes(n_items: int, n_tastes: int, overlap: float, steepness: float) -> Floats:
    owner = np.arange(n_items) % n_tastes
    weight = popularity(-(-n_items // n_tastes), steepness)[np.arange(n_items) // n_tastes]
    own = owner[None, :] == np.arange(n_tastes)[:, None]
    inside, outside = np.where(own, weight, 0.0), np.where(own, 0.0, weight)
    share = overlap if n_tastes > 1 else 0.0
    taste = (1 - share) * inside / inside.sum(axis=1, keepdims=True)
    return np.asarray(taste + share * outside / np.maximum(outside.sum(axis=1, keepdims=True), 1e-300))
