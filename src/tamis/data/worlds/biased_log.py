"""A log of shown pages with known propensities and known examination of places: off-policy truth, position bias."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError
from tamis.core.rng import generator
from tamis.data.worlds.world import Floats, Ints, World, as_time, check_sizes, ids, times

_CLICK_DELAY = 5_000_000


@dataclass(frozen=True)
class LoggedClicks:
    """Who would click what, who looks where, and how pages were drawn.

    Parameters
    ----------
    attraction : array of shape (n_groups, n_items)
        Probability that a person of a group clicks an item that is looked at.
    examination : array of shape (places,)
        Probability that a place is looked at; the first is 1.
    logging : array of shape (n_groups, n_items)
        Probability that the first place of a page got an item; rows sum to 1. Further places were drawn the same way
        among the items left over (Plackett and Luce).
    group_of : array of shape (n_users,)
    """

    attraction: Floats
    examination: Floats
    logging: Floats
    group_of: Ints

    def click_rate(self, user: NDArray[np.integer], item: NDArray[np.integer], place: NDArray[np.integer]) -> Floats:
        """Return (n,) click probabilities of items shown at places (0 is the first): examination x attraction."""
        return np.asarray(self.examination[place] * self.attraction[self.group_of[user], item], np.float64)

    def value(self, policy: Floats) -> float:
        """Return the true click rate of the first place, had `policy` filled it.

        Parameters
        ----------
        policy : array of shape (n_groups, n_items)
            Rows sum to 1; every user asks equally often.
        """
        if policy.shape != self.attraction.shape:
            raise DataError(
                "the policy has another shape",
                where="LoggedClicks.value",
                allowed=str(self.attraction.shape),
                got=policy.shape,
            )
        per_group = (policy * self.attraction).sum(axis=1) * self.examination[0]
        return float(per_group[self.group_of].mean())

    def best_policy(self) -> Floats:
        """Return (n_groups, n_items) 0 and 1: always the most attractive item; no policy has a higher value."""
        return np.asarray(np.eye(self.attraction.shape[1])[self.attraction.argmax(axis=1)], np.float64)


def biased_log(
    n_users: int = 200,
    n_items: int = 12,
    *,
    n_pages: int = 5_000,
    places: int = 4,
    sharpness: float = 1.0,
    days: float = 30.0,
    seed: int = 0,
) -> World[LoggedClicks]:
    """Return pages shown by a policy that prefers items of low row, and the clicks on them.

    Clicks follow the position-based model (Craswell et al. 2008, https://doi.org/10.1145/1341531.1341545): a place is
    looked at with a probability of its own, and what is looked at is clicked by its attraction. The second place is
    looked at half as often as the first, the third a third as often, and so on.

    The events are `shown` rows with `request_id`, `position` (1 is the first) and `propensity` (the exact probability
    of that item at that place, given the places above it) and, five seconds later, `click` rows of the same request
    and position.

    Parameters
    ----------
    n_users, n_items, n_pages, places : int
        At most as many places as items.
    sharpness : float
        How strongly the logging policy prefers; 0 draws evenly.
    days : float
    seed : int

    Examples
    --------
    >>> world = biased_log(n_pages=10, places=2)
    >>> int((world.events["kind"] == "shown").sum()), world.truth.examination
    (20, array([1. , 0.5]))
    """
    check_sizes("biased_log", n_users=n_users, n_items=n_items, n_pages=n_pages, places=places)
    check_sizes("biased_log", n_items=n_items - places + 1)
    random = generator(seed, 4)
    truth = _truth(random, n_users, n_items, places, sharpness)
    user = random.integers(0, n_users, n_pages)
    # the order of log-weights plus Gumbel noise is a Plackett-Luce draw without replacement
    page = np.argsort(-(np.log(truth.logging[:1]) + random.gumbel(size=(n_pages, n_items))), axis=1)[:, :places]
    weight = truth.logging[0][page]
    used = np.cumsum(weight, axis=1) - weight
    propensity = weight / (1.0 - used)
    place = np.tile(np.arange(places), (n_pages, 1))
    chance = truth.click_rate(np.repeat(user, places), page.ravel(), place.ravel())
    clicked = random.random(len(chance)) < chance
    shown_at = np.repeat(times(random, n_pages, days), places)
    return World(
        {"user_id": ids("u", n_users, n_users), "group": np.array(["a", "b"])[truth.group_of]},
        {"item_id": ids("i", n_items, n_items)},
        _events(truth, user, page, propensity, shown_at, clicked),
        truth,
    )


def _truth(random: np.random.Generator, n_users: int, n_items: int, places: int, sharpness: float) -> LoggedClicks:
    group_of = np.arange(n_users) % 2
    attraction = random.uniform(0.05, 0.6, (2, n_items))
    logit = -sharpness * 3.0 * np.arange(n_items) / n_items
    logging = np.exp(logit) / np.exp(logit).sum()
    return LoggedClicks(
        attraction, np.asarray(1.0 / (np.arange(places) + 1.0), np.float64), np.tile(logging, (2, 1)), group_of
    )


def _events(
    truth: LoggedClicks, user: Ints, page: Ints, propensity: Floats, shown_at: Ints, clicked: NDArray[np.bool_]
) -> dict[str, NDArray[np.generic]]:
    n_pages, places = page.shape
    row = np.concatenate([np.arange(page.size), np.flatnonzero(clicked)])
    is_click = np.arange(len(row)) >= page.size
    at = shown_at[row] + np.where(is_click, _CLICK_DELAY, 0)
    order = np.lexsort((row, at))
    row, is_click = row[order], is_click[order]
    return {
        "user_id": ids("u", np.repeat(user, places)[row], len(truth.group_of)),
        "item_id": ids("i", page.ravel()[row], truth.attraction.shape[1]),
        "at": as_time(at[order]),
        "kind": np.where(is_click, "click", "shown"),
        "request_id": ids("r", row // places, n_pages),
        "position": row % places + 1,
        "propensity": propensity.ravel()[row],
    }
