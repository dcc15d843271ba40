"""A page of different things: maximal marginal relevance."""

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


@options
class Diversify:
    """Fill the first k places one by one with the row of the best balance of relevance and novelty (MMR).

    Each place takes the row with the largest `weight * relevance - (1 - weight) * (similarity to the most similar row
    above it)`; both lie in [0, 1]. Ties go to the row that came first.

    Parameters
    ----------
    by : AttributeOf
        Tags or a category: the similarity of two items is the cosine of their label sets, 1 for equal sets. An item
        without labels is similar to nothing.
    weight : float, from 0 to 1
        Weight of relevance (the lambda of the paper): 1 changes nothing.
    pool : int, at least 1
        How many of the best rows of a query take part (at least k); the others follow as they came.

    Notes
    -----
    Relevance is `judge.value` scaled to [0, 1] within the query. With one category only, the order stays.
    Carbonell and Goldstein (1998), The use of MMR, diversity-based reranking for reordering documents,
    https://doi.org/10.1145/290941.291025.

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
    >>> Diversify(EntityTable("films.csv", id="item").genre, weight=0.5).rerank(queries, candidates, 2).rows
    array([0, 2, 1])
    """

    by: AttributeOf
    weight: Annotated[float, between(0, 1)] = 0.7
    pool: Annotated[int, at_least(1)] = 200

    def rerank(self, queries: Queries, candidates: Candidates, k: int) -> Order:
        """Return all rows by query, the diversified first k on top."""
        value = scaled_relevance(candidates)
        picked = [
            self._pick(block, block.spread(value), Alike(queries.past, self.by, candidates, block), k)
            for block in pools(candidates, max(self.pool, k))
        ]
        return Order(chosen_first(candidates, picked))

    def _pick(self, pool: Pool, value: Floats, alike: Alike, k: int) -> Ints:
        each = np.arange(len(value))
        free, nearest = pool.there.copy(), np.zeros(value.shape)
        picked = np.full((len(value), min(k, value.shape[1])), -1, np.int64)
        for place in range(picked.shape[1]):
            gain = np.where(free, self.weight * value - (1 - self.weight) * nearest, -np.inf)
            best = gain.argmax(axis=1)
            picked[:, place] = np.where(free[each, best], pool.rows[each, best], -1)
            free[each, best] = False
            np.maximum(nearest, alike.to(best), out=nearest)
        return picked
