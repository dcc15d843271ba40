"""A dataset: the declared tables, read once, as code arrays and a past; `before(t)` is what training at t may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.clock import DAY
from tamis.core.errors import DataError
from tamis.core.events import EventBatch
from tamis.core.ids import Ids
from tamis.data.catalogue import Values
from tamis.data.declarations import AttributeOf, EntityTable, EventTable
from tamis.data.past import LogPast
from tamis.data.report import Report

if TYPE_CHECKING:
    import ibis


@dataclass
class LoadedEvents:
    """One event table after reading: code columns in time order, and the table itself for other columns."""

    batch: EventBatch
    table: Any
    timeless: bool = False


@dataclass
class Store:
    """All tables of a system, read once."""

    user: EntityTable
    item: EntityTable
    users: Ids
    items: Ids
    events: dict[EventTable, LoadedEvents]
    entities: dict[EntityTable, Any]
    connection: Any
    reports: list[Report] = field(default_factory=list)
    _selections: dict[EventTable, EventBatch] = field(default_factory=dict)
    _attributes: dict[AttributeOf, Values] = field(default_factory=dict)
    _past: LogPast | None = None

    def select(self, selection: EventTable) -> EventBatch:
        """Return the events of a selection over the whole log, in time order; kept after the first time."""
        if selection not in self._selections:
            loaded = self.loaded(selection)
            if selection.conditions:
                rows = self.table(selection).select("row").to_pyarrow()["row"].to_numpy()
                self._selections[selection] = loaded.batch.rows(np.sort(rows))
            else:
                self._selections[selection] = loaded.batch
        return self._selections[selection]

    def loaded(self, selection: EventTable) -> LoadedEvents:
        """Return the event table behind a selection."""
        if selection.origin not in self.events:
            raise DataError("was not read with this dataset", where=f"Events {selection.name!r}")
        return self.events[selection.origin]

    def table(self, selection: EventTable) -> ibis.Table:
        """Return a selection as an Ibis table: row, user, item (codes), at (microseconds), value, kind and the rest."""
        from tamis.data.columns import resolve

        table = self.loaded(selection).table
        for column, condition in selection.conditions:
            name = resolve(table.columns, column, where=f"Events {selection.origin.name!r}")
            table = table.filter(condition.holds(table[name]))
        return table

    def attribute(self, attribute: AttributeOf) -> Values:
        """Return an attribute's values by code; kept after the first time."""
        from tamis.data.reading import read_attribute

        if attribute not in self._attributes:
            if attribute.entity not in self.entities:
                raise DataError("belongs to an entity that was not read", where=attribute.name)
            ids = self.items if attribute.entity is self.item else self.users
            self._attributes[attribute] = read_attribute(self.entities[attribute.entity], attribute, ids)
        return self._attributes[attribute]

    @property
    def past(self) -> LogPast:
        """The past of the whole log, read as of each query's moment."""
        if self._past is None:
            self._past = LogPast(self.select, self.attribute, self.user, self.item, len(self.users), len(self.items))
        return self._past


@dataclass(frozen=True)
class Dataset:
    """What training sees: a store and the moment before which everything is known (meets `core.data.Dataset`).

    Parameters
    ----------
    store : Store
    until : int
        Microseconds UTC; events at or after it are not given to `fit`.
    """

    store: Store
    until: int

    @classmethod
    def load(
        cls,
        declared: Iterable[EntityTable | EventTable],
        root: Path | None = None,
        *,
        now: int,
        known: tuple[Ids, Ids] | None = None,
    ) -> Dataset:
        """Read the declared tables.

        Parameters
        ----------
        declared : EntityTable and EventTable objects
            Every table a system mentions; entities of event tables are added by themselves.
        root : Path, optional
            The folder that relative paths start from.
        now : int
            The present in microseconds UTC; events after it are left out and reported.
        known : (user Ids, item Ids), optional
            Ids of a trained system: their codes stay, new ids come after them.

        Raises
        ------
        DataError
            Where a table or column is missing, empty or unreadable.
        """
        from tamis.data.reading import read_store

        store = read_store(list(declared), root or Path.cwd(), now, known)
        ends = [int(loaded.batch.at[-1]) for loaded in store.events.values() if len(loaded.batch)]
        return cls(store, max(ends, default=0) + 1)

    @property
    def n_users(self) -> int:
        """Number of user codes."""
        return len(self.store.users)

    @property
    def n_items(self) -> int:
        """Number of item codes."""
        return len(self.store.items)

    @property
    def past(self) -> LogPast:
        """The past of the whole log; every read names its own moment."""
        return self.store.past

    @property
    def timeless(self) -> bool:
        """Whether any event table has no times, so that its order is a seeded random one."""
        return any(loaded.timeless for loaded in self.store.events.values())

    def before(self, at: int) -> Dataset:
        """Return the same tables as they were known before `at`."""
        return Dataset(self.store, min(at, self.until))

    def events(self, selection: Any) -> EventBatch:
        """Return the selection's events strictly before `until`, in time order."""
        return self.store.select(selection).before(self.until)

    def attribute(self, attribute: AttributeOf) -> Values:
        """Return an attribute's values by code."""
        return self.store.attribute(attribute)

    def time_at_share(self, selection: Any, share: float) -> int:
        """Return the moment before which `share` of the selection's events lie.

        Raises
        ------
        DataError
            Where the selection has no events.
        """
        at = self.events(selection).at
        if len(at) == 0:
            raise DataError(
                "has no events", where=f"Events {selection.name!r}", next_step="check its conditions: tamis check"
            )
        return int(at[min(int(len(at) * share), len(at) - 1)])


def random_order(user: NDArray[np.integer], item: NDArray[np.integer], seed: int = 0) -> NDArray[np.int64]:
    """Return a stand-in time per event for tables without times: a random moment of 1,000 days, by (user, item)."""
    from tamis.core.rng import hashed_uniform

    return (hashed_uniform(seed, user, item) * 1_000 * DAY).astype(np.int64)
