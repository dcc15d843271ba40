"""Recall of neighbours against sets."""

import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.metrics import nearest_neighbours as file
from tamis.metrics import neighbour_recall


@pytest.mark.parametrize("block", [50, 1 << 24])
def test_recall_equals_sets(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file, "_PAIRS_AT_ONCE", block)
    random = np.random.default_rng(0)
    found = random.integers(-1, 15, (10_000, 6))
    exact = random.permuted(np.tile(np.arange(-3, 12), (10_000, 1)), axis=1)[:, :4]
    exact[exact < 0] = -1
    exact[5] = -1
    got = neighbour_recall(found, exact).values
    for q in range(0, 10_000, 3 if block > 50 else 20):
        wanted = set(exact[q].tolist()) - {-1}
        expected = len(wanted & set(found[q].tolist())) / len(wanted) if wanted else np.nan
        assert got[q] == pytest.approx(expected, nan_ok=True)
    assert np.isnan(got[5])


def test_ends_and_empty_input() -> None:
    codes = np.array([[1, 2, 3]])
    assert neighbour_recall(codes[:, ::-1], codes).mean == 1.0
    assert neighbour_recall(np.zeros((1, 0), int), codes).mean == 0.0
    assert neighbour_recall(np.zeros((0, 3), int), np.zeros((0, 3), int)).n == 0


def test_bad_input_is_told() -> None:
    with pytest.raises(DataError, match=r"rows differ.*Got: \(1, 2\)"):
        neighbour_recall(np.zeros((1, 2), int), np.zeros((2, 2), int))
    with pytest.raises(DataError, match="`exact` is no matrix of codes"):
        neighbour_recall(np.zeros((1, 2), int), np.zeros((1, 2)))
