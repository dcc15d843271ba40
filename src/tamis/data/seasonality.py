"""Seasons: whole weeks, holidays, and comparing like with like. All in UTC; shift `at` first for local days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tamis.core.clock import DAY
from tamis.core.errors import DataError
from tamis.data.event_columns import MISSING_TIME, Ints, Mask, whole_numbers

WEEK = 7 * DAY


@dataclass(frozen=True)
class SeasonReport:
    """What a period covers.

    Parameters
    ----------
    days : int
        From the first to the last day with a row, both included.
    empty_days : int
        Days between them without a row.
    rows_per_weekday : array of shape (7,), int64
        Monday first.
    whole_weeks : bool
        At least one full week, and every weekday equally often: otherwise a daily pattern passes for a trend.
    """

    days: int
    empty_days: int
    rows_per_weekday: Ints
    whole_weeks: bool


def season_report(at: Ints) -> SeasonReport:
    """Return which days rows at times `at` (n,) cover; rows without a time are left out.

    Examples
    --------
    >>> season_report(np.arange(14) * DAY).whole_weeks, season_report(np.arange(10) * DAY).whole_weeks
    (True, False)
    """
    at = whole_numbers(at, "at", "season_report")
    day = np.floor_divide(at[at != MISSING_TIME], DAY)
    if len(day) == 0:
        return SeasonReport(0, 0, np.zeros(7, np.int64), False)
    days = int(day.max() - day.min()) + 1
    per_weekday = np.bincount(weekday(day * DAY), minlength=7)
    return SeasonReport(days, days - len(np.unique(day)), per_weekday, days % 7 == 0)


def weekday(at: Ints) -> Ints:
    """Return the weekday of each time, 0 for Monday.

    Examples
    --------
    >>> weekday(np.array([0]))  # 1 January 1970 was a Thursday
    array([3])
    """
    return np.asarray((np.floor_divide(at, DAY) + 3) % 7, np.int64)


def is_holiday(at: Ints, days: Sequence[str]) -> Mask:
    """Return which times fall on one of the days, each written as "2025-12-25".

    Raises
    ------
    DataError
        Where a day cannot be read.

    Examples
    --------
    >>> is_holiday(np.array([0, DAY]), ["1970-01-02"])
    array([False,  True])
    """
    try:
        dates = np.array(list(days), dtype="datetime64[D]").astype(np.int64)
    except ValueError as error:
        raise DataError(
            "a day cannot be read", where="is_holiday", allowed='days such as "2025-12-25"', got=list(days)
        ) from error
    return np.isin(np.floor_divide(np.asarray(at, np.int64), DAY), dates)


def same_season_before(start: int, end: int) -> tuple[int, int]:
    """Return the latest earlier period, ended by `start`, that holds the same weekdays at the same hours.

    Moves [start, end) back by the fewest whole weeks, so that Saturdays are compared with Saturdays.

    Raises
    ------
    DataError
        Where `end` is not after `start`.

    Examples
    --------
    >>> same_season_before(20 * DAY, 23 * DAY) == (13 * DAY, 16 * DAY)
    True
    """
    if end <= start:
        raise DataError("the period is empty", where="same_season_before", allowed=f"an end above {start}", got=end)
    back = -(-(end - start) // WEEK) * WEEK
    return start - back, end - back
