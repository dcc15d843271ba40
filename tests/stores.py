"""Small datasets for tests, made from columns without any file."""

from __future__ import annotations

import numpy as np

from tamis.data.declarations import EntityTable, EventTable

DAY = 86_400_000_000


def small(user, item, at=None, value=None, kind=None, items=None, entity=EntityTable, events=EventTable, until=None):
    """Return (dataset, events, users, items) of the given columns; `items` is a dict of item attribute columns."""
    from tamis.data.dataset import Dataset

    people = entity(id="user_id")
    things = entity(items, id="item_id") if items is not None else entity(id="item_id")
    columns = {"user_id": [str(u) for u in user], "item_id": [str(i) for i in item]}
    moments = np.arange(len(user), dtype=np.int64) * DAY if at is None else np.asarray(at, np.int64)
    columns["at"] = moments.astype("datetime64[us]")
    if value is not None:
        columns["value"] = np.asarray(value, np.float64)
    if kind is not None:
        columns["kind"] = list(kind)
    from tamis.data.declarations import Column

    log = events(
        columns,
        user=people,
        item=things,
        at="at",
        value="value" if value is not None else None,
        kind=Column("kind") if kind is not None else "event",
    )
    data = Dataset.load([people, things, log], now=2**60)
    return (data if until is None else data.before(until)), log, people, things
