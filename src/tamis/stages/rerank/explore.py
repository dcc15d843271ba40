"""Show something else now and then, and write down with which probability."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tamis.core.conditions import at_least, between
from tamis.core.options import options
from tamis.core.ragged import position
from tamis.core.stages import Order
from tamis.core.words import Candidates, Queries
from tamis.stages._attributes import Ints, Mask
from tamis.stages.rerank._draws import ITEM, PLACE, request_uniform
from tamis.stages.rerank._relevance import Floats


@options
class Explore:
    """Give each of the first k places, with probability `epsilon`, to a random row from below the page.

    Epsilon-greedy by place: each place tosses its own coin; on a hit it gets a row drawn uniformly from the T rows
    at places k + 1 to `pool` that are not yet shown, otherwise it keeps its row. Rows that lost their place follow
    right below the first k.

    The column `propensity` is the exact probability of the row at its place, over all random pages of the request:
    1 - epsilon for a row that kept its place and epsilon / T for a drawn one. A row below the first k carries the
    probability of being there.

    Parameters
    ----------
    epsilon : float, from 0 to 1
    pool : int, at least 1
        How far down the list random rows are drawn from.
    seed : int

    Notes
    -----
    Draws depend on the seed and the request (user, moment, starting item) alone: the same request gives the same
    page, alone or in a batch. Where T < k only the last T places explore; where nothing is below the page none does,
    and every propensity is 1. The propensity holds for the order given here: a stage that reorders later voids it.
    Sutton and Barto (2018), Reinforcement Learning, section 2.2, http://incompleteideas.net/book/the-book-2nd.html.

    Examples
    --------
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), None)
    >>> candidates = Candidates(np.zeros(3, np.int64), np.arange(3, dtype=np.int32), 1)
    >>> order = Explore(0.0).rerank(queries, candidates, 2)
    >>> order.rows, order.columns["propensity"]
    (array([0, 1, 2]), array([1., 1., 1.]))
    """

    epsilon: Annotated[float, between(0, 1)] = 0.05
    pool: Annotated[int, at_least(1)] = 200
    seed: int = 0

    def rerank(self, queries: Queries, candidates: Candidates, k: int) -> Order:
        """Return all rows by query, with the column `propensity`."""
        query, place = candidates.query, position(candidates.query)
        below = np.maximum(np.minimum(np.diff(candidates.offsets), self.pool) - k, 0)[query]
        coin = request_uniform(self.seed, PLACE, queries, query, place)
        may_move = (place < k) & (place >= k - below)
        moves = may_move & (coin < self.epsilon)
        # The rows below the page in random order; the i-th explored place of a query takes the i-th of them.
        tail = np.flatnonzero((place >= k) & (place < k + below))
        draw = request_uniform(self.seed, ITEM, queries, query[tail], candidates.item[tail])
        tail = tail[np.lexsort((candidates.item[tail], draw, query[tail]))]
        lost = np.flatnonzero(moves)
        nth = position(query[lost])
        drawn = tail[np.searchsorted(query[tail], query[lost], side="left") + nth]
        rank = place.astype(np.float64)
        rank[lost] = k - 0.5
        rank[drawn] = place[lost]
        rows = np.lexsort((place, rank, query))
        return Order(rows, columns={"propensity": self._propensity(place, may_move, below, drawn, lost, k)[rows]})

    def _propensity(self, place: Ints, may_move: Mask, below: Ints, drawn: Ints, lost: Ints, k: int) -> Floats:
        propensity = np.where(may_move, 1 - self.epsilon, 1.0)
        # min(k, T) places explore, and each of the T rows is as likely as any other to be drawn for one of them.
        in_tail = (place >= k) & (place < k + below)
        places = np.minimum(below, k)
        propensity = np.where(in_tail, 1 - self.epsilon * places / np.maximum(below, 1), propensity)
        propensity[drawn] = self.epsilon / np.maximum(below[drawn], 1)
        propensity[lost] = self.epsilon
        return propensity
