"""Items by predicted rating: the best that the user has not rated yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.data import Dataset
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import EventTable
from tamis.models.rating_factors import RatingFactors
from tamis.stages.retrieve._blocks import in_blocks, propose
from tamis.stages.retrieve._histories import item_events, own_items
from tamis.stages.retrieve._products import kept_products


@options
class RatedHighest:
    """Proposes the unrated items with the highest predicted rating.

    The prediction is low + (high - low) * sigmoid(base + user bias + item bias + user vector . item vector). Only
    users and items with a rating at fit are predicted; a user without one, and items without one, are answered by
    popularity (most rated first), marked `cold`. What the user has rated since the fit is known to be rated, but does
    not change the prediction until the next fit.

    People rate what they chose, so the highest predicted rating is not what they would choose: use it as one source
    of several, or to order what they plan to try.

    Parameters
    ----------
    ratings : EventTable
        Events with a value; the latest of a user and an item counts.
    y_range : (float, float)
        Half a step outside the scale, such as (0.5, 5.5) for 1 to 5 stars: the bounds themselves are never reached.
    factors : int, at least 0
        0 predicts from biases alone.
    epochs : int, at least 1
    weight_decay : float, at least 0
    seed : int
    repeat : bool
        Whether items that the user has rated already are proposed like any other; otherwise they come last of all.

    Raises
    ------
    OptionError
        Where an option is not allowed.
    DataError
        Where a rating is outside `y_range`.
    NotFittedError
        Where it is asked before `fit`.

    References
    ----------
    Koren, Bell and Volinsky (2009), Matrix factorization techniques for recommender systems,
    https://doi.org/10.1109/MC.2009.263.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable, EventTable
    >>> people, films = EntityTable(id="user"), EntityTable(id="film")
    >>> stars = EventTable("stars.parquet", user=people, item=films, at="at", value="stars")
    >>> RatedHighest(stars, y_range=(0, 10.5)).model.y_range
    (0, 10.5)
    """

    ratings: EventTable
    y_range: tuple[float, float] = RatingFactors.y_range
    factors: Annotated[int, at_least(0)] = RatingFactors.factors
    epochs: Annotated[int, at_least(1)] = RatingFactors.epochs
    weight_decay: Annotated[float, at_least(0)] = RatingFactors.weight_decay
    seed: int = 0
    repeat: bool = False

    @property
    def model(self) -> RatingFactors:
        """The untrained model of these options."""
        return RatingFactors(
            factors=self.factors,
            epochs=self.epochs,
            weight_decay=self.weight_decay,
            y_range=self.y_range,
            seed=self.seed,
        )

    def check_options(self) -> None:
        """Raise `OptionError` where the model refuses an option."""
        _ = self.model

    def fit(self, dataset: Dataset) -> RatedHighest:
        """Learn from all ratings before `dataset.until`; without any, every answer is cold. Returns self."""
        self.popularity_ = item_events(dataset, self.ratings)
        vars(self).pop("model_", None)
        if self.popularity_.any():
            self.model_ = self.model.fit(dataset.events(self.ratings).matrix(values=True))
        return self

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return the `k` best rated items of each query with the columns `score` (the rating) and `cold`."""
        require_fitted(self, "popularity_")
        own = None if self.repeat else own_items(queries.past, self.ratings, queries)
        predicted = self._predictions()

        def block(part: Queries, rows: slice) -> Candidates:
            scores = np.full((len(part), len(self.popularity_)), -np.inf)
            if predicted is not None and k > 0:
                inside = (part.user >= 0) & (part.user < len(self.model_.user_ratings_))
                inside[inside] = self.model_.user_ratings_[part.user[inside]] > 0
                scores[inside] = predicted(part.user[inside])
            return propose(part, k, scores, self.popularity_, None if own is None else own.within(rows))

        return in_blocks(queries, block)

    def _predictions(self) -> Callable[[NDArray[np.integer]], NDArray[np.float64]] | None:
        # the model's own formula, with dot products that do not depend on the batch
        model: RatingFactors | None = vars(self).get("model_")
        if model is None:
            return None
        low, high = self.y_range
        items = kept_products(self, model.item_factors_)
        item_part = np.where(model.item_ratings_ > 0, model.item_bias_[1:].astype(np.float64), -np.inf) + model.base_
        user_part = model.user_bias_.astype(np.float64)[1:, None]

        def predicted(user: NDArray[np.integer]) -> NDArray[np.float64]:
            raw = items.of(model.user_factors_[1:][user])[:, 1:] + user_part[user] + item_part
            rating = low + (high - low) / (1 + np.exp(-np.clip(raw, -30, 30)))
            return np.where(raw > -np.inf, rating, -np.inf)

        return predicted

    def save(self, folder: Path) -> None:
        """Write what was learned into `folder`."""
        save_fitted(self, folder)

    def load(self, folder: Path) -> RatedHighest:
        """Read back what `save` wrote; returns self."""
        load_fitted(self, folder)
        return self
