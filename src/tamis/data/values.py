"""Bringing values to one form: HTML entities, synonyms, primary and secondary categories, nested attributes."""

from __future__ import annotations

import functools
import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tamis.core.errors import DataError, OptionError, nearest
from tamis.core.options import options
from tamis.data.columns import parse_number, resolve, wrong_type
from tamis.data.report import Report

if TYPE_CHECKING:
    import ibis


def unescape_html(table: ibis.Table, columns: Sequence[str]) -> tuple[ibis.Table, Report]:
    """Return text columns with HTML entities as characters, one level: "&amp;amp;" becomes "&amp;".

    Raises
    ------
    DataError
        Where a column is missing or no text.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> table, report = unescape_html(open_table({"name": ["L&#39;Or&eacute;al", "plain"]}), ["name"])
    >>> table.to_pyarrow()["name"].to_pylist(), report.changed
    (["L'Oréal", 'plain'], {'`name` unescaped': 1})
    """
    import ibis

    new = {}
    for name in columns:
        column = _text(table, name, "unescape_html")
        new[name] = ibis.ifelse(column.contains("&"), _unescape()(column), column)
    return _changed(table, new, "unescape_html", "unescaped")


def parse_price(table: ibis.Table, columns: Sequence[str]) -> tuple[ibis.Table, Report]:
    """Return text columns as the first number in each value, float64: "$32.00 ($54/oz)" is 32.0, "free" is null.

    Raises
    ------
    DataError
        Where a column is missing or no text.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> table, report = parse_price(open_table({"price": ["$32.00 ($54/oz)", "free"]}), ["price"])
    >>> table.to_pyarrow()["price"].to_pylist(), report.warnings
    ([32.0, None], ['`price` has 1 texts without a number: read as missing'])
    """
    report = Report("parse_price")
    for name in columns:
        _text(table, name, "parse_price")
    read = table.mutate(**{name: parse_number(table, name, report) for name in columns})
    report.rows_in = report.rows_out = int(table.count().to_pyarrow().as_py())
    return read, report


@options
class Synonyms:
    """Replace every known spelling of a value by one form; case and outer spaces do not matter.

    Parameters
    ----------
    forms : dict of str to tuple of str
        The wanted form and its other spellings.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> same = Synonyms({"computer science": ("cs", "comp sci")})
    >>> table, report = same.apply(open_table({"major": ["CS ", "art", None]}), ["major"])
    >>> table.to_pyarrow()["major"].to_pylist(), report.changed
    (['computer science', 'art', None], {'`major` brought to one form': 1})
    """

    forms: dict[str, tuple[str, ...]]

    def check_options(self) -> None:
        """Refuse a spelling that belongs to two forms."""
        owner: dict[str, str] = {}
        for form, spellings in self.forms.items():
            for spelling in (form, *spellings):
                folded = spelling.strip().lower()
                if owner.setdefault(folded, form) != form:
                    raise OptionError(
                        f"`{spelling}` is a spelling of two forms", where="Synonyms", got=[owner[folded], form]
                    )

    def apply(self, table: ibis.Table, columns: Sequence[str]) -> tuple[ibis.Table, Report]:
        """Return the table with the columns in one form, and how many values changed.

        Raises
        ------
        DataError
            Where a column is missing or no text.
        """
        mapping = {s.strip().lower(): form for form, spellings in self.forms.items() for s in (form, *spellings)}
        new = {}
        for name in columns:
            column = _text(table, name, "Synonyms")
            new[name] = column.strip().lower().substitute(mapping, else_=column) if mapping else column
        return _changed(table, new, "Synonyms", "brought to one form")


def primary_secondary(
    table: ibis.Table, column: str, *, path: Sequence[str] = (), names: tuple[str, str] | None = None
) -> tuple[ibis.Table, Report]:
    """Return the table with the first and second entry of a list of categories as two columns, without the list.

    No entry gives two nulls, one gives a primary, three or more give the first two, and the report counts these.

    Parameters
    ----------
    table : Ibis table
    column : str
        A list column, or JSON text with the list at `path`.
    path : names of keys, outermost first
    names : pair of str, optional
        New names; `<column>_primary` and `<column>_secondary` where None.

    Raises
    ------
    DataError
        Where the column is missing or neither a list nor JSON.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> products = open_table({"categories": ['{"classification": ["Makeup", "Face", "Lip"]}', "{}"]})
    >>> table, report = primary_secondary(products, "categories", path=["classification"])
    >>> table.to_pyarrow().to_pylist()[0], report.warnings
    ({'categories_primary': 'Makeup', 'categories_secondary': 'Face'}, ['1 rows have more than two entries'])
    """
    import ibis

    where = "primary_secondary"
    first, second = names or (f"{column}_primary", f"{column}_secondary")
    given = table[resolve(table.columns, column, where=where)]
    if given.type().is_array() and not path:
        length = given.length()
        entries = [ibis.ifelse(length > i, given[i], None) for i in (0, 1)]
    elif given.type().is_json() or given.type().is_string():
        inner = _at_path(_json(given), path)
        length = inner.array.length()
        entries = [_scalar(inner[i]) for i in (0, 1)]
    else:
        raise wrong_type(given, column, where, "a list of text, or JSON with the list at `path`")
    counts = table.aggregate(rows=table.count(), more=(length > 2).sum()).to_pyarrow().to_pylist()[0]
    report = Report(where, int(counts["rows"]), int(counts["rows"]))
    if counts["more"]:
        report.warn(f"{counts['more']} rows have more than two entries")
    return table.mutate(**{first: entries[0], second: entries[1]}).drop(column), report


