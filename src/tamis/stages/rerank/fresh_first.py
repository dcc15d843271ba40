"""Give new items a lift that fades with age."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tamis.core.conditions import at_least
from tamis.core.options import options, span
from tamis.core.stages import Order
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf, EventTable
from tamis.stages._attributes import numbers_of
from tamis.stages.rerank._relevance import rows_by, scaled_relevance


@options
class FreshFirst:
    """Add `boost * 2 ** (-age / half_life)` to the relevance of each row, scaled to [0, 1] in its query, and re-sort.

    Parameters
    ----------
    since : AttributeOf or EventTable
        When an item appeared: a time attribute, such as `movies.released`, or a selection whose first event counts.
    boost : float, at least 0
        The cap: what a brand-new item gains, where 1 is the distance from the worst to the best row.
    half_life : span
        Age at which half of the boost is left, such as "7d".

    Notes
    -----
    A missing date (or no event yet) gets no boost; a date in the future counts as now. Equal sums keep their order.

    Raises
    ------
    DataError
        From `rerank`, where the attribute is neither a time nor a number of microseconds.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from tamis.data.catalogue import NumberValues
    >>> from tamis.data.declarations import EntityTable
    >>> past = SimpleNamespace(attribute=lambda attribute: NumberValues(np.array([np.nan, np.nan, 5.0])))
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), past)
    >>> candidates = Candidates(
    ...     np.array([0, 0, 0]), np.array([0, 1, 2], np.int32), 1, {"judge.value": np.array([0.9, 0.6, 0.5])}
    ... )
    >>> FreshFirst(EntityTable("films.csv", id="item").released, boost=0.3).rerank(queries, candidates, 3).rows
    array([0, 2, 1])
    """

    since: AttributeOf | EventTable
    boost: Annotated[float, at_least(0)] = 0.2
    half_life: str = "7d"

    def check_options(self) -> None:
        """Check that the span can be read."""
        span(self.half_life, where="FreshFirst", name="half_life")

    def rerank(self, queries: Queries, candidates: Candidates, k: int) -> Order:
        """Return all rows by query and boosted relevance."""
        at = queries.at[candidates.query]
        if isinstance(self.since, EventTable):
            known = (candidates.item >= 0) & (candidates.item < queries.past.n_items)
            first = np.full(len(candidates), np.iinfo(np.int64).max)
            first[known] = queries.past.first_seen(self.since)[candidates.item[known]]
            # What has not happened yet is not known.
            since = np.where(first < at, first.astype(np.float64), np.nan)
        else:
            since = numbers_of(queries.past, self.since, candidates.item, "FreshFirst")
        age = np.maximum(at - since, 0.0)
        lift = self.boost * np.exp2(-age / span(self.half_life))
        return Order(rows_by(candidates, scaled_relevance(candidates) + np.where(np.isnan(lift), 0.0, lift)))
