"""The event index against a loop: ties, any order of events, keys too large for one sort key, the same question twice."""

import numpy as np
import pytest

from tamis.data.timeline import Timeline, window_start


def by_hand(key, at, value, asked, moments, within):
    start = None if within is None else window_start(moments, within)
    rows = []
    for i, (k, t) in enumerate(zip(asked, moments)):
        hit = (key == k) & (at < t) & (True if start is None else at >= start[i])
        rows.append((hit.sum(), value[hit].sum()))
    return np.array(rows, float).T


@pytest.mark.parametrize("scale", [1, 2**60], ids=["small keys", "keys near 64 bits"])
@pytest.mark.parametrize("in_order", [True, False])
@pytest.mark.parametrize("within", [None, 7])
@pytest.mark.parametrize("n", [5, 2_000])
def test_counts_and_sums_equal_a_loop(scale, in_order, within, n):
    random = np.random.default_rng(n)
    key, at = random.integers(0, 6, 400) * scale, random.integers(0, 40, 400)
    at = np.sort(at) if in_order else at
    value = random.integers(1, 6, 400).astype(np.float32)
    timeline = Timeline(key, at, value)
    asked, moments = random.integers(0, 7, n) * scale, random.integers(0, 44, n)
    expected = by_hand(key, at, value, asked, moments, within)
    np.testing.assert_array_equal(timeline.count(asked, moments, within), expected[0])
    np.testing.assert_array_equal(timeline.sum(asked, moments, within), expected[1])
    np.testing.assert_array_equal(timeline.count(asked, moments, within), expected[0])  # asked again
    later = moments + 1  # another question of the same length
    np.testing.assert_array_equal(
        timeline.count(asked, later, within), by_hand(key, at, value, asked, later, within)[0]
    )


@pytest.mark.parametrize("scale", [1, 2**60])
@pytest.mark.parametrize("in_order", [True, False])
def test_the_latest_events_are_original_rows_oldest_first(scale, in_order):
    random = np.random.default_rng(1)
    key, at = random.integers(0, 4, 60) * scale, random.integers(0, 20, 60)
    at = np.sort(at) if in_order else at
    timeline = Timeline(key, at, np.ones(60, np.float32))
    asked, moments = np.array([0, 3, 1, 9]) * min(scale, 2**59), np.array([11, 20, 0, 20])
    row, event = timeline.latest(asked, moments, 3)
    for i, (k, t) in enumerate(zip(asked, moments)):
        rows = np.flatnonzero((key == k) & (at < t))
        rows = rows[np.argsort(at[rows], kind="stable")][-3:]
        np.testing.assert_array_equal(event[row == i], rows)
        last = timeline.last(np.array([k]), np.array([t]))[0]
        assert np.isnan(last) if len(rows) == 0 else last == at[rows[-1]]


def test_an_index_without_events_answers_nothing():
    none = np.zeros(0, np.int64)
    timeline = Timeline(none, none, np.zeros(0, np.float32))
    assert timeline.count(np.array([0, 7]), np.array([5, 5])).tolist() == [0.0, 0.0]
    assert timeline.sum(np.array([3]), np.array([5]), 2).tolist() == [0.0]
    assert np.isnan(timeline.last(np.array([1]), np.array([9]))).all()
