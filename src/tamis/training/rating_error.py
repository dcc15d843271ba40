"""How far predicted ratings are from the given ones, beside the mean rating and the biases alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError
from tamis.core.events import EventBatch
from tamis.data.dataset import Dataset
from tamis.data.declarations import EventTable
from tamis.data.event_columns import EventColumns
from tamis.data.fold import Fold
from tamis.data.splits import RandomSplit
from tamis.metrics import Comparison, Measured, compare
from tamis.metrics.regression import squared_error
from tamis.models.rating_factors import RatingFactors

_DAMPING = 5.0


class Split(Protocol):
    """A way to part ratings into train and test; the first fold is used."""

    def split(self, batch: EventColumns) -> Iterator[Fold]:
        """Yield folds over the columns user, item, at and value."""


@dataclass(frozen=True)
class RatingErrors:
    """Errors on the test ratings.

    Parameters
    ----------
    mean, biases, factors : Measured
        Squared error per test rating of the mean training rating, of user and item biases alone, and of the model;
        one cluster per user.
    rows, test_rows : int
        Ratings trained on, and tested.
    unknown_users, unknown_items : int
        Test ratings of a user or item without a training rating: predicted from the unknown row.
    """

    mean: Measured
    biases: Measured
    factors: Measured
    rows: int
    test_rows: int
    unknown_users: int
    unknown_items: int

    @property
    def rmse(self) -> dict[str, float]:
        """Root of the mean squared error of the three, in the unit of the ratings."""
        return {name: float(np.sqrt(getattr(self, name).mean)) for name in ("mean", "biases", "factors")}

    def gain(self, over: str = "biases") -> Comparison:
        """Return the paired difference in squared error of the model and a baseline; negative is better."""
        return compare(self.factors, getattr(self, over))


def measure_ratings(
    ratings: EventTable, dataset: Dataset, model: RatingFactors | None = None, split: Split | None = None
) -> RatingErrors:
    """Return the errors of a rating model on ratings held out, beside its two baselines.

    Parameters
    ----------
    ratings : EventTable
        Events with a value; of a user and an item the latest counts, on either side of the split.
    dataset : Dataset
    model : RatingFactors, optional
        Untrained.
    split : Split, optional
        Default: a random fifth, seed 42, the protocol of most published figures. Ratings are then predicted with
        knowledge of later ones; `TimeSplit()` does not know the future.

    Raises
    ------
    DataError
        Where fewer than two ratings can be used, or one is outside the model's `y_range`.

    Notes
    -----
    The biases are damped means: of what an item's ratings are above the mean, then of what a user's are above that, each
    with 5 imaginary ratings of 0. Funk (2006), https://sifter.org/simon/journal/20061211.html; Koren, Bell and Volinsky
    (2009), https://doi.org/10.1109/MC.2009.263.
    """
    model = model or RatingFactors()
    batch = _latest(dataset.events(ratings))
    if len(batch) < 2:
        raise DataError("has too few ratings to split", where=f"Events {ratings.name!r}", got=len(batch))
    columns: EventColumns = {"user": batch.user, "item": batch.item, "at": batch.at, "value": batch.value}
    fold = next((split or RandomSplit(test_share=0.2, seed=42)).split(columns))
    train, test = batch.rows(fold.train), batch.rows(fold.test)
    fitted = replace(model).fit(train.matrix(values=True))
    actual = test.value.astype(np.float64)

    def errors(predicted: NDArray[np.floating]) -> Measured:
        return squared_error(actual, predicted.astype(np.float64), cluster=test.user)

    return RatingErrors(
        errors(np.full(len(test), fitted.mean_)),
        errors(_biases(train, test)),
        errors(fitted.predict(test.user, test.item)),
        len(train),
        len(test),
        int((fitted.user_ratings_[test.user] == 0).sum()),
        int((fitted.item_ratings_[test.item] == 0).sum()),
    )


def _biases(train: EventBatch, test: EventBatch) -> NDArray[np.float64]:
    mean = train.value.mean(dtype=np.float64)
    item = _damped(train.item, train.value - mean, train.n_items)
    user = _damped(train.user, train.value - mean - item[train.item], train.n_users)
    return np.asarray(mean + item[test.item] + user[test.user])


def _damped(code: NDArray[np.integer], rest: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    return np.bincount(code, rest, n) / (np.bincount(code, minlength=n) + _DAMPING)


def _latest(batch: EventBatch) -> EventBatch:
    known = batch.rows((batch.user >= 0) & (batch.item >= 0))
    key = known.user.astype(np.int64) * max(known.n_items, 1) + known.item
    # the first of the reversed rows is the latest
    last = len(known) - 1 - np.unique(key[::-1], return_index=True)[1]
    return known.rows(np.sort(last))


__all__ = ["RatingErrors", "measure_ratings"]