def lift(table: ibis.Table, column: str, paths: Mapping[str, Sequence[str]]) -> tuple[ibis.Table, Report]:
    """Return the table with attributes from inside a nested column as columns; missing at any level is null.

    JSON gives text (numbers and flags as they are written); a struct gives its fields' types.

    Parameters
    ----------
    table : Ibis table
    column : str
        JSON, JSON as text, or a struct. It stays; drop it when it is no longer needed.
    paths : mapping of new name to keys, outermost first

    Raises
    ------
    DataError
        Where the column is missing, neither JSON nor a struct, or a new name is taken.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> reviews = open_table({"other": ['{"context": {"skin": {"Value": "dry"}}}', '{"context": {}}', None]})
    >>> table, report = lift(reviews, "other", {"skin": ("context", "skin", "Value")})
    >>> table.to_pyarrow()["skin"].to_pylist()
    ['dry', None, None]
    """
    where = "lift"
    given = table[resolve(table.columns, column, where=where)]
    report = Report(where)
    for name in paths:
        if name in table.columns:
            raise DataError(f"the new column `{name}` is already there", where=where, next_step="give it another name")
    if given.type().is_struct():
        new = {name: _field(given, path, column, report) for name, path in paths.items()}
    elif given.type().is_json() or given.type().is_string():
        value = _json(given)
        new = {name: _scalar(_at_path(value, path)) for name, path in paths.items()}
        broken = table.aggregate(n=(given.notnull() & value.isnull()).sum()).to_pyarrow()["n"][0].as_py()
        if broken:
            report.warn(f"`{column}` has {broken} values that are no JSON: nothing is lifted from them")
    else:
        raise wrong_type(given, column, where, "JSON or a struct")
    lifted = table.mutate(**new)
    counts = lifted.aggregate(rows=lifted.count(), **{f"n_{i}": lifted[name].count() for i, name in enumerate(new)})
    found = counts.to_pyarrow().to_pylist()[0]
    report.rows_in = report.rows_out = int(found["rows"])
    for i, name in enumerate(new):
        report.change(f"`{name}` lifted", int(found[f"n_{i}"]))
    return lifted, report


@functools.cache
def _unescape() -> Any:
    import ibis

    def tamis_unescape(text: str) -> str:
        return html.unescape(text)

    return ibis.udf.scalar.python(tamis_unescape, signature=(("string",), "string"))


def _text(table: Any, name: str, where: str) -> Any:
    column = table[resolve(table.columns, name, where=where)]
    if not column.type().is_string():
        raise wrong_type(column, name, where, "text")
    return column


def _changed(table: Any, new: Mapping[str, Any], where: str, what: str) -> tuple[Any, Report]:
    asked = {f"n_{i}": (new[name] != table[name]).sum() for i, name in enumerate(new)}
    found = table.aggregate(rows=table.count(), **asked).to_pyarrow().to_pylist()[0]
    report = Report(where, int(found["rows"]), int(found["rows"]))
    for i, name in enumerate(new):
        report.change(f"`{name}` {what}", int(found[f"n_{i}"] or 0))
    return table.mutate(**new), report


def _json(column: Any) -> Any:
    return column if column.type().is_json() else column.try_cast("json")


def _at_path(value: Any, path: Sequence[str]) -> Any:
    for key in path:
        value = value[key]
    return value


def _scalar(value: Any) -> Any:
    import ibis

    # Text comes without its quotes, anything else as JSON writes it, JSON's own null as null.
    return ibis.coalesce(value.str, value.cast("string").nullif("null"))


def _field(value: Any, path: Sequence[str], column: str, report: Report) -> Any:
    import ibis

    for key in path:
        kind = value.type()
        if not kind.is_struct() or key not in kind.names:
            known = list(kind.names) if kind.is_struct() else []
            meant = nearest(key, known)
            hint = f", did you mean {meant!r}?" if meant else ""
            report.warn(f"`{column}` has no `{'.'.join(path)}`: null in every row{hint}")
            return ibis.null("string")
        value = value[key]
    return value
