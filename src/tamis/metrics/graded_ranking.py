"""Ranking metrics over graded relevance: discounted cumulative gain, its normalised form, and pairwise accuracy.

Gain: the grade itself (linear) or 2 ** grade - 1 (exponential) in DCG; pairwise accuracy uses the order of grades only.
Discount: 1 / log2(rank + 1) in DCG, with rank from 1; none in pairwise accuracy.
Ties: lists are given in order, so no two rows tie; pairs of equal grade do not count.
Empty truth: NaN, left out of the mean; a query with truth but no list has DCG 0.
Averaging: plain mean over queries with truth (pairwise accuracy: with at least one pair of unequal grades).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from tamis.core.errors import DataError
from tamis.core.options import check_value
from tamis.core.ragged import offsets_of, position, query_of, sum_per_query
from tamis.metrics.columns import Codes, Floats, check_k, divided
from tamis.metrics.lists import RankedLists
from tamis.metrics.measured import Measured

Gain = Literal["linear", "exponential"]


def dcg(lists: RankedLists, k: int | None = None, *, gain: Gain = "linear") -> Measured:
    """Return the discounted cumulative gain of the first k places, sum of gain / log2(rank + 1).

    Järvelin and Kekäläinen (2002), https://doi.org/10.1145/582415.582418, with the discount from the first rank on;
    the exponential gain is Burges et al. (2005), https://doi.org/10.1145/1102351.1102363.

    Parameters
    ----------
    lists : RankedLists
    k : int, optional
        At least 1.
    gain : "linear" or "exponential"
        Exponential needs grades of at most 50.

    Raises
    ------
    DataError
        Where an exponential gain would exceed what 64-bit numbers hold exactly.

    Examples
    --------
    >>> dcg(RankedLists.build(1, [0, 0, 0], [1, 2, 3], [0], [3], [2.0], n_items=4)).mean  # 2 / log2(4)
    1.0
    """
    cut = check_k("dcg", k)
    values = _sum(lists.query, lists.position, _gains("dcg", lists.gain, gain), cut, lists.n_queries)
    return _measured("dcg", lists, k, np.where(lists.n_relevant > 0, values, np.nan))


def ndcg(lists: RankedLists, k: int | None = None, *, gain: Gain = "linear") -> Measured:
    """Return DCG over the DCG of the best possible list of length k, in [0, 1].

    The best list is made from the whole truth, so missing relevant items cost; a perfect list scores 1 also where
    fewer than k items are relevant.

    Parameters
    ----------
    lists : RankedLists
    k : int, optional
        At least 1.
    gain : "linear" or "exponential"

    Raises
    ------
    DataError
        Where an exponential gain would exceed what 64-bit numbers hold exactly.

    Examples
    --------
    >>> items = [0, 1, 2, 3, 4, 5]
    >>> lists = RankedLists.build(1, [0] * 6, items, [0] * 6, items, [3, 2, 3, 0, 1, 2], n_items=6)
    >>> round(ndcg(lists).mean, 4), round(ndcg(lists, gain="exponential").mean, 4)
    (0.9608, 0.9488)
    """
    cut = check_k("ndcg", k)
    reached = _sum(lists.query, lists.position, _gains("ndcg", lists.gain, gain), cut, lists.n_queries)
    best_place = position(lists.truth_query)
    best = _sum(lists.truth_query, best_place, _gains("ndcg", lists.truth_grade, gain), cut, lists.n_queries)
    return _measured("ndcg", lists, k, divided(reached, best))


def pairwise_accuracy(lists: RankedLists, k: int | None = None) -> Measured:
    """Return the share of pairs of unequal grade, among the first k places, that stand in the right order.

    1 minus it is the share of inversions. Only listed items form pairs; items outside the truth have grade 0. With
    binary grades it is the ROC-AUC within each list. Time is O(n log G) for G distinct grades.

    Examples
    --------
    >>> lists = RankedLists.build(1, [0, 0, 0], [1, 2, 3], [0, 0], [1, 3], [1.0, 2.0], n_items=4)
    >>> round(pairwise_accuracy(lists).mean, 4)  # of 1>0, 2>1, 2>0 only the first stands right
    0.3333
    """
    rows = lists.first(check_k("pairwise_accuracy", k))
    right, wrong = _ordered_pairs(lists.query[rows], lists.gain[rows], lists.n_queries)
    return _measured(
        "pairwise accuracy", lists, k, np.where(lists.n_relevant > 0, divided(right, right + wrong), np.nan)
    )


def _gains(where: str, grade: Floats, gain: Gain) -> Floats:
    check_value(where, "gain", gain, Gain)
    if gain == "linear":
        return grade
    if grade.max(initial=0) > 50:
        raise DataError(
            "a grade is too large for an exponential gain",
            where=where,
            allowed="at most 50",
            got=float(grade.max()),
            next_step='use gain="linear"',
        )
    return np.exp2(grade) - 1


def _sum(query: Codes, place: Codes, gain: Floats, cut: int, n_queries: int) -> Floats:
    rows = place < cut
    return sum_per_query(query[rows], gain[rows] / np.log2(place[rows] + 2), n_queries)


def _ordered_pairs(query: Codes, grade: Floats, n_queries: int) -> tuple[Floats, Floats]:
    # One pass per bit of the grade's rank: within rows that agree on all higher bits, a 1 before a 0 is a pair in
    # the right order. Each pass then parts its groups in two, keeping the order (a wavelet tree, level by level).
    levels, level = np.unique(grade, return_inverse=True)
    right, wrong = np.zeros(n_queries), np.zeros(n_queries)
    group = query.copy()
    n_groups = n_queries
    for bit in reversed(range(max(len(levels) - 1, 0).bit_length())):
        high = (level >> bit) & 1
        starts = offsets_of(group, n_groups)
        highs = np.concatenate([[0], np.cumsum(high)])
        highs_before = highs[:-1] - highs[starts[group]]
        lows_before = position(group) - highs_before
        right += np.bincount(query, np.where(high == 0, highs_before, 0), n_queries)
        wrong += np.bincount(query, np.where(high == 1, lows_before, 0), n_queries)
        lows = np.diff(starts) - np.diff(highs[starts])
        place = starts[group] + np.where(high == 1, lows[group] + highs_before, lows_before)
        moved = np.empty_like(place)
        moved[place] = np.arange(len(place))
        query, level = query[moved], level[moved]
        sizes = np.stack([lows, np.diff(starts) - lows], axis=1).ravel()
        sizes = sizes[sizes > 0]
        n_groups = len(sizes)
        group = query_of(np.concatenate([[0], np.cumsum(sizes)]))
    return right, wrong


def _measured(name: str, lists: RankedLists, k: int | None, values: Floats) -> Measured:
    return Measured(name if k is None else f"{name}@{k}", values, lists.cluster)
