"""A batch of events as columns: who did something with what, when, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class EventBatch:
    """Events of one selection in time order.

    Parameters
    ----------
    user, item : arrays of shape (n,), int32 codes
    at : array of shape (n,), int64 microseconds UTC, ascending
    value : array of shape (n,), float32
        The rating, price, seconds ... of the event; 1 where the source has no value.
    n_users, n_items : int
        Number of codes, so that matrices have a shape.
    """

    user: NDArray[np.int32]
    item: NDArray[np.int32]
    at: NDArray[np.int64]
    value: NDArray[np.float32]
    n_users: int
    n_items: int

    def __post_init__(self) -> None:
        if not len(self.user) == len(self.item) == len(self.at) == len(self.value):
            raise DataError("columns of unequal length", where="EventBatch", got=[len(c) for c in self.columns])

    @property
    def columns(self) -> tuple[NDArray[Any], ...]:
        """The four columns: user, item, at, value."""
        return self.user, self.item, self.at, self.value

    def __len__(self) -> int:
        return len(self.user)

    def rows(self, keep: NDArray[Any] | slice) -> EventBatch:
        """Return the events that a mask, slice or index array names."""
        return EventBatch(self.user[keep], self.item[keep], self.at[keep], self.value[keep], self.n_users, self.n_items)

    def before(self, at: int) -> EventBatch:
        """Return the events strictly before `at`."""
        return self.rows(slice(0, int(np.searchsorted(self.at, at, side="left"))))

    def matrix(self, *, values: bool = False) -> csr_matrix:
        """Return the (n_users, n_items) sparse matrix of the events with known codes.

        Parameters
        ----------
        values : bool
            False: 1 where the pair has any event. True: the value of the pair's latest event.

        Examples
        --------
        >>> user, item = np.array([0], np.int32), np.array([1], np.int32)
        >>> EventBatch(user, item, np.array([5]), np.ones(1, np.float32), 1, 2).matrix().toarray()
        array([[0., 1.]], dtype=float32)
        """
        from scipy.sparse import csr_matrix

        known = (self.user >= 0) & (self.item >= 0)
        key = self.user[known].astype(np.int64) * max(self.n_items, 1) + self.item[known]
        # unique keeps the first of equals: reversed, the first is the latest
        unique, first = np.unique(key[::-1], return_index=True)
        data = self.value[known][::-1][first] if values else np.ones(len(unique), np.float32)
        user, item = np.divmod(unique, max(self.n_items, 1))
        indptr = np.searchsorted(user, np.arange(self.n_users + 1))
        made = csr_matrix((data, item.astype(np.int32), indptr.astype(np.int64)), shape=(self.n_users, self.n_items))
        made.has_sorted_indices = True
        return made
