"""Amounts per session and user, lift and return."""

import numpy as np
import pytest
from scipy import stats

from tamis.core.errors import DataError, OptionError
from tamis.metrics import Measured, click_through_rate, lift, mean_time, return_on_investment, total_per_user


def test_time_is_capped() -> None:
    got = mean_time([10.0, 100.0, 20.0], [1, 1, 2], cap=30)
    assert got.values.tolist() == [10, 30, 20]
    assert got.n_clusters == 2


def test_totals_count_silent_users() -> None:
    random = np.random.default_rng(0)
    user, amount = random.integers(0, 20, 300), random.normal(size=300)
    got = total_per_user(amount, user, n_users=25)
    assert np.allclose(got.values, [amount[user == u].sum() for u in range(25)])
    assert got.n == 25


def test_lift_covers_the_truth_and_finds_no_difference_in_equal_groups() -> None:
    random = np.random.default_rng(1)
    covered, alarms = 0, 0
    for _ in range(400):
        a, b, c = (Measured("revenue", random.exponential(mean, 200)) for mean in (1.2, 1.0, 1.0))
        got = lift(a, b)
        covered += got.low <= 0.2 <= got.high
        alarms += lift(b, c).p_value < 0.05
    assert 0.91 <= covered / 400 <= 0.98
    assert alarms / 400 <= 0.09


def test_the_variance_of_a_lift_is_the_delta_method() -> None:
    random = np.random.default_rng(2)
    a, b = Measured("m", random.normal(5, 1, 30)), Measured("m", random.normal(4, 2, 50))
    t, c, st, sc = a.mean, b.mean, a.standard_error, b.standard_error
    got = lift(a, b, level=0.9)
    variance = st**2 / c**2 + t**2 * sc**2 / c**4
    x, y = st**2 / c**2, t**2 * sc**2 / c**4
    freedom = (x + y) ** 2 / (x**2 / 29 + y**2 / 49)
    assert got.difference == pytest.approx(t / c - 1)
    assert got.high - got.difference == pytest.approx(stats.t.ppf(0.95, freedom) * np.sqrt(variance))
    assert got.n == 80


def test_lift_of_rates_of_different_users() -> None:
    a, b = click_through_rate([2, 3], [10, 10], [1, 2]), click_through_rate([1, 1, 2], [10, 10, 20], [3, 4, 5])
    assert lift(a, b).difference == pytest.approx(1.5)


def test_undefined_lifts_and_returns() -> None:
    some = Measured("m", np.array([1.0, 2.0]))
    for other in (np.zeros(3), np.array([1.0]), np.array([])):
        got = lift(some, Measured("m", other))
        assert np.isnan([got.difference, got.low, got.p_value]).all()
    steady = lift(Measured("m", np.full(3, 2.0)), Measured("m", np.full(3, 1.0)))
    assert (steady.difference, steady.low, steady.high, steady.p_value) == (1.0, 1.0, 1.0, 0.0)
    assert np.isnan(return_on_investment(5.0, 0.0))
    assert return_on_investment(50.0, 100.0) == -0.5
    assert np.isnan([mean_time([], cap=1).mean, total_per_user([], [], n_users=0).mean]).all()


def test_bad_input_is_told() -> None:
    with pytest.raises(OptionError, match="cap"):
        mean_time([1.0], cap=0)
    with pytest.raises(DataError, match="negative"):
        mean_time([-1.0], cap=5)
    with pytest.raises(DataError, match="`user` row 0 is out of range"):
        total_per_user([1.0], [3], n_users=3)
    with pytest.raises(OptionError, match="cost"):
        return_on_investment(1.0, -1.0)
