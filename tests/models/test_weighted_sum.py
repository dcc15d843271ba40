"""A mix chosen by hand: sums by hand, missing values, and names that do not exist."""

import numpy as np
import pytest

from tamis.core.errors import DataError, NotFittedError, OptionError
from tamis.core.words import Rows
from tamis.models import WeightedSum
from tamis.testing import check_predictor

NAMES = ("alike", "cheap", "other")
X = np.float32([[1, 2, 9], [np.nan, 1, 9], [-4, np.inf, 9], [0.5, -np.inf, 9]])


def rows(x=X, names=NAMES):
    return Rows(np.asarray(x, np.float32), names, np.zeros(len(x), np.int64))


def fitted(weights, **options):
    return WeightedSum(weights, **options).fit(rows(), np.zeros(len(X)))


def test_sums_by_hand():
    largest = float(np.finfo(np.float32).max)
    score = fitted({"alike": 2.0, "cheap": -1.0}).predict(rows())
    np.testing.assert_allclose(score, [2 - 2, 0 - 1, 0 - largest, 1 - 0])
    low = fitted({"alike": 2.0}, floor=-5).predict(rows())
    np.testing.assert_allclose(low, [2, -10, -8, 1])


def test_contributions_add_up_and_importance_is_the_share_of_the_weights():
    model = fitted({"alike": 3.0, "cheap": -1.0})
    np.testing.assert_allclose(model.contributions(rows()).sum(axis=1), model.predict(rows()))
    assert (model.contributions(rows())[:, 2] == 0).all()
    assert model.importance() == {"alike": 0.75, "cheap": 0.25, "other": 0.0}


def test_columns_are_found_by_name_in_any_order():
    model = fitted({"alike": 1.0, "cheap": 2.0})
    turned = rows(X[:, ::-1], NAMES[::-1])
    np.testing.assert_array_equal(model.predict(turned), model.predict(rows()))


def test_the_contract():
    check_predictor(WeightedSum({"price": 1.0, "popular.rank": -0.5}))


def test_what_is_refused():
    with pytest.raises(OptionError, match="`weights` is empty"):
        WeightedSum({})
    with pytest.raises(OptionError, match=r"weights\['a'\]` is not finite"):
        WeightedSum({"a": np.inf})
    with pytest.raises(OptionError, match=r"weights\['a'\]` is not allowed"):
        WeightedSum({"a": "much"})
    with pytest.raises(DataError, match=r"there is no column `alik`.*Did you mean 'alike'"):
        fitted({"alik": 1.0})
    with pytest.raises(NotFittedError):
        WeightedSum({"alike": 1.0}).predict(rows())
