import numpy as np
import pytest

from tamis.core.errors import DataError, NotFittedError
from tamis.data.delayed_feedback import DelayCurve


def test_recovers_the_true_delays_from_truncated_ones():
    # exponential delays of mean 10, ages uniform in 0..60; only delay <= age is seen
    rng = np.random.default_rng(0)
    delay = rng.exponential(10_000, 200_000).astype(np.int64)
    age = rng.integers(0, 60_000, 200_000)
    seen = delay <= age
    curve = DelayCurve().fit(delay[seen], age[seen])
    grid = np.array([2_000, 5_000, 10_000, 20_000, 40_000])
    truth = (1 - np.exp(-grid / 10_000)) / (1 - np.exp(-60_000 / 10_000))
    naive = np.searchsorted(np.sort(delay[seen]), grid) / seen.sum()
    assert np.abs(curve.share_arrived(grid) - truth).max() < 0.01
    assert np.abs(naive - truth).max() > 0.05  # the plain distribution is too quick
    # the weighted count of positives so far estimates all of them
    weight = curve.weight(age[seen], at_most=1e9)
    assert weight.sum() == pytest.approx(200_000, rel=0.02)


def test_without_truncation_it_is_the_plain_distribution():
    delay = np.array([1, 2, 2, 7])
    curve = DelayCurve().fit(delay, np.full(4, 100))
    assert curve.share_arrived(np.array([0, 1, 2, 6, 7])).tolist() == pytest.approx([0, 0.25, 0.75, 0.75, 1])
    # a row as old as the delay could still show it: all three count at delay 2, one of them has it
    tied = DelayCurve().fit(np.array([1, 2, 1]), np.array([2, 2, 9]))
    assert tied.share_arrived(np.array([1])).tolist() == pytest.approx([2 / 3])


def test_bad_delays():
    with pytest.raises(NotFittedError):
        DelayCurve().share_arrived(np.array([1]))
    for delay, age in [([], []), ([5], [4]), ([-1], [4])]:
        with pytest.raises(DataError, match="delay"):
            DelayCurve().fit(np.array(delay, np.int64), np.array(age, np.int64))
