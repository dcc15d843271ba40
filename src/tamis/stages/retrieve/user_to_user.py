"""Items by user-to-user collaborative filtering: what people with a like history met."""

from __future__ import annotations

import copy
from dataclasses import field
from pathlib import Path
from typing import Annotated

from tamis.core.conditions import at_least
from tamis.core.data import Dataset
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import EventTable
from tamis.models.user_neighbours import UserNeighbours
from tamis.stages.retrieve._histories import item_events
from tamis.stages.retrieve._personal import Reading, from_histories


@options
class UserToUser:
    """Proposes the items of the training users whose histories are most like the user's history as of the request.

    The score is the sum of the neighbours' similarities who met the item; items that no neighbour met, and histories
    that overlap with nobody's, are answered by popularity, marked `cold`.

    Parameters
    ----------
    events : EventTable
    model : UserNeighbours
        How many neighbours vote, and the shrinkage of their similarity.
    last : int, at least 1, optional
        Compare the user's latest events only; None reads all.
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
    Herlocker, Konstan, Borchers and Riedl (1999), An algorithmic framework for performing collaborative filtering,
    https://doi.org/10.1145/312624.312682.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable, EventTable
    >>> plays = EventTable("plays.parquet", user=EntityTable(id="user"), item=EntityTable(id="song"), at="at")
    >>> UserToUser(plays, model=UserNeighbours(neighbours=50)).model.neighbours
    50
    """

    events: EventTable
    model: UserNeighbours = field(default_factory=UserNeighbours)
    last: Annotated[int, at_least(1)] | None = None
    repeat: bool = False

    def fit(self, dataset: Dataset) -> UserToUser:
        """Keep the histories of all users before `dataset.until`; returns self."""
        self.popularity_ = item_events(dataset, self.events)
        self.model_ = copy.copy(self.model).fit(dataset.events(self.events).matrix())
        return self

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return the `k` best items of each query with the columns `score` and `cold`."""
        require_fitted(self, "model_")
        reading = Reading(self.events, self.last, self.repeat)
        return from_histories(queries, k, reading, self.model_.score, self.popularity_, above_zero=True)

    def save(self, folder: Path) -> None:
        """Write what was learned into `folder`."""
        save_fitted(self, folder)

    def load(self, folder: Path) -> UserToUser:
        """Read back what `save` wrote; returns self."""
        load_fitted(self, folder)
        return self
