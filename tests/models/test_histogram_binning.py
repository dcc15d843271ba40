import numpy as np

from tamis.models.histogram_binning import HistogramBinning


def test_bins_hold_equally_many_rows_and_their_share():
    rng = np.random.default_rng(0)
    score = rng.normal(size=1000)
    label = (score + rng.normal(size=1000) > 0).astype(float)
    model = HistogramBinning(bins=4).fit(score, label)
    assert model.rows_.tolist() == [250, 250, 250, 250]
    order = np.argsort(score)
    np.testing.assert_allclose(model.probability_, label[order].reshape(4, 250).mean(axis=1))
    np.testing.assert_array_equal(model.calibrate(score[order])[[0, 249, 250, 999]], model.probability_[[0, 0, 1, 3]])


def test_bins_that_fall_are_pooled():
    model = HistogramBinning(bins=3).fit(np.array([1.0, 1, 2, 2, 3, 3]), np.array([1.0, 0, 0, 0, 1, 1]))
    assert model.probability_.tolist() == [0.25, 0.25, 1.0]


def test_equal_scores_share_a_bin():
    model = HistogramBinning(bins=10).fit(np.r_[np.zeros(95), np.ones(5)], np.r_[np.zeros(95), np.ones(5)])
    assert model.rows_.tolist() == [95, 5]
    assert model.calibrate(np.array([0.0, 0.5, 1.0])).tolist() == [0.0, 0.0, 1.0]


def test_fewer_rows_than_bins():
    model = HistogramBinning(bins=50).fit(np.array([2.0, 1.0]), np.array([1.0, 0.0]))
    assert model.calibrate(np.array([1.0, 2.0])).tolist() == [0.0, 1.0]
