"""Each world's events follow its truth within five standard errors, and nothing orders better than the truth does."""

import numpy as np
import pytest

from tamis.core.errors import OptionError, TamisError
from tamis.data.worlds import (
    Preferences,
    biased_log,
    checkerboard,
    cold,
    drifted,
    rare_fraud,
    ratings,
    two_tastes,
)
from tamis.metrics import RankedLists, ndcg

WORLDS = [checkerboard, two_tastes, drifted, biased_log, rare_fraud, cold, ratings]


def rows(column):
    """The row that each zero-padded id names."""
    return np.char.lstrip(column, "uir").astype(int)


def near(count, n, probability):
    """Whether counts out of n draws are within five standard errors of their probability."""
    error = np.sqrt(np.maximum(probability * (1 - probability), 1e-12) * n)
    return np.all(np.abs(count - n * probability) <= 5 * error + 1)


def same(a, b):
    tables = zip((a.users, a.items, a.events), (b.users, b.items, b.events))
    return all(list(x) == list(y) and all(np.array_equal(x[c], y[c]) for c in x) for x, y in tables)


@pytest.mark.parametrize("world", WORLDS)
def test_a_seed_makes_one_world_and_ids_sort_as_rows(world):
    made = world(seed=5)
    assert same(made, world(seed=5))
    assert not same(made, world(seed=6))
    for table, key in ((made.users, "user_id"), (made.items, "item_id")):
        np.testing.assert_array_equal(rows(table[key]), np.arange(len(table[key])))
        assert list(table[key]) == sorted(table[key])
    lengths = {len(column) for column in made.events.values()}
    assert lengths == {len(made)}
    at = made.events["at"]
    assert at.dtype == np.dtype("datetime64[us]")
    assert (np.diff(at.astype(np.int64)) >= 0).all()


@pytest.mark.parametrize("world", WORLDS)
def test_a_world_without_people_is_refused_by_name(world):
    with pytest.raises(OptionError, match=f"{world.__name__}: `n_users`.*Got: 0"):
        world(n_users=0)


def test_checkerboard_keeps_everybody_on_their_colour():
    world = checkerboard(11, 7, per_user=3)
    user, item = rows(world.events["user_id"]), rows(world.events["item_id"])
    assert (user % 2 == item % 2).all()
    assert len(set(zip(user, item))) == len(world) == 11 * 3
    probability = world.truth.probability
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    # items 0, 2, 4, 6 are even and 1, 3, 5 odd
    np.testing.assert_allclose(probability[0], [1 / 4, 0, 1 / 4, 0, 1 / 4, 0, 1 / 4])
    np.testing.assert_allclose(probability[1], [0, 1 / 3, 0, 1 / 3, 0, 1 / 3, 0])
    assert (world.truth.best(3)[1] == [1, 3, 5]).all()


def test_checkerboard_gives_all_items_of_a_colour_where_more_are_asked():
    assert len(checkerboard(4, 6, per_user=99)) == 4 * 3


def test_two_tastes_draw_by_the_truth():
    world = two_tastes(200, 20, per_user=60, n_tastes=3, overlap=0.2)
    taste = world.truth.taste_of[rows(world.events["user_id"])]
    item = rows(world.events["item_id"])
    for each in range(3):
        n = (taste == each).sum()
        assert near(np.bincount(item[taste == each], minlength=20), n, world.truth.taste[each])
    own = np.arange(20) % 3 == np.arange(3)[:, None]
    np.testing.assert_allclose((world.truth.taste * own).sum(axis=1), 0.8)


def test_no_order_beats_the_truth_and_the_reachable_ndcg_is_what_is_measured():
    world = two_tastes(4_000, 30, per_user=1, seed=3)
    k, n = 5, 4_000
    user, item = rows(world.events["user_id"]), rows(world.events["item_id"])
    best = world.truth.best(k)

    def measured(lists):
        query = np.repeat(np.arange(n), k)
        return ndcg(RankedLists.build(n, query, lists[user].ravel(), np.arange(n), item, np.ones(n), n_items=30), k)

    reached = measured(best).values
    assert abs(reached.mean() - world.truth.best_ndcg(k)) < 5 * reached.std() / np.sqrt(n)
    random = np.random.default_rng(0)
    popular = np.argsort(-np.bincount(item, minlength=30))[:k]
    swapped = best.copy()
    swapped[:, [0, 1]] = swapped[:, [1, 0]]
    others = [
        np.tile(popular, (n, 1)),
        random.permuted(np.tile(np.arange(30), (n, 1)), axis=1)[:, :k],
        best[:, ::-1],
        swapped,
        1 - world.truth.taste_of[:, None] + 2 * np.arange(k),
    ]
    for lists in others:
        assert world.truth.expected_ndcg(lists).mean() < world.truth.best_ndcg(k) - 1e-6
        assert measured(lists).mean < reached.mean()


