"""Items by pairwise matrix factorisation: vectors trained so that met items outrank the others (BPR)."""

from __future__ import annotations

import copy
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.data import Dataset
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import EventTable
from tamis.models.bpr import PairwiseFactors
from tamis.stages.retrieve._histories import item_events
from tamis.stages.retrieve._personal import Reading, from_histories
from tamis.stages.retrieve._products import kept_products

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@options
class PairwiseRanking:
    """Proposes the items with the largest score x.y + b: the user's vector, the item's vector and the item's bias.

    The user's vector is the mean of the item vectors in the history as of the request, so a new user is answered
    after the first event. A history without any item known at fit is answered by popularity, marked `cold`; so are
    items unknown at fit.

    Parameters
    ----------
    events : EventTable
    model : PairwiseFactors
        Number of factors, epochs and so on.
    last : int, at least 1, optional
        Fold in the user's latest events only; None reads all.
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
    Rendle, Freudenthaler, Gantner and Schmidt-Thieme (2009), BPR: Bayesian personalized ranking from implicit
    feedback, https://arxiv.org/abs/1205.2618.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable, EventTable
    >>> plays = EventTable("plays.parquet", user=EntityTable(id="user"), item=EntityTable(id="song"), at="at")
    >>> PairwiseRanking(plays, model=PairwiseFactors(factors=32)).model.factors
    32
    """

    events: EventTable
    model: PairwiseFactors = field(default_factory=PairwiseFactors)
    last: Annotated[int, at_least(1)] | None = None
    repeat: bool = False

    def fit(self, dataset: Dataset) -> PairwiseRanking:
        """Learn item vectors and biases from all events before `dataset.until`; returns self."""
        self.popularity_ = item_events(dataset, self.events)
        self.model_ = copy.copy(self.model).fit(dataset.events(self.events).matrix())
        return self

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return the `k` best items of each query with the columns `score` and `cold`."""
        require_fitted(self, "model_")
        items = kept_products(self, self.model_.item_factors_)

        def folded(histories: csr_matrix, _: NDArray[np.int64]) -> NDArray[np.float32]:
            return self.model_.fold_in(histories)

        def score(users: NDArray[np.float32]) -> NDArray[np.float64]:
            return items.of(users) + self.model_.item_bias_

        reading = Reading(self.events, self.last, self.repeat)
        return from_histories(queries, k, reading, score, self.popularity_, prepare=folded)

    def save(self, folder: Path) -> None:
        """Write what was learned into `folder`."""
        save_fitted(self, folder)

    def load(self, folder: Path) -> PairwiseRanking:
        """Read back what `save` wrote; returns self."""
        load_fitted(self, folder)
        return self
