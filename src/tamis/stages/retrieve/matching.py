"""Items by a rule on an attribute: those of the user's favourite labels, or those that meet a condition."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import Condition, at_least
from tamis.core.data import Dataset, Past
from tamis.core.errors import OptionError
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options, span
from tamis.core.ragged import order_by_score, position
from tamis.core.words import Candidates, Queries
from tamis.data.catalogue import NumberValues, TagValues
from tamis.data.declarations import AttributeOf, EventTable
from tamis.stages.retrieve._blocks import in_blocks, propose
from tamis.stages.retrieve._content import label_matrix
from tamis.stages.retrieve._histories import item_events, own_items, starting_items
from tamis.stages.retrieve._moments import RunningCounts, best_per_moment, rounded_down
from tamis.stages.retrieve.cold import resized

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@options
class Matching:
    """Proposes the items that match a rule on an attribute, most popular first.

    Without a `condition` an item matches when it shares one of the user's favourite labels: the `favourites` labels
    (genres, brands) with most distinct items in the history as of the request, ties by the label's place in the
    alphabet; a request that names an item takes that item's labels. With a condition an item matches when its number,
    or any of its labels, meets it, for everybody alike; a missing value never does.

    Popularity, the score, is the number of events before the start of the request's `refresh` bucket; ties by item
    code. Other items, and users without favourites, are answered by popularity at fit, marked `cold`.

    Parameters
    ----------
    attribute : AttributeOf
        Tags or a category of the items; with a condition also a number.
    events : EventTable
        What is counted, and the history whose labels are favourites.
    condition : Condition, optional
        Such as `at_least(2000)` or `one_of("Comedy", "Drama")`.
    favourites : int, at least 1
        Unused with a condition, as are `last` and `repeat`.
    last : int, at least 1, optional
        Read the user's latest events only; None reads all.
    repeat : bool
        Whether items that the user has had already are proposed like any other; otherwise they come last of all.
    refresh : span of time
        How often popularity is counted again, in buckets of whole multiples since 1970.

    Raises
    ------
    OptionError
        Where the attribute has no labels, or the condition cannot be asked of it.
    NotFittedError
        Where it is asked before `fit`.

    Examples
    --------
    >>> from tamis.core.conditions import at_least
    >>> from tamis.data.declarations import EntityTable, EventTable
    >>> songs = EntityTable("songs.parquet", id="song")
    >>> plays = EventTable("plays.parquet", user=EntityTable(id="user"), item=songs, at="at")
    >>> str(Matching(songs.year, plays, condition=at_least(2000)).condition)
    'at least 2000'
    """

    attribute: AttributeOf
    events: EventTable
    condition: Condition | None = None
    favourites: Annotated[int, at_least(1)] = 3
    last: Annotated[int, at_least(1)] | None = None
    repeat: bool = False
    refresh: str | timedelta = "1h"

    def check_options(self) -> None:
        """Raise `OptionError` where `refresh` is no span of time."""
        span(self.refresh, where="Matching", name="refresh")

    def fit(self, dataset: Dataset) -> Matching:
        """Learn the item counts that fill up short answers, and check the attribute; returns self."""
        self.popularity_ = item_events(dataset, self.events)
        self._labels(dataset.past) if self.condition is None else self._meeting(dataset.past, self.condition)
        return self

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return the `k` most popular matching items with the columns `score` (their events) and `cold`."""
        require_fitted(self, "popularity_")
        if self.condition is None:
            return self._of_favourites(queries, k)
        meeting = self._meeting(queries.past, self.condition)
        running = RunningCounts(queries.past, self.events)

        def counts(moment: int) -> NDArray[np.float64]:
            return np.where(meeting, running.at(moment), -np.inf)

        return best_per_moment(queries, k, span(self.refresh), counts, self.popularity_)

    def _of_favourites(self, queries: Queries, k: int) -> Candidates:
        past, labels = queries.past, self._labels(queries.past)
        start = starting_items(past, self.events, queries, self.last, item=True)
        taste = _most(start.matrix(np.ones(past.n_items, bool)) @ labels, self.favourites)
        own = None if self.repeat else own_items(past, self.events, queries)

        def block(part: Queries, rows: slice) -> Candidates:
            matching = taste[rows] @ labels.T
            running = RunningCounts(past, self.events)
            moments, which = np.unique(rounded_down(part.at, span(self.refresh)), return_inverse=True)
            counts = np.array([running.at(moment) for moment in moments.tolist()])
            scores = np.full((len(part), past.n_items), -np.inf)
            if len(part):
                np.copyto(scores, counts[which], where=matching.toarray() > 0)
            popularity = resized(self.popularity_, past.n_items)
            return propose(part, k, scores, popularity, None if own is None else own.within(rows))

        return in_blocks(queries, block)

    def _labels(self, past: Past) -> csr_matrix:
        values = past.attribute(self.attribute)
        if isinstance(values, TagValues):
            return label_matrix(values, np.arange(past.n_items))
        raise OptionError(
            "`attribute` has no labels to share",
            where="Matching",
            allowed="tags or a category; a number with a condition",
            got=self.attribute.name,
            next_step="declare it as Tags() or Category(), or give a condition",
        )

    def _meeting(self, past: Past, condition: Condition) -> NDArray[np.bool_]:
        values = past.attribute(self.attribute)
        try:
            if isinstance(values, NumberValues):
                numbers = values.of(np.arange(past.n_items))
                return np.asarray(condition.holds(numbers), bool) & ~np.isnan(numbers)
            if isinstance(values, TagValues):
                met = np.asarray(condition.holds(np.array([*values.labels, ""])), bool)[:-1]
                item, label = values.of(np.arange(past.n_items))
                return np.bincount(item[met[label]], minlength=past.n_items) > 0
        except TypeError:
            pass
        raise OptionError(
            "`condition` cannot be asked of this attribute",
            where="Matching",
            allowed="a comparison with numbers for a number, one_of(...) for labels",
            got=f"{self.attribute.name} {condition}",
        )

    def save(self, folder: Path) -> None:
        """Write what was learned into `folder`."""
        save_fitted(self, folder)

    def load(self, folder: Path) -> Matching:
        """Read back what `save` wrote; returns self."""
        load_fitted(self, folder)
        return self


def _most(counts: csr_matrix, n: int) -> csr_matrix:
    # the n largest entries of each row, as ones; ties by column
    from scipy.sparse import csr_matrix

    row = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    order = order_by_score(row, counts.data, counts.indices)
    kept = order[position(row[order]) < n]
    return csr_matrix((np.ones(len(kept), np.float32), (row[kept], counts.indices[kept])), shape=counts.shape)
