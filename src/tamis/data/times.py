"""Reading a column as moments: int64 microseconds since 1970 in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from tamis.core.clock import DAY, iso
from tamis.core.errors import DataError
from tamis.data.columns import not_finite, resolve, wrong_type
from tamis.data.report import Report

if TYPE_CHECKING:
    import ibis

Unit = Literal["s", "ms", "us", "ns"]
YEAR_1990 = 631_152_000_000_000
YEAR_2100 = 4_102_444_800_000_000
_PER_SECOND: dict[Unit, int] = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_NAMES = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
_ZONE = r"[0-9]:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?\s*(Z|z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\s*$"
_ALLOWED = 'times, dates, ISO 8601 text such as "2024-05-01T12:00:00Z", or whole numbers since 1970'


def parse_time(
    table: ibis.Table, name: str, report: Report, *, unit: Unit | None = None, now: int | None = None
) -> Any:
    """Return a column as int64 microseconds UTC; what cannot be read is null and reported.

    Times without a zone are taken as UTC. The unit of numbers is the one in which most of them lie between 1990 and
    2100; numbers of another size are null. Text may be ISO 8601 or such numbers.

    Parameters
    ----------
    table : Ibis table
    name : str
    report : Report
        Takes what was assumed, how many values could not be read, and times before 1990 or after `now` plus a day.
    unit : "s", "ms", "us", "ns" or None
        The unit of numbers where the column's owner knows it. It is checked against the sizes.
    now : int, optional
        The present in microseconds UTC, for reporting times that lie ahead of it.

    Raises
    ------
    DataError
        Where the column is missing, no value can be read, or the numbers are plainly of another unit than declared.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> table = open_table({"at": ["1970-01-01T00:00:01Z", "1970-01-01 02:00:00+02:00"]})
    >>> parse_time(table, "at", Report("t")).to_pyarrow().to_pylist()
    [1000000, 0]
    """
    column = table[resolve(table.columns, name, where=report.where)]
    kind = column.type()
    if kind.is_timestamp():
        if kind.timezone is None:
            report.warn(f"`{name}` has no time zone: taken as UTC")
        value = micros(column)
    elif kind.is_date():
        report.warn(f"`{name}` has dates without hours: taken as midnight UTC")
        value = micros(column.cast("timestamp"))
    elif kind.is_string():
        value = _from_text(table, column, name, report, unit)
    elif kind.is_numeric() and not kind.is_boolean():
        value = _from_number(table, column, name, report, unit)
    else:
        raise wrong_type(column, name, report.where, _ALLOWED)
    _report_range(table, value, name, report, now)
    return value


def micros(column: Any) -> Any:
    """Return a timestamp column as int64 microseconds since 1970, exact also before it."""
    fine = column.cast("timestamp(6)")  # the session is in UTC, so dropping the zone keeps the moment
    return fine.truncate("s").epoch_seconds().cast("int64") * 1_000_000 + fine.microsecond().cast("int64")


def _from_text(table: Any, column: Any, name: str, report: Report, unit: Unit | None) -> Any:
    text = column.strip().nullif("")
    moment = text.try_cast("timestamp('UTC')")
    counts = _row(
        table,
        given=text.count(),
        whole=text.re_search(r"^-?[0-9]+$").sum(),
        numbers=text.re_search(r"^-?[0-9]+([.][0-9]+)?$").sum(),
        read=moment.count(),
        zoned=(moment.notnull() & text.re_search(_ZONE)).sum(),
        unread=moment.isnull().ifelse(text, None).min(),
    )
    if counts["given"] and counts["numbers"] == counts["given"]:
        target = "int64" if counts["whole"] == counts["given"] else "float64"
        return _from_number(table, text.try_cast(target), name, report, unit)
    if counts["given"] and not counts["read"]:
        raise DataError(
            f"column `{name}` has no value that is a time", where=report.where, allowed=_ALLOWED, got=counts["unread"]
        )
    if counts["read"] < counts["given"]:
        lost = counts["given"] - counts["read"]
        report.warn(f"`{name}` has {lost} values that are no time, such as {counts['unread']!r}: read as missing")
    if counts["zoned"] < counts["read"]:
        report.warn(f"`{name}` has no time zone in {counts['read'] - counts['zoned']} values: taken as UTC")
    return micros(moment)


def _from_number(table: Any, column: Any, name: str, report: Report, unit: Unit | None) -> Any:
    import ibis

    if column.type().is_floating():
        number = ibis.ifelse(not_finite(column), ibis.null("float64"), column.cast("float64"))
    else:
        number = column.try_cast("int64")
    inside = {
        u: number.between(*(edge * n // 1_000_000 for edge in (YEAR_1990, YEAR_2100))) for u, n in _PER_SECOND.items()
    }
    counts = _row(table, given=column.count(), low=number.min(), **{u: rows.sum() for u, rows in inside.items()})
    given, sized = int(counts["given"]), {u: int(counts[u] or 0) for u in _PER_SECOND}
    likely = max(_PER_SECOND, key=lambda u: sized[u])
    if given == 0:
        report.warn(f"`{name}` has no value")
        return number.cast("int64")
    if unit is None and sized[likely] == 0:
        raise DataError(
            f"column `{name}` has no number between the years 1990 and 2100 in s, ms, us or ns",
            where=report.where,
            allowed=_ALLOWED,
            got=counts["low"],
            next_step="declare the unit, or drop the time column if the numbers only give an order",
        )
    if unit is not None and likely != unit and sized[likely] > sized[unit]:
        raise DataError(
            f"column `{name}` looks like {_NAMES[likely]}, but {_NAMES[unit]} are declared",
            where=report.where,
            got=f"{sized[likely]} of {given} values between 1990 and 2100 as {_NAMES[likely]}",
            next_step=f"declare {likely!r}, or multiply the column",
        )
    if unit is None:
        report.warn(f"`{name}` is a number: read as {_NAMES[likely]} since 1970")
        return _kept(table, number, inside[likely], likely, name, report, given, sized)
    limit = (2**63 - 1) // max(1, 1_000_000 // _PER_SECOND[unit])
    keep = number.between(-limit, limit)
    for other, rows in inside.items():
        keep = keep if other == unit else keep & ~rows
    return _kept(table, number, keep, unit, name, report, given, sized)


def _kept(
    table: Any, number: Any, keep: Any, unit: Unit, name: str, report: Report, given: int, sized: dict[Unit, int]
) -> Any:
    import ibis

    mixed = {_NAMES[u]: n for u, n in sized.items() if n and u != unit}
    if mixed:
        told = ", ".join(f"{n} look like {u}" for u, n in mixed.items())
        report.warn(f"`{name}` mixes units: read as {_NAMES[unit]}, but {told}: read as missing")
    lost = given - int(_row(table, kept=keep.sum())["kept"] or 0) - sum(mixed.values())
    if lost:
        report.warn(f"`{name}` has {lost} numbers that are no time in {_NAMES[unit]}: read as missing")
    kept = ibis.ifelse(keep, number, ibis.null(number.type()))
    if number.type().is_floating():
        return (kept * (1e6 / _PER_SECOND[unit])).round().cast("int64")
    if unit == "ns":
        # Division of integers is done in floats by some engines: only a multiple of 1,000 survives that exactly.
        return ((kept - ((kept % 1_000) + 1_000) % 1_000) / 1_000).round().cast("int64")
    return kept * (1_000_000 // _PER_SECOND[unit])


def _report_range(table: Any, value: Any, name: str, report: Report, now: int | None) -> None:
    ahead = (value > now + DAY).sum() if now is not None else (value > YEAR_2100).sum()
    counts = _row(table, low=value.min(), high=value.max(), old=(value < YEAR_1990).sum(), ahead=ahead)
    if counts["old"]:
        report.warn(f"`{name}` has {counts['old']} times before 1990, the first {_moment(counts['low'])}")
    if counts["ahead"]:
        limit = "now" if now is not None else "the year 2100"
        report.warn(f"`{name}` has {counts['ahead']} times after {limit}, the last {_moment(counts['high'])}")


def _moment(at: int) -> str:
    return iso(at) if abs(at) < 8 * YEAR_2100 else f"{at} microseconds"


def _row(table: Any, **asked: Any) -> dict[str, Any]:
    return dict(table.aggregate(**asked).to_pyarrow().to_pylist()[0])
