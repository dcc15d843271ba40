"""A page of different things: the most probable set of a determinantal point process."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tamis.core.conditions import at_least, between
from tamis.core.options import options
from tamis.core.stages import Order
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf
from tamis.stages._attributes import Ints
from tamis.stages.rerank._pools import Alike, Floats, Pool, chosen_first, pools
from tamis.stages.rerank._relevance import scaled_relevance

_NOTHING_NEW = 1e-9
_LAST = -1e6


@options
class DPP:
    """Fill the first k places greedily so that `theta * sum(relevance) + (1 - theta) * log det(S)` grows fastest.

    S holds the similarities of the chosen rows; its determinant is the squared volume that they span, so unlike
    `Diversify` the whole page above counts, not only the most similar row. Ties go to the row that came first.

    Parameters
    ----------
    by : AttributeOf
        Tags or a category: the similarity of two items is the cosine of their label sets, times `1 - own`. An item
        without labels is similar to nothing.
    theta : float, from 0 to 1
        Weight of relevance: 1 changes nothing.
    own : float, from 0 to 1
        How much of every item is its own, so that a second item of a category still adds something. With 0 an item
        whose labels are spanned by those above adds nothing and comes after all that do, by relevance.
    pool : int, at least 1
        How many of the best rows of a query take part (at least k); the others follow as they came.

    Notes
    -----
    Relevance is `judge.value` scaled to [0, 1] within the query. Greedy maximum a posteriori by incremental Cholesky
    factors: Chen, Zhang and Zhou (2018), Fast greedy MAP inference for determinantal point process to improve
    recommendation diversity, https://arxiv.org/abs/1709.05135.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from tamis.data.catalogue import NumberValues
    >>> from tamis.data.declarations import EntityTable
    >>> past = SimpleNamespace(attribute=lambda attribute: NumberValues(np.array([1.0, 1.0, 2.0])))
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), past)
    >>> candidates = Candidates(
    ...     np.array([0, 0, 0]), np.array([0, 1, 2], np.int32), 1, {"judge.value": np.array([1.0, 0.9, 0.0])}
    ... )
    >>> DPP(EntityTable("films.csv", id="item").genre, theta=0.5).rerank(queries, candidates, 2).rows
    array([0, 2, 1])
    """

    by: AttributeOf
    theta: Annotated[float, between(0, 1)] = 0.7
    own: Annotated[float, between(0, 1)] = 0.1
    pool: Annotated[int, at_least(1)] = 200

    def rerank(self, queries: Queries, candidates: Candidates, k: int) -> Order:
        """Return all rows by query, the chosen first k on top."""
        value = scaled_relevance(candidates)
        picked = [
            self._pick(block, block.spread(value), Alike(queries.past, self.by, candidates, block), k)
            for block in pools(candidates, max(self.pool, k))
        ]
        return Order(chosen_first(candidates, picked))

    def _pick(self, pool: Pool, value: Floats, alike: Alike, k: int) -> Ints:
        each = np.arange(len(value))
        free, left = pool.there.copy(), np.ones(value.shape)
        picked = np.full((len(value), min(k, value.shape[1])), -1, np.int64)
        factors = np.zeros((picked.shape[1], *value.shape))  # one row of each query's Cholesky factor per place
        for place in range(picked.shape[1]):
            new = left > _NOTHING_NEW
            volume = np.where(new, np.log(np.maximum(left, _NOTHING_NEW)), _LAST)
            gain = self.theta * value + (1 - self.theta) * volume
            best = np.where(free, gain, -np.inf).argmax(axis=1)
            picked[:, place] = np.where(free[each, best], pool.rows[each, best], -1)
            free[each, best] = False
            above = factors[:place]
            # einsum adds place by place, where a matrix product would round by the size of the batch
            row = (1 - self.own) * alike.to(best) - np.einsum("tbm,tb->bm", above, above[:, each, best])
            scale = np.sqrt(np.where(new[each, best], left[each, best], np.inf))
            factors[place] = row / scale[:, None]
            left = np.maximum(left - factors[place] ** 2, 0.0)
        return picked
