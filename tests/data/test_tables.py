import subprocess
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tamis.core.errors import DataError, MissingExtraError, TamisError
from tamis.data.report import Report
from tamis.data.tables import Table, computed, describe, open_table, shared_connection
from tests.data.real_files import real_file

ROWS = [{"item": "a", "price": 1.5}, {"item": "b", "price": None}]


def rows(table):
    return table.to_pyarrow().to_pylist()


def shop(folder: Path) -> Path:
    path = folder / "shop.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("CREATE TABLE orders AS SELECT 'a' AS item, 2 AS n")
        connection.execute("CREATE SCHEMA old; CREATE TABLE old.orders AS SELECT 'z' AS item, 9 AS n")
    return path


def test_every_kind_of_source_gives_the_same_rows(tmp_path):
    arrow = pa.Table.from_pylist(ROWS)
    pq.write_table(arrow, tmp_path / "t.parquet")
    (tmp_path / "t.csv").write_text("item,price\na,1.5\nb,\n")
    (tmp_path / "t.tsv").write_text("item\tprice\na\t1.5\nb\t\n")
    (tmp_path / "t.jsonl").write_text('{"item": "a", "price": 1.5}\n{"item": "b"}\n')
    (tmp_path / "folder").mkdir()
    pq.write_table(arrow, tmp_path / "folder" / "part.parquet")
    in_memory = [arrow, arrow.to_pandas(), {"item": ["a", "b"], "price": np.array([1.5, None], object)}]
    for source in ["t.parquet", "t.csv", "t.tsv", "t.jsonl", "folder", "t.par*", tmp_path / "t.csv", *in_memory]:
        assert rows(open_table(source, tmp_path)) == ROWS, source
    table = open_table(arrow)
    assert open_table(table) is table


def test_anything_with_to_arrow_is_a_data_frame():
    class Frame:  # polars and others speak this way
        def to_arrow(self):
            return pa.table({"x": [1]})

    assert rows(open_table(Frame())) == [{"x": 1}]


def test_a_float_nan_of_pandas_is_a_gap():
    frame = pd.DataFrame({"x": [1.0, np.nan], "when": pd.to_datetime(["2020-01-01", None])})
    assert rows(open_table(frame))[1] == {"x": None, "when": None}


def test_a_table_in_a_duckdb_file_and_in_a_schema(tmp_path):
    shop(tmp_path)
    assert rows(open_table(Table("orders", database="shop.duckdb"), tmp_path)) == [{"item": "a", "n": 2}]
    assert rows(open_table(Table("old.orders", database=tmp_path / "shop.duckdb"))) == [{"item": "z", "n": 9}]
    joined = open_table(Table("orders", "shop.duckdb"), tmp_path).inner_join(open_table({"item": ["a"]}), "item")
    assert joined.count().to_pyarrow().as_py() == 1


def test_a_missing_table_names_the_nearest(tmp_path):
    shop(tmp_path)
    with pytest.raises(DataError, match=r"there is no table `order`.*Did you mean 'orders'"):
        open_table(Table("order", database="shop.duckdb"), tmp_path)


def test_a_file_that_is_no_database_says_so(tmp_path):
    (tmp_path / "shop.duckdb").write_bytes(b"not a database" * 100)
    with pytest.raises(DataError, match="the database cannot be opened"):
        open_table(Table("orders", database="shop.duckdb"), tmp_path)


def test_a_missing_file_names_its_neighbours_and_the_next_step(tmp_path):
    (tmp_path / "ratings.parquet").write_bytes(b"")
    with pytest.raises(DataError) as caught:
        open_table("rating.parquet", tmp_path)
    text = str(caught.value)
    assert "rating.parquet" in text and "Did you mean 'ratings.parquet'" in text and "Next: look in" in text
    with pytest.raises(DataError, match=r"Did you mean 'ratings.parquet'"):
        open_table("ratings.parqet", tmp_path)
    with pytest.raises(DataError, match="no file matches"):
        open_table("none-*.parquet", tmp_path)


