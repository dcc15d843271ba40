"""The promises that every judge's model keeps, whatever it learns."""

import hashlib

import numpy as np
import pytest

from tamis.core.errors import DataError, NotFittedError, OptionError
from tamis.core.stages import Predictor, Saveable
from tamis.core.words import Rows
from tamis.models.constant_rate import ConstantRate
from tamis.models.gradient_boosting import GradientBoosting, Objective
from tamis.models.lambda_mart import LambdaMART
from tamis.models.linear import LinearRegression
from tamis.models.logistic import LogisticRegression
from tamis.models.sort_by import SortBy
from tamis.models.tree_growth import TreeGrowth

SMALL = TreeGrowth(leaves=7, rows_per_leaf=5)
MAKERS = {
    "constant": ConstantRate,
    "sort by": lambda: SortBy("price"),
    "logistic": LogisticRegression,
    "linear": LinearRegression,
    "boosting": lambda: GradientBoosting(trees=20, growth=SMALL, threads=1),
    "boosting l2": lambda: GradientBoosting(Objective.SQUARED_ERROR, trees=20, growth=SMALL, threads=1),
    "lambdamart": lambda: LambdaMART(trees=20, growth=SMALL, threads=1),
}
NAMES = ("price", "age", "flat", "often")


def world(n_queries=60, size=10, seed=0):
    rng = np.random.default_rng(seed)
    n = n_queries * size
    x = rng.normal(size=(n, 4)).astype(np.float32)
    label = (x[:, 0] - x[:, 1] + rng.normal(size=n) > 0).astype(np.float64)
    x[:, 2] = 3.5
    x[rng.random(n) < 0.2, 3] = np.nan
    return Rows(x, NAMES, np.repeat(np.arange(n_queries), size)), label


@pytest.fixture(params=list(MAKERS))
def make(request):
    return MAKERS[request.param]


def test_meets_the_contract(make):
    model = make()
    assert isinstance(model, Predictor)
    assert isinstance(model, Saveable)
    assert model.output in ("probability", "score", "quantity")


def test_fit_returns_self_and_changes_no_input(make):
    rows, label = world()
    before = hashlib.sha256(rows.x.tobytes() + label.tobytes()).hexdigest()
    model = make()
    assert model.fit(rows, label) is model
    prediction = model.predict(rows)
    assert prediction.shape == (len(rows),)
    assert prediction.dtype == np.float64
    assert np.all(np.isfinite(prediction))
    if model.output == "probability":
        assert prediction.min() >= 0
        assert prediction.max() <= 1
    model.contributions(rows)
    assert hashlib.sha256(rows.x.tobytes() + label.tobytes()).hexdigest() == before


def test_a_row_is_judged_the_same_alone_and_in_a_batch(make):
    rows, label = world()
    model = make().fit(rows, label)
    batch = model.predict(rows)
    alone = np.concatenate([model.predict(rows.rows(np.array([i]))) for i in range(0, 600, 7)])
    np.testing.assert_array_equal(alone, batch[::7])
    parts = np.concatenate([model.contributions(rows.rows(np.array([i]))) for i in range(0, 600, 29)])
    np.testing.assert_array_equal(parts, model.contributions(rows)[::29])


def test_two_fits_agree_to_the_last_bit(make):
    rows, label = world()
    np.testing.assert_array_equal(make().fit(rows, label).predict(rows), make().fit(rows, label).predict(rows))
    again = make().fit(rows, 1 - label)
    np.testing.assert_array_equal(again.fit(rows, label).predict(rows), make().fit(rows, label).predict(rows))


def test_saved_and_loaded_is_identical(make, tmp_path):
    rows, label = world()
    model = make().fit(rows, label)
    model.save(tmp_path / "model")
    loaded = make().load(tmp_path / "model")
    other, _ = world(seed=1)
    np.testing.assert_array_equal(loaded.predict(other), model.predict(other))
    np.testing.assert_array_equal(loaded.contributions(other), model.contributions(other))
    assert loaded.importance() == model.importance()
    assert loaded.base_ == model.base_
    loaded.save(tmp_path / "again")
    np.testing.assert_array_equal(make().load(tmp_path / "again").predict(other), model.predict(other))


def test_contributions_and_base_make_the_raw_score(make):
    rows, label = world()
    model = make().fit(rows, label)
    raw = model.base_ + model.contributions(rows).sum(axis=1)
    prediction = model.predict(rows)
    # A constant model's base is the prediction itself; the others go through the logistic link.
    if model.output == "probability" and not isinstance(model, ConstantRate):
        prediction = np.log(prediction / (1 - prediction))
    np.testing.assert_allclose(raw, prediction, rtol=1e-6, atol=1e-6)


def test_importance_names_every_column_and_ignores_constants(make):
    rows, label = world()
    share = make().fit(rows, label).importance()
    assert sorted(share) == sorted(NAMES)
    assert share["flat"] == 0
    assert sum(share.values()) == pytest.approx(0 if make().output == "probability" and make is ConstantRate else 1)
    assert list(share.values()) == sorted(share.values(), reverse=True)


