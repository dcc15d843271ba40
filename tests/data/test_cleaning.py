import pyarrow as pa
import pytest

from tamis.core.errors import DataError, NotFittedError, OptionError
from tamis.data.cleaning import (
    Fill,
    FillFromOwn,
    drop_duplicates,
    drop_missing_columns,
    drop_missing_rows,
    missing_report,
)
from tamis.data.tables import open_table
from tests.data.real_files import real_file


def test_first_and_last_do_not_depend_on_the_order_of_rows():
    data = {"u": ["a", "a", "b", None, None], "t": ["x", "x", "x", "x", "x"], "at": [3, 1, 2, 5, 4]}
    for order in (slice(None), slice(None, None, -1)):
        table = open_table({name: values[order] for name, values in data.items()})
        first, report = drop_duplicates(table, ["u", "t"], order_by=["at"])
        assert sorted(first.to_pyarrow()["at"].to_pylist()) == [1, 2, 4]
        assert (report.rows_in, report.rows_out, report.counts()) == (5, 3, {"duplicate of (u, t)": 2})
        last, _ = drop_duplicates(table, ["u", "t"], order_by=["at"], keep="last")
        assert sorted(last.to_pyarrow()["at"].to_pylist()) == [2, 3, 5]
    assert set(report.rejected[0].to_pyarrow()["reason"].to_pylist()) == {"duplicate of (u, t)"}


def test_de_duplication_needs_columns_that_exist():
    with pytest.raises(DataError, match="names no column"):
        drop_duplicates(open_table({"a": [1]}), [])
    with pytest.raises(DataError, match="no column `b`"):
        drop_duplicates(open_table({"a": [1]}), ["b"])


def test_the_missing_report_counts_nan_and_infinity_too():
    table = open_table({"a": [1.0, float("nan"), float("inf"), None], "b": ["x"] * 4, "c": [None, None, 1, 1]})
    assert missing_report(table) == {"a": 75.0, "c": 50.0, "b": 0.0}
    assert missing_report(open_table(pa.table({"a": pa.array([], pa.int64())}), allow_empty=True)) == {"a": 0.0}


def test_the_missing_report_of_real_data():
    report = missing_report(open_table(real_file("deskdrop-interactions/interactions.parquet")))
    assert report["timestamp"] == 0.0 and round(report["country"], 1) == 21.3


def test_rows_are_counted_under_their_first_gap():
    table = open_table({"a": [1.0, None, float("nan"), 1.0], "b": [None, None, "x", "y"]})
    kept, report = drop_missing_rows(table, ["b", "a"])
    assert kept.to_pyarrow().to_pylist() == [{"a": 1.0, "b": "y"}]
    assert report.counts() == {"no `b`": 2, "no `a`": 1}
    assert drop_missing_rows(table, [])[1].rows_out == 4


def test_columns_without_values_are_dropped_but_never_all():
    table = open_table({"a": [1, 2], "b": [None, 1]})
    assert drop_missing_columns(table, above=40)[0].columns == ("a",)
    assert drop_missing_columns(table, above=50)[0].columns == ("a", "b")
    with pytest.raises(DataError, match="every column"):
        drop_missing_columns(open_table({"b": pa.array([None, None], pa.int64())}))


def filled(data, part, train=None):
    table = open_table(data)
    result, report = part.fit(open_table(train) if train else table).apply(table)
    return result.to_pyarrow().to_pylist(), report


@pytest.mark.parametrize(
    ("how", "value", "expected"),
    [("mean", None, 4.0), ("median", None, 2.0), ("mode", None, 1.0), ("constant", -1, -1.0)],
)
def test_fills(how, value, expected):
    numbers = [1.0, 1.0, 2.0, 3.0, 13.0, None, float("nan"), float("inf")]
    rows, report = filled({"x": numbers}, Fill(columns=("x",), how=how, value=value, indicator=True))
    assert [r["x"] for r in rows] == [1.0, 1.0, 2.0, 3.0, 13.0, expected, expected, expected]
    assert [r["x_missing"] for r in rows] == [0, 0, 0, 0, 0, 1, 1, 1]
    assert report.changed == {"`x` filled": 3}


def test_statistics_come_from_training_rows_alone():
    rows, _ = filled({"x": [100.0, None]}, Fill(columns=("x",), how="mean"), train={"x": [1.0, 3.0]})
    assert [r["x"] for r in rows] == [100.0, 2.0]


def test_whole_numbers_and_words():
    assert filled({"x": [1, 2, None]}, Fill(columns=("x",), how="mean"))[0][2] == {"x": 1.5}
    assert filled({"x": ["b", "a", None]}, Fill(columns=("x",), how="mode"))[0][2] == {"x": "a"}
    assert filled({"x": ["b", None]}, Fill(columns=("x",), how="constant", value="?"))[0][1] == {"x": "?"}


def test_a_column_without_any_value_is_an_error():
    empty = {"x": pa.array([None, None], pa.float64())}
    for how in ("mean", "median", "mode"):
        with pytest.raises(DataError, match="no value to learn from"):
            Fill(columns=("x",), how=how).fit(open_table(empty))
    with pytest.raises(DataError, match="has no mean"):
        Fill(columns=("x",), how="mean").fit(open_table({"x": ["a"]}))


def test_wrong_uses_of_fill():
    with pytest.raises(OptionError, match="value"):
        Fill(columns=("x",), how="constant")
    with pytest.raises(OptionError, match="value"):
        Fill(columns=("x",), how="mean", value=1.0)
    with pytest.raises(NotFittedError):
        Fill(columns=("x",)).apply(open_table({"x": [1]}))
    with pytest.raises(DataError, match="x_missing"):
        filled({"x": [1.0], "x_missing": [0]}, Fill(columns=("x",), indicator=True))


def test_a_gap_takes_the_users_only_known_value():
    data = {
        "user": ["a", "a", "a", "b", "b", "b", None, None, "c"],
        "skin": ["dry", None, "dry", "dry", "oily", None, "oily", None, None],
        "age": [30.0, None, float("nan"), None, None, 40.0, 1.0, None, None],
    }
    rows, report = filled(data, FillFromOwn(per="user", columns=("skin", "age")))
    by_user = sorted((r["user"] or "-", r["skin"] or "-", r["age"] or 0) for r in rows)
    assert by_user == sorted(
        [
            ("a", "dry", 30.0),
            ("a", "dry", 30.0),
            ("a", "dry", 30.0),
            ("b", "dry", 40.0),
            ("b", "oily", 40.0),
            ("b", "-", 40.0),
            ("-", "oily", 1.0),
            ("-", "-", 0),
            ("c", "-", 0),
        ]
    )
    assert report.changed == {"`skin` filled": 1, "`age` filled": 4}


def test_only_training_rows_teach_a_users_value():
    data = {"user": ["a", "a", "b"], "skin": [None, "oily", None]}
    rows, _ = filled(data, FillFromOwn(per="user", columns=("skin",)), train={"user": ["b"], "skin": ["dry"]})
    assert sorted((r["user"], r["skin"] or "-") for r in rows) == [("a", "-"), ("a", "oily"), ("b", "dry")]
