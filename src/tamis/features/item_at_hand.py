"""How alike a candidate is to the item at hand: the one that a request starts from, else the person's latest one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import OptionError
from tamis.core.options import options
from tamis.core.words import Candidates, Queries
from tamis.data.catalogue import NumberValues, TagValues
from tamis.data.declarations import AttributeOf, EventTable


@options
class Closeness:
    """The smaller of two numbers over the larger: 1 for the same price as the item at hand, 0.5 for twice or half of it.

    NaN where either is missing or not above 0, or there is no item at hand.

    Parameters
    ----------
    attribute : attribute of numbers of the items
    events : EventTable
        Whose latest event before the request names the item at hand, where the request names none.
    """

    attribute: AttributeOf
    events: EventTable

    @property
    def columns(self) -> tuple[str, ...]:
        """The one column it gives."""
        return (f"{self.attribute.name}.closeness",)

    def read(self, queries: Queries, candidates: Candidates) -> NDArray[np.float32]:
        """Return (n,) ratios in (0, 1].

        Raises
        ------
        OptionError
            Where the attribute has no numbers.
        """
        values = queries.past.attribute(self.attribute)
        if not isinstance(values, NumberValues):
            raise OptionError("has no numbers", where=f"{self.attribute.name}.closeness", next_step="use overlap")
        here = values.of(item_at_hand(queries, self.events))[candidates.query]
        there = values.of(candidates.item)
        low, high = np.minimum(here, there), np.maximum(here, there)
        given = low > 0
        ratio = np.full(len(candidates), np.nan)
        ratio[given] = low[given] / high[given]
        return ratio.astype(np.float32)


@options
class Overlap:
    """The share of labels in common with the item at hand: shared labels over all labels of the two (Jaccard).

    Of two categories that is 1 for the same and 0 for another. NaN where either has no label, or there is no item at
    hand. Jaccard (1912), https://doi.org/10.1111/j.1469-8137.1912.tb05611.x.

    Parameters
    ----------
    attribute : category or tags of the items
    events : EventTable
        As in `Closeness`.
    """

    attribute: AttributeOf
    events: EventTable

    @property
    def columns(self) -> tuple[str, ...]:
        """The one column it gives."""
        return (f"{self.attribute.name}.overlap",)

    def read(self, queries: Queries, candidates: Candidates) -> NDArray[np.float32]:
        """Return (n,) shares from 0 to 1.

        Raises
        ------
        OptionError
            Where the attribute has no labels.
        """
        values = queries.past.attribute(self.attribute)
        if not isinstance(values, TagValues):
            raise OptionError("has no labels", where=f"{self.attribute.name}.overlap", next_step="use closeness")
        width = max(len(values.labels), 1)
        query, wanted = values.of(item_at_hand(queries, self.events))
        row, label = values.of(candidates.item)
        own = np.unique(query * width + wanted)
        pair = np.unique(row * width + label)  # a label that is there twice counts once
        row, label = np.divmod(pair, width)
        shared = np.bincount(row[np.isin(candidates.query[row] * width + label, own)], minlength=len(candidates))
        here = np.bincount(own // width, minlength=len(queries))[candidates.query]
        there = np.bincount(row, minlength=len(candidates))
        share = shared / np.maximum(here + there - shared, 1)
        return np.where((here > 0) & (there > 0), share, np.nan).astype(np.float32)


def item_at_hand(queries: Queries, events: EventTable) -> NDArray[np.int32]:
    """Return (B,) the item each request starts from, else the item of its person's latest event; -1 for none."""
    latest = queries.past.history(events, queries.user, queries.at, 1)
    found = np.full(len(queries), -1, np.int32)
    found[latest.query] = latest.item
    return found if queries.item is None else np.where(queries.item >= 0, queries.item, found).astype(np.int32)
