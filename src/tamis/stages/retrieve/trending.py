"""Trending items: events weighted by how recent they are, or growth over the item's own past."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import above
from tamis.core.data import Dataset
from tamis.core.errors import OptionError
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options, span
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import EventTable
from tamis.stages.retrieve._histories import item_events
from tamis.stages.retrieve._moments import best_per_moment

# an event of twenty half-lives ago weighs less than a millionth and is not read
_HALF_LIVES = 20


@options
class Trending:
    """Proposes the items with the most recent events: each event weighs 2 ** (-age / half_life).

    With `compared_to`, the score is the growth over the item's own past,

        (recent + smoothing) / (usual + smoothing),

    where `recent` is the decayed count and `usual` is what it would be had the item kept its own long-run rate: the
    count decayed with the half-life `compared_to`, times half_life / compared_to. A steady item scores near 1 whether
    it has ten events or a million, and `smoothing` holds items with few events near 1.

    Counted live in the past of each request, as of the start of its `refresh` bucket (never after the request). Ties
    by item code. Items without an event in the last 20 half-lives follow, most popular at fit first, marked `cold`.

    Parameters
    ----------
    events : EventTable
    half_life : span of time
        The age at which an event counts half, such as "14d" or "6h".
    compared_to : span of time, optional
        The longer half-life of an item's usual rate; None ranks by the decayed count itself.
    smoothing : float, above 0
        Events added to both sides of the growth; unused without `compared_to`.
    refresh : span of time
        How often the count is renewed, in buckets of whole multiples since 1970.

    Raises
    ------
    OptionError
        Where a span is not a positive number with a unit, or `compared_to` is not longer than `half_life`.
    NotFittedError
        Where it is asked before `fit`.

    References
    ----------
    Cormode, Shkapenyuk, Srivastava and Xu (2009), Forward decay: a practical time decay model for streaming systems,
    https://doi.org/10.1109/ICDE.2009.65, for exponentially decayed counts.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable, EventTable
    >>> plays = EventTable("plays.parquet", user=EntityTable(id="user"), item=EntityTable(id="song"), at="at")
    >>> Trending(plays, half_life="6h").half_life
    '6h'
    """

    events: EventTable
    half_life: str | timedelta = "7d"
    compared_to: str | timedelta | None = None
    smoothing: Annotated[float, above(0)] = 10.0
    refresh: str | timedelta = "1h"

    def check_options(self) -> None:
        """Raise `OptionError` where a span of time is none, or the two half-lives are in the wrong order."""
        half_life = span(self.half_life, where="Trending", name="half_life")
        span(self.refresh, where="Trending", name="refresh")
        if self.compared_to is None or span(self.compared_to, where="Trending", name="compared_to") > half_life:
            return
        raise OptionError(
            "`compared_to` is not allowed",
            where="Trending",
            allowed=f"a span longer than half_life={self.half_life!r}",
            got=self.compared_to,
        )

    def fit(self, dataset: Dataset) -> Trending:
        """Learn the item counts that fill up short answers; returns self."""
        self.popularity_ = item_events(dataset, self.events)
        return self

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return the `k` most trending items of each query with the columns `score` and `cold`."""
        require_fitted(self, "popularity_")
        short = span(self.half_life)
        long = None if self.compared_to is None else span(self.compared_to)

        def decayed(moment: int, half_life: int) -> NDArray[np.float64]:
            return queries.past.item_counts(self.events, moment, within=_HALF_LIVES * half_life, half_life=half_life)

        def trend(moment: int) -> NDArray[np.float64]:
            recent = decayed(moment, short)
            if long is None:
                return np.where(recent > 0, recent, -np.inf)
            usual = decayed(moment, long) * (short / long)
            return np.where(recent > 0, (recent + self.smoothing) / (usual + self.smoothing), -np.inf)

        return best_per_moment(queries, k, span(self.refresh), trend, self.popularity_)

    def save(self, folder: Path) -> None:
        """Write what was learned into `folder`."""
        save_fitted(self, folder)

    def load(self, folder: Path) -> Trending:
        """Read back what `save` wrote; returns self."""
        load_fitted(self, folder)
        return self
