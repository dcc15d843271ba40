"""Items by what raters made of them: the nearest in the factor space of predicted ratings."""

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
from tamis.models.rating_factors import RatingFactors
from tamis.stages.retrieve._histories import item_events
from tamis.stages.retrieve._personal import Reading, from_histories
from tamis.stages.retrieve._products import kept_products

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@options
class SimilarFactors:
    """Proposes the items whose rating factors point the same way as those of the user's latest items: cosine.

    The profile of a request is the mean of its history's item vectors, each of length 1; a request that names an item
    starts from that item alone: "similar to this one". Biases do not count: two products may be alike and one of them
    rated lower by everybody. Items without a rating at fit, and requests without a rated item, are answered by
    popularity, marked `cold`.

    Parameters
    ----------
    ratings : EventTable
        Events with a value; the latest of a user and an item counts.
    model : RatingFactors
        With at least 1 factor.
    last : int, at least 1, optional
        Items of the user's latest events in the profile; None takes all.
    repeat : bool
        Whether items that the user has had already are proposed like any other; otherwise they come last of all.

    Raises
    ------
    DataError
        From `fit`, where a rating is outside the model's `y_range`.
    NotFittedError
        Where it is asked before `fit`.

    References
    ----------
    Sarwar, Karypis, Konstan and Riedl (2000), Application of dimensionality reduction in recommender systems.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable, EventTable
    >>> people, films = EntityTable(id="user"), EntityTable(id="film")
    >>> stars = EventTable("stars.parquet", user=people, item=films, at="at", value="stars")
    >>> SimilarFactors(stars, model=RatingFactors(factors=16)).model.factors
    16
    """

    ratings: EventTable
    model: RatingFactors = field(default_factory=RatingFactors)
    last: Annotated[int, at_least(1)] | None = 20
    repeat: bool = False

    def fit(self, dataset: Dataset) -> SimilarFactors:
        """Learn the vectors from all ratings before `dataset.until`; without any, every answer is cold. Returns self."""
        self.popularity_ = item_events(dataset, self.ratings)
        self.vectors_ = np.zeros((dataset.n_items, max(self.model.factors, 1)), np.float32)
        if self.popularity_.any():
            factors = copy.copy(self.model).fit(dataset.events(self.ratings).matrix(values=True)).item_factors_[1:]
            self.vectors_[:, : factors.shape[1]] = _of_length_one(factors)
        return self

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return the `k` most alike items of each query with the columns `score` (cosine, -1 to 1) and `cold`."""
        require_fitted(self, "vectors_")
        items = kept_products(self, self.vectors_)

        def profiles(histories: csr_matrix, _: NDArray[np.int64]) -> NDArray[np.float64]:
            return _of_length_one(histories @ self.vectors_.astype(np.float64))

        reading = Reading(self.ratings, self.last, self.repeat, item=True)
        known: NDArray[np.bool_] = (self.vectors_ != 0).any(axis=1)
        return from_histories(queries, k, reading, items.of, self.popularity_, prepare=profiles, known=known)

    def save(self, folder: Path) -> None:
        """Write what was learned into `folder`."""
        save_fitted(self, folder)

    def load(self, folder: Path) -> SimilarFactors:
        """Read back what `save` wrote; returns self."""
        load_fitted(self, folder)
        return self


def _of_length_one(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    wide = np.asarray(vectors, np.float64)
    length = np.sqrt((wide**2).sum(axis=1, keepdims=True))
    return wide / np.where(length > 0, length, 1.0)
