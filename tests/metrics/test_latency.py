"""Percentiles of durations, by their definition."""

import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.metrics import summarise_latency


def test_percentiles_are_the_smallest_duration_with_that_share_at_or_below() -> None:
    for size in (1, 2, 20, 99, 100, 101, 1000):
        took = np.random.default_rng(size).integers(1, 500, size)
        got = summarise_latency(took)
        for p, value in ((50, got.p50), (95, got.p95), (99, got.p99)):
            assert value == min(t for t in took if 100 * (took <= t).sum() >= p * size)
        assert (got.n, got.mean, got.largest) == (size, pytest.approx(took.mean()), took.max())


def test_no_requests_are_undefined_and_bad_durations_told() -> None:
    empty = summarise_latency([])
    assert empty.n == 0
    assert np.isnan([empty.mean, empty.p50, empty.p99, empty.largest]).all()
    with pytest.raises(DataError, match="negative"):
        summarise_latency([-1.0])
    with pytest.raises(DataError, match="not finite"):
        summarise_latency([np.nan])
