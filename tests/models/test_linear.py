import numpy as np
import pytest

from tamis.core.words import Rows
from tamis.models.linear import LinearRegression


def rows_of(x):
    x = np.asarray(x, np.float32)
    return Rows(x, tuple(f"c{i}" for i in range(x.shape[1])), np.zeros(len(x), np.int64))


def world(n=800, seed=0):
    rng = np.random.default_rng(seed)
    x = (rng.normal(size=(n, 3)) * [1, 20, 0.01] + [5, -100, 0]).astype(np.float32)
    return x, x @ [2.0, -0.5, 300.0] + 7 + rng.normal(size=n)


@pytest.mark.parametrize("l2", [0.0, 1.0, 1000.0])
def test_weights_are_those_of_scikit_learn(l2):
    from sklearn.linear_model import Ridge

    x, label = world()
    weight = np.random.default_rng(1).uniform(0.1, 3, len(label))
    ours = LinearRegression(l2=l2).fit(rows_of(x), label, weight=weight)
    z = (x - np.average(x, axis=0, weights=weight)) * ours.scale_
    theirs = Ridge(alpha=l2).fit(z, label, sample_weight=weight)
    np.testing.assert_allclose(ours.weights_, theirs.coef_, rtol=1e-6)
    np.testing.assert_allclose(ours.predict(rows_of(x)), theirs.predict(z), rtol=1e-6)


def test_collinear_columns_without_penalty_share_the_weight():
    x = np.arange(10.0)[:, None]
    model = LinearRegression(l2=0).fit(rows_of(np.c_[x, x]), 3 * x[:, 0])
    np.testing.assert_allclose(model.predict(rows_of(np.c_[x, x])), 3 * x[:, 0], atol=1e-6)
    assert model.weights_[0] == pytest.approx(model.weights_[1])


def test_all_equal_labels_give_that_label():
    x, _ = world(50)
    np.testing.assert_allclose(LinearRegression().fit(rows_of(x), np.full(50, 4.25)).predict(rows_of(x)), 4.25)


def test_missing_values_use_mean_and_flag():
    x = np.array([[0.0], [2.0], [np.nan], [np.nan]])
    model = LinearRegression(l2=0).fit(rows_of(x), np.array([0.0, 2.0, 10.0, 10.0]))
    np.testing.assert_allclose(model.predict(rows_of(x)), [0, 2, 10, 10], atol=1e-6)
