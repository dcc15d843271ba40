"""What is popular changes at a known moment: yesterday's best list is wrong today."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tamis.core.clock import DAY
from tamis.core.rng import generator
from tamis.data.worlds.preferences import popularity
from tamis.data.worlds.world import START, Floats, Ints, World, as_time, check_sizes, draw, ids, times


@dataclass(frozen=True)
class Drift:
    """Popularity before and after the change.

    Parameters
    ----------
    before, after : arrays of shape (n_items,)
        Probability that an event is with an item, the same for every user.
    changes_at : int
        Microseconds UTC; events at or after it follow `after`.
    """

    before: Floats
    after: Floats
    changes_at: int

    def probability(self, at: NDArray[np.int64]) -> Floats:
        """Return (n, n_items) probabilities at moments (n,) in microseconds."""
        return np.where((at >= self.changes_at)[:, None], self.after, self.before)

    def best(self, at: int, k: int) -> Ints:
        """Return (k,) item rows, the most probable at a moment first, ties by row."""
        now = self.after if at >= self.changes_at else self.before
        return np.argsort(-now, kind="stable")[:k].astype(np.int64)


def drifted(
    n_users: int = 200,
    n_items: int = 40,
    *,
    n_events: int = 8_000,
    changes_after: float = 0.6,
    steepness: float = 1.0,
    days: float = 90.0,
    seed: int = 0,
) -> World[Drift]:
    """Return events of popular items, whose order of popularity is reversed at a known moment.

    Parameters
    ----------
    n_users, n_items, n_events : int
    changes_after : float
        Share of the world's length after which popularity changes.
    steepness : float
        How fast popularity falls; 0 is even, and nothing then changes.
    days : float
    seed : int

    Examples
    --------
    >>> world = drifted(n_items=2)
    >>> world.truth.before, world.truth.after
    (array([0.66666667, 0.33333333]), array([0.33333333, 0.66666667]))
    """
    check_sizes("drifted", n_users=n_users, n_items=n_items, n_events=n_events)
    random = generator(seed, 3)
    before = popularity(n_items, steepness)
    truth = Drift(before, before[::-1].copy(), START + int(changes_after * days * DAY))
    at = times(random, n_events, days)
    item = draw(random, np.stack([truth.before, truth.after]), (at >= truth.changes_at).astype(np.int64))
    return World(
        {"user_id": ids("u", n_users, n_users)},
        {"item_id": ids("i", n_items, n_items)},
        {
            "user_id": ids("u", random.integers(0, n_users, n_events), n_users),
            "item_id": ids("i", item, n_items),
            "at": as_time(at),
        },
        truth,
    )
