"""The best few rows of every query as one padded block, and how alike they are, for greedy choices place by place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tamis.core.data import Past
from tamis.core.ragged import concatenate_ranges, position
from tamis.core.words import Candidates
from tamis.data.declarations import AttributeOf
from tamis.stages._attributes import Ints, Mask, labels_of

Floats = NDArray[np.float64]
BLOCK = 64
"""Queries that are worked on at once, so that memory does not grow with the batch."""


@dataclass(frozen=True)
class Pool:
    """Row indices (b, m) of the best `m` rows of b queries; `there` is False on padding."""

    rows: Ints
    there: Mask

    def spread(self, column: Floats) -> Floats:
        """Return a column of the candidates as (b, m), 0 on padding."""
        return np.where(self.there, column[np.where(self.there, self.rows, 0)], 0.0)


def pools(candidates: Candidates, size: int) -> Iterator[Pool]:
    """Yield the best `size` rows of every query, in blocks of queries; queries without rows come along empty."""
    offsets = candidates.offsets
    for first in range(0, candidates.n_queries, BLOCK):
        start, end = offsets[first : first + BLOCK + 1][:-1], offsets[first : first + BLOCK + 1][1:]
        width = int(min(size, (end - start).max(initial=0)))
        if width:
            rows = start[:, None] + np.arange(width)
            there = rows < end[:, None]
            yield Pool(np.where(there, rows, -1), there)


def chosen_first(candidates: Candidates, picked: list[Ints]) -> Ints:
    """Return all rows by query: the picked ones in the order of their picking, then the rest as they came.

    Parameters
    ----------
    picked : list of arrays (b, steps)
        Row indices, -1 for none.
    """
    rank = position(candidates.query)
    for block in picked:
        query, step = np.nonzero(block >= 0)
        # below every place in the list, so that picks come first
        rank[block[query, step]] = step - block.shape[1]
    return np.lexsort((rank, candidates.query))


class Alike:
    """Cosine similarity of the label sets of pooled rows: 1 for equal sets, 0 for disjoint or missing ones.

    Parameters
    ----------
    past, by
        Where labels are read.
    candidates : Candidates
    pool : Pool
        Of shape (b, m).
    """

    def __init__(self, past: Past, by: AttributeOf, candidates: Candidates, pool: Pool) -> None:
        self.shape = pool.rows.shape
        cell = np.flatnonzero(pool.there.ravel())
        entry, label = labels_of(past, by, candidates.item[pool.rows.ravel()[cell]])
        self._cell = cell[entry]
        query = self._cell // max(self.shape[1], 1)
        pair, self._pair = np.unique(query * (int(label.max(initial=0)) + 1) + label, return_inverse=True)
        self._marked = np.zeros(len(pair))
        self._sizes = np.bincount(self._cell, minlength=pool.rows.size).astype(np.float64)
        self._starts = np.cumsum(self._sizes).astype(np.int64) - self._sizes.astype(np.int64)

    def to(self, pick: Ints) -> Floats:
        """Return (b, m) similarity of every row to its query's row in column `pick` (b,)."""
        picked = np.arange(self.shape[0]) * self.shape[1] + pick
        own = self._pair[concatenate_ranges(self._starts[picked], self._sizes[picked])]
        self._marked[own] = 1.0
        common = np.bincount(self._cell, weights=self._marked[self._pair], minlength=len(self._sizes))
        self._marked[own] = 0.0
        size = np.sqrt(self._sizes.reshape(self.shape) * self._sizes[picked][:, None])
        alike: Floats = np.divide(common.reshape(self.shape), size, out=np.zeros(self.shape), where=size > 0)
        return alike
