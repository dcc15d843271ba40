"""Opening a user's tables: files, folders, databases and data in memory, all as Ibis tables.

Everything that is no database of its own lives in one in-memory DuckDB connection per process, in UTC, so that tables
can be joined. The connection belongs to one thread at a time.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tamis.core.errors import DataError, MissingExtraError, nearest
from tamis.data.report import Report

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

_ACCEPTED = "a CSV, TSV, Parquet or JSON lines file, a folder or glob of Parquet, Table(...), or data in memory"
_numbers = count(1)


@dataclass(frozen=True)
class Table:
    """A table inside a database.

    Parameters
    ----------
    name : str
        The table, or `schema.table`.
    database : str, Path or None
        A DuckDB file, or the URL of any Ibis backend ("postgres://user:secret@host/shop"). Take secrets from the
        environment; error messages never show them. None: a table of the shared connection.

    Examples
    --------
    >>> Table("orders", database="shop.duckdb").name
    'orders'
    """

    name: str
    database: str | Path | None = None


@functools.cache
def shared_connection() -> Any:
    """Return the process's in-memory DuckDB connection in UTC; made on first use."""
    import ibis

    connection = ibis.duckdb.connect(":memory:")
    connection.raw_sql("SET TimeZone = 'UTC'")
    return connection


def open_table(
    source: object,
    root: Path | None = None,
    *,
    connection: Any = None,
    report: Report | None = None,
    allow_empty: bool = False,
) -> ibis.Table:
    """Return any source as an Ibis table.

    CSV and JSON lines are read into the connection at once; Parquet and databases are read when a query asks. A
    remote database stays its own backend: bring a small result over with `to_pyarrow` before joining it with a file.

    Parameters
    ----------
    source : str, Path, Table, ibis.Table, pyarrow.Table, pandas or polars DataFrame, dict of columns
    root : Path, optional
        The folder that relative paths start from; the working folder where None.
    connection : Ibis DuckDB backend, optional
        `shared_connection()` where None.
    report : Report, optional
        Takes lines and files that cannot be read, each with its place and reason. Without it the first is an error.
    allow_empty : bool
        Whether a table without rows is accepted.

    Raises
    ------
    DataError
        Where the source is missing, damaged, empty, has no column or two columns of one name.
    MissingExtraError
        Where a database needs a driver that is not installed.

    Examples
    --------
    >>> open_table({"item": ["a", "b"], "price": [1.0, 2.5]}).count().to_pyarrow().as_py()
    2
    """
    connection = connection or shared_connection()
    where = describe(source)
    if isinstance(source, Table):
        table = _database_table(source, root or Path(), connection)
    elif isinstance(source, str | Path):
        table = _file_table(str(source), root or Path(), connection, report)
    elif type(source).__module__.startswith("ibis."):
        table = source
    else:
        table = connection.table(_register(_arrow(source, where), connection, where))
    if len(table.columns) == 0:
        raise DataError("has no columns", where=where, next_step="check that this is the right table")
    if not allow_empty and table.limit(1).count().to_pyarrow().as_py() == 0:
        raise DataError("has columns but no rows", where=where, next_step="check the export that wrote it")
    return table


def describe(source: object) -> str:
    """Return a source's name for messages, without secrets.

    Examples
    --------
    >>> describe(Table("orders", database="postgres://me:secret@host/shop"))
    "Table 'orders' in postgres://***@host/shop"
    """
    if isinstance(source, Table):
        return f"Table {source.name!r}" + (f" in {_masked(str(source.database))}" if source.database else "")
    if isinstance(source, str | Path):
        return _masked(str(source))
    return f"a {type(source).__module__.partition('.')[0]} {type(source).__name__}".replace("builtins ", "")


def new_name(stem: str) -> str:
    """Return a table name that this process has not used yet."""
    return f"tamis_{re.sub(r'[^0-9a-z]+', '_', stem.lower())}_{next(_numbers)}"


def computed(table: ibis.Table, stem: str) -> ibis.Table:
    """Return the table worked out once and kept by its own database for as long as the connection lives."""
    import ibis

    owner = ibis.get_backend(table)
    if owner.name == "duckdb":
        return owner.create_table(new_name(stem), table, temp=True)
    return table.cache()


def reject_duplicate_columns(columns: Iterable[str], where: str) -> None:
    """Raise where two columns have one name; SQL does not tell upper from lower case.

    Raises
    ------
    DataError
        Naming the columns.
    """
    names = list(columns)
    repeated = {name for name, times in Counter(n.lower() for n in names).items() if times > 1}
    if repeated:
        raise DataError(
            "has columns of the same name",
            where=where,
            got=[n for n in names if n.lower() in repeated],
            next_step="rename one of them; upper and lower case count as the same",
        )


