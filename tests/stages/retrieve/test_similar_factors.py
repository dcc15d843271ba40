"""Neighbours in the factor space of ratings: the cosine by hand, the item at hand, and who cannot be answered."""

import numpy as np
import pytest

from tamis.core.errors import NotFittedError
from tamis.core.words import Queries
from tamis.data.worlds import ratings
from tamis.models import RatingFactors
from tamis.stages.retrieve import SimilarFactors
from tamis.testing import declare

MODEL = RatingFactors(factors=4, epochs=20, weight_decay=0.3, y_range=(-1.0, 9.0))


@pytest.fixture(scope="module")
def shop():
    return declare(ratings(120, 40, n_events=3_000, seed=3), value="rating")


@pytest.fixture(scope="module")
def stage(shop):
    return SimilarFactors(shop.events, model=MODEL).fit(shop.dataset)


def asked(shop, users, items=None):
    at = np.full(len(users), shop.dataset.until, np.int64)
    return Queries(np.array(users, np.int32), at, shop.dataset.past, item=items)


def test_from_an_item_the_score_is_the_cosine_of_factors(shop, stage):
    factors = MODEL.fit(shop.dataset.events(shop.events).matrix(values=True)).item_factors_[1:].astype(np.float64)
    unit = factors / np.linalg.norm(factors, axis=1, keepdims=True)
    items = np.arange(5, dtype=np.int32)
    found = stage.retrieve(asked(shop, [-1] * 5, items), 39)
    assert not (found.item == items[found.query]).any()
    np.testing.assert_allclose(found["score"], (unit[found.query] * unit[found.item]).sum(axis=1), atol=1e-5)
    assert (found["cold"] == 0).all() and (np.bincount(found.query) == 39).all()
    score = found["score"].reshape(5, 39)
    assert (np.diff(score, axis=1) <= 0).all()


def test_from_a_person_the_profile_is_the_mean_of_the_latest_items(shop):
    stage = SimilarFactors(shop.events, model=MODEL, last=3, repeat=True).fit(shop.dataset)
    found = stage.retrieve(asked(shop, [7]), 40)
    batch = shop.dataset.events(shop.events)
    latest = batch.item[batch.user == 7][-3:]
    profile = stage.vectors_[latest].astype(np.float64).sum(axis=0)
    profile /= np.linalg.norm(profile)
    np.testing.assert_allclose(found["score"], stage.vectors_[found.item] @ profile, atol=1e-5)


def test_neighbours_share_the_truth_that_made_the_ratings(shop, stage):
    world = ratings(120, 40, n_events=3_000, seed=3)
    true = world.truth.item_factors / np.linalg.norm(world.truth.item_factors, axis=1, keepdims=True)
    items = np.arange(40, dtype=np.int32)
    found = stage.retrieve(asked(shop, [-1] * 40, items), 5)
    likeness = true @ true.T
    near = likeness[items[found.query], found.item].mean()
    assert near > likeness[~np.eye(40, dtype=bool)].mean() + 0.2


def test_strangers_and_unrated_shops_are_answered_by_popularity(shop, stage):
    popular = stage.retrieve(asked(shop, [-1]), 3)
    counts = np.bincount(shop.dataset.events(shop.events).item, minlength=40)
    assert (popular["cold"] == 1).all() and popular.item[0] == np.argmax(counts)
    early = shop.dataset.before(0)
    empty = SimilarFactors(shop.events, model=MODEL).fit(early)
    found = empty.retrieve(asked(shop, [0], np.array([3], np.int32)), 4)
    assert len(found) == 4 and (found["cold"] == 1).all() and 3 not in found.item
    assert len(stage.retrieve(asked(shop, [0]), 0)) == 0


def test_zero_factors_are_like_nothing(shop):
    none = SimilarFactors(shop.events, model=RatingFactors(factors=0, epochs=1, y_range=(-1, 9))).fit(shop.dataset)
    assert (none.retrieve(asked(shop, [0]), 3)["cold"] == 1).all()


def test_asked_before_training(shop):
    with pytest.raises(NotFittedError, match="SimilarFactors"):
        SimilarFactors(shop.events).retrieve(asked(shop, [0]), 3)
