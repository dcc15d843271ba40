from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from tamis.core.errors import DataError, NotFittedError, OptionError, TamisError
from tamis.models.rating_factors import RatingFactors, _one_cycle


def rated_world(seed: int = 0, n_users: int = 150, n_items: int = 60):
    """Ratings with known biases and one known taste, a fifth of them held out."""
    random = np.random.default_rng(seed)
    user_bias, item_bias = random.normal(0, 0.4, n_users), random.normal(0, 0.7, n_items)
    taste = np.outer(np.sign(random.normal(size=n_users)), np.sign(random.normal(size=n_items))) * 0.6
    rating = np.clip(3 + user_bias[:, None] + item_bias + taste, 1, 5).astype(np.float32)
    drawn = random.random(rating.shape)
    train = csr_matrix(np.where(drawn < 0.4, rating, 0))
    user, item = np.nonzero((drawn >= 0.4) & (drawn < 0.5))
    return train, user, item, rating[user, item], item_bias


def rmse(predicted: np.ndarray, truth: np.ndarray) -> float:
    return float(np.sqrt(np.mean((predicted - truth) ** 2)))


def test_factors_beat_the_bias_only_model_which_beats_the_mean():
    train, user, item, truth, _ = rated_world()
    shared = {"epochs": 40, "batch_size": 128, "learning_rate": 0.03}
    mean = rmse(np.full(len(truth), train.data.mean()), truth)
    biases = rmse(RatingFactors(factors=0, **shared).fit(train).predict(user, item), truth)
    factors = rmse(RatingFactors(factors=6, **shared).fit(train).predict(user, item), truth)
    assert factors < 0.75 * biases and biases < 0.95 * mean


def test_item_bias_follows_the_true_one():
    train, _, _, _, item_bias = rated_world()
    model = RatingFactors(factors=0, epochs=30, batch_size=128, learning_rate=0.03).fit(train)
    assert np.corrcoef(model.item_bias_[1:], item_bias)[0, 1] > 0.97


def test_bias_only_model_solves_its_equations():
    # Without decay each item's mean residual, weighted by the slope, is 0 at the minimum.
    train, *_ = rated_world(n_users=40, n_items=10)
    model = RatingFactors(factors=0, epochs=400, batch_size=10_000, learning_rate=0.05, weight_decay=0).fit(train)
    coo = train.tocoo()
    error = model.predict(coo.row, coo.col) - coo.data
    share = (model.predict(coo.row, coo.col) - 0.5) / 5
    gradient = np.bincount(coo.col, error * share * (1 - share), 10) / np.bincount(coo.col, minlength=10)
    assert np.abs(gradient).max() < 2e-3


def test_unknown_users_and_items():
    train, *_ = rated_world()
    dense = train.toarray()
    dense[:, 3], dense[5] = 0, 0
    model = RatingFactors(factors=4, epochs=5).fit(csr_matrix(dense))
    assert model.item_ratings_[3] == 0 and model.user_ratings_[5] == 0
    by_item = model.predict(np.array([-1, 5, 10_000]), np.array([7, 7, 7]))
    assert by_item[0] == by_item[1] == by_item[2]
    np.testing.assert_allclose(model.predict([-1, 5], [-1, 3]), model.mean_, rtol=1e-5)
    np.testing.assert_array_equal(model.predict([0], [3]), model.predict([0], [-1]))
    ranked = model.predict_all(np.array([-1]))[0]
    assert np.array_equal(np.argsort(ranked), np.argsort(model.item_bias_[1:]))


def test_all_pairs_are_the_single_pairs_and_stay_in_range():
    train, *_ = rated_world()
    model = RatingFactors(factors=4, epochs=5, learning_rate=0.5).fit(train)
    every = model.predict_all(np.array([0, 3, -1]))
    np.testing.assert_allclose(every[1], model.predict(np.full(60, 3), np.arange(60)), rtol=1e-5)
    assert every.min() > 0.4999 and every.max() < 5.5001


def test_a_five_is_out_of_reach_without_room_above():
    fives = csr_matrix(np.full((30, 4), 5.0, np.float32))
    tight = RatingFactors(factors=0, epochs=30, y_range=(0, 5)).fit(fives).predict([0], [0])[0]
    wide = RatingFactors(factors=0, epochs=30).fit(fives).predict([0], [0])[0]
    assert tight < 5 and abs(wide - 5) < 0.01


def test_second_fit_save_and_load_and_seed(tmp_path):
    train, user, item, _, _ = rated_world()
    model = RatingFactors(factors=4, epochs=3).fit(csr_matrix(train.toarray()[:20]))
    predicted = model.fit(train).predict(user, item)
    np.testing.assert_array_equal(RatingFactors(factors=4, epochs=3).fit(train).predict(user, item), predicted)
    model.save(tmp_path)
    np.testing.assert_array_equal(RatingFactors(factors=4, epochs=3).load(tmp_path).predict(user, item), predicted)
    assert not np.array_equal(RatingFactors(factors=4, epochs=3, seed=1).fit(train).predict(user, item), predicted)


def test_one_cycle_rises_and_falls():
    rate = np.array([_one_cycle(done, 0.3)[0] for done in np.linspace(0, 0.999, 200)])
    momentum = np.array([_one_cycle(done, 0.3)[1] for done in np.linspace(0, 0.999, 200)])
    assert abs(rate.max() - 0.3) < 1e-3 and rate.argmax() in (49, 50) and rate[-1] < 1e-4
    assert rate[0] == pytest.approx(0.012) and momentum.min() == pytest.approx(0.85, abs=1e-3)
    assert np.argmin(momentum) == np.argmax(rate)


def test_bad_input_is_told():
    with pytest.raises(NotFittedError):
        RatingFactors().predict([0], [0])
    with pytest.raises(DataError, match=r"Allowed: 0.5 to 5.5. Got: 7.0"):
        RatingFactors().fit(csr_matrix(np.float32([[7.0]])))
    with pytest.raises(DataError, match="no ratings"):
        RatingFactors().fit(csr_matrix((2, 2), dtype=np.float32))
    with pytest.raises(OptionError, match="low below high"):
        RatingFactors(y_range=(5.0, 1.0))
    with np.errstate(all="ignore"), pytest.raises(TamisError, match="lower `learning_rate`"):
        RatingFactors(factors=2, learning_rate=1e38, epochs=4).fit(rated_world()[0])
