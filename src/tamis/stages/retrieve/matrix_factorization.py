"""Items by implicit-feedback matrix factorisation: users and items as vectors, learned by alternating least squares."""

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
from tamis.models.ials import ImplicitFactors
from tamis.stages.retrieve._histories import item_events
from tamis.stages.retrieve._personal import Reading, from_histories
from tamis.stages.retrieve._products import kept_products, rows_of_one_length

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@options
class MatrixFactorization:
    """Proposes the items whose vectors have the largest dot product with the user's, folded in at the request.

    The user's vector is solved from the history as of the request, so a new user is answered after the first event.
    A history without any item known at fit is answered by popularity, marked `cold`; so are items unknown at fit.

    Parameters
    ----------
    events : EventTable
    model : ImplicitFactors
        Number of factors, regularisation and so on.
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
    Hu, Koren and Volinsky (2008), Collaborative filtering for implicit feedback datasets,
    https://doi.org/10.1109/ICDM.2008.22.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable, EventTable
    >>> plays = EventTable("plays.parquet", user=EntityTable(id="user"), item=EntityTable(id="song"), at="at")
    >>> MatrixFactorization(plays, model=ImplicitFactors(factors=128)).model.factors
    128
    """

    events: EventTable
    model: ImplicitFactors = field(default_factory=ImplicitFactors)
    last: Annotated[int, at_least(1)] | None = None
    repeat: bool = False

    def fit(self, dataset: Dataset) -> MatrixFactorization:
        """Learn item vectors from all events before `dataset.until`; returns self."""
        self.popularity_ = item_events(dataset, self.events)
        self.model_ = copy.copy(self.model).fit(dataset.events(self.events).matrix())
        return self

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return the `k` best items of each query with the columns `score` and `cold`."""
        require_fitted(self, "model_")
        items = kept_products(self, self.model_.item_factors_)

        def folded(histories: csr_matrix, _: NDArray[np.int64]) -> NDArray[np.float32]:
            users = np.zeros((histories.shape[0], self.model_.factors), np.float32)
            for rows in rows_of_one_length(histories.indptr):
                users[rows] = self.model_.fold_in(histories[rows])
            return users

        reading = Reading(self.events, self.last, self.repeat)
        return from_histories(queries, k, reading, items.of, self.popularity_, prepare=folded)

    def save(self, folder: Path) -> None:
        """Write what was learned into `folder`."""
        save_fitted(self, folder)

    def load(self, folder: Path) -> MatrixFactorization:
        """Read back what `save` wrote; returns self."""
        load_fitted(self, folder)
        return self
