"""Fresh items: the newest first, by a date in the catalogue or by the item's first event."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tamis.core.clock import DAY
from tamis.core.data import Dataset, Past
from tamis.core.errors import OptionError
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options, span
from tamis.core.ragged import concatenate_ranges, position
from tamis.core.words import Candidates, Queries
from tamis.data.catalogue import NumberValues
from tamis.data.declarations import AttributeOf, EventTable
from tamis.stages.retrieve._blocks import starting_item
from tamis.stages.retrieve._histories import item_events
from tamis.stages.retrieve.cold import fill_with_popular, resized


@options
class Fresh:
    """Proposes the newest items that were there before the request, newest first, ties by item code.

    The score is minus the item's age in days at the moment of the request. Items without a moment, not yet there, or
    older than `within` follow by popularity at fit (by item code where `by` is an attribute), marked `cold`.

    Parameters
    ----------
    by : EventTable or AttributeOf
        Events: an item is as old as its first event. A `Time` attribute of the items: as old as it says.
    within : span of time, optional
        How old a fresh item may be, such as "30d"; None sets no limit.

    Raises
    ------
    OptionError
        Where `within` is not a positive number with a unit, or the attribute is not a time.
    NotFittedError
        Where it is asked before `fit`.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable
    >>> songs = EntityTable("songs.parquet", id="song")
    >>> Fresh(songs.released, within="30d").by.name
    'songs.released'
    """

    by: EventTable | AttributeOf
    within: str | timedelta | None = None

    def check_options(self) -> None:
        """Raise `OptionError` where `within` is no span of time."""
        if self.within is not None:
            span(self.within, where="Fresh")

    def fit(self, dataset: Dataset) -> Fresh:
        """Learn the item counts that fill up short answers; returns self."""
        if isinstance(self.by, EventTable):
            self.popularity_ = item_events(dataset, self.by)
        else:
            self.popularity_ = np.zeros(dataset.n_items)
        return self

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return the `k` newest items of each query with the columns `score` (minus days) and `cold`."""
        require_fitted(self, "popularity_")
        born = self._born(queries.past)
        never = starting_item(queries)
        dated = np.flatnonzero(np.isfinite(born))
        newest = dated[np.lexsort((dated, -born[dated]))]
        oldest_first = born[newest][::-1]
        # the items of a query are a range of `newest`: from the first that was there to the last within the limit
        start = len(newest) - np.searchsorted(oldest_first, queries.at.astype(np.float64), side="left")
        end = np.full(len(queries), len(newest))
        if self.within is not None:
            limit = (queries.at - span(self.within)).astype(np.float64)
            end = len(newest) - np.searchsorted(oldest_first, limit, side="left")
        length = np.clip(end - start, 0, max(k, -1) + 1)
        query = np.repeat(np.arange(len(queries)), length)
        item = newest[concatenate_ranges(start, length)].astype(np.int32)
        if never is not None:
            other = item != never[query]
            query, item = query[other], item[other]
        fits = position(query) < k
        query, item = query[fits], item[fits]
        score = (born[item] - queries.at[query]) / DAY
        personal = Candidates(query, item, len(queries), {"score": score})
        return fill_with_popular(personal, k, resized(self.popularity_, queries.past.n_items), never=never)

    def _born(self, past: Past) -> NDArray[np.float64]:
        # moments fit float64 exactly until the year 2255
        if isinstance(self.by, EventTable):
            first = past.first_seen(self.by)
            return np.where(first == np.iinfo(np.int64).max, np.nan, first.astype(np.float64))
        values = past.attribute(self.by)
        if not isinstance(values, NumberValues):
            raise OptionError(
                "`by` is not a time", where="Fresh", allowed="events or a Time() attribute", got=self.by.name
            )
        return values.of(np.arange(past.n_items))

    def save(self, folder: Path) -> None:
        """Write what was learned into `folder`."""
        save_fitted(self, folder)

    def load(self, folder: Path) -> Fresh:
        """Read back what `save` wrote; returns self."""
        load_fitted(self, folder)
        return self
