"""Joining tables: as of a moment (never a fact that was not known yet) and by key, with unmatched rows counted.

The as-of join is a union and a running maximum, because that runs alike on every engine: `asof_join` and ranges over
intervals do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from tamis.core.errors import DataError
from tamis.data.columns import comparable, free_name, resolve, wrong_type
from tamis.data.report import EXAMPLES, Report
from tamis.data.tables import computed

if TYPE_CHECKING:
    import ibis


def join_as_of(
    left: ibis.Table,
    right: ibis.Table,
    report: Report,
    *,
    on: Sequence[str],
    take: Mapping[str, str],
    at: str = "at",
    happened: str = "at",
    arrived: str | None = None,
) -> ibis.Table:
    """Return every left row with the latest right row that had happened and had arrived strictly before it.

    Latest is by `happened`, then `arrived`, then the other right columns from left to right, the largest winning, null
    the smallest. A null key or a null moment matches nothing. Every left row comes out once.

    Parameters
    ----------
    left, right : Ibis tables of one database
        Times are int64 microseconds UTC.
    report : Report
        Counts rows, right rows without a time, and left rows without a match.
    on : names of key columns, alike in both tables
    take : mapping of new column name to right column
    at : str
        The left row's moment.
    happened, arrived : str
        The right row's times; without `arrived` a row is known once it has happened.

    Raises
    ------
    DataError
        Where a column is missing, a time is no whole number or a new name is taken.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> bought = open_table({"item": ["a", "a"], "at": [10, 20]})
    >>> prices = open_table({"item": ["a", "a"], "at": [10, 15], "price": [1.0, 2.0]})
    >>> report = Report("prices")
    >>> joined = join_as_of(bought, prices, report, on=["item"], take={"price": "price"})
    >>> joined.order_by("at").to_pyarrow()["price"].to_pylist(), report.warnings
    ([None, 2.0], ['1 rows without a match'])
    """
    import ibis

    _check(left, right, on, take, report)
    for table, column in ((left, at), (right, happened), *([(right, arrived)] if arrived else [])):
        kind = table[resolve(table.columns, column, where=report.where)]
        if not kind.type().is_integer():
            raise wrong_type(kind, column, report.where, "int64 microseconds UTC: read it with parse_time")
    first = [happened, *([arrived] if arrived else [])]
    known = right.drop_null(first, how="any")
    late = right.filter(ibis.or_(*[right[c].isnull() for c in first])).count().to_pyarrow().as_py()
    if late:
        report.warn(f"{late} facts without a time are left out")
    rest = [c for c in right.columns if c not in (*on, *first) and comparable(right[c])]
    order = [known[c].asc(nulls_first=True) for c in (*first, *rest)]
    place = ibis.row_number().over(group_by=list(on), order_by=order)
    seen = ibis.greatest(known[happened], known[arrived]) if arrived else known[happened]
    facts = known.select(
        **{f"key_{i}": known[c] for i, c in enumerate(on)},
        moment=seen.cast("int64"),
        place=place.cast("int64"),
        **{f"right_{i}": known[c] for i, c in enumerate(take.values())},
    )
    rows = _latest_place(left, facts, on, at)
    facts = facts.drop("moment").rename({f"fact_{i}": f"key_{i}" for i in range(len(on))})
    same_key = [rows[f"key_{i}"] == facts[f"fact_{i}"] for i in range(len(on))]
    joined = rows.left_join(facts, [*same_key, rows.latest == facts.place])
    out = joined.select(
        **{c: joined[f"left_{i}"] for i, c in enumerate(left.columns)},
        **{new: joined[f"right_{i}"] for i, new in enumerate(take)},
        matched=joined.place.notnull(),
    )
    return _told(out, "keep", report)


def _latest_place(left: Any, facts: Any, on: Sequence[str], at: str) -> Any:
    import ibis

    keys = [f"key_{i}" for i in range(len(on))]
    asked = left.select(
        **{key: left[c] for key, c in zip(keys, on, strict=True)},
        moment=left[at].cast("int64"),
        place=ibis.null("int64"),
        is_left=ibis.literal(True),
        **{f"left_{i}": left[c] for i, c in enumerate(left.columns)},
    )
    told = facts.select(
        *keys,
        "moment",
        "place",
        is_left=ibis.literal(False),
        **{f"left_{i}": ibis.null(left[c].type()) for i, c in enumerate(left.columns)},
    )
    rows = asked.union(told)
    # At one moment questions come before facts: a fact of the same microsecond is not known yet.
    before = ibis.window(group_by=keys, order_by=[rows.moment.asc(), rows.is_left.desc()], rows=(None, 0))
    rows = rows.mutate(latest=rows.place.max().over(before))
    rows = rows.filter(rows.is_left)
    latest = ibis.ifelse(rows.moment.isnull(), ibis.null("int64"), rows.latest)
    return rows.mutate(latest=latest).drop("place", "moment", "is_left")


def join_by_key(
    left: ibis.Table,
    right: ibis.Table,
    report: Report,
    *,
    on: Mapping[str, str] | Sequence[str],
    take: Mapping[str, str],
    unmatched: Literal["keep", "drop"] = "keep",
) -> ibis.Table:
    """Return every left row with the columns of its one right row; a left row never becomes two.

    Parameters
    ----------
    left, right : Ibis tables of one database
    report : Report
        Counts left rows without a match; with "drop" they are removed rows, with examples.
    on : names of key columns, or a mapping of left to right names
    take : mapping of new column name to right column
    unmatched : "keep" or "drop"
        Keep gives nulls (a left join), drop is an inner join.

    Raises
    ------
    DataError
        Where a column is missing, a key is repeated on the right, or a new name is taken.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> reviews = open_table({"product": ["p", "q"], "stars": [5, 1]})
    >>> report = Report("reviews")
    >>> joined = join_by_key(
    ...     reviews, open_table({"id": ["p"], "brand": ["LA MER"]}), report,
    ...     on={"product": "id"}, take={"brand": "brand"}, unmatched="drop",
    ... )
    >>> print(report)
    reviews: 2 rows in, 1 out; removed: 1 without a match
    """
    import ibis

    pairs = dict(on) if isinstance(on, Mapping) else {c: c for c in on}
    _check(left, right, list(pairs), take, report, list(pairs.values()))
    keyed = right.filter(*[right[c].notnull() for c in pairs.values()])
    repeated = keyed.group_by(list(pairs.values())).agg(times=keyed.count()).filter(lambda t: t.times > 1)
    twice = repeated.limit(1).to_pyarrow().to_pylist()
    if twice:
        raise DataError(
            "the right table has a key more than once",
            where=report.where,
            got=twice[0],
            next_step="drop duplicates first, or join as of a time",
        )
    names = {f"left_{i}": left[c] for i, c in enumerate(left.columns)}
    asked = left.select(**names)
    place = {c: f"left_{i}" for i, c in enumerate(left.columns)}
    facts = keyed.select(
        **{f"key_{i}": keyed[c] for i, c in enumerate(pairs.values())},
        **{f"right_{i}": keyed[c] for i, c in enumerate(take.values())},
        matched=ibis.literal(True),
    )
    joined = asked.left_join(facts, [asked[place[c]] == facts[f"key_{i}"] for i, c in enumerate(pairs)])
    out = joined.select(
        **{c: joined[place[c]] for c in left.columns},
        **{new: joined[f"right_{i}"] for i, new in enumerate(take)},
        matched=joined.matched.notnull(),
    )
    return _told(out, unmatched, report)


def _check(
    left: Any, right: Any, on: Sequence[str], take: Mapping[str, str], report: Report, right_on: Sequence[str] = ()
) -> None:
    if not on:
        raise DataError("there is no key to join on", where=report.where)
    for table, columns in ((left, on), (right, [*(right_on or on), *take.values()])):
        for column in columns:
            resolve(table.columns, column, where=report.where)
    for new in take:
        if new in (*left.columns, "matched"):
            raise DataError(
                f"the new column `{new}` is already there", where=report.where, next_step="give it another name"
            )
    for a, b in zip(on, right_on or on, strict=True):
        if left[a].type().is_string() != right[b].type().is_string():
            raise DataError(
                f"the keys `{a}` and `{b}` have different types",
                where=report.where,
                got=f"{left[a].type()} and {right[b].type()}",
                next_step="read both with parse_id",
            )


def _told(out: Any, unmatched: str, report: Report) -> Any:
    import ibis

    out = computed(out, "joined")
    counts = out.aggregate(rows=out.count(), found=out.matched.sum()).to_pyarrow().to_pylist()[0]
    lost = int(counts["rows"]) - int(counts["found"] or 0)
    report.rows_in = report.rows_out = int(counts["rows"])
    missing = out.filter(~out.matched).drop("matched")
    if lost and unmatched == "keep":
        report.warn(f"{lost} rows without a match")
    elif lost:
        report.rows_out -= lost
        shown = missing.order_by([c for c in missing.columns if comparable(missing[c])]).limit(EXAMPLES)
        report.remove("without a match", lost, shown.to_pyarrow().to_pylist())
        report.rejected.append(missing.mutate(**{free_name(missing, "reason"): ibis.literal("without a match")}))
        out = out.filter(out.matched)
    return out.drop("matched")
