"""Show only what can be had."""

from __future__ import annotations

from typing import Literal

import numpy as np

from tamis.core.options import options
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf
from tamis.stages._attributes import numbers_of


@options
class InStock:
    """Keep the items whose stock is above 0.

    Parameters
    ----------
    stock : AttributeOf
        A number: pieces, seats, or 1 and 0. For words such as "available" use `Where`.
    missing : "drop" or "keep"
        What happens to items of unknown stock.

    Raises
    ------
    DataError
        From `keep`, where the attribute is no number.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from tamis.data.catalogue import NumberValues
    >>> from tamis.data.declarations import EntityTable
    >>> past = SimpleNamespace(attribute=lambda attribute: NumberValues(np.array([0.0, 3.0])))
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), past)
    >>> candidates = Candidates(np.array([0, 0]), np.array([0, 1], np.int32), 1)
    >>> InStock(EntityTable("shop.csv", id="item").stock).keep(queries, candidates).mask
    array([False,  True])
    """

    stock: AttributeOf
    missing: Literal["drop", "keep"] = "drop"

    safety = False

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,), False for what is sold out."""
        stock = numbers_of(queries.past, self.stock, candidates.item, "InStock")
        unknown = np.isnan(stock)
        kept = np.where(unknown, self.missing == "keep", stock > 0)
        return Kept(kept, np.where(unknown, "stock unknown", "out of stock"))
