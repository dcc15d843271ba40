import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.core.progress import listening
from tamis.core.words import Rows
from tamis.models.gradient_boosting import GradientBoosting, Objective
from tamis.models.tree_growth import TreeGrowth

SMALL = TreeGrowth(leaves=7, rows_per_leaf=5)


def rows_of(x):
    x = np.asarray(x, np.float32)
    return Rows(x, tuple(f"c{i}" for i in range(x.shape[1])), np.zeros(len(x), np.int64))


def curved(n=1500, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2, 2, size=(n, 3))
    p = np.where(x[:, 0] * x[:, 1] > 0, 0.9, 0.1)
    return rows_of(x), (rng.random(n) < p).astype(np.float64), p


def test_learns_what_no_line_can():
    from tamis.models.logistic import LogisticRegression

    rows, label, _ = curved()
    fresh, _, p = curved(seed=1)
    trees = GradientBoosting(trees=60, growth=SMALL, threads=1, learning_rate=0.1).fit(rows, label)
    assert np.abs(trees.predict(fresh) - p).mean() < 0.1
    assert np.abs(LogisticRegression().fit(rows, label).predict(fresh) - p).mean() > 0.35
    assert list(trees.importance())[2] == "c2"


def test_is_what_lightgbm_gives_with_the_same_parameters():
    import lightgbm

    rows, label, _ = curved()
    ours = GradientBoosting(trees=15, growth=SMALL, threads=1, learning_rate=0.1).fit(rows, label)
    theirs = lightgbm.train(
        {"objective": "binary", "num_leaves": 7, "min_data_in_leaf": 5, "learning_rate": 0.1, "verbosity": -1,
         "deterministic": True, "force_row_wise": True, "num_threads": 1, "seed": 0},
        lightgbm.Dataset(rows.x, label), 15,
    )  # fmt: skip
    np.testing.assert_allclose(ours.predict(rows), theirs.predict(rows.x), rtol=1e-12)


def test_stops_early_and_keeps_the_best_round():
    rows, label, _ = curved(400)
    held = curved(400, seed=3)[:2]
    model = GradientBoosting(trees=400, growth=SMALL, threads=1, learning_rate=0.3, patience=10)
    model.fit(rows, label, validation=held)
    assert model.trees_ == int(np.argmin(model.curve_)) + 1
    assert len(model.curve_) == model.trees_ + 10 < 400
    p = model.predict(held[0])
    loss = -np.mean(np.log(np.where(held[1] == 1, p, 1 - p)))
    assert loss == pytest.approx(min(model.curve_), rel=1e-9)


def test_validation_columns_are_put_in_order():
    rows, label, _ = curved(400)
    held, truth, _ = curved(400, seed=3)
    model = GradientBoosting(trees=40, growth=SMALL, threads=1)
    straight = model.fit(rows, label, validation=(held, truth)).curve_
    turned = Rows(held.x[:, ::-1].copy(), held.names[::-1], held.query)
    assert model.fit(rows, label, validation=(turned, truth)).curve_ == straight


@pytest.mark.parametrize(
    ("objective", "expected"),
    [(Objective.SQUARED_ERROR, 4.0), (Objective.ABSOLUTE_ERROR, 1.0), (Objective.POISSON, 4.0)],
)
def test_objectives_find_the_mean_or_the_median(objective, expected):
    x = np.r_[np.zeros(300), np.ones(300)][:, None]
    label = np.r_[np.tile([0.0, 1.0, 11.0], 100), np.tile([20.0, 20.0, 20.0], 100)]
    model = GradientBoosting(objective, trees=300, growth=SMALL, threads=1).fit(rows_of(x), label)
    assert model.output == "quantity"
    assert model.predict(rows_of([[0.0]]))[0] == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize(
    ("objective", "value"), [(Objective.BINARY, 0.0), (Objective.BINARY, 1.0), (Objective.SQUARED_ERROR, -2.5)]
)
def test_all_equal_labels_give_that_label_and_a_note(objective, value, tmp_path):
    rows, _, _ = curved(50)
    model = GradientBoosting(objective, threads=1).fit(rows, np.full(50, value))
    np.testing.assert_array_equal(model.predict(rows), value)
    assert "all 50 labels are equal" in model.note_
    model.save(tmp_path)
    loaded = GradientBoosting(objective).load(tmp_path)
    np.testing.assert_array_equal(loaded.predict(rows), value)
    assert loaded.base_ == model.base_


def test_too_few_rows_to_split_leave_a_note():
    model = GradientBoosting(threads=1, trees=5).fit(rows_of([[0.0], [1.0], [2.0]]), np.array([0, 1, 1]))
    assert "no split was found in 3 rows" in model.note_
    np.testing.assert_allclose(model.predict(rows_of([[9.0]])), 2 / 3)


def test_labels_must_suit_the_objective():
    rows, label, _ = curved(50)
    with pytest.raises(DataError, match="not binary"):
        GradientBoosting().fit(rows, label + 1)
    with pytest.raises(DataError, match="count is negative"):
        GradientBoosting(Objective.POISSON).fit(rows, label - 1)
    with pytest.raises(DataError, match="validation"):
        GradientBoosting().fit(rows, label, validation=(rows, label[:3]))


def test_same_seed_same_trees_with_random_shares_and_other_seeds_differ():
    rows, label, _ = curved(600)
    growth = TreeGrowth(leaves=7, rows_per_leaf=5, column_share=0.6, row_share=0.5)

    def predict(seed):
        return GradientBoosting(trees=20, growth=growth, threads=1, seed=seed).fit(rows, label).predict(rows)

    np.testing.assert_array_equal(predict(1), predict(1))
    assert np.abs(predict(1) - predict(2)).max() > 1e-3


def test_the_number_of_threads_does_not_matter():
    rows, label, _ = curved(600)
    one = GradientBoosting(trees=20, growth=SMALL, threads=1).fit(rows, label).predict(rows)
    two = GradientBoosting(trees=20, growth=SMALL, threads=2).fit(rows, label).predict(rows)
    np.testing.assert_allclose(one, two, atol=1e-6)


def test_progress_is_told():
    rows, label, _ = curved(200)
    heard = []
    with listening(lambda *told: heard.append(told)):
        GradientBoosting(trees=3, growth=SMALL, threads=1).fit(rows, label, validation=(rows, label))
    assert [h[:3] for h in heard[:3]] == [("gradient boosting", i, 3) for i in (1, 2, 3)]
    assert heard[0][3].startswith("binary_logloss 0.")


def test_names_that_lightgbm_refuses_are_fine():
    rows, label, _ = curved(100)
    strange = Rows(rows.x, ('likes per (user, "item")', "a b", "a_b"), rows.query)
    model = GradientBoosting(trees=3, growth=SMALL, threads=1).fit(strange, label)
    assert set(model.importance()) == set(strange.names)
