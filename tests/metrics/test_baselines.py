"""Baselines against scikit-learn's dummies and a counter."""

from collections import Counter

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor

from tamis.core.errors import DataError, OptionError
from tamis.metrics import RankedLists, base_rate, majority_class, most_popular, recall_at_k, training_mean


def test_predictions_equal_scikit_learn() -> None:
    random = np.random.default_rng(0)
    label, target, x = random.integers(0, 3, 50), random.normal(size=50), np.zeros((50, 1))
    assert (
        majority_class(label, 50).tolist()
        == DummyClassifier(strategy="most_frequent").fit(x, label).predict(x).tolist()
    )
    assert np.allclose(training_mean(target, 50), DummyRegressor().fit(x, target).predict(x))
    assert np.allclose(base_rate(label == 1, 50), (label == 1).mean())


def test_ties_go_to_the_first() -> None:
    assert majority_class(["b", "a"], 1).tolist() == ["a"]
    assert most_popular([2, 1], n_items=4, n_queries=1, k=3)[1].tolist() == [1, 2, 0]


def test_most_popular_equals_a_counter_and_builds_lists() -> None:
    items = np.random.default_rng(1).integers(-1, 6, 500)
    count = Counter(items[items >= 0].tolist())
    query, item = most_popular(items, n_items=6, n_queries=2, k=4)
    assert item[:4].tolist() == [i for i, _ in sorted(count.items(), key=lambda pair: (-pair[1], pair[0]))][:4]
    assert query.tolist() == [0] * 4 + [1] * 4
    assert recall_at_k(RankedLists.build(2, query, item, [0], [item[3]], n_items=6), 4).mean == 1.0


def test_a_catalogue_smaller_than_k_and_nothing_at_all() -> None:
    assert most_popular([], n_items=2, n_queries=1, k=5)[1].tolist() == [0, 1]
    assert len(most_popular([], n_items=0, n_queries=3, k=5)[0]) == 0
    assert len(majority_class([1], 0)) == 0


@pytest.mark.parametrize("baseline", [majority_class, training_mean, base_rate])
def test_no_training_rows_are_told(baseline) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(DataError, match=f"{baseline.__name__}: there are no training rows"):
        baseline([], 3)
    with pytest.raises(OptionError, match="`n`"):
        baseline([1.0], -1)


def test_bad_items_are_told() -> None:
    with pytest.raises(DataError, match="`training_items` row 0"):
        most_popular([7], n_items=3, n_queries=1, k=1)
