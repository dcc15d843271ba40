import numpy as np
import pytest

from tamis.core.errors import DataError, OptionError
from tamis.core.words import Candidates
from tamis.data.moments import Moments, with_truth
from tests.stores import small

USERS = ["a", "a", "a", "b", "b", "c"]
ITEMS = ["x", "y", "z", "x", "y", "x"]
AT = [1, 5, 9, 2, 6, 3]


def named(data, truth, query):
    return data.store.items.decode(truth.item[truth.query == query]).to_pylist()


def test_everybody_is_asked_once_at_the_cut():
    data, log, *_ = small(USERS, ITEMS, AT)
    how = Moments(ask="cut")
    queries = how.queries(data, log, 4, 10)
    assert data.store.users.decode(queries.user).to_pylist() == ["a", "b"] and queries.at.tolist() == [4, 4]
    truth = how.truth(data, log, queries, 10)
    assert named(data, truth, 0) == ["y", "z"] and named(data, truth, 1) == ["y"]
    assert named(data, how.truth(data, log, queries, 9), 0) == ["y"]


def test_activity_asks_just_before_an_outcome_and_never_sees_it():
    data, log, *_ = small(USERS, ITEMS, AT)
    how = Moments(per_user=5)
    queries = how.queries(data, log, 0, 10)
    assert queries.at.tolist() == sorted(AT)
    truth = how.truth(data, log, queries, 10)
    for i, (user, at) in enumerate(zip(queries.user, queries.at)):
        before = data.past.history(log, np.array([user]), np.array([at]))
        assert (before.at < at).all()
        assert not set(before.item.tolist()) & set(truth.item[truth.query == i].tolist())
        assert len(truth.item[truth.query == i]) >= 1


def test_at_most_per_user_moments_and_the_same_for_the_same_seed():
    rng = np.random.default_rng(0)
    data, log, *_ = small(rng.integers(0, 6, 200), rng.integers(0, 40, 200), np.arange(200))
    one, again, other = (Moments(per_user=4, seed=s).queries(data, log, 50, 200) for s in (1, 1, 2))
    assert np.bincount(one.user).max() == 4
    np.testing.assert_array_equal(one.at, again.at)
    assert one.at.tolist() != other.at.tolist()


def test_the_horizon_ends_the_truth_and_repeats_count_where_said():
    data, log, *_ = small(["a"] * 4, ["x", "x", "y", "z"], [1, 4, 5, 60_000_000])
    queries = Moments(ask="cut").queries(data, log, 3, 2**40)
    new_only = Moments(ask="cut").truth(data, log, queries, 2**40)
    assert named(data, new_only, 0) == ["y", "z"]
    soon = Moments(ask="cut", horizon="10s", known_to_user=True).truth(data, log, queries, 2**40)
    assert named(data, soon, 0) == ["x", "y"]


def test_labels_and_queries_without_truth():
    data, log, *_ = small(USERS, ITEMS, AT)
    how = Moments(ask="cut", known_to_user=False)
    queries = how.queries(data, log, 4, 10)
    truth = how.truth(data, log, queries, 10)
    codes = data.store.items.encode(["x", "y", "z"])
    pool = Candidates(np.array([0, 0, 0, 1, 1, 1]), np.tile(codes, 2), 2)
    np.testing.assert_array_equal(truth.label(pool, data.n_items), [0, 1, 1, 0, 1, 0])
    empty = how.truth(data, log, queries, 5)
    kept, renumbered = with_truth(queries, how.truth(data, log, queries, 6))
    assert len(empty.item) == 0 and len(kept) == 1 and set(renumbered.query) == {0}


def test_a_stretch_without_outcomes_and_a_bad_horizon_are_told():
    data, log, *_ = small(USERS, ITEMS, AT)
    with pytest.raises(DataError, match="no events in the stretch"):
        Moments().queries(data, log, 50, 60)
    with pytest.raises(OptionError, match="horizon"):
        Moments(horizon="soon")
