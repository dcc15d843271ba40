"""A known-answer world: plain tables, and beside them the truth that made them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from tamis.core.clock import DAY
from tamis.core.errors import OptionError

Truth = TypeVar("Truth")
Columns = Mapping[str, NDArray[Any]]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
START = 1_704_067_200_000_000
"""2024-01-01T00:00:00Z in microseconds: the moment at which every world begins."""


@dataclass(frozen=True)
class World(Generic[Truth]):
    """Tables as a user would have them, and the truth that no user has.

    Parameters
    ----------
    users, items : mapping of column name to array
        One row per `user_id` or `item_id`. Ids are zero-padded, so that sorted ids stand in row order: after reading,
        the code of an id is its row.
    events : mapping of column name to array
        `user_id`, `item_id`, `at` (datetime64[us], UTC, ascending) and the columns of the world.
    truth : object
        What made the events: probabilities, rates, propensities, and the best that any method can reach.
    """

    users: Columns
    items: Columns
    events: Columns
    truth: Truth

    def __len__(self) -> int:
        return len(self.events["at"])


def ids(letter: str, rows: NDArray[np.integer] | int, of: int) -> NDArray[np.str_]:
    """Return zero-padded ids of rows, wide enough for `of` of them.

    Examples
    --------
    >>> ids("u", np.array([3]), 1000)
    array(['u003'], dtype='<U4')
    """
    wanted = np.arange(rows) if isinstance(rows, int) else rows
    return np.char.mod(f"{letter}%0{len(str(max(of - 1, 1)))}d", wanted)


def times(random: np.random.Generator, n: int, days: float) -> NDArray[np.int64]:
    """Return n ascending moments in microseconds, spread evenly at random over the first `days` of the world."""
    return np.sort(START + random.integers(0, max(int(days * DAY), 1), n))


def as_time(at: NDArray[np.int64]) -> NDArray[np.datetime64]:
    """Return microseconds as datetime64[us]."""
    return at.astype("datetime64[us]")


def draw(random: np.random.Generator, weights: Floats, group: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return one column per row of `group`, drawn with the probabilities of that row of `weights`.

    Parameters
    ----------
    weights : array of shape (groups, m)
        Rows sum to 1.
    group : array of shape (n,)
    """
    ends = np.cumsum(weights, axis=1)
    ends /= ends[:, -1:]
    # one search for all groups: the steps of group g lie between g and g + 1
    steps = (ends + np.arange(len(weights))[:, None]).ravel()
    found = np.searchsorted(steps, group + random.random(len(group)), side="right")
    return np.asarray(np.minimum(found - group * weights.shape[1], weights.shape[1] - 1), np.int64)


def check_sizes(world: str, **sizes: int) -> None:
    """Raise unless every size is at least 1.

    Raises
    ------
    OptionError
        Naming the world and the size.
    """
    for name, size in sizes.items():
        if size < 1:
            raise OptionError(f"`{name}` is not allowed", where=world, allowed="an int of at least 1", got=size)
