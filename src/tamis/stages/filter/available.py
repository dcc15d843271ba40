"""Show only what is on offer at the moment of the request."""

from __future__ import annotations

import numpy as np

from tamis.core.errors import OptionError
from tamis.core.options import options
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf
from tamis.stages._attributes import numbers_of


@options
class Available:
    """Keep the items whose time on offer, from `start` to before `end`, holds the query's moment.

    Parameters
    ----------
    start : AttributeOf, optional
        The first moment (release, opening of sales), a time; an item starts at this very moment.
    end : AttributeOf, optional
        The first moment at which it is over, a time. At least one of the two is needed.

    Notes
    -----
    A missing start or end is an open one: the item is kept on that side.

    Raises
    ------
    OptionError
        Where neither is given.
    DataError
        From `keep`, where an attribute is neither a time nor a number of microseconds.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from tamis.data.catalogue import NumberValues
    >>> from tamis.data.declarations import EntityTable
    >>> past = SimpleNamespace(attribute=lambda attribute: NumberValues(np.array([4.0, 5.0, 6.0])))
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), past)
    >>> candidates = Candidates(np.array([0, 0, 0]), np.array([0, 1, 2], np.int32), 1)
    >>> Available(start=EntityTable("films.csv", id="item").released).keep(queries, candidates).mask
    array([ True,  True, False])
    """

    start: AttributeOf | None = None
    end: AttributeOf | None = None

    safety = False

    def check_options(self) -> None:
        """Check that there is a rule at all."""
        if self.start is None and self.end is None:
            raise OptionError("needs `start`, `end` or both", where="Available", got=None)

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,), False for what has not begun or is over."""
        at = queries.at[candidates.query]
        early, over = np.zeros(len(candidates), bool), np.zeros(len(candidates), bool)
        if self.start is not None:
            early = at < numbers_of(queries.past, self.start, candidates.item, "Available")
        if self.end is not None:
            over = at >= numbers_of(queries.past, self.end, candidates.item, "Available")
        return Kept(~(early | over), np.where(early, "not yet available", "no longer available"))
