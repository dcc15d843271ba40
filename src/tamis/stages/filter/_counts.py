"""How often the person of a query did something with a candidate (or its author), before the query's moment."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError
from tamis.core.options import span
from tamis.core.words import Candidates, Queries
from tamis.data.catalogue import TagValues
from tamis.data.declarations import AttributeOf, EventTable
from tamis.data.timeline import Timeline

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def micros(within: str | None, where: str) -> int | None:
    """Return a span in microseconds, None for no limit."""
    return None if within is None else span(within, where=where)


def keyed(
    queries: Queries, candidates: Candidates, events: EventTable, per: AttributeOf | None = None
) -> tuple[Timeline, Ints, Ints, Ints]:
    """Return (timeline, row, key, at): the index of (person, item) pairs and where each candidate row looks.

    With `per` the pair is (person, label of the attribute); a row with several labels comes several times, a row with
    an unknown person, item or value not at all.

    Raises
    ------
    DataError
        Where `per` is no category or tags.
    """
    past: Any = queries.past
    if per is not None and not isinstance(past.attribute(per), TagValues):
        raise DataError(
            f"`{per.name}` is not a category or tags",
            where=events.name,
            next_step=f"declare {per.column}=Category() on its Entity",
        )
    keys = (events.user, events.item if per is None else per)
    item = np.where(candidates.item < past.n_items, candidates.item, -1)
    row, key = past.encode(keys, queries.user[candidates.query], item)
    return past.timeline(events, keys), row, key, queries.at[candidates.query[row]]


def event_counts(
    queries: Queries,
    candidates: Candidates,
    events: EventTable,
    within: int | None = None,
    per: AttributeOf | None = None,
) -> Floats:
    """Return (n,) events of each row's pair strictly before the query; the most of several labels, 0 where unknown."""
    timeline, row, key, at = keyed(queries, candidates, events, per)
    found = np.zeros(len(candidates))
    np.maximum.at(found, row, timeline.count(key, at, within))
    return found
