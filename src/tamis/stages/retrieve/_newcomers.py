"""Neighbours of items that are newer than the model: counted live from the past, a bucket of time at a go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tamis.core.data import Past
from tamis.core.words import Queries
from tamis.data.declarations import EventTable
from tamis.stages.retrieve._histories import own_items

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def newcomer_neighbours(
    past: Past, events: EventTable, known: NDArray[np.bool_], moment: int, shrinkage: float
) -> csr_matrix:
    """Return the (n_items, n_items) similarities of every pair with a newcomer in it, as of a moment.

    A newcomer has events before the moment but is not `known` to the model. The similarity of items i and j is the
    number of users who met both over sqrt(users of i * users of j) + shrinkage; row i is for i in a history.
    """
    from scipy.sparse import coo_matrix, csr_matrix

    n_users, n_items = past.n_users, past.n_items
    everybody = Queries(np.arange(n_users, dtype=np.int32), np.full(n_users, moment, np.int64), past)
    met = own_items(past, events, everybody).matrix(np.ones(n_items, bool))
    users_of = np.bincount(met.indices, minlength=n_items)
    newcomers = np.flatnonzero(~known & (users_of > 0))
    both = coo_matrix(met[:, newcomers].T @ met)
    new, other = newcomers[both.row], both.col
    alike = both.data / (np.sqrt(users_of[new] * users_of[other]) + shrinkage)
    different = new != other
    new, other, alike = new[different], other[different], alike[different].astype(np.float32)
    old = known[other]
    rows, columns = np.concatenate([new, other[old]]), np.concatenate([other, new[old]])
    return csr_matrix((np.concatenate([alike, alike[old]]), (rows, columns)), shape=(n_items, n_items))
