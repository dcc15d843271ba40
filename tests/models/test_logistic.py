import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.core.errors import DataError
from tamis.core.words import Rows
from tamis.models.logistic import LogisticRegression


def rows_of(x):
    x = np.asarray(x, np.float32)
    return Rows(x, tuple(f"c{i}" for i in range(x.shape[1])), np.zeros(len(x), np.int64))


def world(n=2000, d=5, seed=0):
    rng = np.random.default_rng(seed)
    x = (rng.normal(size=(n, d)) * [1, 10, 0.1, 3, 1] + [0, 100, 5, -2, 1]).astype(np.float32)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    label = (rng.random(n) < 1 / (1 + np.exp(-(z @ [1.0, -2.0, 0.5, 0.0, 1.5] - 1)))).astype(np.float64)
    return x, label


def standardised(x):
    x = x.astype(np.float64)
    return (x - x.mean(axis=0)) / x.std(axis=0)


@pytest.mark.parametrize("l2", [0.01, 1.0, 50.0])
def test_weights_are_those_of_scikit_learn(l2):
    from sklearn.linear_model import LogisticRegression as Theirs

    x, label = world()
    weight = np.random.default_rng(1).uniform(0.1, 3, len(label))
    ours = LogisticRegression(l2=l2).fit(rows_of(x), label, weight=weight)
    z = (x - np.average(x, axis=0, weights=weight)) * ours.scale_
    theirs = Theirs(C=1 / l2, tol=1e-10, max_iter=5000).fit(z, label, sample_weight=weight)
    np.testing.assert_allclose(ours.weights_, theirs.coef_[0], atol=2e-4)
    np.testing.assert_allclose(ours.predict(rows_of(x)), theirs.predict_proba(z)[:, 1], atol=1e-4)
    assert ours.note_ == ""


def test_l1_weights_are_those_of_scikit_learn_and_sparse():
    from sklearn.linear_model import LogisticRegression as Theirs

    x, label = world()
    ours = LogisticRegression(l2=0, l1=40.0).fit(rows_of(x), label)
    theirs = Theirs(l1_ratio=1, solver="saga", C=1 / 40, tol=1e-8, max_iter=5000).fit(standardised(x), label)
    np.testing.assert_allclose(ours.weights_, theirs.coef_[0], atol=2e-3)
    assert ours.weights_[3] == 0
    assert np.count_nonzero(ours.weights_) >= 3


def test_scale_and_shift_of_columns_change_nothing():
    x, label = world()
    a = LogisticRegression().fit(rows_of(x), label).predict(rows_of(x))
    y = x * np.float32([1024, 0.5, 4, 256, 1]) - np.float32([0, 64, 8, 0, 4])
    np.testing.assert_allclose(LogisticRegression().fit(rows_of(y), label).predict(rows_of(y)), a, atol=1e-4)


def test_a_missing_value_is_the_mean_plus_what_missingness_tells():
    # Missing exactly on the positives: only the flag can know.
    rng = np.random.default_rng(0)
    label = np.repeat([0.0, 1.0], 500)
    x = rng.normal(size=(1000, 1)).astype(np.float32)
    x[label == 1, 0] = np.nan
    model = LogisticRegression().fit(rows_of(x), label)
    assert model.predict(rows_of([[np.nan]]))[0] > 0.97
    assert model.predict(rows_of([[0.0]]))[0] < 0.03
    assert model.contributions(rows_of([[np.nan]])).shape == (1, 1)


def test_a_value_missing_only_when_serving_counts_as_the_training_mean():
    x, label = world()
    model = LogisticRegression().fit(rows_of(x), label)
    gap = x[:1].copy()
    gap[0, 1] = np.nan
    mean = x[:1].copy()
    mean[0, 1] = model.mean_[1]
    np.testing.assert_allclose(model.predict(rows_of(gap)), model.predict(rows_of(mean)), atol=1e-6)


def test_mean_and_scale_come_from_training_rows_only():
    x, label = world()
    model = LogisticRegression().fit(rows_of(x), label)
    one = model.predict(rows_of(x[:1]))
    model.predict(rows_of(x * 1000))
    np.testing.assert_array_equal(model.predict(rows_of(x[:1])), one)


@pytest.mark.parametrize("only", [0.0, 1.0])
def test_one_class_gives_the_base_rate_and_a_note(only, tmp_path):
    x, _ = world(n=30)
    model = LogisticRegression().fit(rows_of(x), np.full(30, only))
    np.testing.assert_array_equal(model.predict(rows_of(x)), only)
    assert "only one class in 30 rows" in model.note_
    model.save(tmp_path)
    np.testing.assert_array_equal(LogisticRegression().load(tmp_path).predict(rows_of(x)), only)


def test_perfectly_separated_rows_without_penalty_stay_finite():
    x = np.linspace(-1, 1, 40)[:, None]
    model = LogisticRegression(l2=0).fit(rows_of(x), (x[:, 0] > 0).astype(float))
    p = model.predict(rows_of(x))
    assert np.all(np.isfinite(model.weights_))
    assert np.all((p > 0.5) == (x[:, 0] > 0))


def test_too_few_steps_leave_a_note():
    x, label = world()
    assert "not converged" in LogisticRegression(iterations=1).fit(rows_of(x), label).note_


def test_a_warm_start_needs_fewer_steps_and_ends_at_the_same_place():
    x, label = world()
    cold = LogisticRegression(l2=1.0).fit(rows_of(x), label)
    warm = LogisticRegression(l2=1.0, iterations=2, warm_start=True)
    for name in ("weights_", "base_", "columns_", "mean_", "scale_", "flagged_"):
        setattr(warm, name, getattr(cold, name))
    warm.fit(rows_of(x), label)
    np.testing.assert_allclose(warm.weights_, cold.weights_, atol=1e-5)
    few = LogisticRegression(l2=1.0, iterations=2).fit(rows_of(x), label)
    assert np.abs(few.weights_ - cold.weights_).max() > 1e-3


def test_labels_must_be_binary():
    with pytest.raises(DataError, match=r"label of row 1 is not binary. Allowed: 0 or 1. Got: 2.0"):
        LogisticRegression().fit(rows_of([[0.0], [1.0]]), np.array([0, 2]))


def test_blocks_change_nothing(monkeypatch):
    import tamis.models._linear_score as score
    import tamis.models._standard as standard
    import tamis.models.logistic as logistic

    x, label = world(n=500)
    x[::7, 1] = np.nan
    whole = LogisticRegression().fit(rows_of(x), label).predict(rows_of(x))
    for module in (score, standard, logistic):
        monkeypatch.setattr(module, "BLOCK", 64)
    np.testing.assert_allclose(LogisticRegression().fit(rows_of(x), label).predict(rows_of(x)), whole, atol=1e-7)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 30), st.integers(1, 3), st.integers(0, 10_000))
def test_any_small_table_gives_probabilities_that_average_to_the_base_rate(n, d, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d)) * 10.0 ** rng.integers(-3, 4)
    x[rng.random((n, d)) < 0.3] = np.nan
    label = rng.integers(0, 2, n).astype(float)
    p = LogisticRegression().fit(rows_of(x), label).predict(rows_of(x))
    assert np.all((p >= 0) & (p <= 1))
    # The free intercept makes the mean prediction the base rate at the optimum.
    assert p.mean() == pytest.approx(label.mean(), abs=1e-4)
