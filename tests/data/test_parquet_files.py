import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tamis.core.errors import DataError
from tamis.data.report import Report
from tamis.data.tables import open_table


def folder(tmp_path):
    (tmp_path / "log").mkdir()
    pq.write_table(pa.table({"a": [1]}), tmp_path / "log" / "1.parquet")
    pq.write_table(pa.table({"a": [2], "b": ["x"]}), tmp_path / "log" / "2.parquet")
    return tmp_path / "log"


def test_files_of_one_table_are_joined_by_column_name(tmp_path):
    folder(tmp_path)
    rows = open_table("log", tmp_path).order_by("a").to_pyarrow().to_pylist()
    assert rows == [{"a": 1, "b": None}, {"a": 2, "b": "x"}]


def test_a_damaged_file_is_named_and_can_be_left_out(tmp_path):
    whole = (folder(tmp_path) / "1.parquet").read_bytes()
    (tmp_path / "log" / "3.parquet").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"3.parquet: is no readable Parquet file"):
        open_table("log", tmp_path)
    report = Report("log")
    assert open_table("log", tmp_path, report=report).count().to_pyarrow().as_py() == 2
    assert "3.parquet is left out" in report.warnings[0]


def test_only_damaged_files_are_an_error_even_with_a_report(tmp_path):
    (tmp_path / "t.parquet").write_bytes(b"PAR1junk")
    with pytest.raises(DataError, match="no file can be read"):
        open_table("t.parquet", tmp_path, report=Report("t"))


def test_types_that_do_not_fit_together_are_an_error(tmp_path):
    folder(tmp_path)
    pq.write_table(pa.table({"a": [2.5]}), tmp_path / "log" / "3.parquet")
    assert open_table("log", tmp_path).count().to_pyarrow().as_py() == 3
    for values, words in (([[1]], "a list"), (["x"], "text"), ([True], "bool")):
        pq.write_table(pa.table({"a": values}), tmp_path / "log" / "3.parquet")
        with pytest.raises(DataError, match=f"3.parquet: column `a` is {words} here and a number in 1.parquet"):
            open_table("log", tmp_path)


def test_a_folder_without_parquet_is_an_error(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="the folder has no Parquet file"):
        open_table("empty", tmp_path)


def test_two_columns_of_one_name_are_refused(tmp_path):
    pq.write_table(pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]), tmp_path / "t.parquet")
    with pytest.raises(DataError, match="columns of the same name"):
        open_table("t.parquet", tmp_path)
