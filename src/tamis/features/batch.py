"""The batch face of aggregates: one Ibis expression that runs unchanged on DuckDB and Spark.

A running sum over the union of events and requests, ordered by time with requests first at equal times, is "strictly
before" without any as-of join; a window is the difference of two such sums. No interval range windows (quadratic on
Spark), no as-of joins (wrong or missing on some backends).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tamis.core.errors import OptionError
from tamis.data.catalogue import TagValues
from tamis.data.declarations import AttributeOf, EventTable
from tamis.data.past import KeyPart

if TYPE_CHECKING:
    import ibis

    from tamis.data.dataset import Dataset

What = Literal["count", "sum", "mean", "last"]


def running(
    dataset: Dataset,
    rows: ibis.Table,
    events: EventTable,
    per: tuple[KeyPart, ...],
    within: int | None,
    what: What,
    empty: float | None,
    smooth: float = 0.0,
) -> ibis.Table:
    """Return (row, value): an aggregate of each request's keys strictly before its moment.

    Parameters
    ----------
    dataset : Dataset
        Its store holds the event table.
    rows : Ibis table of row, user, item (codes), at (microseconds)
    events, per, within
        As in the features; `within` in microseconds.
    what : "count", "sum", "mean" or "last" (days since the latest event)
    empty : float or None
        The value of a request none of whose keys has any.
    smooth : float
        For "mean": imaginary events at the overall mean.
    """
    import ibis

    log = dataset.store.table(events).select("user", "item", "at", "value")
    keyed_log = _keyed(dataset, log, per, ("at", "value"))
    keyed_rows = _keyed(dataset, rows.select("row", "user", "item", "at"), per, ("row", "at"))
    asked = _asked(keyed_rows, within)
    state = _running_state(keyed_log, asked)
    signed = state.group_by(["row", "key"]).aggregate(
        n=(state["n"] * state["sign"]).sum(),
        total=(state["total"] * state["sign"]).sum(),
        last=state["last"].max(),
        at=state["at"].max(),
    )
    if what == "mean" and smooth:
        signed = _smoothed(dataset, rows, events, signed, within, smooth)
    number: Any
    if what == "count":
        number = signed["n"].cast("float64")
    elif what == "sum":
        number = signed["total"]
    elif what == "mean":
        number = ibis.ifelse(signed["n"] > 0, signed["total"] / signed["n"], ibis.null("float64"))
    else:
        number = (signed["at"] - signed["last"]).cast("float64") / 86_400e6
    values = signed.mutate(number=number).group_by("row").aggregate(value=lambda t: t["number"].mean())
    joined = rows.select("row").left_join(values, "row")
    value = joined["value"] if empty is None else joined["value"].fill_null(empty)
    return joined.select(row=joined["row"], value=value)


def _asked(keyed: Any, within: int | None) -> Any:
    import ibis

    now = keyed.select("row", "key", "at", sign=ibis.literal(1, "int64"))
    if within is None:
        return now
    bucket = max(within // 10, 1)
    since = keyed["at"] - within
    start = since - ((since % bucket) + bucket) % bucket
    before = keyed.select("row", "key", at=start, sign=ibis.literal(-1, "int64"))
    return now.union(before)


def _running_state(log: Any, asked: Any) -> Any:
    import ibis

    nothing = ibis.null("int64")
    events = log.select(
        key="key",
        at="at",
        row=nothing,
        sign=nothing,
        order=ibis.literal(1, "int8"),
        one=ibis.literal(1, "int64"),
        value=log["value"].cast("float64"),
        seen=log["at"],
    )
    requests = asked.select(
        key="key",
        at="at",
        row="row",
        sign="sign",
        order=ibis.literal(0, "int8"),
        one=ibis.literal(0, "int64"),
        value=ibis.literal(0.0),
        seen=nothing,
    )
    both = events.union(requests)
    window = ibis.cumulative_window(group_by="key", order_by=["at", "order"])
    state = both.mutate(
        n=both["one"].sum().over(window),
        total=both["value"].sum().over(window),
        last=both["seen"].max().over(window),
    )
    return state.filter(state["order"] == 0)


def _smoothed(dataset: Any, rows: Any, events: EventTable, signed: Any, within: int | None, smooth: float) -> Any:
    overall = running(dataset, rows, events, (), within, "mean", 0.0).rename(overall="value")
    joined = signed.left_join(overall, "row")
    return joined.select(
        row=signed["row"],
        n=signed["n"].cast("float64") + smooth,
        total=signed["total"] + smooth * joined["overall"],
        last=signed["last"],
        at=signed["at"],
    )


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
