"""New people and new things whose attributes tell their taste: what a system without attributes cannot answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tamis.core.clock import DAY
from tamis.core.rng import generator
from tamis.data.worlds.preferences import Preferences
from tamis.data.worlds.world import START, Floats, World, as_time, check_sizes, draw, ids, times


@dataclass(frozen=True)
class ColdStart:
    """Who and what is new, and what everybody likes once everything is there.

    Parameters
    ----------
    preferences : Preferences
        Taste by the user's region, over all items, from `since` on.
    new_user, new_item : arrays of bool, (n_users,) and (n_items,)
        Without any event before `since`.
    since : int
        Microseconds UTC.
    """

    preferences: Preferences
    new_user: NDArray[np.bool_]
    new_item: NDArray[np.bool_]
    since: int


def cold(
    n_users: int = 240,
    n_items: int = 60,
    *,
    n_events: int = 8_000,
    new_share: float = 0.25,
    starts_after: float = 0.7,
    affinity: float = 0.85,
    days: float = 90.0,
    seed: int = 0,
) -> World[ColdStart]:
    """Return events of people of four regions, who like the items made for their region.

    Users have the column `region`, items `style`; region r prefers style r, which gets `affinity` of its events.
    The last `new_share` of users and of items appear only in the last part of the world.

    Parameters
    ----------
    n_users, n_items, n_events : int
    new_share : float
        Share of users and of items that are new, from 0 to below 1.
    starts_after : float
        Share of the world's length after which the new ones appear.
    affinity : float
        From 0 to 1.
    days : float
    seed : int

    Examples
    --------
    >>> world = cold(8, 8, n_events=100)
    >>> int(world.truth.new_item.sum()), round(float(world.truth.preferences.probability[0, ::4].sum()), 2)
    (2, 0.85)
    """
    check_sizes("cold", n_users=n_users, n_items=n_items - 3, n_events=n_events)
    random = generator(seed, 6)
    words = np.array(["north", "east", "south", "west"])
    region, style = np.arange(n_users) % 4, np.arange(n_items) % 4
    new_user = np.arange(n_users) >= round(n_users * (1 - new_share))
    new_item = np.arange(n_items) >= max(round(n_items * (1 - new_share)), 4)
    taste = _taste(style, np.ones(n_items, bool), affinity)
    since = START + int(starts_after * days * DAY)
    at = times(random, n_events, days)
    late = (at >= since).astype(np.int64)
    everybody = np.stack([~new_user / (~new_user).sum(), np.full(n_users, 1 / n_users)])
    user = draw(random, everybody, late)
    both = np.concatenate([_taste(style, ~new_item, affinity), taste])
    item = draw(random, both, region[user] + 4 * late)
    return World(
        {"user_id": ids("u", n_users, n_users), "region": words[region]},
        {"item_id": ids("i", n_items, n_items), "style": words[style]},
        {"user_id": ids("u", user, n_users), "item_id": ids("i", item, n_items), "at": as_time(at)},
        ColdStart(Preferences(taste, region), new_user, new_item, since),
    )


def _taste(style: NDArray[np.integer], there: NDArray[np.bool_], affinity: float) -> Floats:
    own = (style[None, :] == np.arange(4)[:, None]) & there
    other = (style[None, :] != np.arange(4)[:, None]) & there
    inside, outside = own / own.sum(axis=1, keepdims=True), other / other.sum(axis=1, keepdims=True)
    return np.asarray(affinity * inside + (1 - affinity) * outside, np.float64)