def test_best_lists_are_the_best_of_all_permutations():
    import itertools

    truth = Preferences(np.array([[0.1, 0.4, 0.2, 0.3], [0.25, 0.25, 0.25, 0.25]]), np.array([1, 0]))
    every = np.array(list(itertools.permutations(range(4), 2)))
    both = np.stack([truth.expected_ndcg(np.tile(one, (2, 1))) for one in every])
    np.testing.assert_allclose(both.max(axis=0), truth.expected_ndcg(truth.best(2)))
    np.testing.assert_array_equal(truth.best(2), [[0, 1], [1, 3]])
    for k in (0, 5):
        with pytest.raises(TamisError, match="from 1 to 4"):
            truth.best(k)


def test_drifted_popularity_follows_the_truth_on_both_sides_of_the_change():
    world = drifted(n_events=20_000)
    truth, item = world.truth, rows(world.events["item_id"])
    after = world.events["at"].astype(np.int64) >= truth.changes_at
    assert 0.57 < (~after).mean() < 0.63
    for mask, probability in ((~after, truth.before), (after, truth.after)):
        assert near(np.bincount(item[mask], minlength=40), mask.sum(), probability)
    moment = np.array([truth.changes_at - 1, truth.changes_at])
    np.testing.assert_array_equal(truth.probability(moment), [truth.before, truth.after])
    old, new = truth.best(truth.changes_at - 1, 5), truth.best(truth.changes_at, 5)
    assert old.tolist() == [0, 1, 2, 3, 4]
    assert new.tolist() == [39, 38, 37, 36, 35]
    hits = [np.isin(item[after], each).mean() for each in (new, old, np.arange(10, 15))]
    assert hits[0] > 3 * max(hits[1:])


def test_biased_log_clicks_and_propensities_follow_the_truth():
    world = biased_log(100, 6, n_pages=20_000, places=3, sharpness=0.7)
    truth, events = world.truth, world.events
    shown = events["kind"] == "shown"
    user, item, place = rows(events["user_id"]), rows(events["item_id"]), events["position"] - 1
    page = rows(events["request_id"])
    clicked = set(zip(page[~shown], place[~shown]))
    assert len(clicked) == (~shown).sum()
    click = np.array([pair in clicked for pair in zip(page[shown], place[shown])])
    chance = truth.click_rate(user[shown], item[shown], place[shown])
    for each in range(3):
        here = place[shown] == each
        assert abs(click[here].mean() - chance[here].mean()) < 5 * click[here].std() / np.sqrt(here.sum())
    first = shown & (place == 0)
    assert near(np.bincount(item[first], minlength=6), first.sum(), truth.logging[0])
    np.testing.assert_allclose(events["propensity"][first], truth.logging[0][item[first]])
    # by hand: the second place is drawn among what the first left
    one = np.flatnonzero(shown & (page == page[0]))
    a, b = item[one][np.argsort(place[one])][:2]
    expected = truth.logging[0][b] / (1 - truth.logging[0][a])
    np.testing.assert_allclose(events["propensity"][one][place[one] == 1], expected)
    assert len(set(item[one])) == 3


def test_biased_log_weighted_by_propensity_gives_the_value_that_the_plain_mean_misses():
    world = biased_log(100, 6, n_pages=40_000, places=2, sharpness=1.5)
    truth, events = world.truth, world.events
    first = events["position"] == 1
    shown, clicks = first & (events["kind"] == "shown"), first & (events["kind"] == "click")
    click = np.isin(events["request_id"][shown], events["request_id"][clicks])
    user, item = rows(events["user_id"])[shown], rows(events["item_id"])[shown]
    for policy in (np.full((2, 6), 1 / 6), truth.best_policy()):
        weighted = click * policy[truth.group_of[user], item] / events["propensity"][shown]
        error = weighted.std() / np.sqrt(len(weighted))
        assert abs(weighted.mean() - truth.value(policy)) < 5 * error
    assert abs(click.mean() - truth.value(truth.best_policy())) > 0.05
    values = [truth.value(policy) for policy in (truth.logging, np.full((2, 6), 1 / 6), np.eye(6)[[2, 3]])]
    assert max(values) < truth.value(truth.best_policy())
    with pytest.raises(TamisError, match="another shape"):
        truth.value(np.ones((1, 6)))


