import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.core.errors import DataError
from tamis.data.report import Report
from tamis.data.tables import open_table
from tamis.data.times import parse_time
from tests.data.real_files import real_file

S = 1_577_836_800  # 2020-01-01T00:00:00Z in seconds
NOW = 1_760_000_000_000_000


def times(values, **options):
    report = Report("t")
    column = parse_time(open_table({"at": values}), "at", report, now=NOW, **options)
    return column.to_pyarrow().to_pylist(), report.warnings


@pytest.mark.parametrize(
    ("values", "expected", "unit"),
    [
        ([S, S + 1, None], [S * 10**6, (S + 1) * 10**6, None], "seconds"),
        ([S * 1000 + 5], [S * 10**6 + 5000], "milliseconds"),
        ([S * 10**6 + 7], [S * 10**6 + 7], "microseconds"),
        ([S * 10**9 + 1999, S * 10**9 + 999], [S * 10**6 + 1, S * 10**6], "nanoseconds"),
        ([S + 0.25], [S * 10**6 + 250_000], "seconds"),
        ([str(S), f" {S} "], [S * 10**6, S * 10**6], "seconds"),
        ([f"{S}.5"], [S * 10**6 + 500_000], "seconds"),
    ],
)
def test_the_unit_of_numbers_is_found_by_size_and_reported(values, expected, unit):
    assert times(values) == (expected, [f"`at` is a number: read as {unit} since 1970"])


def test_mixed_units_are_read_in_the_most_frequent_and_the_rest_is_missing():
    found, warnings = times([S, S + 1, S * 1000])
    assert found == [S * 10**6, (S + 1) * 10**6, None]
    assert "mixes units" in warnings[1] and "1 look like milliseconds" in warnings[1]


def test_numbers_that_are_no_time_are_missing():
    found, warnings = times([S, 0, -1, 2**62])
    assert found == [S * 10**6, None, None, None] and "3 numbers that are no time" in warnings[1]
    found, warnings = times([float(S), float("nan"), float("inf")])
    assert found == [S * 10**6, None, None] and "2 numbers that are no time" in warnings[1]


def test_an_order_is_no_time():
    with pytest.raises(DataError, match="no number between the years 1990 and 2100"):
        times([1, 2, 3])


def test_seconds_where_microseconds_are_declared_are_an_error():
    with pytest.raises(DataError, match=r"`at` looks like seconds, but microseconds are declared.*declare 's'"):
        times([S, S + 1], unit="us")
    with pytest.raises(DataError, match="looks like nanoseconds, but milliseconds are declared"):
        times([S * 10**9], unit="ms")


def test_a_declared_unit_reads_old_times_and_reports_them():
    found, warnings = times([S, -1, 5], unit="s")
    assert found == [S * 10**6, -1_000_000, 5_000_000]
    assert warnings == ["`at` has 2 times before 1990, the first 1969-12-31T23:59:59Z"]


def test_a_declared_unit_does_not_overflow():
    assert times([S, 2**62], unit="s")[0] == [S * 10**6, None]


def test_text_with_and_without_zone():
    found, warnings = times(
        ["2020-01-01T02:00:00+02:00", "2020-01-01T00:00:00Z", "2020-01-01", "2020-01-01 00:00:00.5"]
    )
    assert found == [S * 10**6] * 3 + [S * 10**6 + 500_000]
    assert warnings == ["`at` has no time zone in 2 values: taken as UTC"]


def test_text_that_is_no_time_is_missing_and_shown():
    found, warnings = times(["2020-01-01T00:00:00Z", "31/12/2020", "", None])
    assert found == [S * 10**6, None, None, None]
    assert warnings == ["`at` has 1 values that are no time, such as '31/12/2020': read as missing"]
    with pytest.raises(DataError, match=r"has no value that is a time.*Got: '31/12/2020'"):
        times(["31/12/2020"])


def test_timestamps_dates_and_zones():
    assert times([dt.datetime(2020, 1, 1)]) == ([S * 10**6], ["`at` has no time zone: taken as UTC"])
    assert times([dt.date(2020, 1, 1)]) == ([S * 10**6], ["`at` has dates without hours: taken as midnight UTC"])
    paris = pa.array([S * 1000], pa.timestamp("ms", tz="Europe/Paris"))
    assert times(paris) == ([S * 10**6], [])
    assert times(pa.array([S * 10**9 + 1999], pa.timestamp("ns")))[0] == [S * 10**6 + 1]
    assert times(pa.array([S], pa.timestamp("s")))[0] == [S * 10**6]


def test_times_ahead_of_now_are_reported():
    found, warnings = times(["2030-01-01T00:00:00Z"])
    assert found == [1_893_456_000_000_000] and "1 times after now, the last 2030-01-01" in warnings[0]


def test_an_empty_column_is_all_missing():
    assert times(pa.array([None, None], pa.int64())) == ([None, None], ["`at` has no value"])
    assert times(pa.array([None, "2020-01-01T00:00:00Z"]))[0] == [None, S * 10**6]


@pytest.mark.parametrize("values", [[True], [[1]], [{"a": 1}], [b"x"]])
def test_what_is_no_time_is_refused(values):
    with pytest.raises(DataError, match="wrong type"):
        times(values)


def test_a_missing_column_names_the_nearest():
    with pytest.raises(DataError, match="Did you mean 'timestamp'"):
        parse_time(open_table({"timestamp": [1]}), "timestmp", Report("t"))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-(10**15), 4 * 10**15), min_size=1, max_size=30))
def test_timestamps_are_exact_to_the_microsecond_on_both_sides_of_1970(moments):
    report = Report("t")
    table = open_table({"at": pa.array(moments, pa.timestamp("us", tz="UTC"))})
    assert parse_time(table, "at", report).to_pyarrow().to_pylist() == moments


def test_real_times():
    for name, first in (
        ("deskdrop-interactions/interactions.parquet", 1_457_963_676_000_000),
        ("movielens-latest-small-2016/ratings.parquet", 789_652_009_000_000),
    ):
        report = Report(name)
        column = parse_time(open_table(real_file(name)), "timestamp", report, now=NOW)
        assert column.min().to_pyarrow().as_py() == first
        assert report.warnings == ["`timestamp` has no time zone: taken as UTC"]
