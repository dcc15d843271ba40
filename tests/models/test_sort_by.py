import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.core.words import Rows
from tamis.models.sort_by import SortBy

VALUES = np.float32([3, np.nan, -5, np.inf, -np.inf])
ROWS = Rows(np.c_[np.zeros(5), VALUES].astype(np.float32), ("flat", "price"), np.zeros(5, np.int64))


@pytest.mark.parametrize(("best", "order"), [("largest", [3, 0, 2]), ("smallest", [4, 2, 0])])
def test_sorts_by_the_column_with_the_missing_last(best, order):
    score = SortBy("price", best=best).fit(ROWS, np.zeros(5)).predict(ROWS)
    assert np.argsort(-score, kind="stable")[:3].tolist() == order
    assert score[1] == score.min()
    assert np.isfinite(score).all()


def test_finite_values_are_the_score_itself():
    assert SortBy("price").fit(ROWS, np.zeros(5)).predict(ROWS)[[0, 2]].tolist() == [3.0, -5.0]


def test_a_misspelt_column_is_named_with_the_nearest():
    with pytest.raises(DataError, match=r"no column `prise`. Allowed: flat, price. Did you mean 'price'\?"):
        SortBy("prise").fit(ROWS, np.zeros(5))
