"""Items by item-to-item collaborative filtering: who met this also met that."""

from __future__ import annotations

import copy
import weakref
from dataclasses import field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.data import Dataset, Past
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options, span
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import EventTable
from tamis.models.item_neighbours import ItemNeighbours
from tamis.stages.retrieve._because import strongest
from tamis.stages.retrieve._histories import item_events, starting_items
from tamis.stages.retrieve._moments import rounded_down
from tamis.stages.retrieve._newcomers import newcomer_neighbours
from tamis.stages.retrieve._personal import Reading, from_histories
from tamis.stages.retrieve.cold import resized

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@options
class ItemToItem:
    """Proposes the neighbours of the items in the user's history as of the request.

    The score is the sum of the neighbours' similarities to the history's items. A request that names an item starts
    from that item alone: "similar to this one". An item whose first event came after the fit takes part as soon as a
    `refresh` bucket begins: its similarities (cosine, with the model's shrinkage) are counted live from the past.
    Items that are nobody's neighbour are filled in by popularity, marked `cold`.

    Parameters
    ----------
    events : EventTable
    model : ItemNeighbours
        The similarity, its shrinkage, and how many neighbours each item keeps.
    last : int, at least 1, optional
        Start from the user's latest events only; None reads all.
    repeat : bool
        Whether items that the user has had already are proposed like any other; otherwise they come last of all.
    refresh : span of time
        How often the neighbours of new items are counted, in buckets of whole multiples since 1970.

    Raises
    ------
    OptionError
        Where an option is not allowed.
    NotFittedError
        Where it is asked before `fit`.

    References
    ----------
    Linden, Smith and York (2003), Amazon.com recommendations: item-to-item collaborative filtering,
    https://doi.org/10.1109/MIC.2003.1167344.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable, EventTable
    >>> plays = EventTable("plays.parquet", user=EntityTable(id="user"), item=EntityTable(id="song"), at="at")
    >>> ItemToItem(plays, model=ItemNeighbours(shrinkage=20)).model.shrinkage
    20
    """

    events: EventTable
    model: ItemNeighbours = field(default_factory=ItemNeighbours)
    last: Annotated[int, at_least(1)] | None = None
    repeat: bool = False
    refresh: str | timedelta = "1d"

    def check_options(self) -> None:
        """Raise `OptionError` where `refresh` is no span of time."""
        span(self.refresh, where="ItemToItem", name="refresh")

    def fit(self, dataset: Dataset) -> ItemToItem:
        """Learn each item's neighbours from all events before `dataset.until`; returns self."""
        self.popularity_ = item_events(dataset, self.events)
        self.model_ = copy.copy(self.model).fit(dataset.events(self.events).matrix())
        self._held: tuple[weakref.ref[Past], int, csr_matrix] | None = None
        return self

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return the `k` best items of each query with the columns `score` and `cold`."""
        require_fitted(self, "model_")
        past, size = queries.past, len(self.popularity_)
        popularity = resized(self.popularity_, past.n_items)
        first = past.first_seen(self.events)
        moments = rounded_down(queries.at, span(self.refresh))
        start = np.min(first, where=popularity == 0, initial=np.iinfo(np.int64).max)

        def with_newcomers(histories: csr_matrix, answered: NDArray[np.int64]) -> csr_matrix:
            # beside each history, what live neighbours add to every item's score
            from scipy.sparse import csr_matrix, hstack, vstack

            at = moments[answered]
            before = np.flatnonzero(at <= start)
            rows, added = [before], [csr_matrix((len(before), past.n_items), dtype=np.float32)]
            for moment in np.unique(at[at > start]).tolist():
                rows.append(np.flatnonzero(at == moment))
                added.append(histories[rows[-1]] @ self._newcomers(past, popularity > 0, moment))
            return hstack([histories, vstack(added, format="csr")[np.argsort(np.concatenate(rows))]], format="csr")

        def score(rows: csr_matrix) -> NDArray[np.float32]:
            found: NDArray[np.float32] = rows[:, past.n_items :].toarray()
            found[:, :size] += self.model_.score(rows[:, :size])[:, : past.n_items]
            return found

        reading = Reading(self.events, self.last, self.repeat, item=True)
        known = (popularity > 0) | (first < moments.max(initial=0))
        return from_histories(
            queries, k, reading, score, popularity, prepare=with_newcomers, known=known, above_zero=True
        )

    def _newcomers(self, past: Past, known: NDArray[np.bool_], moment: int) -> csr_matrix:
        # one live request after another asks for the same bucket
        if self._held and self._held[0]() is past and self._held[1] == moment:
            return self._held[2]
        made = newcomer_neighbours(past, self.events, known, moment, self.model.shrinkage)
        self._held = (weakref.ref(past), moment, made)
        return made

    def because(self, queries: Queries, candidates: Candidates) -> NDArray[np.int64]:
        """Return the item of the history that is most similar to each candidate, -1 where none is."""
        require_fitted(self, "model_")
        similarity = self.model_.similarity_

        def weights(spoken_by: NDArray[np.int64], item: NDArray[np.int64]) -> NDArray[np.floating]:
            known = (spoken_by < similarity.shape[0]) & (item < similarity.shape[0])
            found = np.zeros(len(item))
            if known.any():
                found[known] = np.asarray(similarity[spoken_by[known], item[known]]).ravel()
            return found

        start = starting_items(queries.past, self.events, queries, self.last, item=True)
        return strongest(start, candidates, weights)

    def save(self, folder: Path) -> None:
        """Write what was learned into `folder`."""
        save_fitted(self, folder)

    def load(self, folder: Path) -> ItemToItem:
        """Read back what `save` wrote; returns self."""
        self._held = None
        load_fitted(self, folder)
        return self
