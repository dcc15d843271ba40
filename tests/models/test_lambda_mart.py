import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.core.words import Rows
from tamis.models.gradient_boosting import GradientBoosting
from tamis.models.lambda_mart import LambdaMART
from tamis.models.sort_by import SortBy
from tamis.models.tree_growth import TreeGrowth

SMALL = TreeGrowth(leaves=15, rows_per_leaf=10)
NAMES = ("popularity", "taste", "price")


def world(n_queries=200, size=20, seed=0):
    """Queries differ in how much is liked at all; within one, taste decides and popularity helps a little."""
    rng = np.random.default_rng(seed)
    query = np.repeat(np.arange(n_queries), size)
    taste = rng.normal(size=len(query))
    popularity = rng.normal(size=len(query))
    utility = 2 * taste + 0.5 * popularity + rng.normal(size=len(query))
    rank = np.lexsort((-utility, query))
    grade = np.zeros(len(query))
    place = np.tile(np.arange(size), n_queries)
    grade[rank] = np.where(place < 2, 2, np.where(place < 5, 1, 0))
    x = np.c_[popularity, taste, rng.normal(size=len(query))].astype(np.float32)
    return Rows(x, NAMES, query), grade


def ndcg(rows, grade, score, k=10):
    order = np.lexsort((-score, rows.query))
    size = len(rows) // len(np.unique(rows.query))
    discount = np.where(np.arange(size) < k, 1 / np.log2(np.arange(size) + 2), 0)
    gain = (2**grade - 1)[order].reshape(-1, size)
    best = -np.sort(-gain, axis=1)
    return float(((gain @ discount) / (best @ discount)).mean())


def test_beats_popularity_and_equals_the_truth_closely():
    rows, grade = world()
    fresh, truth = world(seed=1)
    model = LambdaMART(trees=60, growth=SMALL, threads=1, learning_rate=0.1).fit(rows, grade)
    learned = ndcg(fresh, truth, model.predict(fresh))
    popular = ndcg(fresh, truth, SortBy("popularity").fit(rows, grade).predict(fresh))
    oracle = ndcg(fresh, truth, 2 * fresh.x[:, 1] + 0.5 * fresh.x[:, 0])
    assert popular < 0.6
    assert learned > popular + 0.2
    assert learned > oracle - 0.02
    assert list(model.importance()) == ["taste", "popularity", "price"]


def test_learns_the_order_within_queries_where_pointwise_learns_the_level():
    # The column says which query is liked at all; within a query it is constant, and only `taste` orders.
    rng = np.random.default_rng(0)
    query = np.repeat(np.arange(300), 10)
    level = np.repeat(rng.normal(size=300), 10)
    taste = rng.normal(size=3000)
    label = (rng.random(3000) < 1 / (1 + np.exp(-(3 * level + taste)))).astype(float)
    rows = Rows(np.c_[level, taste].astype(np.float32), ("level", "taste"), query)
    pointwise = GradientBoosting(trees=20, growth=SMALL, threads=1).fit(rows, label)
    assert pointwise.importance()["level"] > 0.5
    assert LambdaMART(trees=20, growth=SMALL, threads=1).fit(rows, label).importance()["taste"] > 0.5


def test_is_deterministic_and_ignores_the_numbers_of_the_queries():
    rows, grade = world(60)
    make = lambda: LambdaMART(trees=20, growth=SMALL, threads=1)
    first = make().fit(rows, grade).predict(rows)
    np.testing.assert_array_equal(make().fit(rows, grade).predict(rows), first)
    renamed = Rows(rows.x, rows.names, rows.query * 7 + 1000)
    np.testing.assert_array_equal(make().fit(renamed, grade).predict(rows), first)


def test_stops_early_on_ndcg_at_k():
    rows, grade = world(60)
    fresh, truth = world(60, seed=1)
    model = LambdaMART(trees=300, growth=SMALL, threads=1, learning_rate=0.3, patience=10, k=5)
    model.fit(rows, grade, validation=(fresh, truth))
    assert model.trees_ == int(np.argmax(model.curve_)) + 1 < 300
    assert ndcg(fresh, truth, model.predict(fresh), k=5) == pytest.approx(max(model.curve_), abs=1e-6)


def test_groups_without_a_difference_are_left_out_and_counted():
    rows, grade = world(40)
    flat = np.isin(rows.query, [3, 17, 39])
    mixed = np.where(flat, 1.0, grade)
    make = lambda: LambdaMART(trees=10, growth=SMALL, threads=1)
    with_flat = make().fit(rows, mixed)
    assert with_flat.dropped_groups_ == 3
    without = make().fit(rows.rows(~flat), grade[~flat])
    assert without.dropped_groups_ == 0
    np.testing.assert_array_equal(with_flat.predict(rows), without.predict(rows))


def test_all_equal_labels_give_zeros_and_a_note(tmp_path):
    rows, _ = world(5)
    model = LambdaMART(threads=1).fit(rows, np.ones(len(rows)))
    np.testing.assert_array_equal(model.predict(rows), 0)
    assert "no query of 5 has labels that differ" in model.note_
    assert model.dropped_groups_ == 5
    model.save(tmp_path)
    np.testing.assert_array_equal(LambdaMART().load(tmp_path).predict(rows), 0)


def test_validation_without_a_difference_is_no_validation():
    rows, grade = world(20)
    model = LambdaMART(trees=5, growth=SMALL, threads=1).fit(rows, grade, validation=(rows, np.zeros(len(rows))))
    assert model.trees_ == 5
    assert model.curve_ == []


def test_linear_gain_and_truncation_change_what_is_learned():
    rows, grade = world(60)
    base = LambdaMART(trees=10, growth=SMALL, threads=1).fit(rows, grade).predict(rows)
    linear = LambdaMART(trees=10, growth=SMALL, threads=1, gain="linear").fit(rows, grade).predict(rows)
    short = LambdaMART(trees=10, growth=SMALL, threads=1, truncation=1).fit(rows, grade).predict(rows)
    assert np.abs(base - linear).max() > 1e-3
    assert np.abs(base - short).max() > 1e-3


def test_bad_groups_and_grades_are_named():
    rows, grade = world(3)
    with pytest.raises(DataError, match=r"label of row 0 is no grade.*0 to 31.*0.5"):
        LambdaMART().fit(rows, grade * 0 + 0.5)
    with pytest.raises(DataError, match="no grade"):
        LambdaMART().fit(rows, grade + 31)
    with pytest.raises(DataError, match="sorted by query"):
        LambdaMART().fit(Rows(rows.x, NAMES, rows.query[::-1].copy()), grade)
    big = Rows(np.zeros((10_001, 1), np.float32), ("x",), np.zeros(10_001, np.int64))
    with pytest.raises(DataError, match=r"query 0 has too many rows.*10000.*10001"):
        LambdaMART().fit(big, np.arange(10_001) % 2)
