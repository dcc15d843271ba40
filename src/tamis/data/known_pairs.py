"""The set of (user, item) pairs known to be positive, as sorted keys: membership and complements without a loop."""

from __future__ import annotations

import numpy as np

from tamis.core.errors import DataError
from tamis.core.ragged import concatenate_ranges, pair_key
from tamis.data.event_columns import EventColumns, Floats, Ints, Mask, codes


class KnownPairs:
    """Known positive pairs.

    Parameters
    ----------
    user, item : arrays of shape (n,)
        Codes; pairs with an unknown id (-1) are left out, repeated pairs count once.
    n_items : int

    Examples
    --------
    >>> pairs = KnownPairs(np.array([1, 1]), np.array([0, 2]), n_items=3)
    >>> pairs.contain(np.array([1, 1]), np.array([1, 2]))
    array([False,  True])
    """

    def __init__(self, user: Ints, item: Ints, n_items: int) -> None:
        known = (user >= 0) & (item >= 0)
        self.n_items = n_items
        self.keys = np.unique(pair_key(user[known], item[known], n_items))

    @classmethod
    def of(cls, n_items: int, *batches: EventColumns | None, where: str) -> KnownPairs:
        """Return the pairs of several event batches (`user`, `item`); None is no batch."""
        pairs = [pairs_of(batch, n_items, where) for batch in batches if batch is not None]
        return cls(np.concatenate([u for u, _ in pairs]), np.concatenate([i for _, i in pairs]), n_items)

    def contain(self, user: Ints, item: Ints) -> Mask:
        """Return which pairs are known, of the shape of `user`."""
        key = pair_key(user, item, self.n_items)
        if len(self.keys) == 0:
            return np.zeros(key.shape, bool)
        index = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        return np.asarray(self.keys[index] == key)

    def ranges(self, user: Ints) -> tuple[Ints, Ints]:
        """Return the range of `keys` that each user's pairs fill."""
        start = np.searchsorted(self.keys, user * np.int64(self.n_items))
        return start, np.searchsorted(self.keys, (user + 1) * np.int64(self.n_items))

    def free_weight(self, user: Ints, weight: Floats) -> Floats:
        """Return for each user the sum of `weight` (n_items,) over the items that are not its positives."""
        distinct, inverse = np.unique(user, return_inverse=True)
        start, end = self.ranges(distinct)
        held = np.concatenate([[0.0], np.cumsum(weight[self.keys % self.n_items])])
        return np.asarray((weight.sum() - (held[end] - held[start]))[inverse])

    def free_items(self, user: Ints, weight: Floats) -> Mask:
        """Return (len(user), n_items) booleans: items of positive weight that are no positives of the user."""
        free = np.tile(weight > 0, (len(user), 1))
        start, end = self.ranges(user)
        held = self.keys[concatenate_ranges(start, end - start)] % self.n_items
        free[np.repeat(np.arange(len(user)), end - start), held] = False
        return free


def pairs_of(batch: EventColumns, n_items: int, where: str) -> tuple[Ints, Ints]:
    """Return the columns `user` and `item`.

    Raises
    ------
    DataError
        Where a column is missing or an item is not below `n_items`.
    """
    user, item = codes(batch, "user", where), codes(batch, "item", where)
    if len(item) and item.max() >= n_items:
        raise DataError("an item is out of range", where=where, allowed=f"codes below {n_items}", got=int(item.max()))
    return user, item
