"""The batch face of aggregates: one Ibis expression that runs unchanged on DuckDB and Spark.

Row numbers over the union of events and requests, ordered by time with requests first at equal times, count what is
"strictly before" without any as-of join; sums run over the moments asked for, and a window is the difference of two
moments. No interval range windows (quadratic on Spark), no as-of joins (wrong or missing on some backends).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import numpy as np

from tamis.core.errors import OptionError
from tamis.data.catalogue import TagValues
from tamis.data.declarations import AttributeOf, EventTable
from tamis.data.past import KeyPart

if TYPE_CHECKING:
    import ibis

    from tamis.data.dataset import Dataset

What = Literal["count", "sum", "mean", "last"]


@dataclass(frozen=True)
class Aggregate:
    """What an aggregate asks of the events of a request's keys.

    Parameters
    ----------
    events : EventTable
    per : tuple of entities and attributes
    within : int or None
        Microseconds.
    what : "count", "sum", "mean" or "last" (days since the latest event)
    empty : float or None
        The value of a request none of whose keys has any.
    smooth : float
        For "mean": imaginary events at the overall mean.
    """

    events: EventTable
    per: tuple[KeyPart, ...]
    within: int | None
    what: What
    empty: float | None
    smooth: float = 0.0


@runtime_checkable
class Aggregated(Protocol):
    """A feature that is an aggregate, such as `Count`."""

    @property
    def aggregate(self) -> Aggregate:
        """What it asks."""


def joined(dataset: Dataset, rows: ibis.Table, features: Sequence[Aggregated]) -> ibis.Table:
    """Return `row` and one column per feature, under the feature's name, as one expression.

    Features over the same events and keys share one sort of the log.

    Parameters
    ----------
    dataset : Dataset
        Its store holds the event tables.
    rows : Ibis table of row, user, item (codes), at (microseconds)
    features : sequence of features with one column each
    """
    import ibis

    asked = {feature.columns[0]: feature.aggregate for feature in features}  # type: ignore[attr-defined]
    groups: dict[tuple[EventTable, tuple[KeyPart, ...]], dict[str, Aggregate]] = {}
    for name, aggregate in asked.items():
        groups.setdefault((aggregate.events, aggregate.per), {})[name] = aggregate
    made = rows.select("row")
    for group in groups.values():
        values = running(dataset, rows, group)
        found = made.left_join(values, "row")
        made = found.select(*[made[c] for c in made.columns], *[values[name] for name in group])
    empty = {name: a.empty for name, a in asked.items() if a.empty is not None}
    filled = {name: made[name].fill_null(ibis.literal(value, "float64")) for name, value in empty.items()}
    return made.select("row", **{name: filled.get(name, made[name]) for name in asked})


def alone(dataset: Dataset, rows: ibis.Table, aggregate: Aggregate) -> ibis.Table:
    """Return (row, value) of one aggregate."""
    values = running(dataset, rows, {"value": aggregate})
    found = rows.select("row").left_join(values, "row")
    value = values["value"] if aggregate.empty is None else values["value"].fill_null(aggregate.empty)
    return found.select(row=found["row"], value=value)


def running(dataset: Dataset, rows: ibis.Table, group: Mapping[str, Aggregate]) -> ibis.Table:
    """Return `row` and a column per aggregate, all over the same events and keys; no row for a request without keys.

    Parameters
    ----------
    dataset : Dataset
    rows : Ibis table of row, user, item (codes), at (microseconds)
    group : mapping of column name to Aggregate
    """
    first = next(iter(group.values()))
    log = dataset.store.table(first.events).select("user", "item", "at", "value")
    keyed_log = _keyed(dataset, log, first.per, ("at", "value"))
    keyed_rows = _keyed(dataset, rows.select("row", "user", "item", "at"), first.per, ("row", "at"))
    windows = sorted({a.within for a in group.values() if a.within is not None})
    asks = {a.what for a in group.values()}
    edges = _edges(keyed_rows, windows)
    state = _state(keyed_log, edges.select("key", "at").distinct(), asks)
    per_key = _per_key(edges, state, len(windows) + 1)
    overall = {within: _overall(dataset, rows, first.events, within) for within in _smoothed_windows(group)}
    for i, table in enumerate(overall.values()):
        found = per_key.left_join(table, "row")
        per_key = found.select(*[per_key[c] for c in per_key.columns], **{f"overall{i}": table["overall"]})
    of_window = {within: f"overall{i}" for i, within in enumerate(overall)}
    numbers = {}
    for name, aggregate in group.items():
        edge = None if aggregate.within is None else windows.index(aggregate.within) + 1
        numbers[name] = _number(per_key, aggregate, edge, of_window.get(aggregate.within))
    each = per_key.select("row", **numbers)
    if not any(isinstance(part, AttributeOf) for part in first.per):  # one key a request: nothing to average
        return each
    return each.group_by("row").aggregate(**{name: each[name].mean() for name in group})


def _edges(keyed: Any, windows: Sequence[int]) -> Any:
    # edge 0 is the request itself, edge i the start of the i-th window
    import ibis

    edges = keyed.select("row", "key", "at", edge=ibis.literal(0, "int8"))
    for edge, within in enumerate(windows, 1):
        bucket = max(within // 10, 1)
        since = keyed["at"] - within
        start = since - ((since % bucket) + bucket) % bucket
        edges = edges.union(keyed.select("row", "key", at=start, edge=ibis.literal(edge, "int8")))
    return edges


def _per_key(edges: Any, state: Any, n_edges: int) -> Any:
    # one row per request and key, with what the state says at each of its edges
    known = [what for what in ("n", "total", "last") if what in state.columns]
    renamed = state.select(_key="key", _at="at", **{what: state[what] for what in known})
    found = edges.left_join(renamed, [("key", "_key"), ("at", "_at")]).drop("_key", "_at")
    if n_edges == 1:
        return found.select("row", "key", "at", **{f"{what}0": found[what] for what in known})
    wanted = {
        f"{what}{edge}": found[what].max(where=found["edge"] == edge)
        for edge in range(n_edges)
        for what in known
        if edge == 0 or what != "last"
    }
    return found.group_by(["row", "key"]).aggregate(at=found["at"].max(where=found["edge"] == 0), **wanted)


def _smoothed_windows(group: Mapping[str, Aggregate]) -> list[int | None]:
    return list(dict.fromkeys(a.within for a in group.values() if a.what == "mean" and a.smooth))


def _overall(dataset: Dataset, rows: ibis.Table, events: EventTable, within: int | None) -> ibis.Table:
    return alone(dataset, rows, Aggregate(events, (), within, "mean", 0.0)).rename(overall="value")


def _number(per_key: Any, aggregate: Aggregate, edge: int | None, overall: str | None) -> Any:
    import ibis

    def between(what: str) -> Any:
        until = per_key[f"{what}0"]
        return until if edge is None else until - per_key[f"{what}{edge}"]

    if aggregate.what == "count":
        return between("n").cast("float64")
    if aggregate.what == "sum":
        return between("total")
    if aggregate.what == "last":
        return (per_key["at"] - per_key["last0"]).cast("float64") / 86_400e6
    n, total = between("n"), between("total")
    if aggregate.smooth and overall is not None:
        n = n.cast("float64") + aggregate.smooth
        total = total + aggregate.smooth * per_key[overall]
    return ibis.ifelse(n > 0, total / n, ibis.null("float64"))


def _state(log: Any, moments: Any, asks: set[What]) -> Any:
    # many candidates share a person, a tag, a moment, the start of a window: each moment is looked at once.
    # A moment's place among events and moments less its place among moments is the number of events before it; at
    # equal times the moment comes first, so that before is strict
    import ibis

    asked, nothing = ibis.literal(0, "int8"), ibis.null("float64")
    events = log.select("key", "at", event=asked + 1, value=log["value"].cast("float64"))
    both = events.union(moments.select("key", "at", event=asked, value=nothing))
    placed = both.mutate(place=ibis.row_number().over(ibis.window(group_by="key", order_by=["at", "event"])))
    if asks == {"count"}:
        placed = placed.filter(placed["event"] == 0)
    placed = placed.mutate(own=ibis.row_number().over(ibis.window(group_by=["key", "event"], order_by="place")))
    if asks == {"count"}:
        return placed.select("key", "at", n=placed["place"] - placed["own"])
    return _so_far(placed)


def _so_far(placed: Any) -> Any:
    # events between two moments are added up first, so that running totals are over moments, not over events
    import ibis

    is_event = placed["event"] == 1
    others = placed["place"] - placed["own"]
    stretch = placed.mutate(stretch=ibis.ifelse(is_event, others, placed["own"]))
    is_event = stretch["event"] == 1
    per_stretch = stretch.group_by(["key", "stretch"]).aggregate(
        until=stretch["at"].max(where=~is_event),
        added=is_event.sum(),
        total=stretch["value"].sum(),
        last=stretch["at"].max(where=is_event),
    )
    window = ibis.cumulative_window(group_by="key", order_by="stretch")
    running = per_stretch.select(
        "key",
        at="until",
        n=per_stretch["added"].sum().over(window),
        total=per_stretch["total"].fill_null(0.0).sum().over(window),
        last=per_stretch["last"].max().over(window),
    )
    return running.filter(running["at"].notnull())  # events after the last moment


def _keyed(dataset: Any, table: Any, per: tuple[KeyPart, ...], keep: tuple[str, ...]) -> Any:
    import ibis

    from tamis.data.tables import open_table

    store = dataset.store
    table = table.mutate(key=ibis.literal(0, "int64"))
    mentioned = False
    for part in per:
        owner = part.entity if isinstance(part, AttributeOf) else part
        as_user = owner is store.user and not (owner is store.item and mentioned)
        mentioned = mentioned or as_user
        column, size = ("user", len(store.users)) if as_user else ("item", len(store.items))
        if isinstance(part, AttributeOf):
            values = store.attribute(part)
            if not isinstance(values, TagValues):
                raise OptionError("cannot be counted by", where=f"per={part.name}", allowed="a category or tags")
            import pyarrow as pa

            code = np.repeat(np.arange(len(values.offsets) - 1), np.diff(values.offsets)).astype(np.int32)
            labels = open_table(
                pa.table({"code": code, "label": values.labels_of}), connection=store.connection, allow_empty=True
            )
            joined = table.inner_join(labels, table[column] == labels["code"])
            size = max(len(values.labels), 1)
            table = joined.select(
                **{c: table[c] for c in table.columns if c != "key"}, key=table["key"] * size + labels["label"]
            )
        else:
            known = table.filter(table[column] >= 0)
            table = known.mutate(key=known["key"] * max(size, 1) + known[column])
    return table.select(*keep, "key")
