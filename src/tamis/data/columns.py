"""Columns of a table by name, and their reading as ids, numbers and times; what was guessed or lost goes to the report.

Each reader returns an Ibis expression, so nothing is pulled into Python but a handful of counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tamis.core.errors import DataError, nearest
from tamis.data.report import Report

if TYPE_CHECKING:
    import ibis

_NUMBER = r"-?\s*[$€£¥]?\s*(?:[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+)"
_EXACT_FLOAT = 2**53


def resolve(columns: Iterable[str], name: str, *, where: str) -> str:
    """Return `name` if it is one of the columns.

    Raises
    ------
    DataError
        Naming the columns there are and the nearest one.

    Examples
    --------
    >>> resolve(["user", "rating"], "raiting", where="r.csv")
    Traceback (most recent call last):
    ...
    tamis.core.errors.DataError: r.csv: there is no column `raiting`. Allowed: user, rating. Did you mean 'rating'?
    """
    known = list(columns)
    if name in known:
        return name
    folded = {column.lower(): column for column in known}
    raise DataError(
        f"there is no column `{name}`",
        where=where,
        allowed=", ".join(known[:20]) + (", ..." if len(known) > 20 else ""),
        nearest=folded.get(str(name).lower()) or nearest(name, known),
    )


def free_name(table: ibis.Table, stem: str) -> str:
    """Return a column name that the table does not have yet.

    Examples
    --------
    >>> import ibis
    >>> free_name(ibis.table({"row": "int64"}, name="t"), "row")
    'row_2'
    """
    taken = {column.lower() for column in table.columns}
    name, number = stem, 2
    while name.lower() in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def wrong_type(column: Any, name: str, where: str, allowed: str) -> DataError:
    """Return the error of a column whose type cannot be read as what is wanted."""
    return DataError(f"column `{name}` has the wrong type", where=where, allowed=allowed, got=str(column.type()))


def comparable(column: Any) -> bool:
    """Return whether rows can be ordered by a column; structs, maps and JSON cannot be on every engine."""
    kind = column.type()
    return not (kind.is_map() or kind.is_json() or kind.is_struct())


def not_finite(column: Any) -> Any:
    """Return where a number is NaN or infinite; False for types that cannot be, null where null."""
    import ibis

    if column.type().is_floating():
        return column.isnan() | column.isinf()
    return ibis.ifelse(column.isnull(), ibis.null("boolean"), ibis.literal(False))


def parse_id(table: ibis.Table, name: str, report: Report) -> Any:
    """Return a column as ids: text, exactly as written; null, NaN and empty text are null.

    Whole numbers become their digits, also where they are stored as floats (3.0 is "3"), so that an id column that
    one table has as int and another, because of a gap, as float, still joins.

    Raises
    ------
    DataError
        Where the column is missing, or holds times, fractions, lists or bytes.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> table = open_table({"item": [3.0, float("nan")]})
    >>> parse_id(table, "item", Report("t")).to_pyarrow().to_pylist()
    ['3', None]
    """
    import ibis

    column = table[resolve(table.columns, name, where=report.where)]
    kind = column.type()
    if kind.is_floating() or kind.is_decimal():
        valid = ibis.ifelse(not_finite(column), ibis.null(kind), column)
        found = table.aggregate(fractions=(valid != valid.floor()).sum(), largest=valid.abs().max())
        counts = found.to_pyarrow().to_pylist()[0]
        if counts["fractions"]:
            raise DataError(
                f"column `{name}` holds fractions, so it is no id", where=report.where, got=int(counts["fractions"])
            )
        if kind.is_floating() and (counts["largest"] or 0) > _EXACT_FLOAT:
            report.warn(f"`{name}` holds ids above 2**53 as floats: different ids may have become one")
        return valid.cast("int64").cast("string")
    if kind.is_string():
        return column.nullif("")
    if kind.is_integer() or kind.is_uuid():
        return column.cast("string")
    raise wrong_type(column, name, report.where, "text, whole numbers or UUIDs")


def parse_number(table: ibis.Table, name: str, report: Report) -> Any:
    """Return a column as float64; NaN, infinity and text without a number are null and reported.

    From text the first number is taken: "$32.00 ($54/oz)" is 32.0, "1,250.5" is 1250.5, "-$5" is -5. A comma groups
    thousands. Flags are 0 and 1.

    Raises
    ------
    DataError
        Where the column is missing or holds times, lists or structs.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> table = open_table({"price": ["$32.00 ($54/oz)", "1,250.5", None]})
    >>> parse_number(table, "price", Report("t")).to_pyarrow().to_pylist()
    [32.0, 1250.5, None]
    """
    import ibis

    column = table[resolve(table.columns, name, where=report.where)]
    kind = column.type()
    if kind.is_string():
        value = number_in_text(column)
    elif kind.is_boolean():
        value = column.cast("int8").cast("float64")
    elif kind.is_numeric() or kind.is_null():
        value = column.cast("float64")
    else:
        raise wrong_type(column, name, report.where, "numbers, flags or text with numbers")
    odd = not_finite(value)
    lost = (
        table.aggregate(given=column.count(), odd=odd.sum(), unread=(column.notnull() & value.isnull()).sum())
        .to_pyarrow()
        .to_pylist()[0]
    )
    if lost["odd"]:
        report.warn(f"`{name}` has {lost['odd']} NaN or infinite values: read as missing")
    if lost["unread"]:
        report.warn(f"`{name}` has {lost['unread']} texts without a number: read as missing")
    return ibis.ifelse(odd, ibis.null("float64"), value)


def number_in_text(column: Any) -> Any:
    """Return the first number in each text as float64, null where there is none; see `parse_number`."""
    import ibis

    found = column.re_extract(_NUMBER, 0).re_replace(r"[^0-9.\-]", "").nullif("")
    return ibis.coalesce(column.strip().try_cast("float64"), found.try_cast("float64"))
