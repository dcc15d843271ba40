import datetime as dt

import pyarrow as pa
import pytest

from tamis.core.errors import DataError
from tamis.data.columns import free_name, number_in_text, parse_id, parse_number, resolve
from tamis.data.report import Report
from tamis.data.tables import open_table
from tests.data.real_files import real_file


def ids(values):
    report = Report("t")
    return parse_id(open_table({"x": values}), "x", report).to_pyarrow().to_pylist(), report.warnings


def numbers(values):
    report = Report("t")
    return parse_number(open_table({"x": values}), "x", report).to_pyarrow().to_pylist(), report.warnings


def test_resolve_gives_the_nearest_name_also_by_case():
    assert resolve(["a", "b"], "b", where="t") == "b"
    with pytest.raises(DataError, match="Did you mean 'User_ID'"):
        resolve(["User_ID", "x"], "user_id", where="t")


def test_free_name_ignores_case():
    assert free_name(open_table({"Row": [1], "row_2": [1]}), "row") == "row_3"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, None], ["1", None]),
        ([1.0, float("nan"), 20.0], ["1", None, "20"]),
        ([" a", "007", "", None], [" a", "007", None, None]),
        (pa.array([2**63 + 1], pa.uint64()), [str(2**63 + 1)]),
        ([-(2**63)], [str(-(2**63))]),
    ],
)
def test_ids_are_exact_text(values, expected):
    assert ids(values) == (expected, [])


def test_a_uuid_is_its_text():
    text = "00000000-0000-0000-0000-000000000005"
    table = open_table({"x": [text]})
    read = parse_id(table.mutate(x=table.x.cast("uuid")), "x", Report("t"))
    assert [str(value) for value in read.to_pyarrow().to_pylist()] == [text]


def test_ids_as_int_and_as_float_with_a_gap_still_join():
    assert ids([3, 4])[0] == ids([3.0, 4.0, None])[0][:2]


def test_float_ids_above_two_to_the_53_are_warned_of():
    assert "2**53" in ids([float(2**60)])[1][0]


@pytest.mark.parametrize(
    "values", [[1.5], [True], [b"x"], [[1]], [dt.date(2020, 1, 1)], [{"a": 1}], [float("inf"), 2.5]]
)
def test_what_is_no_id_is_refused(values):
    with pytest.raises(DataError, match=r"`x`"):
        ids(values)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$32.00 ($54/oz)", 32.0),
        ("1,234.50", 1234.5),
        ("-$5.50", -5.5),
        ("$-5", -5.0),
        ("€ 12", 12.0),
        (".5", 0.5),
        ("about 7 pieces", 7.0),
        ("1e3", 1000.0),
        ("no price", None),
        ("", None),
        ("-", None),
    ],
)
def test_the_first_number_in_a_text(text, number):
    table = open_table({"x": [text]})
    assert number_in_text(table.x).to_pyarrow().to_pylist() == [number]


def test_numbers_that_are_not_finite_are_missing_and_reported():
    values, warnings = numbers([1.5, float("inf"), float("-inf"), float("nan"), None])
    assert values == [1.5, None, None, None, None]
    # NaN given as a Python float in a list arrives as NaN, so three values are lost
    assert warnings == ["`x` has 3 NaN or infinite values: read as missing"]
    assert numbers(["inf", "2"])[0] == [None, 2.0]


def test_texts_without_a_number_are_reported():
    assert numbers(["abc", "4"]) == ([None, 4.0], ["`x` has 1 texts without a number: read as missing"])


def test_flags_decimals_and_nothing():
    assert numbers([True, False, None])[0] == [1.0, 0.0, None]
    assert numbers(pa.array([None, None]))[0] == [None, None]
    assert numbers(pa.array([125], pa.int64()).cast(pa.decimal128(20, 0)))[0] == [125.0]


@pytest.mark.parametrize("values", [[[1]], [dt.datetime(2020, 1, 1)], [{"a": 1}]])
def test_what_is_no_number_is_refused(values):
    with pytest.raises(DataError, match="wrong type"):
        numbers(values)


def test_real_prices_are_all_read():
    table = open_table(real_file("cosmetics-sephora/products_raw.parquet"))
    report = Report("products")
    given = table.price.to_pyarrow().to_pylist()
    read = parse_number(table, "price", report).to_pyarrow().to_pylist()
    for text, number in zip(given, read, strict=True):
        plain = None if text is None else float(text.lstrip("$").split(" ")[0].split("(")[0].replace(",", ""))
        assert number == plain
    assert report.warnings == []
