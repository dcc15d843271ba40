"""Show the same thing once."""

from __future__ import annotations

import numpy as np

from tamis.core.options import options
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf
from tamis.stages._attributes import labels_of


@options
class Duplicates:
    """Veto an item that equals a better one in an attribute, seeing what is already chosen.

    A late filter: the best of equal items stays, the others leave room for the next in line.

    Parameters
    ----------
    same : AttributeOf
        What makes two items the same thing: a product family, a canonical address, a title. Text is compared without
        regard to case and outer blanks; of tags, one shared tag makes a duplicate. A missing value is never one.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from tamis.data.catalogue import NumberValues
    >>> from tamis.data.declarations import EntityTable
    >>> past = SimpleNamespace(attribute=lambda attribute: NumberValues(np.array([7.0, 7.0, 8.0, 9.0])))
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), past)
    >>> candidates = Candidates(np.array([0, 0, 0]), np.array([0, 1, 2], np.int32), 1)
    >>> late = Duplicates(EntityTable("shop.csv", id="item").family)
    >>> late.keep_late(queries, candidates, Candidates.empty(1)).mask
    array([ True, False,  True])
    """

    same: AttributeOf

    safety = False

    def keep_late(self, queries: Queries, candidates: Candidates, chosen: Candidates) -> Kept:
        """Return a mask over `candidates` (best first within a query), False for repeats of them or of `chosen`.

        Every earlier row counts, also one that is vetoed itself.
        """
        item = np.concatenate([chosen.item, candidates.item])
        row, label = labels_of(queries.past, self.same, item)
        query = np.concatenate([chosen.query, candidates.query])
        key = query[row] * (int(label.max(initial=0)) + 1) + label
        # rows ascend with the chosen ones first, so the first row of a key is the one that stays
        first = np.unique(key, return_index=True, return_inverse=True)
        original = row[first[1]][first[2].reshape(-1)]
        repeat = np.zeros(len(item), bool)
        repeat[row[original != row]] = True
        return Kept(~repeat[len(chosen) :], f"repeats {self.same.name}")
