"""Several heads: each over its own labelled rows, and their weighted sum."""

import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.metrics import Head, brier_score, log_loss, multi_task_report, squared_error


def test_each_head_counts_its_labelled_rows() -> None:
    random = np.random.default_rng(0)
    click, p = random.integers(0, 2, 100).astype(float), random.random(100)
    watch, guess = random.normal(size=100), random.normal(size=100)
    watch[random.random(100) < 0.4] = np.nan
    labelled = ~np.isnan(watch)
    report = multi_task_report(
        {"click": Head(click, p), "watch": Head(watch, guess, squared_error, weight=0.5)}, cluster=np.arange(100) // 2
    )
    assert report.heads["click"].mean == log_loss(click, p).mean
    assert report.heads["watch"].mean == pytest.approx(((watch - guess)[labelled] ** 2).mean())
    assert report.heads["watch"].n == labelled.sum()
    assert report.heads["click"].n_clusters == 50
    assert report.total == pytest.approx(report.heads["click"].mean + 0.5 * report.heads["watch"].mean)
    assert "watch: mean squared error" in str(report)


def test_a_head_without_labels_adds_nothing_and_is_named() -> None:
    report = multi_task_report({"a": Head([1.0], [0.5], brier_score), "b": Head([np.nan], [0.5])})
    assert report.total == 0.25
    assert report.unlabelled == ("b",)
    assert np.isnan(multi_task_report({"b": Head([np.nan], [0.5])}).total)
    assert np.isnan(multi_task_report({"b": Head([], [])}).total)


def test_bad_input_is_told() -> None:
    with pytest.raises(DataError, match="at least one"):
        multi_task_report({})
    with pytest.raises(DataError, match="head 'a': columns differ in length"):
        multi_task_report({"a": Head([1.0], [0.5, 0.5])})
    with pytest.raises(DataError, match="`predicted` row 0 is not finite"):
        multi_task_report({"a": Head([1.0], [np.nan])})
