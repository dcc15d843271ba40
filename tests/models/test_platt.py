import numpy as np
import pytest

from tamis.models.platt import Platt


def test_is_the_sigmoid_of_scikit_learn():
    from sklearn.calibration import _SigmoidCalibration

    rng = np.random.default_rng(0)
    score = rng.normal(size=300) * 5 + 20
    label = (rng.random(300) < 1 / (1 + np.exp(-(score - 20) / 3))).astype(float)
    theirs = _SigmoidCalibration().fit(score, label)
    np.testing.assert_allclose(Platt().fit(score, label).calibrate(score), theirs.predict(score), atol=1e-5)


def test_perfect_separation_gives_no_certainty():
    # With 3 and 3 rows the targets are 0.8 and 0.2, and a sigmoid reaches both exactly.
    p = Platt().fit(np.array([-1.0, -1, -1, 1, 1, 1]), np.array([0, 0, 0, 1, 1, 1])).calibrate(np.array([-1.0, 1.0]))
    np.testing.assert_allclose(p, [0.2, 0.8], atol=1e-6)


def test_a_falling_relation_is_held_flat_and_noted():
    score = np.arange(100.0)
    model = Platt().fit(score, (score < 50).astype(float))
    assert np.ptp(model.calibrate(score)) == 0
    assert model.calibrate(score)[0] == pytest.approx(0.5)
    assert "fewer positives" in model.note_


def test_scale_of_the_score_does_not_matter():
    rng = np.random.default_rng(0)
    score = rng.normal(size=200)
    label = (score + rng.normal(size=200) > 0).astype(float)
    plain = Platt().fit(score, label).calibrate(score)
    for factor, shift in ((1e-6, 0), (1e6, -1e9), (1e30, 0)):
        moved = score * factor + shift
        np.testing.assert_allclose(Platt().fit(moved, label).calibrate(moved), plain, atol=1e-6)


def test_different_scores_get_different_probabilities():
    rng = np.random.default_rng(0)
    score = rng.normal(size=200)
    label = (score + rng.normal(size=200) > 0).astype(float)
    assert np.all(np.diff(Platt().fit(score, label).calibrate(np.linspace(-5, 5, 500))) > 0)
