"""Reading JSON lines: one object per line; a line that is no object is reported with its number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tamis.core.errors import DataError
from tamis.data.report import EXAMPLES, Report
from tamis.data.tables import first_line, new_name, reject_duplicate_columns

if TYPE_CHECKING:
    import ibis


def read_json_lines(path: Path, connection: Any, report: Report | None = None) -> ibis.Table:
    """Return a file of one JSON object per line (also .gz) as a table in the connection.

    A key that a line lacks is null; nested objects stay structs (see `values.lift`). Blank lines are skipped.

    Raises
    ------
    DataError
        Where the file is empty, no line is an object, or a line is none and no report takes it.
    """
    lines = new_name(path.stem)
    spelled = "'" + str(path).replace("'", "''") + "'"
    try:
        connection.raw_sql(
            f"CREATE TEMP TABLE {lines} AS SELECT text, line, json_type(object) = 'OBJECT' AS fits, object FROM ("
            "SELECT text, row_number() OVER () AS line, CASE WHEN json_valid(text) THEN text::JSON END AS object "
            f"FROM read_csv({spelled}, auto_detect=false, header=false, columns={{'text': 'VARCHAR'}}, "
            "delim='\x02', quote='', escape='', max_line_size=16777216))"
        )
    except Exception as error:
        raise DataError(f"cannot be read as JSON lines ({first_line(error)})", where=str(path)) from None
    bad = connection.sql(
        f"SELECT 'no JSON object' AS reason, line, text FROM {lines} "
        "WHERE text IS NOT NULL AND NOT coalesce(fits, false)"
    )
    rows = bad.order_by("line").limit(EXAMPLES).to_pyarrow().to_pylist()
    if rows and report is None:
        raise DataError(
            f"line {rows[0]['line']} is no JSON object",
            where=str(path),
            got=rows[0]["text"],
            next_step="write one object per line, or let `tamis check` set bad lines aside",
        )
    if rows and report is not None:
        count = int(bad.count().to_pyarrow().as_py())
        report.rows_in += count
        report.remove("no JSON object", count, [{"line": r["line"], "text": r["text"]} for r in rows])
        report.rejected.append(bad)
    structure = connection.raw_sql(f"SELECT json_group_structure(object) FROM {lines} WHERE fits").fetchone()[0]
    if structure is None or not json.loads(structure) or not structure.startswith("{"):
        raise DataError("no line is a JSON object with keys", where=str(path), allowed="one object per line")
    reject_duplicate_columns(json.loads(structure), str(path))
    typed = new_name(path.stem)
    literal = "'" + structure.replace("'", "''") + "'"
    connection.raw_sql(
        f"CREATE TEMP TABLE {typed} AS SELECT unnest(object) FROM (SELECT json_transform(object, {literal}) AS object "
        f"FROM {lines} WHERE fits ORDER BY line)"
    )
    return connection.table(typed)
