"""Intra-list diversity: how unlike each other the items of one list are, over vectors or over tags.

Gain: 1 - cosine similarity of each pair of items.
Discount: none; the first k places count alike.
Ties: none; an item repeated in a list is alike itself and lowers the diversity.
Empty truth: the truth is not read; a list of fewer than two known items has NaN, left out of the mean.
Averaging: mean over the pairs of each list, then plain mean over lists.

The mean over pairs needs no pairs: for unit vectors u of a list, sum over i != j of u_i u_j = |sum u|^2 - sum |u_i|^2.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tamis.core.errors import DataError
from tamis.core.ragged import offsets_of, sum_per_query
from tamis.metrics.columns import Codes, Floats, check_k, codes, divided, same_length
from tamis.metrics.lists import RankedLists
from tamis.metrics.measured import Measured

# Rows handled at once: bounds the memory of the gathered vectors.
_ROWS_AT_ONCE = 1 << 16
# Squares of larger entries would overflow.
_LARGEST = np.float64(1e150)


def intra_list_diversity(lists: RankedLists, vectors: NDArray[np.floating], k: int | None = None) -> Measured:
    """Return the mean of 1 - cosine over all pairs of items in the first k places.

    A vector of zeros is unlike everything (cosine 0). Unknown items (-1) are left out.
    Smyth and McClave (2001), https://doi.org/10.1007/3-540-44593-5_25; Ziegler et al. (2005),
    https://doi.org/10.1145/1060745.1060754.

    Parameters
    ----------
    lists : RankedLists
    vectors : array of shape (n_items, d)
    k : int, optional
        At least 1.

    Raises
    ------
    DataError
        Where there is not one finite vector per item.

    Examples
    --------
    >>> lists = RankedLists.build(1, [0, 0, 0], [0, 1, 2], [], [], n_items=3)
    >>> round(intra_list_diversity(lists, np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0]])).mean, 4)
    0.6667
    """
    where = "intra_list_diversity"
    vectors = np.asarray(vectors)
    if vectors.ndim != 2 or len(vectors) != lists.n_items or vectors.dtype.kind not in "fiu":
        allowed = f"numbers of shape ({lists.n_items}, d)"
        raise DataError("`vectors` has another shape", where=where, allowed=allowed, got=vectors.shape)
    if not (np.abs(vectors) <= _LARGEST).all():
        allowed = f"finite numbers up to {_LARGEST:g}"
        raise DataError("`vectors` holds NaN, infinity or too large a number", where=where, allowed=allowed)
    rows = np.flatnonzero(lists.first(check_k(where, k)) & (lists.item >= 0))
    query, item = lists.query[rows], lists.item[rows]
    summed, alone = np.zeros(lists.n_queries), np.zeros(lists.n_queries)
    for block in _blocks(query, lists.n_queries):
        unit = vectors[item[block]].astype(np.float64)
        length = np.sqrt(np.einsum("nd,nd->n", unit, unit))
        unit *= divided(1.0, length, undefined=0.0)[:, None]
        starts = np.flatnonzero(np.diff(query[block], prepend=-1))
        total = np.add.reduceat(unit, starts, axis=0)
        summed[query[block][starts]] = np.einsum("nd,nd->n", total, total)
        alone += sum_per_query(query[block], (length > 0).astype(np.float64), lists.n_queries)
    return _diversity("intra-list diversity", lists, k, query, summed - alone)


def intra_list_tag_diversity(lists: RankedLists, tag_item: ArrayLike, tag: ArrayLike, k: int | None = None) -> Measured:
    """Return the mean of 1 - cosine of tag sets, 1 - |A and B| / sqrt(|A| |B|), over pairs in the first k places.

    An item without tags is unlike everything. A tag given twice to an item counts once. Unknown items are left out.

    Parameters
    ----------
    lists : RankedLists
    tag_item, tag : arrays of shape (m,), whole numbers
        Item `tag_item[i]` carries tag code `tag[i]` (at least 0), in any order.
    k : int, optional
        At least 1.

    Raises
    ------
    DataError
        Where lengths differ or a code is out of range.

    Examples
    --------
    >>> lists = RankedLists.build(1, [0, 0], [0, 1], [], [], n_items=2)
    >>> intra_list_tag_diversity(lists, [0, 1, 1, 1, 1], [7, 4, 5, 6, 7]).mean  # 1 - 1 / sqrt(1 * 4)
    0.5
    """
    from scipy.sparse import csr_array

    where = "intra_list_tag_diversity"
    tag_item = codes(where, "tag_item", tag_item, 0, lists.n_items - 1)
    tag = codes(where, "tag", tag, 0, int(np.iinfo(np.int64).max))
    same_length(where, tag_item=tag_item, tag=tag)
    names, tag = np.unique(tag, return_inverse=True)
    # The conversion adds up repeated (item, tag) pairs, so each is stored once.
    carries = csr_array((np.ones(len(tag)), (tag_item, tag)), shape=(lists.n_items, max(len(names), 1)))
    n_tags_of = np.diff(carries.indptr)
    carries.data = np.repeat(divided(1.0, np.sqrt(n_tags_of), undefined=0.0), n_tags_of)
    rows = np.flatnonzero(lists.first(check_k(where, k)) & (lists.item >= 0))
    query, item = lists.query[rows], lists.item[rows]
    summed = np.zeros(lists.n_queries)
    for block in _blocks(query, lists.n_queries):
        first = query[block][0]
        shape = (int(query[block][-1] - first) + 1, lists.n_items)
        holds = csr_array((np.ones(len(item[block])), (query[block] - first, item[block])), shape=shape)
        total = holds @ carries
        summed[first : first + shape[0]] = (total * total).sum(axis=1)
    alone = sum_per_query(query, (n_tags_of[item] > 0).astype(np.float64), lists.n_queries)
    return _diversity("intra-list tag diversity", lists, k, query, summed - alone)


def _diversity(name: str, lists: RankedLists, k: int | None, query: Codes, similarity: Floats) -> Measured:
    size = np.bincount(query, minlength=lists.n_queries).astype(np.float64)
    # Rounding may leave 1e-16 below 0 for a list of equal items.
    values = np.maximum(1 - divided(similarity, size * (size - 1)), 0.0)
    return Measured(name if k is None else f"{name}@{k}", values, lists.cluster)


def _blocks(query: Codes, n_queries: int) -> Iterator[slice]:
    ends = offsets_of(query, n_queries)[1:]
    start = 0
    while start < len(query):
        # The last query end within the block, or the end of a query that alone is longer than a block.
        at = np.searchsorted(ends, start + _ROWS_AT_ONCE, side="right") - 1
        stop = int(ends[at]) if at >= 0 and ends[at] > start else int(ends[np.searchsorted(ends, start, side="right")])
        yield slice(start, stop)
        start = stop
