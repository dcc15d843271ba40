"""Popular items: the most events, overall or lately."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tamis.core.data import Dataset
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options, span
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import EventTable
from tamis.stages.retrieve._histories import item_events
from tamis.stages.retrieve._moments import RunningCounts, best_per_moment


@options
class Popular:
    """Proposes the items with the most events before the request, the same for everybody.

    Counted live in the past of each request, as of the start of its `refresh` bucket (never after the request), so a
    batch of many moments costs one count per bucket. Ties by item code. Items without a counted event follow, most
    popular at fit first, marked `cold`.

    Parameters
    ----------
    events : EventTable
        What is counted.
    within : span of time, optional
        Count only the last span, such as "30d"; None counts everything.
    refresh : span of time
        How often the count is renewed, in buckets of whole multiples since 1970.

    Raises
    ------
    OptionError
        Where a span is not a positive number with a unit.
    NotFittedError
        Where it is asked before `fit`.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable, EventTable
    >>> plays = EventTable("plays.parquet", user=EntityTable(id="user"), item=EntityTable(id="song"), at="at")
    >>> Popular(plays, within="30d").within
    '30d'
    """

    events: EventTable
    within: str | timedelta | None = None
    refresh: str | timedelta = "1h"

    def check_options(self) -> None:
        """Raise `OptionError` where a span of time is none."""
        span(self.refresh, where="Popular", name="refresh")
        if self.within is not None:
            span(self.within, where="Popular")

    def fit(self, dataset: Dataset) -> Popular:
        """Learn the item counts that fill up short answers; returns self."""
        self.popularity_ = item_events(dataset, self.events)
        return self

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return the `k` most counted items of each query with the columns `score` (the count) and `cold`."""
        require_fitted(self, "popularity_")
        running = RunningCounts(queries.past, self.events, None if self.within is None else span(self.within))

        def counts(moment: int) -> NDArray[np.float64]:
            found = running.at(moment)
            return np.where(found > 0, found, -np.inf)

        return best_per_moment(queries, k, span(self.refresh), counts, self.popularity_)

    def save(self, folder: Path) -> None:
        """Write what was learned into `folder`."""
        save_fitted(self, folder)

    def load(self, folder: Path) -> Popular:
        """Read back what `save` wrote; returns self."""
        load_fitted(self, folder)
        return self
