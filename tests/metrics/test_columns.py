"""Checks of columns; the metrics' own tests meet most of them."""

import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.metrics.columns import codes, divided, numbers, shares


def test_zero_by_zero_is_what_was_asked() -> None:
    assert divided([0.0, 1.0, 6.0], [0.0, 0.0, 3.0], undefined=-1.0).tolist() == [-1, -1, 2]
    assert divided(1.0, np.array([[2.0], [4.0]])).tolist() == [[0.5], [0.25]]


def test_missing_values_pass_only_where_allowed() -> None:
    assert np.isnan(numbers("here", "x", [np.nan], missing=True)).all()
    with pytest.raises(DataError, match=r"here: `x` row 0 is not finite. Allowed: finite numbers"):
        numbers("here", "x", [np.nan])
    with pytest.raises(DataError, match="Allowed: numbers or NaN"):
        numbers("here", "x", [np.inf], missing=True)
    with pytest.raises(DataError, match=r"of shape \(n,\). Got: \(1, 1\)"):
        numbers("here", "x", [[1.0]])


def test_codes_are_whole_and_bounded() -> None:
    assert codes("here", "x", [], 0, -1).tolist() == []
    assert codes("here", "x", np.array([3], np.uint8), 0, 3).dtype == np.int64
    with pytest.raises(DataError, match="whole numbers"):
        codes("here", "x", [0.5], 0, 3)
    with pytest.raises(DataError, match="Got: 4"):
        codes("here", "x", [1, 4], 0, 3)


def test_shares_lie_in_zero_to_one() -> None:
    assert shares("here", "x", [0, 1]).tolist() == [0, 1]
    with pytest.raises(DataError, match="from 0 to 1"):
        shares("here", "x", [1.01])
