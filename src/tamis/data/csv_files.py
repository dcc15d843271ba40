"""Reading CSV and TSV: the first line names the columns, bad lines are reported with number and reason.

The delimiter is read off the first line and every value arrives as text, so that no sample of lines decides what the
rest means. A column then becomes a number, flag, time or date where every value is one and nothing would be lost:
"007" and whole numbers of twenty digits stay text, because they are ids. A column without any value stays text.
"""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tamis.core.errors import DataError
from tamis.data.report import EXAMPLES, Report
from tamis.data.tables import first_line, new_name, reject_duplicate_columns

if TYPE_CHECKING:
    import ibis

_HEADER_BYTES = 1 << 20
_DELIMITERS = ",\t;|"
_REASONS = {
    "MISSING COLUMNS": "too few values in the line",
    "TOO MANY COLUMNS": "too many values in the line",
    "UNQUOTED VALUE": "a quote is not closed",
    "LINE SIZE OVER MAXIMUM": "the line is too long",
    "INVALID ENCODING": "not UTF-8",
}
_SAMPLE = 10_000
_DIGITS = "(0|[1-9][0-9]{0,14})"
_DOUBLE = f"^-?({_DIGITS}|{_DIGITS}?[.][0-9]+|{_DIGITS}[.])([eE][-+][0-9]+)?$|^-?[iI]nf(inity)?$|^[nN]a[nN]$"
_FITS = {
    "BIGINT": "CAST(TRY_CAST({0} AS BIGINT) AS VARCHAR) = {0}",
    "DOUBLE": f"regexp_matches({{0}}, '{_DOUBLE.replace('{', '{{').replace('}', '}}')}')",
    "BOOLEAN": "lower({0}) IN ('true', 'false')",
    "DATE": "CAST(TRY_CAST({0} AS DATE) AS VARCHAR) = {0}",
    "TIMESTAMP": "starts_with(CAST(TRY_CAST({0} AS TIMESTAMP) AS VARCHAR), rtrim(replace({0}, 'T', ' '), '0'))",
}
"""Whether a text is a value of a type that prints as the same text: nothing is lost by the cast."""


def read_csv(path: Path, connection: Any, report: Report | None = None) -> ibis.Table:
    """Return a CSV or TSV file (also .gz) as a table in the connection.

    An empty value is null. Lines with too few or too many values, an open quote or bytes that are not UTF-8 go to the
    report (line number, reason, text); everything else is kept.

    Raises
    ------
    DataError
        Where the file is empty, has no header, repeats a column name, is not UTF-8 at all, or has a bad line and no
        report takes it.
    """
    delimiter, columns = _header(path)
    raw, errors, scans = new_name(path.stem), new_name("csv_errors"), new_name("csv_scans")
    spelled = "{" + ", ".join(f"{_quoted(c)}: 'VARCHAR'" for c in columns) + "}"
    try:
        connection.raw_sql(
            f"CREATE TEMP TABLE {raw} AS SELECT * FROM read_csv({_quoted(str(path))}, auto_detect=false, header=true, "
            f"columns={spelled}, delim={_quoted(delimiter)}, quote='\"', escape='\"', store_rejects=true, "
            f"rejects_limit=0, rejects_table='{errors}', rejects_scan='{scans}')"
        )
    except Exception as error:
        raise DataError(f"cannot be read as CSV ({first_line(error)})", where=str(path)) from None
    _take_rejects(path, connection, errors, report)
    types = _types(raw, columns, connection)
    typed = new_name(path.stem)
    casts = ", ".join(f"CAST({_name(c)} AS {types[c]}) AS {_name(c)}" for c in columns)
    connection.raw_sql(f"CREATE TEMP TABLE {typed} AS SELECT {casts} FROM {raw}; DROP TABLE {raw}; DROP TABLE {scans}")
    return connection.table(typed)


