"""A minimum share of the page for a group: small makers, local news, another vertical."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tamis.core.conditions import above, at_least, at_most
from tamis.core.errors import OptionError
from tamis.core.options import options
from tamis.core.ragged import position
from tamis.core.stages import Order
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf
from tamis.stages._attributes import Wanted, meets
from tamis.stages.rerank._places import placed


@options
class Quota:
    """Move rows of a group up just far enough that it gets its share of the first k.

    With `share` every beginning of the page is fair: of the first p places at least `floor(share * p)` go to the
    group, for every p up to k. With `count` at least that many of the first k do, at the last places that suffice.
    The group's rows keep their order among themselves, and so do the others.

    Parameters
    ----------
    attribute : AttributeOf
        What makes the group: a number, category, text or tags.
    condition : condition, value or list of values
        The group: `at_least(4)`, "news", `["news", "sport"]`; a missing value is outside it.
    share : float, above 0, at most 1
    count : int, at least 1
        One of the two.

    Notes
    -----
    Where the group has too few candidates all of them are moved up and the page is filled as it was; an absent group
    changes nothing. Of several quotas in a row a later one may push an earlier one's rows down.
    Geyik, Ambler and Kenthapadi (2019), Fairness-aware ranking in search and recommendation systems (greedy minimum
    counts per prefix), https://doi.org/10.1145/3292500.3330691.

    Raises
    ------
    OptionError
        Where not exactly one of `share` and `count` is given.
    DataError
        From `rerank`, where the condition does not suit the attribute.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from tamis.data.catalogue import NumberValues
    >>> from tamis.data.declarations import EntityTable
    >>> past = SimpleNamespace(attribute=lambda attribute: NumberValues(np.array([0.0, 0.0, 0.0, 0.0, 1.0])))
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), past)
    >>> candidates = Candidates(np.zeros(5, np.int64), np.arange(5, dtype=np.int32), 1)
    >>> Quota(EntityTable("shop.csv", id="item").local, 1, share=0.5).rerank(queries, candidates, 4).rows
    array([0, 4, 1, 2, 3])
    """

    attribute: AttributeOf
    condition: Wanted
    share: Annotated[float, above(0), at_most(1)] | None = None
    count: Annotated[int, at_least(1)] | None = None

    def check_options(self) -> None:
        """Check that exactly one kind of quota is asked for."""
        if (self.share is None) == (self.count is None):
            raise OptionError(
                "needs exactly one of `share` and `count`", where="Quota", got=f"share={self.share}, count={self.count}"
            )

    def rerank(self, queries: Queries, candidates: Candidates, k: int) -> Order:
        """Return all rows by query, the group moved up as far as needed."""
        member = np.flatnonzero(meets(queries.past, self.attribute, self.condition, candidates.item, "Quota")[0])
        nth = position(candidates.query[member])
        if self.share is not None:
            # The nth member (from 0) is due at the first p with floor(share * p) > nth; rounding must not delay it.
            due = np.ceil((nth + 1) / self.share - 1e-9).astype(np.int64) - 1
            in_force = due < k
        else:
            needed = min(self.count or 0, k)
            due, in_force = k - needed + nth, nth < needed
        now = position(candidates.query)[member]
        due = np.where(in_force, due, now)
        late = now > due
        return Order(placed(candidates, member[late], due[late]))
