"""Products of all pairs of items, X'X, in blocks: dense where items are popular, sparse elsewhere."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tamis.models._largest import padded

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Float = NDArray[np.float32]
# Measured on MovieLens-1M: the time of the dense and the sparse product together is least where items that more than
# 2 to 3 % of the users have met are in the dense one (a multiply-add costs 0.02 ns there, 4 ns in the sparse one).
_DENSE_SHARE = 0.03
# Rows of which one is fuller than this are cheaper to handle dense than with a column beside each value.
_DENSE_ABOVE = 0.25
_MOST_DENSE = 4_096
_USERS_AT_ONCE = 4_096


class PairProducts:
    """X'X of a CSR matrix (n_users, n_items), read by blocks of items.

    Items are renumbered by falling popularity (ties by code): `order[p]` is the item at position p, and every row and
    column below is such a position.
    """

    def __init__(self, interactions: csr_matrix) -> None:
        counts = np.bincount(interactions.indices, minlength=interactions.shape[1])
        self.order = np.argsort(-counts, kind="stable").astype(np.int32)
        self._all = interactions[:, self.order]
        self._by_item = self._all.T.tocsr()
        popular = int(np.count_nonzero(counts > _DENSE_SHARE * interactions.shape[0]))
        self.n_head = min(popular, _MOST_DENSE)
        self._head = _dense_product(self._all[:, : self.n_head])
        self._tail = self._all.copy()
        self._tail.data[self._tail.indices < self.n_head] = 0
        self._tail.eliminate_zeros()

    def blocks(self, size: int) -> list[slice]:
        """Return slices of at most `size` positions that cover all items and never cross the end of the head."""
        edges = {0, self.n_head, len(self.order)}
        edges.update(range(0, self.n_head, size))
        edges.update(range(self.n_head, len(self.order), size))
        cuts = sorted(edges)
        return [slice(a, b) for a, b in pairwise(cuts)]

    def rows(self, block: slice) -> tuple[NDArray[np.int32], Float]:
        """Return (columns, values) of the products of a block of items with every item they share a user with.

        Values are (rows, width); columns are (rows, width), with 0 and value 0 as padding, or (1, width) where all
        rows are so full that they are kept dense.
        """
        n_items = len(self.order)
        items = self._by_item[block]
        in_head = block.start < self.n_head
        sparse = items @ (self._tail if in_head else self._all)
        head = self._head[block] if in_head else np.zeros((items.shape[0], 0), np.float32)
        if _DENSE_ABOVE * n_items < np.diff(sparse.indptr).max(initial=0) + head.shape[1]:
            dense = sparse.toarray()
            dense[:, : head.shape[1]] = head
            return np.arange(n_items, dtype=np.int32)[None], dense
        columns, values = padded(sparse)
        if in_head:
            every = np.broadcast_to(np.arange(head.shape[1], dtype=np.int32), head.shape)
            columns, values = np.hstack([every, columns]), np.hstack([head, values])
        return columns, values


def _dense_product(matrix: csr_matrix) -> Float:
    product = np.zeros((matrix.shape[1], matrix.shape[1]), np.float32)
    if matrix.shape[1]:
        for start in range(0, matrix.shape[0], _USERS_AT_ONCE):
            dense = matrix[start : start + _USERS_AT_ONCE].toarray()
            product += dense.T @ dense
    return product
