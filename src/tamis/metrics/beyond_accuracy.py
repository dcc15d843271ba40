"""How widely and how freshly lists show the catalogue: coverage, popularity, novelty, freshness, serendipity.

Gain: none but in serendipity, where an item of the truth that was not expected counts 1.
Discount: none; the first k places count alike.
Ties: items of equal popularity share the mean of their ranks; at the edge of the head the lower item code is in.
Empty truth: not read, except serendipity (NaN); a list without known items has NaN, left out of the mean.
Averaging: mean over each list, then plain mean over lists; coverage and Gini are one number of all lists together.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from tamis.core.clock import DAY
from tamis.core.conditions import above, at_most
from tamis.core.errors import DataError
from tamis.core.options import check_value
from tamis.core.ragged import sum_per_query
from tamis.metrics.columns import Codes, Floats, check_k, codes, divided, numbers
from tamis.metrics.lists import RankedLists
from tamis.metrics.measured import Measured


def catalogue_coverage(lists: RankedLists, k: int | None = None) -> float:
    """Return the share of the catalogue that stands in the first k places of any list; NaN for an empty catalogue.

    Ge, Delgado-Battenfeld and Jannach (2010), https://doi.org/10.1145/1864708.1864761.

    Examples
    --------
    >>> catalogue_coverage(RankedLists.build(2, [0, 1, 1], [3, 3, 0], [], [], n_items=4))
    0.5
    """
    shown = exposure(lists, k)
    return float(np.count_nonzero(shown) / len(shown)) if len(shown) else np.nan


def exposure(lists: RankedLists, k: int | None = None) -> Codes:
    """Return how often each item of the catalogue stands in the first k places, shape (n_items,).

    Examples
    --------
    >>> exposure(RankedLists.build(2, [0, 1, 1], [3, 3, 0], [], [], n_items=4))
    array([1, 0, 0, 2])
    """
    rows = lists.first(check_k("exposure", k)) & (lists.item >= 0)
    return np.bincount(lists.item[rows], minlength=lists.n_items).astype(np.int64)


def exposure_gini(lists: RankedLists, k: int | None = None) -> float:
    """Return the Gini index of exposure over the catalogue: 0 where all items are shown alike, near 1 for one item.

    Sum over items in ascending order of exposure x of (2 i - n - 1) x_i, by n sum(x); NaN where nothing is shown.
    Fleder and Hosanagar (2009), https://doi.org/10.1287/mnsc.1080.0974.

    Examples
    --------
    >>> exposure_gini(RankedLists.build(2, [0, 1], [3, 3], [], [], n_items=4))
    0.75
    """
    shown = np.sort(exposure(lists, k)).astype(np.float64)
    n, total = len(shown), float(shown.sum())
    return float((2 * np.arange(1, n + 1) - n - 1) @ shown / (n * total)) if total > 0 else np.nan


def average_popularity(lists: RankedLists, count: ArrayLike, k: int | None = None) -> Measured:
    """Return the mean interaction count of the items in the first k places (average recommendation popularity, ARP).

    Yin et al. (2012), https://doi.org/10.14778/2311906.2311916.

    Parameters
    ----------
    lists : RankedLists
    count : array of shape (n_items,)
        Interactions of each item in training, at least 0.
    k : int, optional
        At least 1.

    Examples
    --------
    >>> average_popularity(RankedLists.build(1, [0, 0], [0, 2], [], [], n_items=3), [10, 5, 2]).mean
    6.0
    """
    return _list_mean("average popularity", lists, k, _counts("average_popularity", lists, count))


def popularity_rank(lists: RankedLists, count: ArrayLike, k: int | None = None) -> Measured:
    """Return the mean popularity rank of the first k places, as the share of the catalogue that is less popular.

    In (0, 1): 0.5 is what random lists give, near 1 is only the most popular items. Items of equal count share the
    mean of their ranks (each counts half of its ties).

    Examples
    --------
    >>> popularity_rank(RankedLists.build(1, [0], [0], [], [], n_items=4), [9, 5, 2, 1]).mean
    0.875
    """
    counts = _counts("popularity_rank", lists, count)
    ascending = np.sort(counts)
    below = np.searchsorted(ascending, counts, "left") + np.searchsorted(ascending, counts, "right")
    return _list_mean("popularity rank", lists, k, below / (2 * max(lists.n_items, 1)))


def head_share(lists: RankedLists, count: ArrayLike, k: int | None = None, *, head: float = 0.2) -> Measured:
    """Return the share of the first k places that the head of the catalogue fills.

    The head is the most popular `head` share of all items, rounded up to whole items.

    Examples
    --------
    >>> head_share(RankedLists.build(1, [0, 0], [0, 2], [], [], n_items=4), [9, 5, 2, 1], head=0.25).mean
    0.5
    """
    check_value("head_share", "head", head, Annotated[float, above(0), at_most(1)])
    counts = _counts("head_share", lists, count)
    in_head = np.zeros(lists.n_items)
    # 1e-9: 0.1 * 30 must give 3 items, not 4, though the product is above 3 in binary.
    size = int(np.ceil(head * lists.n_items - 1e-9))
    in_head[np.argsort(-counts, kind="stable")[:size]] = 1
    return _list_mean("head share", lists, k, in_head)


def novelty(lists: RankedLists, count: ArrayLike, k: int | None = None) -> Measured:
    """Return the mean self-information in bits, -log2 of an item's share of all interactions, over the first k places.

    An item never seen in training counts as seen once. Zhou et al. (2010), https://doi.org/10.1073/pnas.1000488107.

    Examples
    --------
    >>> novelty(RankedLists.build(1, [0, 0], [0, 1], [], [], n_items=2), [3, 1]).mean  # (log2(4/3) + log2(4)) / 2
    1.207518...
    """
    counts = _counts("novelty", lists, count)
    return _list_mean("novelty", lists, k, np.log2(max(counts.sum(), 1.0)) - np.log2(np.maximum(counts, 1.0)))


def mean_age(lists: RankedLists, published_at: ArrayLike, at: ArrayLike, k: int | None = None) -> Measured:
    """Return the mean age in days, at the time of the query, of the items in the first k places; lower is fresher.

    An item published after the query has a negative age, which shows that the list saw the future.

    Parameters
    ----------
    lists : RankedLists
    published_at : array of shape (n_items,)
        Microseconds UTC; the smallest int64 where unknown (the item is left out).
    at : array of shape (n_queries,)
        The time of each query, microseconds UTC.
    k : int, optional
        At least 1.

    Examples
    --------
    >>> day = 86_400_000_000
    >>> mean_age(RankedLists.build(1, [0, 0], [0, 1], [], [], n_items=2), [0, 2 * day], [4 * day]).mean
    3.0
    """
    where, bounds = "mean_age", np.iinfo(np.int64)
    published = codes(where, "published_at", published_at, bounds.min, bounds.max)
    asked = codes(where, "at", at, bounds.min + 1, bounds.max)
    _check_size(where, "published_at", len(published), lists.n_items)
    _check_size(where, "at", len(asked), lists.n_queries)
    rows = lists.first(check_k(where, k)) & (lists.item >= 0)
    query, item = lists.query[rows], lists.item[rows]
    known = published[item] > bounds.min
    query, item = query[known], item[known]
    age = (asked[query] - published[item]) / DAY
    return _mean_of_rows("mean age", lists, k, query, age)


def serendipity(lists: RankedLists, expected: ArrayLike, k: int | None = None) -> Measured:
    """Return the share of the first k places that hold a relevant item which was not expected.

    Ge, Delgado-Battenfeld and Jannach (2010), https://doi.org/10.1145/1864708.1864761. Divided by k as precision is
    (by the list's length without `k`).

    Parameters
    ----------
    lists : RankedLists
    expected : boolean array of shape (n_items,)
        What a primitive recommender would show, such as the most popular items.
    k : int, optional
        At least 1.

    Examples
    --------
    >>> lists = RankedLists.build(1, [0, 0], [0, 1], [0, 0], [0, 1], n_items=2)
    >>> serendipity(lists, [True, False], 2).mean
    0.5
    """
    where = "serendipity"
    foreseen = np.asarray(expected, np.bool_)
    _check_size(where, "expected", len(foreseen), lists.n_items)
    cut = check_k(where, k)
    rows = lists.first(cut) & (lists.gain > 0)
    query = lists.query[rows][~foreseen[lists.item[rows]]]
    places = lists.lengths if k is None else np.full(lists.n_queries, cut)
    values = divided(np.bincount(query, minlength=lists.n_queries), places, undefined=0.0)
    values[lists.n_relevant == 0] = np.nan
    return Measured(_label("serendipity", k), values, lists.cluster)


def _counts(where: str, lists: RankedLists, count: ArrayLike) -> Floats:
    counts = numbers(where, "count", count)
    _check_size(where, "count", len(counts), lists.n_items)
    if (counts < 0).any():
        raise DataError("a count is negative", where=where, allowed="at least 0", got=float(counts.min()))
    return counts


def _check_size(where: str, name: str, got: int, wanted: int) -> None:
    if got != wanted:
        raise DataError(f"`{name}` has another length", where=where, allowed=f"{wanted} values", got=got)


def _list_mean(name: str, lists: RankedLists, k: int | None, per_item: Floats) -> Measured:
    rows = lists.first(check_k(name, k)) & (lists.item >= 0)
    return _mean_of_rows(name, lists, k, lists.query[rows], per_item[lists.item[rows]])


def _mean_of_rows(name: str, lists: RankedLists, k: int | None, query: Codes, values: Floats) -> Measured:
    total = sum_per_query(query, values, lists.n_queries)
    mean = divided(total, np.bincount(query, minlength=lists.n_queries))
    return Measured(_label(name, k), mean, lists.cluster)


def _label(name: str, k: int | None) -> str:
    return name if k is None else f"{name}@{k}"
