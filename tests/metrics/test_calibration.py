"""Reliability bins against scikit-learn, calibration error against a loop."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from tamis.core.errors import DataError, OptionError
from tamis.metrics import calibration_by_segment, reliability

RANDOM = np.random.default_rng(0)
PROBABILITY = np.round(RANDOM.beta(0.5, 2, 10_000), 2)
ACTUAL = (RANDOM.random(10_000) < PROBABILITY**1.3).astype(int)


@pytest.mark.parametrize("bins", [1, 7, 10])
def test_bins_of_equal_width_equal_scikit_learn(bins: int) -> None:
    report = reliability(ACTUAL, PROBABILITY, bins=bins)
    actual, predicted = calibration_curve(ACTUAL, PROBABILITY, n_bins=bins)
    assert np.allclose(report.actual[report.size > 0], actual)
    assert np.allclose(report.predicted[report.size > 0], predicted)
    assert report.size.sum() == 10_000


def test_bins_of_equal_size_equal_scikit_learn() -> None:
    probability = RANDOM.random(1000)
    actual = (RANDOM.random(1000) < probability).astype(int)
    report = reliability(actual, probability, bins=8, by="size")
    expected = calibration_curve(actual, probability, n_bins=8, strategy="quantile")
    assert np.allclose((report.actual, report.predicted), expected)
    assert np.ptp(report.size) <= 1


def test_the_expected_error_equals_a_loop() -> None:
    report = reliability(ACTUAL, PROBABILITY, bins=10)
    total, largest = 0.0, 0.0
    for low, high in zip(report.edges[:-1], report.edges[1:]):
        p = PROBABILITY
        rows = (p > low) & (p <= high) | ((low == 0) & (p == 0))
        if rows.any():
            gap = abs(PROBABILITY[rows].mean() - ACTUAL[rows].mean())
            total, largest = total + rows.mean() * gap, max(largest, gap)
    assert report.expected_error == pytest.approx(total)
    assert report.largest_error == pytest.approx(largest)


def test_all_predictions_equal() -> None:
    for by in ("width", "size"):
        report = reliability([0, 1, 1, 1], [0.5] * 4, by=by)
        assert report.size.max() == 4
        assert report.expected_error == pytest.approx(0.25)


def test_empty_bins_and_empty_input() -> None:
    report = reliability([1], [0.05], bins=2)
    assert report.size.tolist() == [1, 0]
    assert np.isnan(report.predicted[1])
    assert report.expected_error == pytest.approx(0.95)
    empty = reliability([], [])
    assert np.isnan([empty.expected_error, empty.largest_error]).all()
    assert np.isnan(reliability([], [], by="size").expected_error)


def test_segments() -> None:
    report = calibration_by_segment([1, 0, 1, 0], [0.5, 0.5, 0.2, 0.4], ["b", "b", "a", "c"])
    assert report.segment.tolist() == ["a", "b", "c"]
    assert report.size.tolist() == [1, 2, 1]
    assert np.allclose(report.ratio, [0.2, 1.0, np.nan], equal_nan=True)
    assert report.overall == pytest.approx(0.8)
    assert np.isnan(calibration_by_segment([], [], []).overall)


def test_bad_input_is_told() -> None:
    with pytest.raises(OptionError, match="bins"):
        reliability([0], [0.5], bins=0)
    with pytest.raises(OptionError, match="Did you mean 'width'"):
        reliability([0], [0.5], by="widht")  # type: ignore[arg-type]
    with pytest.raises(DataError, match="`probability` row 0"):
        reliability([0], [np.nan])
    with pytest.raises(DataError, match="NaN"):
        calibration_by_segment([0], [0.5], [np.nan])
    with pytest.raises(DataError, match="differ in length"):
        calibration_by_segment([0], [0.5], ["a", "b"])
