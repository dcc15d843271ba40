"""Random items: the baseline that every other retriever must beat, and the plainest exploration."""

from __future__ import annotations

import numpy as np

from tamis.core.options import options
from tamis.core.rng import hashed_uniform
from tamis.core.words import Candidates, Queries
from tamis.stages.retrieve._blocks import in_blocks, propose


@options
class Random:
    """Proposes items drawn evenly, without replacement, from the whole catalogue.

    The score of an item is a uniform number in [0, 1) that depends on the seed, the user, the moment and the item
    alone, so a request has one answer in any batch, and asked at another moment it gets another.

    Parameters
    ----------
    seed : int

    Examples
    --------
    >>> Random(seed=7).seed
    7
    """

    seed: int = 0

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return `k` random items per query with the columns `score` and `cold` (always 0)."""
        n_items = queries.past.n_items
        item = np.arange(n_items)[None, :]

        def block(part: Queries, _: slice) -> Candidates:
            request = (hashed_uniform(self.seed, part.user, part.at) * 2.0**53).astype(np.int64)
            return propose(part, k, hashed_uniform(self.seed, request[:, None], item), np.zeros(n_items))

        return in_blocks(queries, block)
