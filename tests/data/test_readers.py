import sqlite3

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tamis.core.clock import fixed_clock
from tamis.core.errors import DataError, OptionError
from tamis.data.readers import BatchReader, write_table
from tamis.data.tables import open_table


def read(reader, table, **options):
    batches, told = [], []

    def on_batch(batch, read, total):
        batches.append(batch.to_pylist())
        told.append((read, total))

    return reader.read_table(table, on_batch, **options), batches, told


def test_a_maximum_of_250_in_hundreds_reads_exactly_250():
    count, batches, told = read(BatchReader(size=100, maximum=250), open_table({"n": list(range(1000))}))
    assert count == 250 and [len(b) for b in batches] == [100, 100, 50]
    assert told == [(100, 250), (200, 250), (250, 250)]


def test_offset_and_order():
    table = open_table({"n": [3, 1, 2, 5, 4], "m": [0, 0, 0, 0, 0]})
    _, batches, _ = read(BatchReader(size=2, offset=1), table, order_by=["n"])
    assert [[r["n"] for r in b] for b in batches] == [[2, 3], [4, 5]]
    assert read(BatchReader(offset=9), table)[:2] == (0, [])
    assert read(BatchReader(maximum=0), table)[:2] == (0, [])


def grouped(sizes):
    return open_table({"g": [i for i, n in enumerate(sizes) for _ in range(n)], "n": list(range(sum(sizes)))})


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=12), st.integers(1, 6), st.integers(0, 20) | st.none())
def test_a_group_is_never_split(sizes, size, maximum):
    count, batches, _ = read(BatchReader(size=size, group="g", maximum=maximum), grouped(sizes))
    seen = [row["g"] for batch in batches for row in batch]
    for batch in batches:
        keys = [row["g"] for row in batch]
        assert all(keys.count(g) == sizes[g] for g in set(keys))
        assert len(batch) <= size or len(set(keys)) == 1
    whole, total = 0, 0
    for n in sizes:
        if maximum is not None and total + n > maximum:
            break
        whole, total = whole + 1, total + n
    assert count == total == len(seen) and sorted(set(seen)) == list(range(whole))


def shop():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE orders (item TEXT, n INT)")
    connection.executemany("INSERT INTO orders VALUES (?, ?)", [("ab"[i % 2], i) for i in range(10)])
    return connection


def test_values_are_bound_and_never_part_of_the_query():
    seen = []
    reader = BatchReader(size=2)
    sql = "SELECT n FROM orders WHERE item = ? ORDER BY n"
    assert reader.read_query(shop(), sql, ["a"], lambda b, r, t: seen.append((b["n"].to_pylist(), r, t))) == 5
    assert seen == [([0, 2], 2, 5), ([4, 6], 4, 5), ([8], 5, 5)]
    connection = shop()
    assert reader.read_query(connection, sql, ["a'; DROP TABLE orders; --"], lambda b, r, t: None) == 0
    assert connection.execute("SELECT count(*) FROM orders").fetchone() == (10,)


def test_query_with_offset_maximum_and_group():
    seen = []
    sql = "SELECT item, n FROM orders ORDER BY item, n"
    reader = BatchReader(size=3, offset=1, maximum=6, group="item")
    reader.read_query(shop(), sql, [], lambda b, r, t: seen.append(b["n"].to_pylist()))
    assert seen == [[2, 4, 6, 8]]
    seen.clear()
    BatchReader(size=3, offset=2, maximum=5).read_query(
        shop(), sql, [], lambda b, r, t: seen.append(b["n"].to_pylist())
    )
    assert seen == [[4, 6, 8], [1, 3]]


def test_duckdb_connections_are_read_too():
    seen = []
    with duckdb.connect() as connection:
        BatchReader(size=2).read_query(
            connection, "SELECT * FROM range(5) t(n) WHERE n < ?", [3], lambda b, r, t: seen.append(b["n"].to_pylist())
        )
    assert seen == [[0, 1], [2]]


def test_mistakes_are_one_line_errors():
    with pytest.raises(DataError, match="no column `m`"):
        read(BatchReader(), open_table({"n": [1]}), order_by=["m"])
    with pytest.raises(DataError, match="refuses the query") as caught:
        BatchReader().read_query(shop(), "SELECT x FROM nothing", [], lambda b, r, t: None)
    assert "\n" not in str(caught.value)
    with pytest.raises(DataError, match="no column `user`"):
        BatchReader(group="user").read_query(shop(), "SELECT n FROM orders", [], lambda b, r, t: None)
    with pytest.raises(OptionError, match="size"):
        BatchReader(size=0)


def test_the_same_table_in_another_order_gives_the_same_bytes(tmp_path):
    table, turned = (
        open_table({"a": [2, 1, 1], "b": ["x", "z", None]}),
        open_table({"a": [1, 1, 2], "b": [None, "z", "x"]}),
    )
    for format in ("csv", "parquet"):
        first = write_table(table, tmp_path / "1", "t", clock=fixed_clock(5_000_000), format=format)
        second = write_table(turned, tmp_path / "2", "t", clock=fixed_clock(5_999_999), format=format)
        assert first.name == second.name == f"t_5.{format}"
        assert first.read_bytes() == second.read_bytes()


def test_no_index_column_and_the_asked_order(tmp_path):
    table = open_table({"a": [1, 2, 3], "b": ["z", "x", "y"]})
    path = write_table(table, tmp_path, "t", clock=fixed_clock(0), order_by=["b"])
    assert pq.read_table(path).to_pydict() == {"a": [2, 3, 1], "b": ["x", "y", "z"]}
    back = write_table(table, tmp_path, "t", clock=fixed_clock(0), format="csv")
    assert open_table(back).to_pyarrow().to_pylist() == table.to_pyarrow().to_pylist()


@pytest.mark.parametrize("name", ["../t", "a/b", "", ".hidden"])
def test_a_name_that_leaves_the_folder_is_refused(tmp_path, name):
    with pytest.raises(DataError, match="no plain file name"):
        write_table(open_table({"a": [1]}), tmp_path, name, clock=fixed_clock(0))


def test_a_written_file_is_never_replaced_and_csv_holds_no_lists(tmp_path):
    write_table(open_table({"a": [1]}), tmp_path, "t", clock=fixed_clock(0))
    with pytest.raises(DataError, match="exists already"):
        write_table(open_table({"a": [2]}), tmp_path, "t", clock=fixed_clock(0))
    with pytest.raises(DataError, match=r"cannot hold lists.*'tags'"):
        write_table(open_table({"tags": [["a"]]}), tmp_path, "t", clock=fixed_clock(0), format="csv")
