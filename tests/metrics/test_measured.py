"""Means, intervals and paired comparisons against SciPy, a hand-written loop and simulation."""

import numpy as np
import pytest
from scipy import stats

from tamis.core.errors import DataError, OptionError
from tamis.metrics import Comparison, Measured, bootstrap_interval, compare


def test_without_clusters_the_interval_is_the_textbook_one() -> None:
    values = np.random.default_rng(0).normal(size=50)
    low, high = stats.t.interval(0.9, 49, values.mean(), stats.sem(values))
    assert Measured("m", values).interval(0.9) == pytest.approx((low, high))


def test_undefined_queries_count_nowhere() -> None:
    with_gaps = Measured("m", np.array([np.nan, 1.0, np.nan, 3.0]), np.array([9, 1, 1, 2]))
    without = Measured("m", np.array([1.0, 3.0]), np.array([1, 2]))
    assert with_gaps.mean == without.mean == 2.0
    assert with_gaps.n == without.n == 2
    assert with_gaps.n_clusters == without.n_clusters == 2
    assert with_gaps.interval() == without.interval()


def test_clusters_and_weights_follow_the_stated_formula() -> None:
    random = np.random.default_rng(1)
    values, cluster, weight = random.normal(size=40), random.integers(0, 7, 40), random.uniform(0.5, 2, 40)
    mean = (values * weight).sum() / weight.sum()
    sums = [(weight * (values - mean))[cluster == c].sum() / weight.sum() for c in range(7)]
    expected = np.sqrt(7 / 6 * sum(s * s for s in sums))
    measured = Measured("m", values, cluster, weight)
    assert measured.mean == pytest.approx(mean)
    assert measured.standard_error == pytest.approx(expected)
    assert measured.interval()[1] == pytest.approx(mean + stats.t.ppf(0.975, 6) * expected)


def test_repeating_every_query_of_a_person_does_not_narrow_the_interval() -> None:
    values = np.random.default_rng(2).normal(size=30)
    once = Measured("m", values, np.arange(30))
    tenfold = Measured("m", np.repeat(values, 10), np.repeat(np.arange(30), 10))
    assert tenfold.interval() == pytest.approx(once.interval())


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    covered = 0
    for _ in range(400):
        person = random.normal(size=25)
        size = random.integers(1, 6, 25)
        cluster = np.repeat(np.arange(25), size)
        low, high = Measured("m", person[cluster] + random.normal(size=len(cluster)), cluster).interval()
        covered += low <= 0 <= high
    assert 0.90 <= covered / 400 <= 0.98


def test_compare_is_the_paired_t_test() -> None:
    random = np.random.default_rng(4)
    a, b = random.normal(size=60), random.normal(size=60)
    a[3] = np.nan
    b[5] = np.nan
    keep = ~np.isnan(a) & ~np.isnan(b)
    expected = stats.ttest_rel(a[keep], b[keep])
    got = compare(Measured("a", a), Measured("b", b))
    assert got.n == 58
    assert got.difference == pytest.approx((a - b)[keep].mean())
    assert got.p_value == pytest.approx(expected.pvalue)
    interval = expected.confidence_interval(0.95)
    assert (got.low, got.high) == pytest.approx((interval.low, interval.high))


def test_compare_of_whole_persons_is_the_t_test_of_their_means() -> None:
    random = np.random.default_rng(5)
    cluster = np.repeat(np.arange(20), 3)
    a, b = random.normal(size=60), random.normal(size=60)
    per_person = (a - b).reshape(20, 3).mean(axis=1)
    got = compare(Measured("m", a, cluster), Measured("m", b, cluster))
    assert got.p_value == pytest.approx(stats.ttest_1samp(per_person, 0).pvalue)
    assert got.name == "m"


@pytest.mark.parametrize(("shift", "p_value"), [(0.0, 1.0), (0.5, 0.0)])
def test_equal_differences_have_a_certain_p_value(shift: float, p_value: float) -> None:
    values = np.array([0.5, 0.25, 0.75])
    got = compare(Measured("m", values + shift), Measured("m", values))
    assert (got.difference, got.low, got.high, got.p_value) == (shift, shift, shift, p_value)
    assert got.is_clear is (shift != 0)


def test_bootstrap_agrees_with_the_formula_and_with_itself() -> None:
    random = np.random.default_rng(6)
    cluster = random.integers(0, 200, 900)
    measured = Measured(
        "m", random.normal(size=900) + random.normal(size=200)[cluster], cluster, random.uniform(1, 2, 900)
    )
    by_formula, by_draws = measured.interval(), bootstrap_interval(measured, draws=4000, seed=1)
    width = by_formula[1] - by_formula[0]
    assert np.allclose(by_draws, by_formula, atol=0.08 * width)
    assert by_draws == bootstrap_interval(measured, draws=4000, seed=1)
    assert by_draws != bootstrap_interval(measured, draws=4000, seed=2)


@pytest.mark.parametrize("values", [[], [np.nan], [np.nan, np.nan]])
def test_nothing_defined_gives_nan_and_no_warning(values: list[float]) -> None:
    measured = Measured("m", np.array(values))
    assert measured.n == 0
    assert np.isnan([measured.mean, *measured.interval(), *bootstrap_interval(measured)]).all()
    assert np.isnan(compare(measured, measured).p_value)


def test_one_cluster_has_a_mean_and_no_interval() -> None:
    measured = Measured("m", np.array([1.0, 3.0]), np.array([4, 4]))
    assert measured.mean == 2.0
    assert np.isnan(measured.interval()).all()
    assert "nan" in str(measured)


def test_inputs_stay_as_they_are() -> None:
    values, weight = np.array([1.0, np.nan]), np.array([1.0, 2.0])
    measured = Measured("m", values, weight=weight)
    measured.interval()
    compare(measured, measured)
    assert np.array_equal(values, [1.0, np.nan], equal_nan=True)
    assert weight.tolist() == [1.0, 2.0]


def test_bad_input_is_told() -> None:
    with pytest.raises(DataError, match=r"Measured 'm'.*row 1 is not finite.*inf"):
        Measured("m", np.array([0.0, np.inf]))
    with pytest.raises(DataError, match="another length"):
        Measured("m", np.zeros(2), np.zeros(3, int))
    with pytest.raises(DataError, match="weight is negative"):
        Measured("m", np.zeros(2), weight=np.array([1.0, -1.0]))
    with pytest.raises(DataError, match="differ in length"):
        compare(Measured("m", np.zeros(2)), Measured("m", np.zeros(3)))
    with pytest.raises(DataError, match="clusters differ"):
        compare(Measured("m", np.zeros(2)), Measured("m", np.zeros(2), np.array([5, 5])))
    for level in (0.0, 1.0, np.nan, "0.9"):
        with pytest.raises(OptionError, match="level"):
            Measured("m", np.zeros(2)).interval(level)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="draws"):
        bootstrap_interval(Measured("m", np.zeros(2)), draws=0)


def test_a_comparison_without_interval_is_not_clear() -> None:
    assert not Comparison("m", 1.0, np.nan, np.nan, np.nan, 1, 0.95).is_clear
