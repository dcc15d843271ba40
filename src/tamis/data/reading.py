"""Reading declared tables into a store: ids to codes, times to microseconds, rows in time order."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tamis.core.errors import DataError
from tamis.core.events import EventBatch
from tamis.core.ids import Ids
from tamis.core.progress import tell
from tamis.data.catalogue import NumberValues, TextValues, Values, tags_from_lists
from tamis.data.columns import parse_id, parse_number, resolve
from tamis.data.dataset import LoadedEvents, Store, random_order
from tamis.data.declarations import (
    AttributeOf,
    Category,
    Column,
    EntityTable,
    EventTable,
    Kind,
    Number,
    Tags,
    Text,
    Time,
)
from tamis.data.report import EXAMPLES, Report
from tamis.data.tables import new_name, open_table, shared_connection
from tamis.data.times import parse_time

if TYPE_CHECKING:
    import pyarrow as pa

_CATEGORY_SHARE = 0.5
_OWN_COLUMNS = ("row", "user", "item", "at", "value", "kind")


def read_store(
    declared: Iterable[EntityTable | EventTable],
    root: Path,
    now: int,
    known: tuple[Ids, Ids] | None = None,
) -> Store:
    """Read every declared table once; see `Dataset.load`.

    Parameters
    ----------
    declared : entities and event tables
    root : Path
        Where relative paths start.
    now : int
        Microseconds UTC; later events are left out and reported.
    known : (user Ids, item Ids), optional
        Ids of a trained system, whose codes stay as they are; new ids come after them.

    Raises
    ------
    DataError
        Where tables are missing, unreadable or do not fit together.
    """
    entities, events = _sorted_out(declared)
    user, item = _roles(events)
    connection = shared_connection()
    tables: list[EntityTable | EventTable] = [*entities, *events]
    reports = {table: Report(table.name) for table in tables}
    opened: dict[Any, Any] = {}
    for i, table in enumerate(tables):
        tell("read tables", i, len(tables), table.name)
        if table.source is not None:
            opened[table] = _local(open_table(table.source, root, report=reports[table]), connection)
    tell("read tables", len(tables), len(tables))
    reads = {table: _canonical(opened[table], table, reports[table], now, connection) for table in events}
    raw = {e: _entity(opened[e], e, reports[e], connection) for e in entities if e.source is not None}
    users = _all_ids(user, raw, [r.select(id=r["_user"]) for r in reads.values()], known[0] if known else None)
    items = _all_ids(item, raw, [r.select(id=r["_item"]) for r in reads.values()], known[1] if known else None)
    if user is item:
        users = items = users.extended(items.strings)
    loaded = {table: _coded(reads[table], table, users, items, connection) for table in events}
    return Store(user, item, users, items, loaded, raw, connection, list(reports.values()))


def _sorted_out(declared: Iterable[EntityTable | EventTable]) -> tuple[list[EntityTable], list[EventTable]]:
    entities: dict[EntityTable, None] = {}
    events: dict[EventTable, None] = {}
    for one in declared:
        if isinstance(one, EventTable):
            events[one.origin] = None
            entities[one.user] = None
            entities[one.item] = None
        else:
            entities[one] = None
    return list(entities), list(events)


def _roles(events: list[EventTable]) -> tuple[EntityTable, EntityTable]:
    pairs = {(e.user, e.item) for e in events}
    if not pairs:
        raise DataError("declares no events", where="the system", next_step="declare an Events table")
    if len(pairs) > 1:
        raise DataError(
            "event tables speak of different users or items",
            where=", ".join(e.name for e in events),
            next_step="declare one Entity for the users and one for the items, and give both to every Events",
        )
    return pairs.pop()


def _local(table: Any, connection: Any) -> Any:
    # a remote backend's rows are brought over once: everything after joins them with local tables
    backend = table.get_backend()
    return table if backend is connection else connection.create_table(new_name("local"), table.to_pyarrow(), temp=True)


def _canonical(table: Any, declared: EventTable, report: Report, now: int, connection: Any) -> Any:
    import ibis

    at = ibis.literal(0, "int64")
    if declared.at is not None:
        at = parse_time(table, declared.at, report, now=now)
        if declared.arrived is not None:
            at = ibis.greatest(at, parse_time(table, declared.arrived, report, now=now))
    else:
        report.warn("has no times: a seeded random order stands in, so windows and trends mean nothing here")
    value = parse_number(table, declared.value, report) if declared.value else ibis.literal(1.0)
    if isinstance(declared.kind, Column):
        kind = table[resolve(table.columns, declared.kind.name, where=report.where)].cast("string")
    else:
        kind = ibis.literal(declared.kind or "event")
    read = table.mutate(
        _user=parse_id(table, declared.user_column, report),
        _item=parse_id(table, declared.item_column, report),
        _at=at,
        _value=value,
        _kind=kind,
    )
    reason = ibis.cases(
        (read["_user"].isnull(), f"no {declared.user_column}"),
        (read["_item"].isnull(), f"no {declared.item_column}"),
        (read["_at"].isnull(), f"no time in {declared.at}"),
        (read["_value"].isnull(), f"no finite number in {declared.value}"),
        (read["_at"] > now, "in the future"),
        else_=ibis.null("string"),
    )
    judged = connection.create_table(new_name("events"), read.mutate(_reason=reason), temp=True)
    return _kept(judged, report)


def _kept(judged: Any, report: Report) -> Any:
    counts = judged.group_by("_reason").aggregate(n=judged.count()).to_pyarrow().to_pylist()
    report.rows_in += sum(row["n"] for row in counts)
    for row in sorted(counts, key=lambda r: str(r["_reason"])):
        if row["_reason"] is not None:
            bad = judged.filter(judged["_reason"] == row["_reason"])
            hidden = [c for c in judged.columns if c.startswith("_")]
            report.remove(row["_reason"], row["n"], _examples(bad.drop(*hidden)))
            report.rejected.append(bad.drop(*[c for c in hidden if c != "_reason"]).rename(reason="_reason"))
    kept = judged.filter(judged["_reason"].isnull())
    report.rows_out = next((row["n"] for row in counts if row["_reason"] is None), 0)
    if report.rows_out == 0:
        raise DataError(
            "no row can be used",
            where=report.where,
            got=report.counts(),
            next_step="mend them: tamis check FILE",
        )
    return kept


def _examples(rows: Any) -> list[dict[str, Any]]:
    # times as text: a time that no calendar holds is a likely reason for being here
    shown = rows.mutate(**{c: rows[c].cast("string") for c in rows.columns if rows[c].type().is_temporal()})
    plain = [c for c in shown.columns if not shown[c].type().is_nested()]
    return list(shown.order_by(plain).limit(EXAMPLES).to_pyarrow().to_pylist())


def _entity(table: Any, entity: EntityTable, report: Report, connection: Any) -> Any:
    import ibis

    read = table.mutate(_id=parse_id(table, entity.id, report))
    again = ibis.row_number().over(group_by=read["_id"], order_by=[read[c] for c in table.columns])
    reason = ibis.cases(
        (read["_id"].isnull(), f"no {entity.id}"), (again > 0, f"duplicate {entity.id}"), else_=ibis.null("string")
    )
    return _kept(connection.create_table(new_name("entity"), read.mutate(_reason=reason), temp=True), report)


def _all_ids(entity: EntityTable, raw: dict[EntityTable, Any], seen: list[Any], known: Ids | None) -> Ids:
    tables = list(seen)
    if entity in raw:
        tables.append(raw[entity].select(id=raw[entity]["_id"]))
    union = tables[0]
    for table in tables[1:]:
        union = union.union(table)
    found = union.distinct().to_pyarrow()["id"].combine_chunks()
    return Ids(entity.id, found) if known is None else known.extended(found)


def _coded(read: Any, declared: EventTable, users: Ids, items: Ids, connection: Any) -> LoadedEvents:
    user_codes, item_codes = (_code_table(ids, connection) for ids in (users, items))
    plain = [c for c in read.columns if not c.startswith("_") and c not in _OWN_COLUMNS]
    joined = read.inner_join(user_codes, read["_user"] == user_codes["id"])
    joined = joined.select(*[read[c] for c in [*plain, "_item", "_at", "_value", "_kind"]], user=user_codes["code"])
    final = joined.inner_join(item_codes, joined["_item"] == item_codes["id"])
    final = final.select(
        user=joined["user"],
        item=item_codes["code"],
        at=joined["_at"],
        value=joined["_value"].cast("float32"),
        kind=joined["_kind"],
        **{c: joined[c] for c in plain},
    )
    if declared.at is None:
        final = _timed(final, connection)
    ordered = final.order_by(["at", "user", "item", "kind", "value"])
    table = connection.create_table(new_name("log"), ordered, temp=True)
    # DuckDB keeps insertion order: the row number is the place in time order
    numbered = table.mutate(row=table.rowid())
    columns = numbered.select("user", "item", "at", "value").to_pyarrow()
    user, item, at, value = (columns[c].to_numpy() for c in ("user", "item", "at", "value"))
    batch = EventBatch(user, item, at, value, len(users), len(items))
    return LoadedEvents(batch, numbered, timeless=declared.at is None)


def _timed(table: Any, connection: Any) -> Any:
    import pyarrow as pa

    made = connection.create_table(new_name("timeless"), table, temp=True)
    codes = made.mutate(n=made.rowid()).select("n", "user", "item").to_pyarrow()
    at = random_order(codes["user"].to_numpy(), codes["item"].to_numpy())
    times = open_table(pa.table({"n": codes["n"], "_at": at}), connection=connection)
    numbered = made.mutate(n=made.rowid())
    joined = numbered.inner_join(times, numbered["n"] == times["n"])
    return joined.select(**{c: (times["_at"] if c == "at" else numbered[c]) for c in made.columns})


def _code_table(ids: Ids, connection: Any) -> Any:
    import pyarrow as pa

    codes = pa.array(np.arange(len(ids), dtype=np.int32))
    return open_table(pa.table({"id": ids.strings, "code": codes}), connection=connection)


def read_attribute(table: Any, attribute: AttributeOf, ids: Ids) -> Values:
    """Return one column of an entity table by code.

    Parameters
    ----------
    table : Ibis table with `_id`
    attribute : AttributeOf
        Its kind, where not declared, is guessed: lists are tags, numbers numbers, times times; text of which at least
        half the values repeat is a category, other text is text.
    ids : Ids
    """
    name = resolve(table.columns, attribute.column, where=f"Entity {attribute.entity.name!r}")
    column = table[name]
    kind = attribute.kind or _guessed(table, name)
    report = Report(attribute.name)
    if isinstance(kind, Number):
        shown = parse_number(table, name, report)
    elif isinstance(kind, Time):
        shown = parse_time(table, name, report)
    elif column.type().is_array():
        shown = column.cast("array<string>")
    else:
        shown = column.cast("string")
    read = table.select(id=table["_id"], shown=shown).to_pyarrow()
    place = ids.encode(read["id"].combine_chunks())
    by_code = np.full(len(ids), -1, np.int64)
    by_code[place[place >= 0]] = np.flatnonzero(place >= 0)
    return _by_code(read["shown"].combine_chunks(), by_code, kind, attribute)


def _guessed(table: Any, name: str) -> Kind:
    column = table[name]
    kind = column.type()
    if kind.is_array():
        return Tags()
    if kind.is_temporal():
        return Time()
    if not kind.is_string():
        return Category() if kind.is_boolean() else Number()
    counts = table.aggregate(n=column.count(), distinct=column.nunique()).to_pyarrow().to_pylist()[0]
    return Category() if counts["distinct"] <= counts["n"] * _CATEGORY_SHARE else Text()


def _by_code(column: pa.Array, by_code: Any, kind: Kind, attribute: AttributeOf) -> Values:
    import pyarrow as pa
    import pyarrow.compute as pc

    taken = column.take(pa.array(by_code, mask=by_code < 0))
    if isinstance(kind, Number | Time):
        numbers = np.asarray(taken.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)
        return NumberValues(numbers, isinstance(kind, Time))
    if isinstance(kind, Text):
        return TextValues(taken.cast(pa.large_string()))
    if not pa.types.is_list(taken.type) and not pa.types.is_large_list(taken.type):
        if isinstance(kind, Tags):
            taken = pc.split_pattern(taken.cast(pa.large_string()), kind.sep)
        else:
            lengths = np.asarray(pc.is_valid(taken).to_numpy(zero_copy_only=False), np.int64)
            offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]))
            taken = pa.LargeListArray.from_arrays(offsets, taken.drop_null().cast(pa.large_string()))
    tags = tags_from_lists(taken)
    return tags.first() if isinstance(kind, Category) or attribute.part == "first" else tags
