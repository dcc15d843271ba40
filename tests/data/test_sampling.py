import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from tamis.core.errors import DataError, OptionError
from tamis.data.sampling import (
    ImportanceSample,
    Multinomial,
    RandomSample,
    ReservoirSample,
    StratifiedSample,
    WeightedSample,
    largest_remainder,
)

ERROR_RATE = 1e-4  # chance that a distribution test fails for correct code, over a random choice of its seed


def uniform(counts):
    return chisquare(counts).pvalue > ERROR_RATE


@given(st.integers(0, 30), st.integers(0, 40), st.booleans(), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_random_samples(n, size, replace, seed):
    if n == 0 and size and replace:
        with pytest.raises(DataError, match="no row"):
            RandomSample(size=size, replace=True).sample(0)
        return
    drawn = RandomSample(size=size, replace=replace, seed=seed).sample(n)
    assert len(drawn.index) == (size if replace else min(size, n))
    assert drawn.bias is None and drawn.report.rows_in == n
    assert drawn.report.rows_out == len(set(drawn.index.tolist()))
    if not replace:
        assert drawn.report.rows_out == len(drawn.index) and np.all(np.diff(drawn.index) > 0)
        assert drawn.weight.sum() == pytest.approx(n if size else 0)  # Horvitz-Thompson counts the rows


def test_random_samples_are_uniform():
    counts = np.zeros(6)
    for seed in range(1000):
        counts[RandomSample(size=2, seed=seed).sample(6).index] += 1
    assert uniform(counts)


@given(st.lists(st.floats(0, 9), min_size=1, max_size=8), st.integers(0, 40))
@settings(max_examples=60, deadline=None)
def test_largest_remainder_keeps_the_quota(shares, total):
    shares = np.array(shares)
    counts = largest_remainder(total, shares)
    if shares.sum() == 0:
        assert counts.sum() == 0
        return
    exact = shares / shares.sum() * total
    assert counts.sum() == total
    assert np.all(np.abs(counts - exact) < 1 + 1e-9)  # Hamilton's method stays within one of the exact share


def test_largest_remainder_with_limits_and_mistakes():
    assert largest_remainder(10, np.array([1.0, 1.0, 1.0]), np.array([1, 2, 99])).tolist() == [1, 2, 7]
    assert largest_remainder(10, np.array([1.0, 1.0]), np.array([1, 2])).tolist() == [1, 2]
    assert largest_remainder(5, np.array([0.0, 1.0])).tolist() == [0, 5]
    with pytest.raises(OptionError, match="shares"):
        largest_remainder(5, np.array([-1.0, 1.0]))


def test_stratified_samples():
    stratum = np.repeat(["a", "b", "c"], [70, 20, 10])
    part = StratifiedSample(size=20).sample(stratum)
    assert [int((stratum[part.index] == s).sum()) for s in "abc"] == [14, 4, 2]
    assert part.weight.sum() == pytest.approx(100)
    equal = StratifiedSample(size=36, allocation="equal").sample(stratum)
    assert [int((stratum[equal.index] == s).sum()) for s in "abc"] == [13, 13, 10]  # c gives all it has
    assert equal.weight.sum() == pytest.approx(100)
    assert len(StratifiedSample(size=500).sample(stratum).index) == 100
    assert len(StratifiedSample(size=5).sample(np.array([])).index) == 0
    counts = np.zeros(4)
    for seed in range(800):
        counts[StratifiedSample(size=2, seed=seed).sample(np.zeros(4)).index] += 1
    assert uniform(counts)


def test_weighted_samples():
    weight = np.array([1.0, 0.0, 2.0, 5.0])
    drawn = WeightedSample(size=40_000, replace=True).sample(weight)
    counts = np.bincount(drawn.index, minlength=4)
    assert counts[1] == 0
    assert chisquare(counts[[0, 2, 3]], np.array([1, 2, 5]) / 8 * 40_000).pvalue > ERROR_RATE
    first = np.zeros(4)
    pairs = {}
    for seed in range(1500):
        first[WeightedSample(size=1, seed=seed).sample(weight).index] += 1
        two = tuple(WeightedSample(size=2, seed=seed).sample(weight).index.tolist())
        pairs[two] = pairs.get(two, 0) + 1
    assert chisquare(first[[0, 2, 3]], np.array([1, 2, 5]) / 8 * 1500).pvalue > ERROR_RATE
    # successive draws: P{0,2} = 1/8 * 2/7 + 2/8 * 1/6, P{0,3} = 1/8 * 5/7 + 5/8 * 1/3, P{2,3} = 2/8 * 5/6 + 5/8 * 2/3
    expected = {(0, 2): 1 / 28 + 1 / 24, (0, 3): 5 / 56 + 5 / 24, (2, 3): 5 / 24 + 5 / 12}
    assert set(pairs) == set(expected)
    assert chisquare([pairs[p] for p in expected], [expected[p] * 1500 for p in expected]).pvalue > ERROR_RATE
    assert WeightedSample(size=9).sample(weight).index.tolist() == [0, 2, 3]


@pytest.mark.parametrize("weight", [[], [0.0, 0.0], [-1.0, 2.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_bad_weights(weight):
    for part in (Multinomial, WeightedSample(size=1).sample):
        with pytest.raises(DataError, match="weights are not allowed"):
            part(np.array(weight))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.integers(1, 12), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_reservoir_does_not_depend_on_the_batches(sizes, size, weighted):
    n = sum(sizes)
    weight = (np.arange(n) % 3).astype(float) if weighted else None
    once = ReservoirSample(size=size).update(n, weight).rows
    many = ReservoirSample(size=size)
    for end, rows in zip(np.cumsum(sizes), sizes, strict=True):
        many.update(rows, None if weight is None else weight[end - rows : end])
    assert np.array_equal(once, many.rows)
    assert len(once) == min(size, n if weight is None else int((weight > 0).sum()))
    assert weight is None or np.all(weight[once] > 0)


def test_each_row_of_a_stream_is_kept_alike():
    counts, weighted = np.zeros(8), np.zeros(3)
    for seed in range(1000):
        counts[ReservoirSample(size=3, seed=seed).update(5).update(3).rows] += 1
        weighted[ReservoirSample(size=1, seed=seed).update(3, np.array([1.0, 2.0, 5.0])).rows] += 1
    assert uniform(counts)
    assert chisquare(weighted, np.array([1, 2, 5]) / 8 * 1000).pvalue > ERROR_RATE
    with pytest.raises(DataError, match="another length"):
        ReservoirSample(size=1).update(2, np.ones(3))


def test_importance_sampling_estimates_the_target_mean():
    rng = np.random.default_rng(4)
    p, q, f = rng.random(50), rng.random(50) + 0.2, rng.normal(size=50)
    drawn = ImportanceSample(size=200_000).sample(target=7 * p, proposal=3 * q)
    estimate = (drawn.weight * f[drawn.index]).sum() / drawn.weight.sum()
    truth = (p * f).sum() / p.sum()
    error = np.std(drawn.weight * (f[drawn.index] - truth)) / np.sqrt(200_000)
    assert abs(estimate - truth) < 4 * error
    assert drawn.weight.mean() == pytest.approx(1, abs=0.02)
    with pytest.raises(DataError, match="never draws"):
        ImportanceSample(size=1).sample(target=np.array([1.0, 1.0]), proposal=np.array([1.0, 0.0]))
