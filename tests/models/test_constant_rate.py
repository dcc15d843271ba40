import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.core.words import Rows
from tamis.models.constant_rate import ConstantRate

ROWS = Rows(np.zeros((4, 1), np.float32), ("x",), np.zeros(4, np.int64))


def test_is_the_weighted_mean():
    model = ConstantRate(output="quantity").fit(ROWS, np.array([1.0, 2, 3, 10]), weight=np.array([1.0, 1, 2, 0]))
    assert model.predict(ROWS).tolist() == [2.25] * 4
    assert model.output == "quantity"


def test_equal_labels_come_back_to_the_last_bit():
    model = ConstantRate(output="quantity").fit(ROWS, np.full(4, 0.1), weight=np.array([0.3, 0.7, 0.1, 0.9]))
    assert model.predict(ROWS)[0] == 0.1


def test_a_probability_wants_binary_labels():
    with pytest.raises(DataError, match="not binary"):
        ConstantRate().fit(ROWS, np.array([0, 1, 2, 0.0]))
