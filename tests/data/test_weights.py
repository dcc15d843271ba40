import numpy as np
import pytest

from tamis.core.errors import OptionError
from tamis.data.event_columns import MISSING_TIME
from tamis.data.weights import TimeDecay

DAY = 86_400_000_000


def test_half_lives_by_hand():
    at = np.array([30, 23, 16, 40, 9]) * DAY
    at[4] = MISSING_TIME
    weight = TimeDecay("7d").weight(at, now=30 * DAY)
    assert weight.tolist() == [1.0, 0.5, 0.25, 1.0, 0.0]
    assert TimeDecay("7d").weight(at[:0], now=0).tolist() == []
    with pytest.raises(OptionError, match="half_life"):
        TimeDecay("long")
