"""The past: everything known before a moment, read as of any moment from sorted arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import OptionError
from tamis.core.events import EventBatch
from tamis.data.catalogue import TagValues, Values
from tamis.data.declarations import AttributeOf, EntityTable, EventTable
from tamis.data.timeline import Timeline

KeyPart = EntityTable | AttributeOf
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class UserHistory:
    """Latest events of each query's user: row i belongs to query `query[i]`, oldest first within a query."""

    query: NDArray[np.int64]
    item: NDArray[np.int32]
    at: NDArray[np.int64]
    value: NDArray[np.float32]


class LogPast:
    """The past of a log in memory (meets `core.data.Past`).

    Parameters
    ----------
    events : function of an EventTable giving its EventBatch over the whole log
    attribute : function of an AttributeOf giving its values by code
    user, item : EntityTable
        The two entities, so that a key part such as `movies.genres` knows whose codes it reads.
    n_users, n_items : int
    """

    def __init__(
        self,
        events: Callable[[EventTable], EventBatch],
        attribute: Callable[[AttributeOf], Values],
        user: EntityTable,
        item: EntityTable,
        n_users: int,
        n_items: int,
    ) -> None:
        self._events, self._attribute = events, attribute
        self.user, self.item, self.n_users, self.n_items = user, item, n_users, n_items
        self._timelines: dict[tuple[EventTable, tuple[KeyPart, ...]], Timeline] = {}
        self._first_seen: dict[EventTable, NDArray[np.int64]] = {}

    def attribute(self, attribute: AttributeOf) -> Values:
        """Return the values of a catalogue column by code."""
        return self._attribute(attribute)

    def history(
        self, selection: EventTable, user: NDArray[np.integer], at: NDArray[np.int64], last: int | None = None
    ) -> UserHistory:
        """Return the `last` events (all where None) of each user strictly before its moment, oldest first."""
        batch = self._events(selection)
        row, event = self.timeline(selection, (self.user,)).latest(np.asarray(user, np.int64), at, last)
        return UserHistory(row, batch.item[event], batch.at[event], batch.value[event])

    def item_counts(
        self, selection: EventTable, at: int, within: int | None = None, half_life: int | None = None
    ) -> NDArray[np.float64]:
        """Return (n_items,) counts of events in [at - within, at), each weighted by 2 ** (-age / half_life)."""
        batch = self._events(selection)
        low = 0 if within is None else int(np.searchsorted(batch.at, at - within, side="left"))
        high = int(np.searchsorted(batch.at, at, side="left"))
        item = batch.item[low:high]
        weight = None if half_life is None else np.exp2((batch.at[low:high] - at) / half_life)
        known = item >= 0
        if not known.all():
            item, weight = item[known], None if weight is None else weight[known]
        return np.bincount(item, weights=weight, minlength=self.n_items)[: self.n_items].astype(np.float64)

    def first_seen(self, selection: EventTable) -> NDArray[np.int64]:
        """Return (n_items,) moment of each item's first event; the largest int64 where it has none."""
        if selection not in self._first_seen:
            batch = self._events(selection)
            first = np.full(self.n_items, _NEVER, np.int64)
            known = batch.item >= 0
            np.minimum.at(first, batch.item[known], batch.at[known])
            self._first_seen[selection] = first
        return self._first_seen[selection]

    def timeline(self, selection: EventTable, keys: tuple[Any, ...]) -> Timeline:
        """Return the index of a selection's events by the given key parts; made once, then kept."""
        if (selection, keys) not in self._timelines:
            batch = self._events(selection)
            row, key = self.encode(keys, batch.user, batch.item)
            self._timelines[selection, keys] = Timeline(key, batch.at[row], batch.value[row])
        return self._timelines[selection, keys]

    def encode(
        self, keys: tuple[KeyPart, ...], user: NDArray[np.integer], item: NDArray[np.integer]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (row, key): the whole-number key of each row; several for several tags, none for an unknown code.

        Where users and items are the same entity (people you may know), its first mention is the user side of an
        event and its second the item side.
        """
        row = np.arange(len(user), dtype=np.int64)
        key = np.zeros(len(user), np.int64)
        mentioned = False
        for part in keys:
            owner = part.entity if isinstance(part, AttributeOf) else part
            if owner is self.user and not (owner is self.item and mentioned):
                codes, size = np.asarray(user, np.int64)[row], self.n_users
                mentioned = True
            elif owner is self.item:
                codes, size = np.asarray(item, np.int64)[row], self.n_items
            else:
                raise OptionError(
                    "is neither the user nor the item of these events",
                    where="per=",
                    got=part,
                    allowed="those two entities",
                )
            if isinstance(part, AttributeOf):
                values = self._attribute(part)
                if not isinstance(values, TagValues):
                    raise OptionError(
                        "cannot be counted by",
                        where=f"per={part.name}",
                        allowed="a category or tags",
                        next_step="bucketize it",
                    )
                picked, labels = values.of(codes)
                row, key, size = row[picked], key[picked], len(values.labels)
                codes = labels.astype(np.int64)
            else:
                known = codes >= 0
                row, key, codes = row[known], key[known], codes[known]
            key = key * max(size, 1) + codes
        return row, key