def _header(path: Path) -> tuple[str, list[str]]:
    opened = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opened(path, "rb") as source:
            start = source.read(_HEADER_BYTES)
    except OSError as error:
        raise DataError(f"cannot be opened ({error.strerror or error})", where=str(path)) from None
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start:
        raise DataError("is not UTF-8 text", where=str(path), next_step="save it as CSV in UTF-8")
    text = start.decode("utf-8-sig", errors="replace")
    if not text.strip():
        raise DataError("the file is empty: no columns, no rows", where=str(path))
    line = text.splitlines()[0]
    tabs = path.name.lower().removesuffix(".gz").endswith(".tsv")
    delimiter = "\t" if tabs else max(_DELIMITERS, key=lambda d: len(next(csv.reader([line], delimiter=d))))
    columns = [c.strip() for c in next(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))]
    if "�" in "".join(columns):
        raise DataError("the column names are not UTF-8", where=str(path), next_step="save it as CSV in UTF-8")
    if all(c.lstrip("-").replace(".", "", 1).isdigit() for c in columns):
        raise DataError(
            "the first line has numbers where the column names belong",
            where=str(path),
            got=line,
            next_step="write a first line with the names",
        )
    if "" in columns:
        raise DataError(
            f"column {columns.index('') + 1} has no name",
            where=str(path),
            got=line,
            next_step="name it; a data frame's index is written without a name: use index=False",
        )
    reject_duplicate_columns(columns, str(path))
    return delimiter, columns


def _take_rejects(path: Path, connection: Any, errors: str, report: Report | None) -> None:
    found = connection.table(errors)
    rows = found.order_by(["line", "byte_position"]).limit(10_000).to_pyarrow().to_pylist()
    if not rows:
        connection.raw_sql(f"DROP TABLE {errors}")
        return
    for row in rows:
        row["why"] = _REASONS.get(row["error_type"], first_line(Exception(row["error_message"])))
    if report is None:
        row = rows[0]
        raise DataError(
            f"line {row['line']}: {row['why']}",
            where=str(path),
            got=row["csv_line"],
            next_step="mend the line, or let `tamis check` set bad lines aside",
        )
    reasons = found.group_by("error_type").agg(count=found.line.nunique()).to_pyarrow().to_pylist()
    for part in sorted(reasons, key=lambda r: str(r["error_type"])):
        shown = [r for r in rows if r["error_type"] == part["error_type"]][:EXAMPLES]
        examples = [{"line": r["line"], "text": r["csv_line"]} for r in shown]
        report.rows_in += part["count"]
        report.remove(
            _REASONS.get(part["error_type"], shown[0]["why"] if shown else "unreadable"), part["count"], examples
        )
    report.rejected.append(
        found.select(reason=found.error_type.cast("string"), line=found.line.cast("int64"), text=found.csv_line)
    )


def _types(raw: str, columns: list[str], connection: Any) -> dict[str, str]:
    # A sample rules most types out cheaply; whatever is left is checked on every row.
    every = {column: list(_FITS) for column in columns}
    likely = _fitting(f"(SELECT * FROM {raw} LIMIT {_SAMPLE})", every, connection)
    certain = _fitting(raw, likely, connection)
    return {column: kinds[0] if 0 < len(kinds) < len(_FITS) else "VARCHAR" for column, kinds in certain.items()}


def _fitting(rows: str, candidates: dict[str, list[str]], connection: Any) -> dict[str, list[str]]:
    asked = [
        f"coalesce(bool_and(coalesce({_FITS[kind].format(_name(column))}, {_name(column)} IS NULL)), true)"
        for column, kinds in candidates.items()
        for kind in kinds
    ]
    if not asked:
        return candidates
    answers = iter(connection.raw_sql(f"SELECT {', '.join(asked)} FROM {rows}").fetchone())
    return {column: [kind for kind in kinds if next(answers)] for column, kinds in candidates.items()}


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'
