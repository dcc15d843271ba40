"""What personal retrievers share: histories in, dense scores by a model, the best items out, filled up by `cold`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.words import Candidates, Queries
from tamis.data.declarations import EventTable
from tamis.stages.retrieve._blocks import in_blocks, propose
from tamis.stages.retrieve._histories import own_items, starting_items

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class Reading:
    """How a retriever reads the past of a request.

    Parameters
    ----------
    events : EventTable
    last : int or None
        How many of the user's latest events the answer starts from; all where None.
    repeat : bool
        Whether items that the user has had already are proposed like any other.
    item : bool
        Whether a request that names an item starts from that item instead.
    """

    events: EventTable
    last: int | None = None
    repeat: bool = False
    item: bool = False


def from_histories(
    queries: Queries,
    k: int,
    reading: Reading,
    score: Callable[[Any], NDArray[np.floating]],
    popularity: NDArray[np.float64],
    *,
    prepare: Callable[[csr_matrix, NDArray[np.int64]], Any] | None = None,
    known: NDArray[np.bool_] | None = None,
    above_zero: bool = False,
) -> Candidates:
    """Return the `k` best items of each query by a model that scores histories.

    Only known items count in a history and are proposed by their score; a query without any known item in its history
    is answered by the rule of `cold`.

    Parameters
    ----------
    queries : Queries
    k : int
    reading : Reading
    score : function of prepared histories giving a new array of scores (b, m)
        A row's scores depend on that row alone.
    popularity : array of shape (m,)
        Number of training events of each item.
    prepare : function of histories (b, m) and the b queries that they belong to, giving b rows, optional
        What `score` reads, such as user vectors; the sparse histories themselves where None.
    known : array of shape (m,), optional
        Items that the model has an opinion of; None: those with training events.
    above_zero : bool
        Whether a score of 0 or less means that the model has no opinion.
    """
    known = popularity > 0 if known is None else known
    start = starting_items(queries.past, reading.events, queries, reading.last, item=reading.item)
    histories = start.matrix(known)
    own = None if reading.repeat else own_items(queries.past, reading.events, queries)
    answered = np.flatnonzero(np.diff(histories.indptr)) if k > 0 else np.zeros(0, np.int64)
    prepared = histories[answered] if prepare is None else prepare(histories[answered], answered)

    def block(part: Queries, rows: slice) -> Candidates:
        first, after = np.searchsorted(answered, [rows.start, rows.stop])
        here = answered[first:after] - rows.start
        found = score(prepared[first:after]) if len(here) else np.zeros((0, len(known)), np.float32)
        found[:, ~known] = -np.inf
        if above_zero:
            found[found <= 0] = -np.inf
        scores = found
        if len(here) < len(part):
            scores = np.full((len(part), len(known)), -np.inf, found.dtype)
            scores[here] = found
        return propose(part, k, scores, popularity, None if own is None else own.within(rows))

    return in_blocks(queries, block)
