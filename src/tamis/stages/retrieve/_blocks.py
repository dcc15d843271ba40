"""A batch answered block by block, so that a dense (queries, items) array stays small whatever the batch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tamis.core.ragged import top_k_rows
from tamis.core.words import Candidates, Queries
from tamis.stages.retrieve.cold import Pairs, fill_with_popular, resized

# 16 MB of float64 per block: the copies that a top-k makes stay within 64 MB
CELLS = 2_000_000


def in_blocks(queries: Queries, answer: Callable[[Queries, slice], Candidates]) -> Candidates:
    """Return the answers of a batch, asked in blocks of at most `CELLS` (query, item) pairs and joined.

    `answer` gets the requests of a block and their rows in the batch.
    """
    rows = max(1, CELLS // max(queries.past.n_items, 1))
    starts = range(0, max(len(queries), 1), rows)
    blocks = [slice(start, min(start + rows, len(queries))) for start in starts]
    parts = [answer(queries.rows(block), block) for block in blocks]
    return Candidates(
        np.concatenate([part.query + start for start, part in zip(starts, parts, strict=True)]),
        np.concatenate([part.item for part in parts]),
        len(queries),
        {name: np.concatenate([part[name] for part in parts]) for name in ("score", "cold")},
    )


def propose(
    queries: Queries,
    k: int,
    scores: NDArray[np.floating],
    popularity: NDArray[np.float64],
    own: Pairs | None = None,
) -> Candidates:
    """Return the `k` best items of each query by dense scores, filled up by the rule of `cold`.

    Parameters
    ----------
    queries : Queries, B of them
    k : int
    scores : array of shape (B, m), m the catalogue at fit
        -inf (or NaN) where the model has no opinion. Changed in place: the items of `own` and the item that a request
        starts from become -inf.
    popularity : array of shape (m,)
    own : pairs (query, item), optional
        Items to propose only when nothing else is left.
    """
    n_items = queries.past.n_items
    scores = scores[:, :n_items]
    if own is not None:
        inside = own[1] < scores.shape[1]
        scores[own[0][inside], own[1][inside]] = -np.inf
    if queries.item is not None:
        starting = np.flatnonzero((queries.item >= 0) & (queries.item < scores.shape[1]))
        scores[starting, queries.item[starting]] = -np.inf
    query, item = top_k_rows(scores, k)
    best = {"score": scores[query, item].astype(np.float64)}
    personal = Candidates(query, item.astype(np.int32), len(queries), best)
    return fill_with_popular(personal, k, resized(popularity, n_items), last=own, never=starting_item(queries))


def starting_item(queries: Queries) -> NDArray[np.int32] | None:
    """Return the item that each request starts from, -1 for none or one outside the catalogue."""
    if queries.item is None:
        return None
    return np.where(queries.item < queries.past.n_items, queries.item, -1).astype(np.int32)
