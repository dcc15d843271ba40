import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.core.words import Rows
from tamis.models.constant_rate import ConstantRate
from tamis.models.gradient_boosting import GradientBoosting
from tamis.models.logistic import LogisticRegression
from tamis.models.tree_growth import TreeGrowth
from tamis.training.debug_checks import beats_baseline, first_loss_is_right, gradient_is_right, overfits_one_batch
from tamis.training.measures import LogLoss

FREE = GradientBoosting(trees=100, learning_rate=0.2, growth=TreeGrowth(leaves=31, rows_per_leaf=1), threads=1)
TIGHT = GradientBoosting(trees=100, learning_rate=0.2, growth=TreeGrowth(rows_per_leaf=32), threads=1)


def noise(n=64):
    rng = np.random.default_rng(0)
    return Rows(rng.normal(size=(n, 3)).astype(np.float32), tuple("abc"), np.arange(n)), rng.integers(0, 2, n) * 1.0


def test_a_free_model_learns_noise_by_heart_and_a_tight_one_does_not():
    rows, label = noise()
    assert overfits_one_batch(FREE, ConstantRate(), rows, label, LogLoss()).passed
    tight = overfits_one_batch(TIGHT, ConstantRate(), rows, label, LogLoss())
    assert not tight.passed
    assert "of the baseline's error is left after training on 64 rows" in tight.reason
    assert not hasattr(FREE, "trees_")


def test_nothing_to_learn_is_refused():
    rows, _ = noise()
    with pytest.raises(DataError, match="baseline has no error"):
        overfits_one_batch(FREE, ConstantRate(), rows, np.ones(64), LogLoss())


def test_the_first_loss_of_boosting_is_that_of_the_base_rate():
    rng = np.random.default_rng(0)
    rows, _ = noise(2000)
    label = (rng.random(2000) < 0.1).astype(float)
    model = GradientBoosting(trees=3, threads=1).fit(rows, label, validation=(rows, label))
    check = first_loss_is_right(model.curve_[0], label)
    assert check.passed
    assert "0.325" in first_loss_is_right(0.69, np.r_[np.ones(1), np.zeros(9)]).reason
    assert not first_loss_is_right(0.69, label).passed
    assert not first_loss_is_right(0.05, label).passed
    assert first_loss_is_right(0.0, np.ones(5)).passed


def test_a_wrong_gradient_is_found():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 4)), rng.integers(0, 2, 50)

    def loss(w, slip=0.0):
        raw = x @ w
        gradient = x.T @ (1 / (1 + np.exp(-raw)) - y)
        gradient[2] += slip
        return float(np.sum(np.logaddexp(0, raw) - y * raw)), gradient

    at = rng.normal(size=4)
    assert gradient_is_right(loss, at).passed
    wrong = gradient_is_right(lambda w: loss(w, 0.01), at)
    assert not wrong.passed
    assert "at parameter 2" in wrong.reason


def test_beats_baseline_only_where_it_clearly_does():
    rows, label = noise(400)
    assert not beats_baseline(LogisticRegression(), ConstantRate(), rows, label, LogLoss()).passed
    truth = (rows.x[:, 0] > 0).astype(float)
    check = beats_baseline(LogisticRegression(), ConstantRate(), rows, truth, LogLoss())
    assert check.passed
    assert check.reason.startswith("log loss differs by -0.")
