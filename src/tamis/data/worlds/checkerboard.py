"""Even users like even items, odd users odd ones: the smallest world in which the right answer is plain."""

from __future__ import annotations

import numpy as np

from tamis.core.rng import generator
from tamis.data.worlds.preferences import Preferences
from tamis.data.worlds.world import World, as_time, check_sizes, ids, times


def checkerboard(
    n_users: int = 40, n_items: int = 30, *, per_user: int = 8, days: float = 90.0, seed: int = 0
) -> World[Preferences]:
    """Return users who each meet `per_user` distinct items of their own colour, at random moments.

    The truth is even over a user's colour: any item of it is as good as another, any other item is wrong. The idea of
    the checkerboard as a test of recommenders is that of Frederickson's `implicit` (2016),
    https://github.com/benfred/implicit.

    Parameters
    ----------
    n_users, n_items : int
        Items have the columns `colour` ("even" or "odd") and `year` (1990 + row); users `colour`.
    per_user : int
        Fewer where a colour has fewer items.
    days : float
        Length of the world.
    seed : int

    Examples
    --------
    >>> world = checkerboard(4, 4, per_user=2)
    >>> world.truth.probability[1]
    array([0. , 0.5, 0. , 0.5])
    """
    check_sizes("checkerboard", n_users=n_users, n_items=n_items - 1, per_user=per_user)
    random = generator(seed, 1)
    colour_of_user, colour_of_item = np.arange(n_users) % 2, np.arange(n_items) % 2
    own = colour_of_user[:, None] == colour_of_item[None, :]
    order = np.argsort(np.where(own, random.random(own.shape), np.inf), axis=1)[:, :per_user]
    user, place = np.nonzero(np.take_along_axis(own, order, axis=1))
    item = order[user, place]
    shuffled = random.permutation(len(user))
    words = np.array(["even", "odd"])
    taste = np.stack([colour_of_item == 0, colour_of_item == 1]) / np.array([[-(-n_items // 2)], [n_items // 2]])
    return World(
        {"user_id": ids("u", n_users, n_users), "colour": words[colour_of_user]},
        {
            "item_id": ids("i", n_items, n_items),
            "colour": words[colour_of_item],
            "year": 1990.0 + np.arange(n_items),
        },
        {
            "user_id": ids("u", user[shuffled], n_users),
            "item_id": ids("i", item[shuffled], n_items),
            "at": as_time(times(random, len(user), days)),
        },
        Preferences(taste, colour_of_user),
    )