def first_line(error: BaseException) -> str:
    """Return the first sentence of a library's message, for a one-line error."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".")


def _file_table(text: str, root: Path, connection: Any, report: Report | None) -> Any:
    from tamis.data.csv_files import read_csv
    from tamis.data.json_lines import read_json_lines
    from tamis.data.parquet_files import read_parquet

    if re.match(r"^[a-z][a-z0-9+]+://", text):
        raise DataError(
            "is a URL, not a file", where=_masked(text), allowed=_ACCEPTED, next_step="Table(NAME, database=URL)"
        )
    path = root / Path(text).expanduser()
    name = path.name.lower().removesuffix(".gz")
    if any(sign in text for sign in "*?[") and not path.exists():
        found = sorted(p for p in path.parent.glob(path.name) if p.is_file())
        if not found:
            raise _missing(path, f"no file matches {path.name!r}")
        return read_parquet(found, text, connection, report)
    if not path.exists():
        raise _missing(path, "the file does not exist")
    if path.is_dir():
        found = sorted(p for p in path.rglob("*.parquet") if p.is_file() and not p.name.startswith("."))
        if not found:
            raise DataError("the folder has no Parquet file", where=str(path), allowed=_ACCEPTED)
        return read_parquet(found, text, connection, report)
    if name.endswith((".parquet", ".pq")):
        return read_parquet([path], text, connection, report)
    if name.endswith((".csv", ".tsv")):
        return read_csv(path, connection, report)
    if name.endswith((".jsonl", ".ndjson", ".json")):
        return read_json_lines(path, connection, report)
    step = "save the sheet as CSV" if name.endswith((".xls", ".xlsx")) else "convert it to Parquet or CSV"
    if name.endswith((".duckdb", ".db")):
        step = f"Table(NAME, database={path.name!r})"
    raise DataError("the kind of file is not known", where=str(path), allowed=_ACCEPTED, next_step=step)


def _missing(path: Path, what: str) -> DataError:
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    wanted = path.relative_to(folder).parts[0]
    names = sorted(p.name for p in folder.iterdir())
    return DataError(
        what,
        where=str(path),
        allowed=(", ".join(names[:12]) + (", ..." if len(names) > 12 else "")) or "nothing: the folder is empty",
        nearest=nearest(wanted, names),
        next_step=f"look in {folder}; relative paths start at the system file's folder",
    )


def _database_table(source: Table, root: Path, connection: Any) -> Any:
    where = describe(source)
    schema, _, name = source.name.rpartition(".")
    location: str | tuple[str, str] | None
    if source.database is None:
        owner, location = connection, (schema or None)
    elif "://" in str(source.database):
        owner, location = _connect(str(source.database), where), (schema or None)
    else:
        path = root / Path(source.database).expanduser()
        if not path.exists():
            raise _missing(path, "the database file does not exist")
        catalog = _attach(path, connection, where)
        owner, location = connection, (catalog, schema or "main")
    try:
        return owner.table(name, database=location)
    except Exception as error:
        if not _is_absent(error):
            raise DataError(f"cannot be read ({_masked(first_line(error))})", where=where) from None
        names = sorted(owner.list_tables(database=location))
        raise DataError(
            f"there is no table `{name}`",
            where=where,
            allowed=", ".join(names[:20]) or "no table at all",
            nearest=nearest(name, names),
        ) from None


def _is_absent(error: Exception) -> bool:
    text = f"{type(error).__name__} {error}".lower()
    return "notfound" in text or "not exist" in text or "not found" in text


def _attach(path: Path, connection: Any, where: str) -> str:
    for name, file in connection.raw_sql("SELECT database_name, path FROM duckdb_databases()").fetchall():
        if file and Path(file).resolve() == path.resolve():
            return str(name)
    alias = new_name(path.stem)
    try:
        connection.attach(path, name=alias, read_only=True)
    except Exception as error:
        raise DataError(
            f"the database cannot be opened ({first_line(error)})",
            where=where,
            next_step="close the program that writes to it, or check that it is a DuckDB file",
        ) from None
    return alias


def _connect(url: str, where: str) -> Any:
    import ibis

    try:
        return ibis.connect(url)
    except (ImportError, ModuleNotFoundError, AttributeError) as error:
        kind = url.partition("://")[0].replace("postgresql", "postgres")
        raise MissingExtraError(
            f"the driver for {kind} is not installed ({first_line(error)})",
            where=where,
            next_step=f"pip install 'ibis-framework[{kind}]'",
        ) from None
    except Exception as error:
        raise DataError(
            f"the database does not answer ({_masked(first_line(error))})",
            where=where,
            next_step="check the address, the account and that it runs",
        ) from None


def _masked(text: str) -> str:
    hidden = re.sub(r"://[^@/\s]*@", "://***@", text)
    return re.sub(r"(?i)(password|token|secret)=[^&\s]*", r"\1=***", hidden)


def _arrow(source: Any, where: str) -> pa.Table:
    import pyarrow as pa

    if isinstance(source, pa.Table):
        return source
    try:
        if isinstance(source, Mapping):
            return pa.table(dict(source))
        if type(source).__module__.startswith("pandas") and hasattr(source, "columns"):
            reject_duplicate_columns(map(str, source.columns), where)
            return pa.Table.from_pandas(source, preserve_index=False)
        if hasattr(source, "to_arrow"):
            return source.to_arrow()
    except (pa.ArrowException, TypeError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"cannot be read as columns ({first_line(error)})",
            where=where,
            allowed="columns of equal length, one type each",
        ) from None
    raise DataError("this is no table", where=where, allowed=_ACCEPTED, got=source)


def _register(data: pa.Table, connection: Any, where: str) -> str:
    reject_duplicate_columns(data.column_names, where)
    if data.num_columns == 0:
        raise DataError("has no columns", where=where, next_step="check that this is the right table")
    name = new_name("memory")
    connection.con.register(name, data)
    return name
