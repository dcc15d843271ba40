"""Items by EASE: every item's weight on every other, learned in closed form."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import above, at_least
from tamis.core.data import Dataset
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import EventTable
from tamis.models.ease import Ease as EaseModel
from tamis.stages.retrieve._because import strongest
from tamis.stages.retrieve._histories import item_events, starting_items
from tamis.stages.retrieve._personal import Reading, from_histories


@options
class Ease:
    """Proposes the items that a linear model reconstructs from the user's history as of the request.

    A request that names an item starts from that item alone. The item x item weights are dense unless `keep` or
    `max_items` bounds them. A history without any item known at fit is answered by popularity, marked `cold`.

    Parameters
    ----------
    events : EventTable
    regularization : float, above 0
        Larger values trust rare items less.
    keep : int, at least 1, optional
        Weights kept per item, the largest; None keeps all, 4 bytes per pair of items.
    max_items : int, at least 1, optional
        Items with most events that may predict others; time grows with its cube.
    last : int, at least 1, optional
        Start from the user's latest events only; None reads all.
    repeat : bool
        Whether items that the user has had already are proposed like any other; otherwise they come last of all.

    Raises
    ------
    OptionError
        Where an option is not allowed.
    NotFittedError
        Where it is asked before `fit`.

    References
    ----------
    Steck (2019), Embarrassingly shallow autoencoders for sparse data, https://doi.org/10.1145/3308558.3313710.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable, EventTable
    >>> plays = EventTable("plays.parquet", user=EntityTable(id="user"), item=EntityTable(id="song"), at="at")
    >>> Ease(plays, regularization=250).regularization
    250
    """

    events: EventTable
    regularization: Annotated[float, above(0)] = EaseModel.regularization
    keep: Annotated[int, at_least(1)] | None = EaseModel.keep
    max_items: Annotated[int, at_least(1)] | None = EaseModel.max_items
    last: Annotated[int, at_least(1)] | None = None
    repeat: bool = False

    @property
    def model(self) -> EaseModel:
        """The untrained model of these options."""
        return EaseModel(regularization=self.regularization, keep=self.keep, max_items=self.max_items)

    def fit(self, dataset: Dataset) -> Ease:
        """Learn the weights from all events before `dataset.until`; returns self."""
        self.popularity_ = item_events(dataset, self.events)
        self.model_ = self.model.fit(dataset.events(self.events).matrix())
        return self

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return the `k` best items of each query with the columns `score` and `cold`."""
        require_fitted(self, "model_")
        reading = Reading(self.events, self.last, self.repeat, item=True)
        return from_histories(queries, k, reading, self.model_.score, self.popularity_)

    def because(self, queries: Queries, candidates: Candidates) -> NDArray[np.int64]:
        """Return the item of the history with the largest weight on each candidate, -1 where none is above 0."""
        require_fitted(self, "model_")
        matrix, head = self.model_.weights_, self.model_.head_

        def weights(spoken_by: NDArray[np.int64], item: NDArray[np.int64]) -> NDArray[np.floating]:
            place = np.minimum(np.searchsorted(head, spoken_by), len(head) - 1)
            known = (head[place] == spoken_by) & (item < matrix.shape[1])
            found = np.zeros(len(item))
            if known.any():
                found[known] = np.asarray(matrix[place[known], item[known]]).ravel()
            return found

        start = starting_items(queries.past, self.events, queries, self.last, item=True)
        return strongest(start, candidates, weights)

    def save(self, folder: Path) -> None:
        """Write what was learned into `folder`."""
        save_fitted(self, folder)

    def load(self, folder: Path) -> Ease:
        """Read back what `save` wrote; returns self."""
        load_fitted(self, folder)
        return self
