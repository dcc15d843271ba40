"""Ranking metrics over binary relevance: precision, recall, hit rate, reciprocal rank, average precision, R-precision.

Gain: 1 for an item of the truth (any grade above 0), else 0.
Discount: none in precision, recall, hit rate and R-precision; 1 / rank in reciprocal rank and average precision.
Ties: the lists are given in order; see `RankedLists` for ties of scores, repeated and unknown items.
Empty truth: NaN, left out of the mean; a query with truth but no list scores 0.
Averaging: plain mean over queries with truth.
"""

from __future__ import annotations

import numpy as np

from tamis.core.ragged import position, sum_per_query
from tamis.metrics.columns import Codes, Floats, check_k, divided
from tamis.metrics.lists import RankedLists
from tamis.metrics.measured import Measured


def precision_at_k(lists: RankedLists, k: int | None = None, *, capped: bool = False) -> Measured:
    """Return the share of the first k places that hold a relevant item.

    A list shorter than k is still divided by k (missing places are misses), or by its own length where `capped`.
    Without `k` the divisor is each list's length.

    Parameters
    ----------
    lists : RankedLists
    k : int, optional
        At least 1.
    capped : bool
        Divide by min(k, length); an empty list then scores 0.

    Examples
    --------
    >>> lists = RankedLists.build(1, [0, 0, 0], [1, 2, 3], [0, 0], [1, 9], n_items=10)
    >>> precision_at_k(lists, 2).mean, round(precision_at_k(lists, 5).mean, 2)
    (0.5, 0.2)
    """
    cut = check_k("precision_at_k", k)
    shown = np.minimum(lists.lengths, cut) if capped or k is None else np.full(lists.n_queries, cut)
    return _measured("precision", lists, k, divided(_hits(lists, cut), shown, undefined=0.0))


def recall_at_k(lists: RankedLists, k: int | None = None, *, capped: bool = False) -> Measured:
    """Return the share of the relevant items that stand in the first k places.

    Parameters
    ----------
    lists : RankedLists
    k : int, optional
        At least 1; without it the whole list counts.
    capped : bool
        Divide by min(k, relevant), so that a perfect list of k scores 1 also where more than k are relevant.

    Examples
    --------
    >>> lists = RankedLists.build(1, [0], [1], [0, 0], [1, 9], n_items=10)
    >>> recall_at_k(lists, 1).mean, recall_at_k(lists, 1, capped=True).mean
    (0.5, 1.0)
    """
    cut = check_k("recall_at_k", k)
    relevant = np.minimum(lists.n_relevant, cut) if capped else lists.n_relevant
    return _measured("recall", lists, k, divided(_hits(lists, cut), relevant))


def hit_rate_at_k(lists: RankedLists, k: int | None = None) -> Measured:
    """Return 1 for a query with any relevant item in its first k places, else 0.

    Examples
    --------
    >>> hit_rate_at_k(RankedLists.build(2, [0, 1], [1, 2], [0, 1], [1, 1], n_items=3), 1).mean
    0.5
    """
    return _measured("hit rate", lists, k, np.minimum(_hits(lists, check_k("hit_rate_at_k", k)), 1.0))


def reciprocal_rank(lists: RankedLists, k: int | None = None) -> Measured:
    """Return 1 / rank of the first relevant item within the first k places, 0 where there is none.

    Its mean is the mean reciprocal rank, Voorhees (1999), https://trec.nist.gov/pubs/trec8/papers/qa_report.pdf.

    Examples
    --------
    >>> reciprocal_rank(RankedLists.build(1, [0, 0], [1, 2], [0], [2], n_items=3)).mean
    0.5
    """
    query, place = _relevant_rows(lists, check_k("reciprocal_rank", k))
    first = position(query) == 0
    return _measured(
        "reciprocal rank", lists, k, sum_per_query(query[first], 1.0 / (place[first] + 1), lists.n_queries)
    )


def average_precision(lists: RankedLists, k: int | None = None, *, capped: bool = False) -> Measured:
    """Return the sum, over relevant items in the first k places, of the precision at their rank, by the relevant count.

    Its mean is the mean average precision (mAP). Relevant items that were not recommended add 0.
    Buckley and Voorhees (2000), https://doi.org/10.1145/345508.345543.

    Parameters
    ----------
    lists : RankedLists
    k : int, optional
        At least 1.
    capped : bool
        Divide by min(k, relevant) in place of all relevant.

    Examples
    --------
    >>> lists = RankedLists.build(1, [0, 0, 0], [1, 2, 3], [0, 0], [1, 3], n_items=4)
    >>> round(average_precision(lists).mean, 4)  # (1/1 + 2/3) / 2
    0.8333
    """
    cut = check_k("average_precision", k)
    query, place = _relevant_rows(lists, cut)
    total = sum_per_query(query, (position(query) + 1) / (place + 1), lists.n_queries)
    relevant = np.minimum(lists.n_relevant, cut) if capped else lists.n_relevant
    return _measured("average precision", lists, k, divided(total, relevant))


def r_precision(lists: RankedLists) -> Measured:
    """Return the precision at R, R the query's number of relevant items.

    Examples
    --------
    >>> r_precision(RankedLists.build(1, [0, 0, 0], [1, 2, 3], [0, 0], [1, 3], n_items=4)).mean
    0.5
    """
    within = (lists.gain > 0) & (lists.position < lists.n_relevant[lists.query])
    hits = np.bincount(lists.query[within], minlength=lists.n_queries)
    return _measured("r-precision", lists, None, divided(hits, lists.n_relevant))


def _relevant_rows(lists: RankedLists, cut: int) -> tuple[Codes, Codes]:
    rows = (lists.gain > 0) & lists.first(cut)
    return lists.query[rows], lists.position[rows]


def _hits(lists: RankedLists, cut: int) -> Floats:
    return np.bincount(_relevant_rows(lists, cut)[0], minlength=lists.n_queries).astype(np.float64)


def _measured(name: str, lists: RankedLists, k: int | None, values: Floats) -> Measured:
    label = name if k is None else f"{name}@{k}"
    return Measured(label, np.where(lists.n_relevant > 0, values, np.nan), lists.cluster)