def test_rare_fraud_happens_as_often_as_the_truth_says():
    world = rare_fraud(n_events=60_000, rate=0.01)
    p, fraud = world.truth.probability, world.events["fraud"]
    assert abs(p.mean() - 0.01) < 1e-9
    for group in np.array_split(np.argsort(p), 8):
        expected, variance = p[group].sum(), (p[group] * (1 - p[group])).sum()
        assert abs(fraud[group].sum() - expected) < 5 * np.sqrt(variance) + 1


def test_rare_fraud_truth_orders_best_and_costs_least():
    from sklearn.metrics import average_precision_score, roc_auc_score

    world = rare_fraud(n_events=60_000, rate=0.01)
    truth, fraud = world.truth, world.events["fraud"]
    others = [world.events["amount"], world.events["abroad"].astype(float), -truth.probability]
    others.append(np.random.default_rng(0).random(len(fraud)))
    others.append(truth.probability * np.exp(np.random.default_rng(1).normal(0, 1, len(fraud))))
    for other in others:
        assert roc_auc_score(fraud, truth.probability) > roc_auc_score(fraud, other)
        assert average_precision_score(fraud, truth.probability) > average_precision_score(fraud, other)
    best = truth.expected_cost(truth.best(missed=100, alarm=5), missed=100, alarm=5)
    np.testing.assert_array_equal(truth.best(missed=100, alarm=5), truth.probability > 5 / 105)
    for threshold in (0.0, 0.02, 0.1, 0.5, 1.0):
        assert best < truth.expected_cost(truth.probability > threshold, missed=100, alarm=5)
    assert best <= truth.expected_cost(world.events["abroad"], missed=100, alarm=5)
    with pytest.raises(OptionError, match="`rate`"):
        rare_fraud(rate=0.0)


def test_cold_people_and_items_are_new_and_their_attributes_tell_their_taste():
    world = cold(200, 40, n_events=20_000)
    truth, events = world.truth, world.events
    user, item = rows(events["user_id"]), rows(events["item_id"])
    early = events["at"].astype(np.int64) < truth.since
    assert truth.new_user.sum() == 50
    assert truth.new_item.sum() == 10
    assert not truth.new_user[user[early]].any()
    assert not truth.new_item[item[early]].any()
    assert np.unique(user[~early & truth.new_user[user]]).size == 50
    region = user[~early] % 4
    assert near(np.bincount(item[~early][region == 2], minlength=40), (region == 2).sum(), truth.preferences.taste[2])
    style = np.array(["north", "east", "south", "west"])
    matches = world.users["region"][user] == world.items["style"][item]
    assert set(world.users["region"]) == set(style)
    assert abs(matches.mean() - 0.85) < 5 * np.sqrt(0.85 * 0.15 / len(world))
    # a list by attributes serves new people; what was popular before does not
    popular = np.argsort(-np.bincount(item[early], minlength=40))[:5]
    best = truth.preferences.expected_ndcg(truth.preferences.best(5))[truth.new_user]
    assert (best > truth.preferences.expected_ndcg(np.tile(popular, (200, 1)))[truth.new_user]).all()


def test_ratings_lie_around_the_truth_by_the_noise_and_no_closer():
    world = ratings(n_events=20_000, noise=0.5)
    user, item, rating = rows(world.events["user_id"]), rows(world.events["item_id"]), world.events["rating"]
    assert len(set(zip(user, item))) == 20_000
    expected = world.truth.expected(user, item)
    error = rating - expected
    assert abs(np.sqrt((error**2).mean()) - 0.5) < 5 * 0.5 / np.sqrt(2 * len(error))
    assert abs(error.mean()) < 5 * 0.5 / np.sqrt(len(error))
    truth = world.truth
    biased = truth.mean + truth.user_bias[user] + truth.item_bias[item]
    for other in (biased, np.full(len(error), truth.mean), np.round(expected), expected + 0.05):
        assert ((rating - other) ** 2).mean() > (error**2).mean()
    # by hand
    by_hand = truth.mean + truth.user_bias[3] + truth.item_bias[7] + truth.user_factors[3] @ truth.item_factors[7]
    np.testing.assert_allclose(truth.expected(np.array([3]), np.array([7])), [by_hand])


def test_ratings_without_noise_are_the_truth_and_never_more_than_the_pairs():
    world = ratings(5, 4, n_events=100, noise=0.0)
    assert len(world) == 20
    user, item = rows(world.events["user_id"]), rows(world.events["item_id"])
    np.testing.assert_array_equal(world.events["rating"], world.truth.expected(user, item))
