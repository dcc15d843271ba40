"""Each further item of the same author counts a little less."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tamis.core.conditions import between
from tamis.core.options import options
from tamis.core.ragged import position
from tamis.core.stages import Order
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf
from tamis.stages._attributes import labels_of
from tamis.stages.rerank._relevance import relevance, rows_by


@options
class Decay:
    """Multiply the value of the j-th row of an author (0 is the best) by `(1 - floor) * factor ** j + floor`, re-sort.

    Parameters
    ----------
    per : AttributeOf
        A category, number, text or tags, such as `posts.author`; of several tags the most used one counts. A missing
        value never decays.
    factor : float, from 0 to 1
        1 changes nothing; 0 lets only the best of each author keep more than the floor.
    floor : float, from 0 to 1
        What is left at the least.

    Notes
    -----
    Reads `judge.value` (see `relevance` in the reference); where a query has negative values they are moved up so that
    its lowest is 0. Equal values keep their order. The rule is the author diversity scorer of X's public timeline
    ranker (2023, https://github.com/twitter/the-algorithm).

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from tamis.data.catalogue import NumberValues
    >>> from tamis.data.declarations import EntityTable
    >>> past = SimpleNamespace(attribute=lambda attribute: NumberValues(np.array([1.0, 1.0, 2.0])))
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), past)
    >>> candidates = Candidates(
    ...     np.array([0, 0, 0]), np.array([0, 1, 2], np.int32), 1, {"judge.value": np.array([0.9, 0.8, 0.5])}
    ... )
    >>> Decay(EntityTable("posts.csv", id="item").author, factor=0.5, floor=0.0).rerank(queries, candidates, 3).rows
    array([0, 2, 1])
    """

    per: AttributeOf
    factor: Annotated[float, between(0, 1)] = 0.5
    floor: Annotated[float, between(0, 1)] = 0.1

    def rerank(self, queries: Queries, candidates: Candidates, k: int) -> Order:
        """Return all rows by query and decayed value."""
        row, label = labels_of(queries.past, self.per, candidates.item)
        key = candidates.query[row] * (int(label.max(initial=0)) + 1) + label
        order = np.argsort(key, kind="stable")
        earlier = np.zeros(len(candidates))
        np.maximum.at(earlier, row[order], position(key[order]))
        value = relevance(candidates)
        lowest = np.zeros(candidates.n_queries)
        np.minimum.at(lowest, candidates.query, value)
        value = value - lowest[candidates.query]
        return Order(rows_by(candidates, value * ((1 - self.floor) * self.factor**earlier + self.floor)))
