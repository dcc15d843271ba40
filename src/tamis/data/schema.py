"""The schema of a table: what each column is, how full, in which range; inferred, compared, kept as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from tamis.core.clock import iso
from tamis.core.errors import DataError
from tamis.data.columns import not_finite, resolve
from tamis.data.report import Report
from tamis.data.times import micros, parse_time

if TYPE_CHECKING:
    import ibis

_LISTED = 100
_CATEGORY_AT_MOST = 1_000
_SEPARATORS = ("|", ";", ",")


class ColumnType(Enum):
    """What a column means."""

    NUMBER = "number"
    CATEGORY = "category"
    TEXT = "text"
    TAGS = "tags"
    FLAG = "flag"
    TIME = "time"
    ID = "id"
    NESTED = "nested"


@dataclass(frozen=True)
class ColumnSchema:
    """One column.

    Parameters
    ----------
    name : str
    type : ColumnType
    missing : float
        Share of null, NaN and infinite values, in [0, 1].
    low, high : float or None
        Range of numbers and times (microseconds UTC), None for other types or where there is no value.
    distinct : int or None
        Number of different values; None for lists and nested columns.
    values : tuple of str
        The values of a category with at most 100 of them, sorted.
    separator : str or None
        What separates tags inside text; None for a list column.
    """

    name: str
    type: ColumnType
    missing: float = 0.0
    low: float | None = None
    high: float | None = None
    distinct: int | None = None
    values: tuple[str, ...] = ()
    separator: str | None = None

    @property
    def nullable(self) -> bool:
        """Whether any value was missing."""
        return self.missing > 0


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in its order.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> schema = infer_schema(open_table({"price": [1.0, 4.0], "new": [True, False]}))
    >>> [(c.name, c.type.value) for c in schema.columns]
    [('price', 'number'), ('new', 'flag')]
    >>> Schema.from_json(schema.to_json()) == schema
    True
    """

    rows: int
    columns: tuple[ColumnSchema, ...]

    def column(self, name: str) -> ColumnSchema:
        """Return one column.

        Raises
        ------
        DataError
            Where there is no such column, with the nearest name.
        """
        resolve((c.name for c in self.columns), name, where="Schema")
        return next(c for c in self.columns if c.name == name)

    def to_json(self) -> str:
        """Return the schema as JSON text with sorted keys."""
        columns = [{**asdict(c), "type": c.type.value, "values": list(c.values)} for c in self.columns]
        return json.dumps({"rows": self.rows, "columns": columns}, sort_keys=True, ensure_ascii=False, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> Schema:
        """Return the schema of `to_json`.

        Raises
        ------
        DataError
            Where the text is no schema.
        """
        try:
            read = json.loads(text)
            columns = tuple(
                ColumnSchema(**{**c, "type": ColumnType(c["type"]), "values": tuple(c["values"])})
                for c in read["columns"]
            )
            return cls(int(read["rows"]), columns)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise DataError(f"the text is no schema ({error})", where="Schema", next_step="infer it again") from None


def infer_schema(table: ibis.Table, ids: Sequence[str] = (), times: Sequence[str] = ()) -> Schema:
    """Return the schema of a table, found with aggregates alone: no row is pulled into Python.

    Columns of `ids` and `times` are what they are said to be. A whole-number or text column is an id where its name is
    `id` or ends in `_id`. Text is tags where at least a fifth of the values hold a separator (| ; ,) and the pieces
    repeat five times on average; a category where it has at most 1,000 values that occur twice on average and fewer
    than four words on average; else text.

    Raises
    ------
    DataError
        Where a named column is missing, or one of `times` is no time.
    """
    for name in (*ids, *times):
        resolve(table.columns, name, where="infer_schema")
    facts = _facts(table, times)
    rows = int(facts["rows"])
    columns = []
    for i, name in enumerate(table.columns):
        column = table[name]
        separator = (
            _separator(table, name, facts, i) if column.type().is_string() and name not in (*ids, *times) else None
        )
        meaning = _meaning(column.type(), name, facts, i, ids, times, separator)
        ranged = meaning in (ColumnType.NUMBER, ColumnType.TIME)
        columns.append(
            ColumnSchema(
                name,
                meaning,
                missing=round((rows - int(facts[f"given_{i}"])) / rows, 6) if rows else 0.0,
                low=_finite(facts.get(f"low_{i}")) if ranged else None,
                high=_finite(facts.get(f"high_{i}")) if ranged else None,
                distinct=facts.get(f"distinct_{i}"),
                values=_values(table, name, facts[f"distinct_{i}"]) if meaning is ColumnType.CATEGORY else (),
                separator=separator,
            )
        )
    return Schema(rows, tuple(columns))


def diff(old: Schema, new: Schema) -> list[str]:
    """Return what changed from one schema to another, one readable line per change; empty where nothing did.

    Examples
    --------
    >>> old = Schema(2, (ColumnSchema("stars", ColumnType.NUMBER, low=1, high=5),))
    >>> new = Schema(2, (ColumnSchema("stars", ColumnType.NUMBER, low=0, high=5),))
    >>> diff(old, new)
    ['`stars`: range moved from 1 .. 5 to 0 .. 5']
    """
    before, after = {c.name: c for c in old.columns}, {c.name: c for c in new.columns}
    lines = [f"`{name}`: removed (was {c.type.value})" for name, c in before.items() if name not in after]
    lines += [f"`{name}`: added ({c.type.value})" for name, c in after.items() if name not in before]
    for name, was in before.items():
        if name in after:
            lines += _column_diff(was, after[name])
    return lines


def _column_diff(was: ColumnSchema, now: ColumnSchema) -> list[str]:
    label = f"`{now.name}`"
    if was.type is not now.type:
        return [f"{label}: type changed from {was.type.value} to {now.type.value}"]
    lines = []
    if now.nullable and not was.nullable:
        lines.append(f"{label}: has missing values now ({100 * now.missing:.2g} %)")
    elif now.missing > 2 * was.missing and now.missing - was.missing > 0.01:
        lines.append(f"{label}: missing values grew from {100 * was.missing:.2g} % to {100 * now.missing:.2g} %")
    if (was.low, was.high) != (now.low, now.high):
        lines.append(f"{label}: range moved from {_range(was)} to {_range(now)}")
    if was.separator != now.separator:
        lines.append(f"{label}: separator changed from {was.separator!r} to {now.separator!r}")
    if was.values or now.values:
        for word, names in (
            ("new", sorted(set(now.values) - set(was.values))),
            ("lost", sorted(set(was.values) - set(now.values))),
        ):
            if names:
                shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
                lines.append(f"{label}: {len(names)} {word} {'category' if len(names) == 1 else 'categories'}: {shown}")
    return lines


def _range(column: ColumnSchema) -> str:
    if column.low is None or column.high is None:
        return "nothing"
    if column.type is ColumnType.TIME:
        return f"{_moment(column.low)} .. {_moment(column.high)}"
    return f"{column.low:g} .. {column.high:g}"


def _moment(at: float) -> str:
    try:
        return iso(int(at))
    except (OverflowError, ValueError):
        return f"{at:g} microseconds"


def _facts(table: Any, times: Sequence[str]) -> dict[str, Any]:
    import ibis

    asked: dict[str, Any] = {"rows": table.count()}
    for i, name in enumerate(table.columns):
        column, kind = table[name], table[name].type()
        if name in times:
            column = parse_time(table, name, Report("schema"))
            asked |= {f"low_{i}": column.min(), f"high_{i}": column.max()}
        elif kind.is_floating():
            column = ibis.ifelse(not_finite(column), ibis.null(kind), column)
        elif kind.is_timestamp() or kind.is_date():
            column = micros(column.cast("timestamp(6)"))
        asked[f"given_{i}"] = column.count()
        if kind.is_array() or kind.is_struct() or kind.is_map() or kind.is_json() or kind.is_binary():
            continue
        asked[f"distinct_{i}"] = column.nunique()
        if kind.is_string() and name not in times:
            words = column.strip().re_replace(r"[^ ]+", "").length() + 1
            asked[f"words_{i}"] = words.mean()
            asked |= {f"with_{i}_{j}": column.contains(sep).sum() for j, sep in enumerate(_SEPARATORS)}
        elif name not in times and (kind.is_numeric() or kind.is_timestamp() or kind.is_date()):
            asked |= {f"low_{i}": column.min(), f"high_{i}": column.max()}
    return dict(table.aggregate(**asked).to_pyarrow().to_pylist()[0])


def _separator(table: Any, name: str, facts: dict[str, Any], i: int) -> str | None:
    given = int(facts[f"given_{i}"])
    for j, separator in enumerate(_SEPARATORS):
        if given and int(facts[f"with_{i}_{j}"] or 0) >= 0.2 * given:
            pieces = table.select(piece=table[name].split(separator).unnest())
            piece = pieces.piece.strip()
            found = pieces.aggregate(all=piece.count(), distinct=piece.nunique()).to_pyarrow().to_pylist()[0]
            if found["all"] >= 5 * found["distinct"]:
                return separator
    return None


def _meaning(
    kind: Any, name: str, facts: dict[str, Any], i: int, ids: Sequence[str], times: Sequence[str], separator: str | None
) -> ColumnType:
    lowered = name.lower()
    if name in ids:
        return ColumnType.ID
    if name in times or kind.is_timestamp() or kind.is_date():
        return ColumnType.TIME
    if kind.is_boolean():
        return ColumnType.FLAG
    if kind.is_array():
        return ColumnType.TAGS
    named_id = lowered == "id" or lowered.endswith(("_id", "uuid"))
    if kind.is_uuid() or (named_id and (kind.is_integer() or kind.is_string())):
        return ColumnType.ID
    if kind.is_numeric():
        return ColumnType.NUMBER
    if not kind.is_string():
        return ColumnType.NESTED
    if separator is not None:
        return ColumnType.TAGS
    given, distinct = int(facts[f"given_{i}"]), int(facts[f"distinct_{i}"])
    repeats = distinct <= _CATEGORY_AT_MOST and 2 * distinct <= given
    return ColumnType.CATEGORY if repeats and (facts[f"words_{i}"] or 0) < 4 else ColumnType.TEXT


def _values(table: Any, name: str, distinct: int) -> tuple[str, ...]:
    if distinct > _LISTED:
        return ()
    found = table.filter(table[name].notnull()).select(name).distinct().order_by(name).to_pyarrow()
    return tuple(found[name].to_pylist())


def _finite(value: Any) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else float(value)
