"""Reading Parquet files: one, or many of one table; damaged files are named, never skipped in silence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tamis.core.errors import DataError
from tamis.data.report import Report
from tamis.data.tables import first_line, new_name, reject_duplicate_columns

if TYPE_CHECKING:
    import ibis


def read_parquet(paths: Sequence[Path], where: str, connection: Any, report: Report | None = None) -> ibis.Table:
    """Return Parquet files as one table; a column that only some files have is null in the others.

    Parameters
    ----------
    paths : sequence of Path
        At least one.
    where : str
        The source as the user wrote it, for messages.
    connection : Ibis DuckDB backend
    report : Report, optional
        Takes files that cannot be opened, with the reason. Without it they are errors.

    Raises
    ------
    DataError
        Where no file can be read, a file is damaged and there is no report, or a column's type differs by file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    good: list[str] = []
    seen: dict[str, tuple[str, Path]] = {}
    for path in paths:
        try:
            schema = pq.read_schema(path)
        except (pa.ArrowException, OSError) as error:
            _reject(path, first_line(error), report)
            continue
        reject_duplicate_columns(schema.names, str(path))
        for field in schema:
            kind = _kind(field.type)
            first, where_first = seen.setdefault(field.name, (kind, path))
            if kind != first:
                raise DataError(
                    f"column `{field.name}` is {kind} here and {first} in {where_first.name}",
                    where=str(path),
                    next_step="give a column the same type in every file",
                )
        good.append(str(path))
    if not good:
        raise DataError("no file can be read", where=where, next_step="write them again")
    name = new_name(paths[0].stem)
    try:
        return connection.read_parquet(good, table_name=name, union_by_name=len(good) > 1)
    except Exception as error:
        raise DataError(f"cannot be read ({first_line(error)})", where=where, next_step="write it again") from None


def _kind(kind: Any) -> str:
    import pyarrow as pa

    checks = pa.types
    if checks.is_integer(kind) or checks.is_floating(kind) or checks.is_decimal(kind):
        return "a number"
    if checks.is_string(kind) or checks.is_large_string(kind) or checks.is_dictionary(kind):
        return "text"
    if checks.is_list(kind) or checks.is_large_list(kind):
        return "a list"
    return "a struct" if checks.is_struct(kind) else str(kind).partition("[")[0]


def _reject(path: Path, why: str, report: Report | None) -> None:
    if report is None:
        raise DataError(
            f"is no readable Parquet file ({why})", where=str(path), next_step="write it again, or remove it"
        ) from None
    report.warn(f"the unreadable file {path.name} is left out: {why}")