def test_a_missing_folder_points_at_the_first_missing_part(tmp_path):
    (tmp_path / "data").mkdir()
    with pytest.raises(DataError, match="Did you mean 'data'"):
        open_table("dta/x.csv", tmp_path)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({}, "has no columns"),
        ({"a": []}, "has columns but no rows"),
        (pa.table({}), "has no columns"),
        (pa.table({"a": pa.array([], pa.int64())}), "has columns but no rows"),
        ({"a": [1, 2], "b": [1]}, "cannot be read as columns"),
        (pd.DataFrame({"a": [1, "x"]}), "cannot be read as columns"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "columns of the same name"),
        (pa.table([pa.array([1]), pa.array([2])], names=["id", "ID"]), "columns of the same name"),
        (3, "this is no table"),
        (None, "this is no table"),
        ("postgres://me:hunter2@host/shop", "is a URL"),
        (Table("nothing"), "there is no table"),
    ],
)
def test_bad_sources_are_one_line_errors(source, words):
    with pytest.raises(DataError, match=words) as caught:
        open_table(source)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"), [("t.xlsx", "save the sheet as CSV"), ("t.duckdb", "Table\\(NAME"), ("t.pkl", "convert it")]
)
def test_unknown_kinds_of_file_say_what_to_do(tmp_path, name, words):
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(DataError, match=words):
        open_table(name, tmp_path)


def test_an_empty_table_can_be_allowed():
    table = open_table(pa.table({"a": pa.array([], pa.int64())}), allow_empty=True)
    assert rows(table) == []


def test_secrets_never_reach_a_message():
    for url in ("postgres://me:hunter2@localhost/shop", "foo://me:hunter2@h/x", "mysql://h/x?password=hunter2"):
        source = Table("orders", database=url)
        assert "hunter2" not in describe(source)
        with pytest.raises(TamisError) as caught:
            open_table(source)
        assert "hunter2" not in str(caught.value) and "\n" not in str(caught.value)


def test_a_missing_driver_names_the_extra():
    pytest.importorskip("ibis")
    try:
        import psycopg  # noqa: F401
    except ImportError:
        with pytest.raises(MissingExtraError, match="pip install 'ibis-framework\\[postgres\\]'"):
            open_table(Table("t", database="postgres://localhost/x"))


def test_the_shared_connection_is_one_and_in_utc():
    assert shared_connection() is shared_connection()
    assert shared_connection().raw_sql("SELECT current_setting('TimeZone')").fetchone() == ("UTC",)


def test_a_computed_table_is_not_worked_out_again():
    table = computed(open_table({"a": [1, 2]}).mutate(r=__import__("ibis").random()), "drawn")
    assert rows(table) == rows(table)


def test_opening_changes_nothing_given():
    data = {"a": np.array([1, 2])}
    frame = pd.DataFrame(data)
    open_table(frame).mutate(a=0).to_pyarrow()
    assert frame["a"].tolist() == [1, 2]


def test_importing_the_room_loads_no_heavy_library():
    rooms = "tables, csv_files, json_lines, parquet_files, columns, times, validation, joins, readers, groups, cleaning"
    code = (
        f"import sys; from tamis.data import {rooms}, values, outliers, schema; "
        "print([m for m in ('ibis', 'duckdb', 'pyarrow', 'pandas', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_real_files_open_whole():
    assert open_table(real_file("movielens-latest-small-2016/ratings.parquet")).count().to_pyarrow().as_py() == 100_004
    assert open_table(real_file("cosmetics-sephora/products.parquet")).count().to_pyarrow().as_py() == 1_472


def test_a_real_table_survives_csv(tmp_path):
    table = open_table(real_file("cosmetics-sephora/products_raw.parquet"))
    table.to_csv(tmp_path / "raw.csv")
    report = Report("raw")
    read = open_table("raw.csv", tmp_path, report=report)
    assert report.removed == [] and dict(read.schema().items()) == dict(table.schema().items())
    order = ["url", "name", "ingredients"]
    assert rows(read.order_by(order)) == rows(table.order_by(order))
