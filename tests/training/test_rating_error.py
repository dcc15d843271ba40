"""Errors of predicted ratings against sums by hand, a noise floor that is known, and ids never seen."""

import numpy as np
import pytest
from tests.stores import small

from tamis.core.errors import DataError
from tamis.data.splits import TimeSplit
from tamis.data.worlds import ratings
from tamis.models import RatingFactors
from tamis.testing import declare
from tamis.training.rating_error import measure_ratings


class Halves:
    """Train on the first rows, test on the others."""

    def __init__(self, train):
        self.train = train

    def split(self, batch):
        from tamis.data.fold import Fold

        n = len(batch["user"])
        yield Fold(np.arange(self.train), np.arange(self.train, n), None, None)


def test_the_mean_and_the_biases_by_hand():
    data, log, *_ = small(["a", "a", "b", "a", "c"], ["x", "y", "x", "z", "x"], value=[5, 1, 3, 4, 2])
    told = measure_ratings(log, data, RatingFactors(factors=1, epochs=1), Halves(3))
    assert (told.rows, told.test_rows, told.unknown_users, told.unknown_items) == (3, 2, 1, 1)
    # trained on x: 5 and 3, y: 1, mean 3; x is 2 above in 2 + 5 damped ratings, y is 2 below in 1 + 5
    x, y = 2 / 7, -2 / 6
    a = (5 - 3 - x + 1 - 3 - y) / (2 + 5)
    assert told.mean.values.tolist() == [1.0, 1.0]
    np.testing.assert_allclose(told.biases.values, [(4 - 3 - a) ** 2, (2 - 3 - x) ** 2])
    assert told.rmse["mean"] == 1.0


def test_the_latest_rating_of_a_pair_counts_once():
    data, log, *_ = small(["a", "b", "a", "b"], ["x", "x", "x", "y"], value=[1, 2, 5, 3])
    told = measure_ratings(log, data, RatingFactors(factors=1, epochs=1), Halves(2))
    assert told.rows + told.test_rows == 3
    assert sorted([told.rows, told.test_rows]) == [1, 2]


def test_factors_beat_biases_beat_the_mean_and_stay_above_the_noise():
    made = declare(ratings(seed=1), value="rating")
    model = RatingFactors(factors=8, epochs=20, weight_decay=1.0, y_range=(-1.0, 9.0))
    for split in (None, TimeSplit()):
        told = measure_ratings(made.events, made.dataset, model, split)
        assert 0.5 < told.rmse["factors"] < told.rmse["biases"] < told.rmse["mean"]
        assert told.rmse["factors"] < 0.72
        assert told.gain().high < 0 and told.gain("mean").high < 0


def test_a_split_by_time_never_trains_on_the_future():
    made = declare(ratings(30, 20, n_events=200), value="rating")
    told = measure_ratings(made.events, made.dataset, RatingFactors(factors=2, epochs=2, y_range=(-2, 9)), TimeSplit())
    batch = made.dataset.events(made.events)
    assert told.test_rows == 40 and batch.value[: told.rows].mean() == pytest.approx(batch.value[:160].mean(), abs=1e-6)


def test_too_few_ratings():
    data, log, *_ = small(["a"], ["x"], value=[3])
    with pytest.raises(DataError, match=r"too few ratings to split.*Got: 1"):
        measure_ratings(log, data)
