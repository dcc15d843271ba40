"""Regression errors against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn import metrics as theirs

from tamis.core.errors import DataError, OptionError
from tamis.metrics import (
    absolute_error,
    absolute_percentage_error,
    huber_error,
    quantile_coverage,
    r_squared,
    root_mean_squared_error,
    share_within,
    squared_error,
)

RANDOM = np.random.default_rng(0)
ACTUAL, PREDICTED = RANDOM.normal(5, 2, 10_000), RANDOM.normal(5, 2, 10_000)


def test_all_equal_scikit_learn() -> None:
    for size in (2, 30, 10_000):
        a, p = ACTUAL[:size], PREDICTED[:size]
        assert squared_error(a, p).mean == pytest.approx(theirs.mean_squared_error(a, p))
        assert root_mean_squared_error(a, p) == pytest.approx(theirs.root_mean_squared_error(a, p))
        assert absolute_error(a, p).mean == pytest.approx(theirs.mean_absolute_error(a, p))
        assert r_squared(a, p) == pytest.approx(theirs.r2_score(a, p))
        expected = theirs.mean_absolute_percentage_error(a, p)
        assert absolute_percentage_error(a, p).mean == pytest.approx(expected)


def test_huber_equals_scipy() -> None:
    from scipy.special import huber

    assert np.allclose(huber_error(ACTUAL, PREDICTED, delta=1.7).values, huber(1.7, ACTUAL - PREDICTED))


def test_by_hand() -> None:
    assert share_within([10.0, 20.0, 0.0], [12.0, 20.5, 0.0], 2).mean == 1.0
    assert share_within([10.0, 20.0, 0.0], [12.0, 20.5, 0.1], 0.1, relative=True).values.tolist() == [0, 1, 0]
    assert share_within([10.0], [12.0], 0.1, relative=True).name == "within 10%"
    assert quantile_coverage([1.0, 2.0], [1.0, 1.9]).values.tolist() == [1, 0]


def test_a_zero_target_has_no_percentage_error() -> None:
    assert absolute_percentage_error([0.0, -2.0], [1.0, -1.0]).n == 1
    assert absolute_percentage_error([0.0, -2.0], [1.0, -1.0]).mean == 0.5


def test_a_constant_target_has_no_r_squared() -> None:
    # 0.1 three times: the mean is not exactly 0.1, and the sum of squares not exactly 0.
    assert np.isnan([r_squared([0.1] * 3, [0.1, 0.2, 0.3]), r_squared([], []), r_squared([1.0], [1.0])]).all()


def test_empty_input_is_undefined() -> None:
    for metric in (squared_error, absolute_error, huber_error, absolute_percentage_error, quantile_coverage):
        assert np.isnan(metric([], []).mean)
    assert np.isnan([root_mean_squared_error([], []), share_within([], [], 1).mean]).all()


def test_clusters_reach_the_measurement() -> None:
    assert squared_error([1.0, 2.0], [1.0, 1.0], cluster=[3, 3]).n_clusters == 1


@pytest.mark.parametrize("metric", [squared_error, absolute_error, huber_error, r_squared, quantile_coverage])
def test_bad_input_is_told(metric) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match=f"{metric.__name__}: columns differ in length"):
        metric([1.0], [1.0, 2.0])
    with pytest.raises(DataError, match="`actual` row 1 is not finite"):
        metric([1.0, np.nan], [1.0, 2.0])
    with pytest.raises(DataError, match="`actual` is not a column"):
        metric(["a"], [1.0])


def test_bad_options_are_told() -> None:
    with pytest.raises(OptionError, match="delta"):
        huber_error([1.0], [1.0], delta=0)
    with pytest.raises(OptionError, match="tolerance"):
        share_within([1.0], [1.0], -1)
