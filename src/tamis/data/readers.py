"""Reading tables and queries in batches, and writing tables under a name that says when."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from tamis.core.clock import Clock
from tamis.core.conditions import at_least
from tamis.core.errors import DataError
from tamis.core.options import options
from tamis.data.columns import comparable, resolve

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

OnBatch = Callable[["pa.Table", int, int], None]
"""Called with a batch, the rows read so far (this batch included) and the rows there are."""


@options
class BatchReader:
    """Read rows in batches of a fixed size, in a fixed order, to the end or a maximum.

    Parameters
    ----------
    size : int
        Rows per batch; the last may be smaller.
    offset : int
        Rows to skip first.
    maximum : int, optional
        Rows to read at most.
    group : str, optional
        A column whose equal neighbours are never split: a batch ends at or before `size` where a group ends, a group
        of more rows than `size` is one larger batch, and a group that would pass the maximum is not begun.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> sizes = []
    >>> table = open_table({"n": list(range(1000))})
    >>> BatchReader(size=100, maximum=250).read_table(table, lambda batch, read, total: sizes.append(len(batch)))
    250
    >>> sizes
    [100, 100, 50]
    """

    size: Annotated[int, at_least(1)] = 10_000
    offset: Annotated[int, at_least(0)] = 0
    maximum: Annotated[int, at_least(0)] | None = None
    group: str | None = None

    def read_table(self, table: ibis.Table, on_batch: OnBatch, order_by: Sequence[str] = ()) -> int:
        """Give an Ibis table to `on_batch`, batch by batch, and return the number of rows read.

        Parameters
        ----------
        table : Ibis table
        on_batch : callable
        order_by : names of columns, optional
            The group column always comes first, all other columns break ties. Without order and group the rows come
            as the database gives them.

        Raises
        ------
        DataError
            Where a column is missing.
        """
        named = list(dict.fromkeys([*([self.group] if self.group else []), *order_by]))
        for column in named:
            resolve(table.columns, column, where="BatchReader")
        if named:
            table = in_order(table, named)
        total, more = self._within(int(table.count().to_pyarrow().as_py()))
        pieces = iter(table.limit(total + more, offset=self.offset).to_pyarrow_batches(chunk_size=self.size))
        return self._give(pieces, on_batch, total, more)

    def read_query(
        self, connection: Any, sql: str, parameters: Sequence[Any] | Mapping[str, Any], on_batch: OnBatch
    ) -> int:
        """Give the answer of a SQL query to `on_batch`, batch by batch, and return the number of rows read.

        Values belong in `parameters`, in the placeholders of the database, never in the text of the query: they are
        bound by the driver. The query states its own order; a group column must lead it.

        Parameters
        ----------
        connection : DB-API connection
            SQLite, DuckDB, psycopg ...
        sql : str
            One SELECT without a semicolon.
        parameters : sequence or mapping
        on_batch : callable

        Raises
        ------
        DataError
            Where the database refuses the query, or there is no group column.

        Examples
        --------
        >>> import sqlite3
        >>> shop = sqlite3.connect(":memory:")
        >>> _ = shop.execute("CREATE TABLE orders (item TEXT, n INT)")
        >>> _ = shop.execute("INSERT INTO orders VALUES ('a', 1), ('b', 2), ('b', 3)")
        >>> show = lambda batch, read, total: print(batch["n"].to_pylist())
        >>> BatchReader(size=2).read_query(shop, "SELECT n FROM orders WHERE item = ?", ["b"], show)
        [2, 3]
        2
        """
        try:
            counter = connection.cursor()
            counter.execute(f"SELECT count(*) FROM ({sql}) AS counted", parameters)
            total, more = self._within(int(counter.fetchone()[0]))
            cursor = connection.cursor()
            cursor.execute(sql, parameters)
        except Exception as error:
            first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise DataError(f"the database refuses the query ({first})", where="BatchReader", got=sql) from None
        names = [column[0] for column in cursor.description]
        if self.group:
            resolve(names, self.group, where="BatchReader")
        return self._give(_pages(cursor, names, self.size, self.offset, total + more), on_batch, total, more)

    def _within(self, rows: int) -> tuple[int, bool]:
        # Rows to read, and whether a group may go on behind them: then one row more is fetched, to see.
        left = max(0, rows - self.offset)
        total = left if self.maximum is None else min(left, self.maximum)
        return total, self.group is not None and total < left

    def _give(self, pieces: Iterator[Any], on_batch: OnBatch, total: int, more: bool) -> int:
        import pyarrow as pa

        read, waiting = 0, None
        for piece in chain(pieces, [None]):
            if piece is not None:
                new = pa.Table.from_batches([piece]) if isinstance(piece, pa.RecordBatch) else piece
                waiting = new if waiting is None else pa.concat_tables([waiting, new], promote_options="permissive")
            while waiting is not None and (cut := self._cut(waiting, last=piece is None, more=more)):
                read += cut
                on_batch(waiting.slice(0, cut), read, total)
                waiting = waiting.slice(cut)
        return read

    def _cut(self, waiting: pa.Table, last: bool, more: bool) -> int:
        # The number of rows of the next batch, 0 where further rows are needed to know or nothing is left.
        rows = int(waiting.num_rows)
        if rows == 0 or (rows <= self.size and not last):
            return self.size if self.group is None and rows == self.size else 0
        if self.group is None:
            return min(rows, self.size)
        key = waiting[self.group].combine_chunks().dictionary_encode(null_encoding="encode").indices.to_numpy()
        ends = np.flatnonzero(key[1:] != key[:-1]) + 1
        if last and not more:
            ends = np.append(ends, rows)
        fitting = ends[ends <= self.size]
        return int(fitting[-1]) if len(fitting) else int(ends[0]) if len(ends) else 0


def in_order(table: ibis.Table, order_by: Sequence[str]) -> ibis.Table:
    """Return the table ordered by columns, ties broken by all the others, so that the order is always the same."""
    others = [c for c in table.columns if c not in order_by and comparable(table[c])]
    return table.order_by([table[c].asc(nulls_first=False) for c in (*order_by, *others)])


def write_table(
    table: ibis.Table,
    folder: Path,
    name: str,
    *,
    clock: Clock,
    order_by: Sequence[str] = (),
    format: Literal["parquet", "csv"] = "parquet",
) -> Path:
    """Write a table to `<name>_<seconds since 1970>.<format>` and return the path; atomic and durable.

    Rows are ordered by `order_by`, then by all columns from left to right; there is no index column, so the same table
    and clock give the same bytes.

    Raises
    ------
    DataError
        Where the name is no plain file name, the file exists, or CSV cannot hold a column of lists or structs.

    Examples
    --------
    >>> import tempfile
    >>> from tamis.core.clock import fixed_clock
    >>> from tamis.data.tables import open_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = open_table({"item": ["b", "a"]})
    ...     path = write_table(table, Path(folder), "reviews", clock=fixed_clock(7_000_000), format="csv")
    ...     print(path.name, path.read_text().split())
    reviews_7.csv ['"item"', '"a"', '"b"']
    """
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet as pq

    from tamis.core.files import write_bytes

    if not re.fullmatch(r"[\w][\w.\- ]*", name):
        raise DataError("the name is no plain file name", where="write_table", got=name)
    for column in order_by:
        resolve(table.columns, column, where="write_table")
    path = folder / f"{name}_{clock() // 1_000_000}.{format}"
    if path.exists():
        raise DataError("the file exists already", where=str(path), next_step="wait a second, or give another name")
    data = in_order(table, order_by).to_pyarrow()
    out = io.BytesIO()
    if format == "parquet":
        pq.write_table(data, out, compression="zstd")
    else:
        nested = [field.name for field in data.schema if pa.types.is_nested(field.type)]
        if nested:
            raise DataError("CSV cannot hold lists or structs", where=str(path), got=nested, next_step="write Parquet")
        pyarrow.csv.write_csv(data, out)
    write_bytes(path, out.getvalue())
    return path


def _pages(cursor: Any, names: list[str], size: int, offset: int, total: int) -> Iterator[pa.Table]:
    import pyarrow as pa

    skip, left = offset, total
    while left > 0:
        rows = cursor.fetchmany(size)
        if not rows:  # an empty page is the end, whatever the count said
            return
        rows, skip = rows[skip:], max(0, skip - len(rows))
        rows = rows[:left]
        left -= len(rows)
        if rows:
            yield pa.table({name: pa.array([row[i] for row in rows]) for i, name in enumerate(names)})
