import datetime

import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.data.event_columns import MISSING_TIME
from tamis.data.seasonality import DAY, is_holiday, same_season_before, season_report, weekday


def test_weekdays_equal_the_standard_library():
    at = np.random.default_rng(0).integers(-(10**15), 2 * 10**15, 200)
    start = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    expected = [(start + datetime.timedelta(microseconds=int(t))).weekday() for t in at]
    assert weekday(at).tolist() == expected


def test_whole_weeks():
    report = season_report(np.array([0, 1, 2, 3, 4, 6, 13]) * DAY)
    assert (report.days, report.empty_days, report.whole_weeks) == (14, 7, True)
    assert report.rows_per_weekday.tolist() == [1, 0, 2, 1, 1, 1, 1]
    assert not season_report(np.arange(6) * DAY).whole_weeks
    assert season_report(np.array([MISSING_TIME])).days == 0


def test_holidays():
    christmas = int(datetime.datetime(2025, 12, 25, 13, tzinfo=datetime.UTC).timestamp() * 1e6)
    assert is_holiday(np.array([christmas, christmas + DAY]), ["2025-12-25"]).tolist() == [True, False]
    assert is_holiday(np.array([christmas]), []).tolist() == [False]
    with pytest.raises(DataError, match="a day cannot be read"):
        is_holiday(np.array([0]), ["soon"])


@pytest.mark.parametrize("days", [1, 3, 7, 8, 14])
def test_like_is_compared_with_like(days):
    start, end = 100 * DAY + 5, (100 + days) * DAY + 5
    before, until = same_season_before(start, end)
    assert until - before == end - start and until <= start and until + 7 * DAY > start
    assert weekday(np.array([before])) == weekday(np.array([start])) and (start - before) % (7 * DAY) == 0
    with pytest.raises(DataError, match="empty"):
        same_season_before(5, 5)
