"""Group tools: how many rows each group has, the largest groups, and the groups with more than n rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tamis.data.columns import free_name, resolve
from tamis.data.report import Report

if TYPE_CHECKING:
    import ibis


def count_per_group(table: ibis.Table, by: Sequence[str], name: str = "count") -> ibis.Table:
    """Return one row per group with its number of rows, largest first, ties by the key; null is a group.

    Raises
    ------
    DataError
        Where a column is missing or `name` is one of the keys.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> count_per_group(open_table({"user": ["a", "b", "a"]}), ["user"]).to_pyarrow().to_pylist()
    [{'user': 'a', 'count': 2}, {'user': 'b', 'count': 1}]
    """
    import ibis

    for column in by:
        resolve(table.columns, column, where="count_per_group")
    counts = table.group_by(list(by)).agg(**{name: table.count()})
    return counts.order_by([ibis.desc(name), *(counts[c].asc(nulls_first=False) for c in by)])


def largest_groups(table: ibis.Table, by: Sequence[str], n: int) -> ibis.Table:
    """Return the `n` groups with the most rows, largest first, ties by the key.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> largest_groups(open_table({"user": ["a", "b", "a"]}), ["user"], 1).to_pyarrow().to_pylist()
    [{'user': 'a', 'count': 2}]
    """
    return count_per_group(table, by).limit(n)


def groups_with_more_than(
    table: ibis.Table, by: Sequence[str], n: int, report: Report | None = None
) -> tuple[ibis.Table, Report]:
    """Return the rows of groups that have more than `n` rows; rows without a key belong to no group.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> table, report = groups_with_more_than(open_table({"user": ["a", "b", "a"]}), ["user"], 1)
    >>> print(report)
    groups_with_more_than: 3 rows in, 2 out; removed: 1 in groups of at most 1
    """
    for column in by:
        resolve(table.columns, column, where="groups_with_more_than")
    report = report or Report("groups_with_more_than")
    size = free_name(table, "group_size")
    sized = table.mutate(**{size: table.count().over(group_by=list(by))})
    keyed = sized.filter(*[sized[c].notnull() for c in by])
    kept = keyed.filter(keyed[size] > n).drop(size)
    report.rows_in = int(table.count().to_pyarrow().as_py())
    report.rows_out = int(kept.count().to_pyarrow().as_py())
    loose = report.rows_in - int(keyed.count().to_pyarrow().as_py())
    report.remove("without a key", loose)
    report.remove(f"in groups of at most {n}", report.rows_in - report.rows_out - loose)
    return kept, report
