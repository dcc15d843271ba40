"""No more than a few of the same kind on a page."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tamis.core.conditions import at_least
from tamis.core.options import options
from tamis.core.ragged import position
from tamis.core.stages import Order
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf
from tamis.stages._attributes import Ints, Mask, labels_of
from tamis.stages.rerank._relevance import rows_first


@options
class AtMost:
    """Let at most `n` rows per category into the first k; the others move below, in the order in which they came.

    Greedy from the top: a row is let in where fewer than `n` rows of its category are in, until k are in.

    Parameters
    ----------
    n : int, at least 1
    per : AttributeOf
        A category, number, text or tags; a row with several tags is let in where none of them is full. A missing value
        belongs to no category and is never held back.
    drop : bool
        True: rows over the limit are dropped, so that the page may become shorter than k; the limit then holds over
        the whole list.

    Notes
    -----
    Where too few categories are left to fill k without them, rows over the limit follow at the end of the page.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from tamis.data.catalogue import NumberValues
    >>> from tamis.data.declarations import EntityTable
    >>> past = SimpleNamespace(attribute=lambda attribute: NumberValues(np.array([1.0, 1.0, 1.0, 2.0])))
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), past)
    >>> candidates = Candidates(np.array([0, 0, 0, 0]), np.array([0, 1, 2, 3], np.int32), 1)
    >>> AtMost(2, per=EntityTable("shop.csv", id="item").brand).rerank(queries, candidates, 3).rows
    array([0, 1, 3, 2])
    """

    n: Annotated[int, at_least(1)]
    per: AttributeOf
    drop: bool = False

    def rerank(self, queries: Queries, candidates: Candidates, k: int) -> Order:
        """Return the rows by query, those within the limit first."""
        over = self._over(queries, candidates, len(candidates) if self.drop else k)
        if self.drop:
            return Order(np.flatnonzero(~over), f"more than {self.n} per {self.per.name}")
        inside = ~over
        before: Ints = np.cumsum(inside) - inside
        start = candidates.offsets[:-1][candidates.query]
        return Order(rows_first(candidates, inside & (before - before[start] < k)))

    def _over(self, queries: Queries, candidates: Candidates, enough: int) -> Mask:
        # A row that comes after `enough` are in may be judged either way: the caller moves none of those.
        row, label = labels_of(queries.past, self.per, candidates.item)
        query = candidates.query[row]
        pair = np.unique(query * (int(label.max(initial=0)) + 1) + label, return_inverse=True)[1].reshape(-1)
        taken = np.zeros(int(pair.max(initial=-1)) + 1, np.int64)
        place = position(candidates.query)
        over = np.zeros(len(candidates), bool)
        entries = np.argsort(place[row], kind="stable")
        bounds = np.searchsorted(place[row][entries], np.arange(int(place.max(initial=-1)) + 2))
        held = np.zeros(candidates.n_queries, np.int64)
        size = np.diff(candidates.offsets)
        for at in range(len(bounds) - 1):
            # one row per query stands at each place, and a row's labels are distinct: no pair comes twice
            here = entries[bounds[at] : bounds[at + 1]]
            full = taken[pair[here]] >= self.n
            over[row[here][full]] = True
            held[candidates.query[np.unique(row[here][full])]] += 1
            taken[pair[here[~over[row[here]]]]] += 1
            if ((at + 1 - held >= enough) | (size <= at + 1)).all():
                break
        return over
