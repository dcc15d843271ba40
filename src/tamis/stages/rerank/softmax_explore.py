"""Shuffle the page in proportion to value, and write down with which probability."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tamis.core.conditions import above, at_least
from tamis.core.options import options
from tamis.core.ragged import position
from tamis.core.stages import Order
from tamis.core.words import Candidates, Queries
from tamis.stages.rerank._draws import ITEM, request_uniform
from tamis.stages.rerank._pools import pools
from tamis.stages.rerank._relevance import scaled_relevance


@options
class SoftmaxExplore:
    """Draw the page without replacement, each place in proportion to `exp(relevance / temperature)` (Plackett-Luce).

    The column `propensity` is the exact probability of the row at its place given the rows above it, so the product
    over the first places of a page is the exact probability of their order. At the first place it is also the plain
    probability of the row there; further down that one has no closed form (`Explore` records it).

    Parameters
    ----------
    temperature : float, above 0
        Small: the page hardly changes; large: any order is as likely as any other.
    pool : int, at least 1
        How many of the best rows of a query take part; the others follow as they came, with propensity 1.
    seed : int

    Notes
    -----
    Relevance is `judge.value` scaled to [0, 1] within the query, so that one temperature suits every query. Sampled by
    sorting relevance / temperature plus Gumbel noise: Kool, van Hoof and Welling (2019), Stochastic beams and where to
    find them, https://arxiv.org/abs/1903.06059. Draws depend on the seed and the request (user, moment, starting item)
    alone. A stage that reorders later voids the propensity.

    Examples
    --------
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), None)
    >>> candidates = Candidates(
    ...     np.array([0, 0]), np.array([0, 1], np.int32), 1, {"judge.value": np.array([0.7, 0.7])}
    ... )
    >>> SoftmaxExplore(1.0).rerank(queries, candidates, 2).columns["propensity"]
    array([0.5, 1. ])
    """

    temperature: Annotated[float, above(0)] = 0.05
    pool: Annotated[int, at_least(1)] = 200
    seed: int = 0

    def rerank(self, queries: Queries, candidates: Candidates, k: int) -> Order:
        """Return all rows by query, with the column `propensity`."""
        query = candidates.query
        merit = scaled_relevance(candidates) / self.temperature
        noise = request_uniform(self.seed, ITEM, queries, query, candidates.item)
        key = merit - np.log(-np.log(noise))
        drawn = position(query) < self.pool
        rows = np.lexsort((np.arange(len(query)), np.where(drawn, -key, 0.0), ~drawn, query))
        propensity = np.ones(len(query))
        # in the drawn order: the log of all that was left to draw, summed from the end
        shuffled = Candidates(query, candidates.item[rows], candidates.n_queries)
        for block in pools(shuffled, self.pool):
            ordered = np.where(block.there, merit[rows[np.maximum(block.rows, 0)]], -np.inf)
            left = np.logaddexp.accumulate(ordered[:, ::-1], axis=1)[:, ::-1]
            propensity[block.rows[block.there]] = np.exp(ordered[block.there] - left[block.there])
        return Order(rows, columns={"propensity": propensity})
