"""What parts may ask of data: a selection names events, a past answers as of a moment, a dataset is what training sees.

The classes behind these protocols live in `tamis.data`; parts on every floor speak to them through here.
"""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tamis.core.events import EventBatch


@runtime_checkable
class Selection(Protocol):
    """A named choice of events, such as ratings of at least 4; hashable, and equal when the declaration is equal."""

    @property
    def name(self) -> str:
        """The name for logs and columns."""


@runtime_checkable
class AttributeReference(Protocol):
    """A named column of an entity, such as the genres of films; hashable."""

    @property
    def name(self) -> str:
        """The name for logs and columns."""


class History(Protocol):
    """The latest events of each query's user, ragged: row i belongs to query `query[i]`, latest last."""

    @property
    def query(self) -> NDArray[np.int64]:
        """The query of each row, ascending."""

    @property
    def item(self) -> NDArray[np.int32]:
        """Item codes."""

    @property
    def at(self) -> NDArray[np.int64]:
        """Moments, ascending within a query."""

    @property
    def value(self) -> NDArray[np.float32]:
        """Values of the events."""


class Past(Protocol):
    """Everything known before a moment: events strictly before `at` (in event and arrival time) and the catalogue.

    Every method takes the moments as an array, so that one batch may ask about many moments.
    """

    @property
    def n_users(self) -> int:
        """Number of user codes."""

    @property
    def n_items(self) -> int:
        """Number of item codes."""

    def history(
        self, selection: Any, user: NDArray[np.integer], at: NDArray[np.int64], last: int | None = None
    ) -> History:
        """Return the `last` (all where None) events of each user strictly before `at`; an unknown user has none."""

    def item_counts(
        self, selection: Any, at: int, within: int | None = None, half_life: int | None = None
    ) -> NDArray[np.float64]:
        """Return (n_items,) counts of events in [at - within, at), each weighted 2**(-age / half_life)."""

    def first_seen(self, selection: Any) -> NDArray[np.int64]:
        """Return (n_items,) time of each item's first event, the largest int64 where it has none."""

    def timeline(self, selection: Any, keys: tuple[Any, ...]) -> Any:
        """Return the index of a selection's events by keys, for counts, sums and latest times as of a moment."""

    def attribute(self, attribute: Any) -> Any:
        """Return the values of a catalogue column by item (or user) code."""


class Dataset(Protocol):
    """What training sees: the past as of one moment."""

    @property
    def n_users(self) -> int:
        """Number of user codes."""

    @property
    def n_items(self) -> int:
        """Number of item codes."""

    @property
    def until(self) -> int:
        """The moment before which everything is known, microseconds UTC."""

    def before(self, at: int) -> Dataset:
        """Return the same tables as they were known before `at`."""

    @property
    def past(self) -> Past:
        """The past, for reads as of any moment up to `until`."""

    def events(self, selection: Any) -> EventBatch:
        """Return the selection's events strictly before `until`, in time order."""

    def attribute(self, attribute: Any) -> Any:
        """Return the values of a catalogue column by code."""