def test_columns_in_another_order_are_put_right(make):
    rows, label = world()
    model = make().fit(rows, label)
    turned = Rows(rows.x[:, [2, 0, 3, 1]], ("flat", "price", "often", "age"), rows.query)
    np.testing.assert_array_equal(model.predict(turned), model.predict(rows))


def test_a_misspelt_column_is_named_with_the_nearest(make):
    rows, label = world()
    model = make().fit(rows, label)
    with pytest.raises(DataError, match=r"`price` is missing.*Did you mean 'prise'\?"):
        model.predict(Rows(rows.x, ("prise", "age", "flat", "often"), rows.query))
    with pytest.raises(DataError, match=r"`ages` was not there in training.*Did you mean 'age'\?"):
        model.predict(Rows(np.c_[rows.x, rows.x[:, 0]], (*NAMES, "ages"), rows.query))


def test_one_row_can_be_learned_from(make):
    rows, label = world(1, 1)
    model = make().fit(rows, label)
    assert np.isfinite(model.predict(rows)).all()


def test_no_row_can_be_judged(make):
    rows, label = world()
    model = make().fit(rows, label)
    nothing = rows.rows(np.zeros(0, int))
    assert model.predict(nothing).shape == (0,)
    assert model.contributions(nothing).shape == (0, 4)


def test_infinite_and_missing_values_give_a_number(make):
    rows, label = world()
    model = make().fit(rows, label)
    for value in (np.nan, np.inf, -np.inf):
        strange = Rows(np.full((3, 4), value, np.float32), NAMES, np.zeros(3, np.int64))
        assert np.isfinite(model.predict(strange)).all()


def test_a_column_that_is_all_missing_teaches_nothing(make):
    rows, label = world()
    x = rows.x.copy()
    x[:, 3] = np.nan
    rows = Rows(x, NAMES, rows.query)
    model = make().fit(rows, label)
    assert np.isfinite(model.predict(rows)).all()
    assert model.importance()["often"] == 0


def test_bad_training_data_is_refused_by_name(make):
    rows, label = world()
    with pytest.raises(DataError, match="no rows to learn from"):
        make().fit(rows.rows(np.zeros(0, int)), label[:0])
    with pytest.raises(DataError, match=r"`label` has another shape.*\(600,\).*\(599,\)"):
        make().fit(rows, label[:-1])
    with pytest.raises(DataError, match=r"`label` is not a number in row 3"):
        make().fit(rows, np.where(np.arange(600) == 3, np.nan, label))
    with pytest.raises(DataError, match="weights must be at least 0"):
        make().fit(rows, label, weight=-np.ones(600))
    with pytest.raises(DataError, match="weights must be at least 0 and not all 0"):
        make().fit(rows, label, weight=np.zeros(600))
    with pytest.raises(DataError, match="`age` is there twice"):
        make().fit(Rows(rows.x, ("age", "age", "flat", "often"), rows.query), label)
    with pytest.raises(DataError, match="no columns"):
        make().fit(Rows(rows.x[:, :0], (), rows.query), label)


def test_a_model_that_was_not_trained_says_so(make, tmp_path):
    rows, _ = world()
    for call in (
        lambda: make().predict(rows),
        lambda: make().importance(),
        lambda: make().contributions(rows),
        lambda: make().save(tmp_path),
    ):
        with pytest.raises(NotFittedError, match="has not been trained"):
            call()


def test_rows_of_weight_0_teach_nothing(make):
    rows, label = world()
    half = np.arange(600) < 300
    weighted = make().fit(rows, np.where(half, label, 1 - label), weight=half.astype(float))
    alone = make().fit(rows.rows(half), label[half])
    if make in (MAKERS["boosting"], MAKERS["boosting l2"], MAKERS["lambdamart"]):
        # Bins are still cut from all rows, so only the order of the world is compared.
        agree = np.corrcoef(weighted.predict(rows), alone.predict(rows))[0, 1]
        assert agree > 0.9
    else:
        np.testing.assert_allclose(weighted.predict(rows), alone.predict(rows), atol=1e-4)


@pytest.mark.parametrize(
    ("make_wrong", "name"),
    [
        (lambda: LogisticRegression(l2=-1.0), "l2"),
        (lambda: LinearRegression(l2=-1.0), "l2"),
        (lambda: GradientBoosting(learning_rate=0), "learning_rate"),
        (lambda: GradientBoosting(objective="binary"), "objective"),
        (lambda: LambdaMART(gain="expponential"), "exponential"),
        (lambda: SortBy(), "column"),
        (lambda: ConstantRate(output="score"), "output"),
    ],
)
def test_wrong_options_are_named(make_wrong, name):
    with pytest.raises(OptionError, match=name):
        make_wrong()
