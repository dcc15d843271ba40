"""Duplicates and gaps: de-duplication, the missing report, dropping and filling. Every step says what it did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from tamis.core.errors import DataError, OptionError
from tamis.core.fitted import require_fitted
from tamis.core.options import options
from tamis.data.columns import comparable, free_name, not_finite, resolve
from tamis.data.report import EXAMPLES, Report

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa


def drop_duplicates(
    table: ibis.Table,
    subset: Sequence[str],
    *,
    order_by: Sequence[str] = (),
    keep: Literal["first", "last"] = "first",
) -> tuple[ibis.Table, Report]:
    """Return one row per value of `subset`: the first or last by `order_by`, then by all columns; nulls are equal.

    A database table has no order of its own, so the order is part of the question. De-duplicate before any split.

    Raises
    ------
    DataError
        Where a column is missing or `subset` is empty.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> table = open_table({"user": ["a", "a", "b"], "at": [2, 1, 1]})
    >>> kept, report = drop_duplicates(table, ["user"], order_by=["at"], keep="last")
    >>> kept.order_by("user").to_pyarrow()["at"].to_pylist(), report.counts()
    ([2, 1], {'duplicate of (user)': 1})
    """
    import ibis

    where = "drop_duplicates"
    if not subset:
        raise DataError("`subset` names no column", where=where, allowed=", ".join(table.columns))
    for column in (*subset, *order_by):
        resolve(table.columns, column, where=where)
    rest = [c for c in table.columns if c not in order_by and comparable(table[c])]
    order: list[Any] = [table[c].asc(nulls_first=False) for c in (*order_by, *rest)]
    if keep == "last":
        order = [table[c].desc(nulls_first=True) for c in (*order_by, *rest)]
    copy = free_name(table, "copy")
    numbered = table.mutate(**{copy: ibis.row_number().over(group_by=list(subset), order_by=order)})
    kept = numbered.filter(numbered[copy] == 0).drop(copy)
    gone = numbered.filter(numbered[copy] > 0).drop(copy)
    return kept, _removed(table, kept, gone, where, f"duplicate of ({', '.join(subset)})")


def missing_report(table: ibis.Table) -> dict[str, float]:
    """Return the percentage of null, NaN or infinite values of each column, largest first, ties by name.

    A table without rows gives 0 for every column.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> missing_report(open_table({"a": [1, 2], "b": [None, "x"]}))
    {'b': 50.0, 'a': 0.0}
    """
    asked = {f"gaps_{i}": is_missing(table[c]).sum() for i, c in enumerate(table.columns)}
    counts = table.aggregate(rows=table.count(), **asked).to_pyarrow().to_pylist()[0]
    rows = max(1, int(counts["rows"]))
    percent = {c: 100.0 * int(counts[f"gaps_{i}"] or 0) / rows for i, c in enumerate(table.columns)}
    return dict(sorted(percent.items(), key=lambda pair: (-pair[1], pair[0])))


def is_missing(column: Any) -> Any:
    """Return where a column has no usable value: null, and for numbers NaN and infinity."""
    return (column.isnull() | not_finite(column)) if column.type().is_floating() else column.isnull()


def drop_missing_rows(table: ibis.Table, columns: Sequence[str]) -> tuple[ibis.Table, Report]:
    """Return the rows that have a value in every one of `columns`; each other row is counted under its first gap.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> rows, report = drop_missing_rows(open_table({"a": [1, None], "b": ["x", "y"]}), ["a", "b"])
    >>> report.counts()
    {'no `a`': 1}
    """
    import ibis

    where = "drop_missing_rows"
    for column in columns:
        resolve(table.columns, column, where=where)
    reason = free_name(table, "reason")
    named = [(is_missing(table[c]), f"no `{c}`") for c in columns]
    judged = table.mutate(**{reason: ibis.cases(*named, else_=ibis.null("string")) if named else ibis.null("string")})
    counts = judged.group_by(reason).agg(rows=judged.count()).to_pyarrow().to_pylist()
    by_reason = {row[reason]: int(row["rows"]) for row in counts}
    report = Report(where, sum(by_reason.values()), by_reason.get(None, 0))
    for _, text in named:
        report.remove(text, by_reason.get(text, 0))
    if report.removed:
        report.rejected.append(judged.filter(judged[reason].notnull()))
    return judged.filter(judged[reason].isnull()).drop(reason), report


def drop_missing_columns(table: ibis.Table, above: float = 99.0) -> tuple[ibis.Table, Report]:
    """Return the table without the columns of which more than `above` percent is missing.

    Raises
    ------
    DataError
        Where no column would be left.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> kept, report = drop_missing_columns(open_table({"a": [1, 2], "b": [None, None]}))
    >>> kept.columns, report.warnings
    (('a',), ['`b` is dropped: 100.0 % missing'])
    """
    percent = missing_report(table)
    gone = [c for c in table.columns if percent[c] > above]
    if len(gone) == len(table.columns):
        raise DataError(f"every column is more than {above} % missing", where="drop_missing_columns", got=percent)
    rows = int(table.count().to_pyarrow().as_py())
    report = Report("drop_missing_columns", rows, rows)
    for column in gone:
        report.warn(f"`{column}` is dropped: {percent[column]:.1f} % missing")
    return table.drop(*gone) if gone else table, report


How = Literal["constant", "mean", "median", "mode"]


@options
class Fill:
    """Fill gaps (null, NaN, infinity) with a constant or a statistic of the training rows.

    Parameters
    ----------
    columns : tuple of str
    how : "constant", "mean", "median" or "mode"
        Equally frequent modes: the smallest. Mean and median make the column float64.
    value : float, str or None
        The constant.
    indicator : bool
        Adds `<column>_missing`, 1 where the value was filled, so that a model can tell.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> table = open_table({"price": [1.0, None, 3.0]})
    >>> filled, report = Fill(columns=("price",), how="mean").fit(table).apply(table)
    >>> filled.to_pyarrow()["price"].to_pylist(), report.changed
    ([1.0, 2.0, 3.0], {'`price` filled': 1})
    """

    columns: tuple[str, ...]
    how: How = "median"
    value: float | str | None = None
    indicator: bool = False

    def check_options(self) -> None:
        """Refuse a constant without a value, and a value without a constant."""
        if (self.how == "constant") != (self.value is not None):
            raise OptionError('`value` goes with how="constant"', where="Fill", got=f"{self.how!r}, {self.value!r}")

    def fit(self, train: ibis.Table) -> Fill:
        """Learn the filling values from training rows.

        Raises
        ------
        DataError
            Where a column is missing, has no value at all, or is no number for a mean or median.
        """
        self.values_: dict[str, Any] = {}
        for column in self.columns:
            resolve(train.columns, column, where="Fill")
            self.values_[column] = self.value if self.how == "constant" else self._statistic(train, column)
        return self

    def apply(self, table: ibis.Table) -> tuple[ibis.Table, Report]:
        """Return the table with its gaps filled, and how many.

        Raises
        ------
        NotFittedError
            Before `fit`.
        DataError
            Where a column is missing, or the indicator's name is taken.
        """
        import ibis

        require_fitted(self, "values_")
        changed = {c: is_missing(table[resolve(table.columns, c, where="Fill")]) for c in self.columns}
        counts = table.aggregate(rows=table.count(), **{f"n_{i}": g.sum() for i, g in enumerate(changed.values())})
        found = counts.to_pyarrow().to_pylist()[0]
        report = Report("Fill", int(found["rows"]), int(found["rows"]))
        new = {}
        for i, (column, gap) in enumerate(changed.items()):
            report.change(f"`{column}` filled", int(found[f"n_{i}"] or 0))
            kind = "float64" if self.how in ("mean", "median") else table[column].type()
            new[column] = ibis.ifelse(gap, ibis.literal(self.values_[column]).cast(kind), table[column].cast(kind))
            if self.indicator:
                if f"{column}_missing" in table.columns:
                    raise DataError(f"the column `{column}_missing` is already there", where="Fill")
                new[f"{column}_missing"] = gap.cast("int8")
        return table.mutate(**new), report

    def _statistic(self, train: Any, column: str) -> Any:
        values = train.filter(~is_missing(train[column]))
        if self.how == "mode":
            counted = values.group_by(column).agg(times=values.count())
            first = counted.order_by([counted.times.desc(), counted[column].asc()]).limit(1).to_pyarrow()
            found = first[column][0].as_py() if first.num_rows else None
        elif not values[column].type().is_numeric():
            raise DataError(f"column `{column}` has no {self.how}", where="Fill", got=str(values[column].type()))
        else:
            numbers = values[column].cast("float64")
            found = (numbers.mean() if self.how == "mean" else numbers.median()).to_pyarrow().as_py()
        if found is None:
            raise DataError(
                f"column `{column}` has no value to learn from", where="Fill", next_step="drop it, or fill a constant"
            )
        return found


@options
class FillFromOwn:
    """Fill a gap with the same user's only known value; a user who gave two different values keeps the gap.

    Learned from training rows alone, so that no later answer reaches an earlier row of training.

    Parameters
    ----------
    per : str
        The user column; rows without a user are left alone.
    columns : tuple of str

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> table = open_table({"user": ["a", "a", "b", "b", "b"], "skin": ["dry", None, "dry", "oily", None]})
    >>> filled, report = FillFromOwn(per="user", columns=("skin",)).fit(table).apply(table)
    >>> report.changed
    {'`skin` filled': 1}
    """

    per: str
    columns: tuple[str, ...]

    def fit(self, train: ibis.Table) -> FillFromOwn:
        """Learn each user's only known values.

        Raises
        ------
        DataError
            Where a column is missing.
        """
        import ibis

        for column in (self.per, *self.columns):
            resolve(train.columns, column, where="FillFromOwn")
        known = train.filter(train[self.per].notnull())
        only = {}
        for i, column in enumerate(self.columns):
            empty = ibis.null(known[column].type())
            value = ibis.ifelse(is_missing(known[column]), empty, known[column])
            only[f"value_{i}"] = ibis.ifelse(value.nunique() == 1, value.min(), empty)
        self.known_: pa.Table = known.group_by(self.per).agg(**only).rename(owner=self.per).to_pyarrow()
        return self

    def apply(self, table: ibis.Table) -> tuple[ibis.Table, Report]:
        """Return the table with gaps filled where the user's only value is known, and how many.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        import ibis

        require_fitted(self, "known_")
        for column in (self.per, *self.columns):
            resolve(table.columns, column, where="FillFromOwn")
        known = ibis.memtable(self.known_).rename(lambda name: f"tamis_{name}")
        joined = table.left_join(known, table[self.per] == known.tamis_owner)
        fills = {c: is_missing(table[c]) & joined[f"tamis_value_{i}"].notnull() for i, c in enumerate(self.columns)}
        counts = joined.aggregate(rows=joined.count(), **{f"n_{i}": g.sum() for i, g in enumerate(fills.values())})
        found = counts.to_pyarrow().to_pylist()[0]
        report = Report("FillFromOwn", int(found["rows"]), int(found["rows"]))
        new: dict[str, Any] = {c: joined[c] for c in table.columns}
        for i, (column, gap) in enumerate(fills.items()):
            report.change(f"`{column}` filled", int(found[f"n_{i}"] or 0))
            new[column] = ibis.ifelse(gap, joined[f"tamis_value_{i}"].cast(table[column].type()), joined[column])
        return joined.select(**new), report


def _removed(table: Any, kept: Any, gone: Any, where: str, reason: str) -> Report:
    import ibis

    rows, left = int(table.count().to_pyarrow().as_py()), int(kept.count().to_pyarrow().as_py())
    report = Report(where, rows, left)
    if rows > left:
        shown = gone.order_by([c for c in gone.columns if comparable(gone[c])]).limit(EXAMPLES)
        report.remove(reason, rows - left, shown.to_pyarrow().to_pylist())
        report.rejected.append(gone.mutate(**{free_name(gone, "reason"): ibis.literal(reason)}))
    return report
