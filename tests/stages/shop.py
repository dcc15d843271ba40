"""A small past made by hand: event tables as tuples, attributes as lists, no file and no reader."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from tamis.core.events import EventBatch
from tamis.core.ids import Ids
from tamis.core.words import Candidates, Queries
from tamis.data.catalogue import NumberValues, TagValues, TextValues
from tamis.data.declarations import EntityTable, EventTable
from tamis.data.past import LogPast

DAY = 86_400_000_000


def tags(*lists):
    """Return tag values of one list of words per code."""
    words = sorted({w for one in lists for w in one})
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in lists])]).astype(np.int64)
    return TagValues(offsets, np.array([words.index(w) for one in lists for w in one], np.int32), words)


def numbers(*values):
    """Return number values; None is missing."""
    return NumberValues(np.array([np.nan if v is None else v for v in values], np.float64))


def texts(*values):
    """Return text values; None is missing."""
    import pyarrow as pa

    return TextValues(pa.array(values, pa.large_string()))


class Shop:
    """A past with named event tables and attributes."""

    def __init__(self, n_users=4, n_items=8, item=None, user=None, **events):
        self.user, self.item = EntityTable("people.csv", id="user"), EntityTable("items.csv", id="item")
        self.n_users, self.n_items = n_users, n_items
        self.values = {self.item[name]: v for name, v in (item or {}).items()}
        self.values |= {self.user[name]: v for name, v in (user or {}).items()}
        self.rows = {}
        for name, rows in events.items():
            table = EventTable(f"{name}.csv", user=self.user, item=self.item, at="at")
            setattr(self, name, table)
            self.rows[table] = list(rows)
        self.past = self._past()

    def _past(self):
        return LogPast(self._events, self.values.__getitem__, self.user, self.item, self.n_users, self.n_items)

    def _events(self, selection):
        rows = sorted(self.rows[selection], key=lambda row: row[2])
        user, item, at = (np.array([row[i] for row in rows], np.int64) for i in range(3))
        return EventBatch(
            user.astype(np.int32), item.astype(np.int32), at, np.ones(len(rows), np.float32), self.n_users, self.n_items
        )

    def more(self, extra):
        """Return this shop with `extra` (user, item, at) rows in every event table."""
        import copy

        richer = copy.copy(self)
        richer.rows = {table: [*rows, *extra] for table, rows in self.rows.items()}
        richer.past = richer._past()
        return richer

    def dataset(self):
        """Return what the stages' `fit` reads: ids "0", "1" ... that are their own codes (for up to ten items)."""
        return SimpleNamespace(
            store=SimpleNamespace(items=Ids("item", [f"{i:04d}" for i in range(self.n_items)])), n_items=self.n_items
        )

    def queries(self, *pairs, **more):
        """Return queries of (user, at) pairs."""
        return Queries(
            np.array([p[0] for p in pairs], np.int32), np.array([p[1] for p in pairs], np.int64), self.past, **more
        )


def candidates(*lists, value=None):
    """Return candidates of one list of item codes per query, best first; `value` likewise as `judge.value`."""
    query = np.repeat(np.arange(len(lists)), [len(one) for one in lists])
    columns = {} if value is None else {"judge.value": np.array([v for one in value for v in one], np.float64)}
    return Candidates(query, np.array([i for one in lists for i in one], np.int32), len(lists), columns)


def kept(stage, queries, rows):
    """Return the kept item codes of each query, in order."""
    mask = stage.keep(queries, rows).mask
    return [rows.item[mask & (rows.query == q)].tolist() for q in range(rows.n_queries)]


def page(stage, queries, rows, k):
    """Return the item codes of each query in the order of the answer."""
    order = stage.rerank(queries, rows, k).rows
    return [rows.item[order][rows.query[order] == q].tolist() for q in range(rows.n_queries)]
