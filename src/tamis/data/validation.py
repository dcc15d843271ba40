"""Checking tables before they are used: a row that does not fit is set aside with its reason, none is lost."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tamis.core.conditions import Condition, between
from tamis.core.errors import DataError
from tamis.data.columns import comparable, free_name, not_finite, parse_id, parse_number, resolve
from tamis.data.report import EXAMPLES, Report
from tamis.data.tables import computed
from tamis.data.times import Unit, parse_time

if TYPE_CHECKING:
    import ibis

FEW_ROWS = 100
Unknown = Literal["quarantine", "allow"]


def check_entity(
    table: ibis.Table, report: Report, *, id: str, ranges: Mapping[str, Condition] | None = None
) -> ibis.Table:
    """Return the rows of an entity table with one good row per id; the id column becomes text.

    Of several rows with one id the smallest stays, columns compared from left to right. A value of `ranges` that is
    NaN, infinite or out of range sets the row aside; null passes, because a gap is no lie.

    Parameters
    ----------
    table : Ibis table
    report : Report
        Gets the counts, examples, warnings (constant or empty columns) and the removed rows.
    id : str
    ranges : mapping of column to Condition, optional
        Such as {"price": at_least(0)}.

    Raises
    ------
    DataError
        Where a column is missing or of a wrong type, or no good row is left.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> report = Report("books")
    >>> good = check_entity(open_table({"book": ["a", "a", None, "b"]}), report, id="book")
    >>> print(report)
    books: 4 rows in, 2 out; removed: 1 no id, 1 duplicate id
    """
    for column in [id, *(ranges or {})]:
        resolve(table.columns, column, where=report.where)
    read, parsed = _beside(table, {id: parse_id(table, id, report)})
    reasons = [("no id", read[parsed[id]].isnull()), *_out_of_range(read, parsed, ranges or {}, report)]
    good = _set_aside(table, read, parsed, report, reasons, ("duplicate id", [parsed[id]]))
    _warn_of_columns(good, report)
    return good


def check_events(
    table: ibis.Table,
    report: Report,
    *,
    user: str,
    item: str,
    at: str | None = None,
    arrived: str | None = None,
    value: str | None = None,
    event_id: str | None = None,
    users: ibis.Table | None = None,
    items: ibis.Table | None = None,
    unknown: Unknown = "quarantine",
    ranges: Mapping[str, Condition] | None = None,
    unit: Unit | None = None,
    now: int,
) -> ibis.Table:
    """Return the good rows of an event table: ids as text, times as int64 microseconds UTC, everything else as it was.

    Two events are the same where `event_id` is the same, or, without one, where every column is. One of them stays.

    Parameters
    ----------
    table : Ibis table
    report : Report
    user, item : str
        Id columns.
    at, arrived : str, optional
        Time columns, read by `parse_time`; `unit` is that of numbers.
    value : str, optional
        A number column: rows where it is NaN or infinite are set aside, null passes; all equal is a warning.
    event_id : str, optional
    users, items : Ibis tables of one id column as text, optional
        Where given, an event of an id that is not in it is set aside or, with `unknown="allow"`, kept and counted.
    ranges : mapping of column to Condition, optional
    now : int
        The present in microseconds UTC; an event later than it is set aside.

    Raises
    ------
    DataError
        Where a column is missing or of a wrong type, or no good row is left.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> report = Report("clicks")
    >>> events = open_table({"user": ["u", None], "item": [1, 2], "at": ["2024-01-01", "2024-01-02"]})
    >>> good = check_events(events, report, user="user", item="item", at="at", now=1_800_000_000_000_000)
    >>> good.count().to_pyarrow().as_py()
    1
    >>> report.counts()
    {'no user': 1}
    """
    named = [c for c in (user, item, at, arrived, value, event_id, *(ranges or {})) if c is not None]
    for column in named:
        resolve(table.columns, column, where=report.where)
    values = {c: parse_id(table, c, report) for c in (user, item)}
    values |= {c: parse_time(table, c, report, unit=unit, now=now) for c in (at, arrived) if c is not None}
    if value is not None:
        given = table[value]
        values[value] = given.cast("float64") if given.type().is_numeric() else parse_number(table, value, report)
    read, parsed = _beside(table, values)
    reasons = [("no user", read[parsed[user]].isnull()), ("no item", read[parsed[item]].isnull())]
    for what, column, known in (("unknown user", user, users), ("unknown item", item, items)):
        if known is not None:
            read, reason = _unknown(read, report, parsed[column], what, known, unknown)
            reasons += reason
    if at is not None:
        moment = read[parsed[at]]
        reasons += [("no time", moment.isnull()), ("time in the future", moment > now)]
        if arrived is not None:
            _warn_of_arrivals(read, report, parsed[at], parsed[arrived], arrived)
    limits = {value: between(-math.inf, math.inf)} if value is not None else {}
    reasons += _out_of_range(read, parsed, {**limits, **(ranges or {})}, report)
    same = [event_id] if event_id is not None else list(table.columns)
    good = _set_aside(table, read, parsed, report, reasons, ("duplicate event", same))
    _warn_of_columns(good, report, value)
    return good


def quarantine(report: Report, path: Path) -> list[Path]:
    """Write the rows that a report set aside to Parquet files beside `path` and return the files, none if all was well.

    The first file is `path` itself; rows of another shape (unreadable lines) get `-2`, `-3` before the suffix. The
    write is atomic and durable.
    """
    import pyarrow.parquet as pq

    from tamis.core.files import write_bytes

    written: list[Path] = []
    for rows in report.rejected:
        data = rows.to_pyarrow()
        if data.num_rows:
            target = path if not written else path.with_stem(f"{path.stem}-{len(written) + 1}")
            out = io.BytesIO()
            pq.write_table(data, out, compression="zstd")
            write_bytes(target, out.getvalue())
            written.append(target)
    return written


def _beside(table: Any, values: Mapping[str, Any]) -> tuple[Any, dict[str, str]]:
    # Parsed columns stand beside the given ones, so that a row that is set aside shows what the user wrote.
    parsed = {column: free_name(table, f"parsed_{column}") for column in values}
    return table.mutate(**{parsed[column]: value for column, value in values.items()}), parsed


def _out_of_range(
    table: Any, parsed: Mapping[str, str], ranges: Mapping[str, Condition], report: Report
) -> list[tuple[str, Any]]:
    reasons = []
    for column, condition in ranges.items():
        number = table[parsed.get(column, column)]
        if not number.type().is_numeric():
            raise DataError(
                f"column `{column}` has a range but is no number", where=report.where, got=str(number.type())
            )
        reasons += [
            (f"`{column}` is not finite", not_finite(number)),
            (f"`{column}` is not {condition}", ~condition.holds(number)),
        ]
    return reasons


def _unknown(table: Any, report: Report, column: str, what: str, known: Any, unknown: Unknown) -> tuple[Any, list[Any]]:
    import ibis

    if len(known.columns) != 1:
        raise DataError(f"the known ids of `{column}` are not one column", where=report.where, got=list(known.columns))
    mark, key = free_name(table, "known"), free_name(table, "known_id")
    ids = known.select(**{key: known[known.columns[0]]}).distinct().mutate(**{mark: ibis.literal(True)})
    joined = table.left_join(ids, table[column] == ids[key]).drop(key)
    missing = joined[column].notnull() & joined[mark].isnull()
    if unknown == "quarantine":
        return joined, [(what, missing)]
    count = int(joined.aggregate(n=missing.sum()).to_pyarrow()["n"][0].as_py() or 0)
    if count:
        report.warn(f"{count} rows have an {what} and are kept")
    return joined.drop(mark), []


def _set_aside(
    table: Any,
    read: Any,
    parsed: Mapping[str, str],
    report: Report,
    reasons: Sequence[tuple[str, Any]],
    duplicate: tuple[str, list[str]],
) -> Any:
    import ibis

    columns = list(table.columns)
    first, copy = free_name(read, "first_reason"), free_name(read, "copy")
    reason = free_name(table, "reason")
    name, keys = duplicate
    judged = read.mutate(**{first: ibis.cases(*[(fails, text) for text, fails in reasons], else_=ibis.null("string"))})
    # A row that fails otherwise never makes a good one its duplicate: bad rows are numbered last.
    order = [judged[first].notnull()]
    if keys != columns:
        order += [judged[c] for c in columns if comparable(judged[c])]
    judged = judged.mutate(**{copy: ibis.row_number().over(group_by=keys, order_by=order)})
    again = ibis.ifelse(judged[copy] > 0, ibis.literal(name), ibis.null("string"))
    judged = judged.select(*columns, *parsed.values(), **{reason: ibis.coalesce(judged[first], again)})
    judged = computed(judged, "checked")
    bad = judged.filter(judged[reason].notnull()).select(*columns, reason)
    _count(judged, bad, reason, [*(text for text, _ in reasons), name], report)
    report.rejected.append(bad)
    if report.rows_out == 0:
        raise DataError(f"no good row is left ({report})", next_step="look at the reasons: tamis check")
    good = judged.filter(judged[reason].isnull())
    return good.select(**{c: good[parsed.get(c, c)] for c in columns})


def _count(judged: Any, bad: Any, reason: str, order: list[str], report: Report) -> None:
    import ibis

    counts = judged.group_by(reason).agg(count=judged.count()).to_pyarrow().to_pylist()
    by_reason = {row[reason]: int(row["count"]) for row in counts}
    report.rows_in += sum(by_reason.values())
    report.rows_out = by_reason.get(None, 0)
    if len(by_reason) == (None in by_reason):
        return
    number = free_name(bad, "number")
    sortable = [bad[c] for c in bad.columns if comparable(bad[c])]
    numbered = bad.mutate(**{number: ibis.row_number().over(group_by=reason, order_by=sortable)})
    shown = (
        numbered.filter(numbered[number] < EXAMPLES).order_by([reason, number]).drop(number).to_pyarrow().to_pylist()
    )
    for name in dict.fromkeys(order):
        examples = [{k: v for k, v in row.items() if k != reason} for row in shown if row[reason] == name]
        report.remove(name, by_reason.get(name, 0), examples)


def _warn_of_arrivals(table: Any, report: Report, at: str, arrived: str, name: str) -> None:
    early = table.aggregate(n=(table[arrived] < table[at]).sum()).to_pyarrow()["n"][0].as_py()
    if early:
        report.warn(f"{early} events arrived before they happened: check `{name}`")


def _warn_of_columns(table: Any, report: Report, value: str | None = None) -> None:
    asked: dict[str, Any] = {}
    for i, column in enumerate(table.columns):
        if comparable(table[column]) and not table[column].type().is_array():
            asked |= {
                f"low_{i}": table[column].min(),
                f"high_{i}": table[column].max(),
                f"count_{i}": table[column].count(),
            }
    found = table.aggregate(**asked).to_pyarrow().to_pylist()[0]
    for i, column in enumerate(table.columns):
        if f"count_{i}" not in found or report.rows_out < 2:
            continue
        if found[f"count_{i}"] == 0:
            report.warn(f"`{column}` has no value at all")
        elif found[f"low_{i}"] == found[f"high_{i}"]:
            meaning = "nothing can be learned from it" if column == value else "it tells rows apart in no way"
            report.warn(f"`{column}` is {found[f'low_{i}']!r} in every row: {meaning}")
    if report.rows_out < FEW_ROWS:
        report.warn(f"only {report.rows_out} rows: results will be shaky below {FEW_ROWS}")
