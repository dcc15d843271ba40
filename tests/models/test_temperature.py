import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.models.temperature import Temperature


def test_finds_the_temperature_of_the_world():
    rng = np.random.default_rng(0)
    logit = 2 * rng.normal(size=200_000)
    label = (rng.random(200_000) < 1 / (1 + np.exp(-logit / 2.5))).astype(float)
    assert Temperature(reads="logit").fit(logit, label).temperature_ == pytest.approx(2.5, rel=0.03)
    p = 1 / (1 + np.exp(-logit))
    assert Temperature().fit(p, label).temperature_ == pytest.approx(2.5, rel=0.03)


def test_no_temperature_nearby_has_a_smaller_loss():
    rng = np.random.default_rng(1)
    logit = rng.normal(size=300)
    label = (rng.random(300) < 1 / (1 + np.exp(-3 * logit))).astype(float)
    best = Temperature(reads="logit").fit(logit, label).temperature_

    def loss(t):
        return np.mean(np.logaddexp(0, logit / t) - label * logit / t)

    assert loss(best) <= min(loss(best * f) for f in (0.5, 0.99, 1.01, 2))


def test_half_stays_half_and_the_order_stays():
    p = np.linspace(0.01, 0.99, 99)
    label = (np.arange(99) % 3 == 0).astype(float)
    fixed = Temperature().fit(p, label).calibrate(p)
    assert fixed[49] == pytest.approx(0.5)
    assert np.all(np.diff(fixed) > 0)


def test_one_class_keeps_the_scores_and_leaves_a_note():
    model = Temperature().fit(np.array([0.2, 0.7]), np.ones(2))
    np.testing.assert_allclose(model.calibrate(np.array([0.2, 0.7])), [0.2, 0.7])
    assert "one class" in model.note_


def test_a_score_that_is_no_probability_is_refused():
    with pytest.raises(DataError, match=r'no probability. Allowed: from 0 to 1. Got: 1.5. Next: set reads="logit"'):
        Temperature().fit(np.array([0.5, 1.5]), np.array([0, 1.0]))
    model = Temperature().fit(np.array([0.0, 1.0, 0.5, 0.6]), np.array([0, 1, 1, 0.0]))
    with pytest.raises(DataError, match="no probability"):
        model.calibrate(np.array([-0.1]))
    assert np.isfinite(model.calibrate(np.array([0.0, 1.0]))).all()
