"""The games shop: its schema, and counts that follow the truth that made them."""

import numpy as np
import pytest

from tamis.core.errors import OptionError
from tamis.data.worlds import games

PLATFORMS = ("win", "mac", "linux", "steam_deck")


def test_the_schema_is_that_of_the_source():
    shop = games(30, 20, per_user=4)
    assert set(shop.games) == {
        *("app_id", "title", "date_release", "win", "mac", "linux", "rating", "positive_ratio", "user_reviews"),
        *("price_final", "price_original", "discount", "steam_deck"),
    }
    assert set(shop.users) == {"user_id", "products", "reviews", "platform"}
    assert set(shop.recommendations) == {
        *("app_id", "helpful", "funny", "date", "is_recommended", "hours", "user_id", "review_id"),
    }
    for table in (shop.games, shop.users, shop.recommendations):
        assert len({len(column) for column in table.values()}) == 1
    assert len(np.unique(shop.games["title"])) == 20


def test_nobody_plays_what_does_not_run_and_nobody_twice():
    shop = games(300, 50, per_user=10, seed=4)
    log = shop.recommendations
    user, game = log["user_id"] - 1_000, log["app_id"] // 10 - 1
    place = np.array([PLATFORMS.index(p) for p in shop.users["platform"]])
    runs = np.column_stack([shop.games[p] for p in PLATFORMS])
    assert runs[game, place[user]].all() and not runs.all()
    assert len(np.unique(user * 50 + game)) == len(user)
    assert (shop.truth.probability[user, game] > 0).all()
    assert (np.diff(log["date"]) >= np.timedelta64(0)).all()
    np.testing.assert_array_equal(np.bincount(game, minlength=50), shop.games["user_reviews"])
    np.testing.assert_array_equal(np.bincount(user, minlength=300), shop.users["reviews"])


def test_counts_follow_the_probabilities():
    shop = games(4_000, 30, per_user=1, seed=5)
    expected = shop.truth.probability.sum(axis=0)
    seen = shop.games["user_reviews"]
    variance = (shop.truth.probability * (1 - shop.truth.probability)).sum(axis=0)
    assert (np.abs(seen - expected) < 5 * np.sqrt(variance) + 1).all()
    np.testing.assert_allclose(shop.truth.probability.sum(axis=1), 1)


def test_people_recommend_what_they_love_and_play_it_longer():
    shop = games(500, 100, genres=4, seed=6)
    loved = shop.truth.taste_of // len(PLATFORMS)
    log = shop.recommendations
    home = shop.genre[log["app_id"] // 10 - 1] == loved[log["user_id"] - 1_000]
    assert abs(log["is_recommended"][home].mean() - 0.9) < 0.03
    assert abs(log["is_recommended"][~home].mean() - 0.4) < 0.04
    assert log["hours"][home].mean() > 3 * log["hours"][~home].mean()


def test_without_loyalty_there_is_no_taste():
    flat, tasty = games(50, 40, loyalty=1.0, seed=7), games(50, 40, loyalty=12.0, seed=7)
    win = flat.users["platform"] == "win"
    assert np.ptp(flat.truth.probability[win], axis=0).max() < 1e-12
    assert tasty.truth.best_ndcg(10) > flat.truth.best_ndcg(10)


def test_a_seed_makes_one_shop():
    one, again, other = games(20, 20, seed=1), games(20, 20, seed=1), games(20, 20, seed=2)
    for name, column in one.recommendations.items():
        np.testing.assert_array_equal(column, again.recommendations[name])
    assert len(one.recommendations["hours"]) != len(other.recommendations["hours"]) or not np.array_equal(
        one.recommendations["hours"], other.recommendations["hours"]
    )
    with pytest.raises(OptionError, match="`n_games`"):
        games(10, 0)
