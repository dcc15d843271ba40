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
    starts = {f"since{i}": _start(keyed_rows["at"], within) for i, within in enumerate(windows)}
    per_key = keyed_rows.mutate(**starts)
    state = _state(keyed_log, _moments(per_key, ["at", *starts]), asks)
    for column in ("at", *starts):
        per_key = _looked_up(per_key, column, state)
    overall = {within: _overall(dataset, rows, first.events, within) for within in _smoothed_windows(group)}
    for i, table in enumerate(overall.values()):
        found = per_key.left_join(table, "row")
        per_key = found.select(*[per_key[c] for c in per_key.columns], **{f"overall{i}": table["overall"]})
    of_window = {within: f"overall{i}" for i, within in enumerate(overall)}
    numbers = {}
    for name, aggregate in group.items():
        since = None if aggregate.within is None else f"since{windows.index(aggregate.within)}"
        numbers[name] = _number(per_key, aggregate, since, of_window.get(aggregate.within))
    each = per_key.select("row", **numbers)
    if not any(isinstance(part, AttributeOf) for part in first.per):  # one key a request: nothing to average
        return each
    return each.group_by("row").aggregate(**{name: each[name].mean() for name in group})


def _start(at: Any, within: int) -> Any:
    bucket = max(within // 10, 1)
    since = at - within
    return since - ((since % bucket) + bucket) % bucket


def _moments(per_key: Any, columns: Sequence[str]) -> Any:
    # many candidates share a person, a tag, a moment, the start of a window: each is counted once
    union = per_key.select("key", at=columns[0])
    for column in columns[1:]:
        union = union.union(per_key.select("key", at=column))
    return union.distinct()


def _looked_up(per_key: Any, column: str, state: Any) -> Any:
    known = {f"{column}.{what}": state[what] for what in ("n", "total", "last") if what in state.columns}
    found = per_key.left_join(state.select(_key="key", _at="at", **known), [("key", "_key"), (column, "_at")])
    return found.drop("_key", "_at")


def _smoothed_windows(group: Mapping[str, Aggregate]) -> list[int | None]:
    return list(dict.fromkeys(a.within for a in group.values() if a.what == "mean" and a.smooth))


def _overall(dataset: Dataset, rows: ibis.Table, events: EventTable, within: int | None) -> ibis.Table:
    return alone(dataset, rows, Aggregate(events, (), within, "mean", 0.0)).rename(overall="value")


def _number(per_key: Any, aggregate: Aggregate, since: str | None, overall: str | None) -> Any:
    import ibis

    def between(what: str) -> Any:
        return per_key[f"at.{what}"] if since is None else per_key[f"at.{what}"] - per_key[f"{since}.{what}"]

    if aggregate.what == "count":
        return between("n").cast("float64")
    if aggregate.what == "sum":
        return between("total")
    if aggregate.what == "last":
        return (per_key["at"] - per_key["at.last"]).cast("float64") / 86_400e6
    n, total = between("n"), between("total")
    if aggregate.smooth and overall is not None:
        n = n.cast("float64") + aggregate.smooth
        total = total + aggregate.smooth * per_key[overall]
    return ibis.ifelse(n > 0, total / n, ibis.null("float64"))


def _state(log: Any, moments: Any, asks: set[What]) -> Any:
    # a moment's place among events and moments less its place among moments is the number of events before it; at
    # equal times the moment comes first, so that before is strict
    import ibis

    asked, nothing = ibis.literal(0, "int8"), ibis.null("float64")
    events = log.select("key", "at", event=asked + 1, value=log["value"].cast("float64"))
    both = events.union(moments.select("key", "at", event=asked, value=nothing))
    numbered = both.mutate(place=ibis.row_number().over(ibis.window(group_by="key", order_by=["at", "event"])))
    there = numbered.filter(numbered["event"] == 0)
    there = there.mutate(among=ibis.row_number().over(ibis.window(group_by="key", order_by="at")))
    state = there.select("key", "at", "among", n=there["place"] - there["among"])
    return _with_sums(numbered, state, asks) if asks - {"count"} else state.drop("among")


def _with_sums(numbered: Any, state: Any, asks: set[What]) -> Any:
    # events between two moments are added up first, so that the running total is over moments, not over events
    import ibis

    events = numbered.filter(numbered["event"] == 1)
    order = ibis.window(group_by="key", order_by="place")
    stretch = events.mutate(stretch=events["place"] - ibis.row_number().over(order))
    wanted: dict[str, Any] = {}
    if asks & {"sum", "mean"}:
        wanted["total"] = stretch["value"].sum()
    if "last" in asks:
        wanted["last"] = stretch["at"].max()
    sums = stretch.group_by(_key="key", _stretch="stretch").aggregate(**wanted)
    found = state.left_join(sums, [("key", "_key"), ("among", "_stretch")])
    so_far = ibis.cumulative_window(group_by="key", order_by="among")
    running = {}
    if "total" in wanted:
        running["total"] = found["total"].fill_null(0.0).sum().over(so_far)
    if "last" in wanted:
        running["last"] = found["last"].max().over(so_far)
    return found.select("key", "at", "n", **running)


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
