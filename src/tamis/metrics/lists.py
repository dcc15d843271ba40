"""Ranked lists beside their truth: the one ragged batch that every ranking metric reads.

Gain: the truth's grade of the recommended item, 0 for an item outside the truth.
Discount: none here; rows keep their 0-based position.
Ties: the order is given; `tamis.core.ragged.order_by_score` makes it from scores (equal scores by item code).
Empty truth: a query without truth stays in the batch; the metrics give it NaN.
Averaging: none here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tamis.core.errors import DataError
from tamis.core.ragged import find_pairs, offsets_of, pair_key, position
from tamis.metrics.columns import Codes, Floats, cluster_of, codes, numbers, same_length


@dataclass(frozen=True, eq=False)
class RankedLists:
    """What was recommended to B queries (n rows) and what was relevant (m rows), joined once.

    Build it with `RankedLists.build`.

    Parameters
    ----------
    n_queries, n_items : int
        Sizes of the batch and of the catalogue.
    query, item, position : arrays of shape (n,)
        The recommended rows, ascending by query, best first; `position` counts from 0.
    gain : array of shape (n,)
        The grade of the recommended item, 0 where it is not in the truth or already stood higher in the list.
    truth_query, truth_grade : arrays of shape (m,)
        The relevant items, ascending by query, highest grade first.
    cluster : array of shape (B,), optional
        Whom each query belongs to, handed on to `Measured`.
    """

    n_queries: int
    n_items: int
    query: Codes
    item: Codes
    position: Codes
    gain: Floats
    truth_query: Codes
    truth_grade: Floats
    cluster: Codes | None = None

    @classmethod
    def build(
        cls,
        n_queries: int,
        query: ArrayLike,
        item: ArrayLike,
        truth_query: ArrayLike,
        truth_item: ArrayLike,
        truth_grade: ArrayLike | None = None,
        *,
        n_items: int,
        cluster: ArrayLike | None = None,
    ) -> RankedLists:
        """Join recommended rows with the truth.

        An item recommended twice counts at its first place; the second place is kept and earns nothing, as on a
        screen. A recommended code -1 (unknown item) keeps its place and earns nothing. A truth row with code -1 is
        relevant but cannot be found; each such row is its own item. A truth item given twice counts once, with its
        highest grade. Grade 0 means judged and not relevant: the row is dropped.

        Parameters
        ----------
        n_queries : int
        query, item : arrays of shape (n,)
            In rank order within each query; the queries may come in any order.
        truth_query, truth_item : arrays of shape (m,)
            In any order.
        truth_grade : array of shape (m,), at least 0, optional
            Default: 1 for each row.
        n_items : int
            Size of the catalogue; item codes run from 0 to n_items - 1.
        cluster : array of shape (n_queries,), optional

        Raises
        ------
        DataError
            Where lengths differ, a code is out of range, or a grade is negative or not finite.

        Examples
        --------
        >>> lists = RankedLists.build(2, [0, 0, 1], [4, 7, 7], [0, 0], [7, 8], [2.0, 3.0], n_items=10)
        >>> lists.gain, lists.truth_grade
        (array([0., 2., 0.]), array([3., 2.]))
        """
        where = "RankedLists"
        query = codes(where, "query", query, 0, n_queries - 1)
        item = codes(where, "item", item, -1, n_items - 1)
        same_length(where, query=query, item=item)
        if (np.diff(query) < 0).any():
            order = np.argsort(query, kind="stable")
            query, item = query[order], item[order]
        truth_query, truth_item, grade = _truth(where, n_queries, n_items, truth_query, truth_item, truth_grade)
        in_catalogue = truth_item >= 0
        truth_key = pair_key(truth_query[in_catalogue], truth_item[in_catalogue], n_items)
        rows = _first_places(query, item, n_items)
        found = find_pairs(pair_key(query[rows], item[rows], n_items), truth_key)
        gain = np.zeros(len(query))
        gain[rows[found >= 0]] = grade[in_catalogue][found[found >= 0]]
        own = cluster_of(where, cluster, n_queries)
        return cls(n_queries, n_items, query, item, position(query), gain, truth_query, grade, own)

    def first(self, k: int) -> NDArray[np.bool_]:
        """Return which rows stand in the first `k` places, shape (n,).

        Examples
        --------
        >>> RankedLists.build(1, [0, 0], [5, 6], [], [], n_items=9).first(1)
        array([ True, False])
        """
        return self.position < k

    @property
    def lengths(self) -> Codes:
        """The length of each query's list, shape (B,)."""
        return np.diff(offsets_of(self.query, self.n_queries))

    @property
    def n_relevant(self) -> Codes:
        """The number of relevant items of each query, shape (B,)."""
        return np.diff(offsets_of(self.truth_query, self.n_queries))


def _truth(
    where: str, n_queries: int, n_items: int, query: ArrayLike, item: ArrayLike, grade: ArrayLike | None
) -> tuple[Codes, Codes, Floats]:
    query = codes(where, "truth_query", query, 0, n_queries - 1)
    item = codes(where, "truth_item", item, -1, n_items - 1)
    grade = np.ones(len(query)) if grade is None else numbers(where, "truth_grade", grade)
    same_length(where, truth_query=query, truth_item=item, truth_grade=grade)
    if (grade < 0).any():
        raise DataError("`truth_grade` is negative", where=where, allowed="at least 0", got=float(grade.min()))
    order = np.lexsort((item, -grade, query))
    order = order[grade[order] > 0]
    query, item, grade = query[order], item[order], grade[order]
    keep = item < 0
    keep[_first_places(query, item, n_items)] = True
    return query[keep], item[keep], grade[keep]


def _first_places(query: Codes, item: Codes, n_items: int) -> Codes:
    known = np.flatnonzero(item >= 0)
    first = np.unique(pair_key(query[known], item[known], n_items), return_index=True)[1]
    return known[np.sort(first)]
