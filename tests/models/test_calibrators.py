"""The promises that every calibrator keeps."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.core.errors import DataError, NotFittedError, OptionError
from tamis.core.stages import Calibrator, Saveable
from tamis.models.histogram_binning import HistogramBinning
from tamis.models.isotonic import Isotonic
from tamis.models.platt import Platt
from tamis.models.temperature import Temperature

MAKERS = {
    "platt": Platt,
    "isotonic": Isotonic,
    "histogram": HistogramBinning,
    "temperature": lambda: Temperature(reads="logit"),
}


def too_sure(n=4000, seed=0):
    """Logits three times too large."""
    rng = np.random.default_rng(seed)
    true = rng.normal(size=n)
    return 3 * true, (rng.random(n) < 1 / (1 + np.exp(-true))).astype(np.float64), 1 / (1 + np.exp(-true))


@pytest.fixture(params=list(MAKERS))
def make(request):
    return MAKERS[request.param]


def test_meets_the_contract_and_changes_no_input(make):
    score, label, _ = too_sure(200)
    before = hashlib.sha256(score.tobytes() + label.tobytes()).hexdigest()
    model = make()
    assert isinstance(model, Calibrator)
    assert isinstance(model, Saveable)
    assert model.fit(score, label) is model
    assert model.calibrate(score).dtype == np.float64
    assert hashlib.sha256(score.tobytes() + label.tobytes()).hexdigest() == before


def test_makes_sure_scores_honest(make):
    model = make().fit(*too_sure()[:2])
    score, label, true = too_sure(seed=1)
    raw = 1 / (1 + np.exp(-score))
    fixed = model.calibrate(score)
    assert np.mean((fixed - label) ** 2) < np.mean((raw - label) ** 2) - 0.02
    # The best reachable Brier score is that of the true probabilities.
    assert np.mean((fixed - label) ** 2) < np.mean((true - label) ** 2) + 0.004
    assert np.abs(fixed - true).mean() < 0.05
    assert np.abs(raw - true).mean() > 0.15


def test_saved_and_loaded_is_identical(make, tmp_path):
    score, label, _ = too_sure(500)
    model = make().fit(score, label)
    model.save(tmp_path)
    np.testing.assert_array_equal(make().load(tmp_path).calibrate(score), model.calibrate(score))


def test_one_score_alone_is_as_in_a_batch(make):
    score, label, _ = too_sure(300)
    model = make().fit(score, label)
    alone = np.concatenate([model.calibrate(score[i : i + 1]) for i in range(300)])
    np.testing.assert_array_equal(alone, model.calibrate(score))


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(list(MAKERS)),
    st.lists(
        st.tuples(st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, np.inf, -np.inf, np.nan]), st.integers(0, 1)),
        min_size=1,
        max_size=40,
    ).filter(lambda rows: not all(np.isnan(s) for s, _ in rows)),
)
def test_any_scores_give_a_rising_map_into_0_to_1(name, rows):
    score, label = np.array([s for s, _ in rows]), np.array([y for _, y in rows], np.float64)
    model = MAKERS[name]().fit(score, label)
    grid = np.r_[-np.inf, -1e200, np.linspace(-1e6, 1e6, 51), np.sort(score[~np.isnan(score)]), 1e200, np.inf]
    p = model.calibrate(np.sort(grid))
    assert np.all((p >= 0) & (p <= 1))
    assert np.all(np.diff(p) >= -1e-12)
    # The base rate stands for a score nobody knows.
    known = ~np.isnan(score)
    assert model.calibrate(np.array([np.nan]))[0] == label[known].mean()


def test_nan_scores_are_left_out_of_the_fit(make):
    score, label, _ = too_sure(200)
    gaps = make().fit(np.r_[score, np.full(50, np.nan)], np.r_[label, np.ones(50)])
    np.testing.assert_array_equal(gaps.calibrate(score), make().fit(score, label).calibrate(score))


@pytest.mark.parametrize("only", [0.0, 1.0])
def test_one_class_gives_a_rising_map_that_leans_to_it(make, only):
    model = make().fit(np.arange(8.0), np.full(8, only))
    p = model.calibrate(np.arange(8.0))
    assert np.all(np.diff(p) >= 0)
    if make is not MAKERS["temperature"]:
        assert np.all(np.abs(p - only) <= 0.1 + 1e-9)
        assert np.ptp(p) == 0


def test_all_scores_equal_give_about_the_base_rate(make):
    p = make().fit(np.full(1000, 2.0), np.r_[np.ones(880), np.zeros(120)]).calibrate(np.array([2.0]))
    assert p[0] == pytest.approx(0.88, abs=0.002)


def test_no_scores_to_calibrate_are_fine(make):
    assert make().fit(np.arange(4.0), np.array([0, 1, 0, 1.0])).calibrate(np.zeros(0)).shape == (0,)


def test_bad_input_is_refused_by_name(make):
    with pytest.raises(DataError, match="no score to calibrate on"):
        make().fit(np.zeros(0), np.zeros(0))
    with pytest.raises(DataError, match="no score to calibrate on"):
        make().fit(np.full(3, np.nan), np.ones(3))
    with pytest.raises(DataError, match=r"differ in shape.*\(3,\), \(2,\)"):
        make().fit(np.zeros(3), np.zeros(2))
    with pytest.raises(DataError, match=r"a label is not binary. Allowed: 0 or 1. Got: 0.5"):
        make().fit(np.zeros(2), np.array([0.5, 1]))
    with pytest.raises(NotFittedError):
        make().calibrate(np.zeros(1))


@pytest.mark.parametrize(
    ("wrong", "name"), [(lambda: HistogramBinning(bins=0), "bins"), (lambda: Temperature(reads="logits"), "logit")]
)
def test_wrong_options_are_named(wrong, name):
    with pytest.raises(OptionError, match=name):
        wrong()
