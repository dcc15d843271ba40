"""Counts, sums, means and times since over the events of a key, as of each request: batch and read side by side.

`read` asks the past's sorted index; `batch` is an Ibis expression over tables (any backend); a contract test holds them
equal. Windows start at whole buckets of a tenth of the window. Several tags give the mean over the item's tags.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.options import options, span
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import EventTable
from tamis.data.past import KeyPart
from tamis.data.timeline import Timeline

if TYPE_CHECKING:
    import ibis

    from tamis.data.dataset import Dataset
    from tamis.features.batch import Aggregate

_DAY = 86_400e6
Within = str | timedelta | None


def _micros(within: Within) -> int | None:
    return None if within is None else span(within)


def feature_name(events: EventTable, verb: str, per: tuple[KeyPart, ...], within: Within = None) -> str:
    """Return a name such as `loved.count(per=movies, 90d)`."""
    keys = per[0].name if len(per) == 1 else "(" + ", ".join(p.name for p in per) + ")"
    return f"{events.name}.{verb}(per={keys}{'' if within is None else f', {within}'})"


def _over_keys(
    queries: Queries,
    candidates: Candidates,
    events: EventTable,
    per: tuple[KeyPart, ...],
    ask: Callable[[Timeline, NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]],
    empty: float,
) -> NDArray[np.float32]:
    # the mean over a row's keys (several for several tags), skipping keys without a value
    past: Any = queries.past
    row, key = past.encode(per, queries.user[candidates.query], candidates.item)
    values = ask(past.timeline(events, per), key, queries.at[candidates.query][row])
    given = ~np.isnan(values)
    if len(row) == len(candidates) and bool(np.all(row[1:] > row[:-1])):  # one key a row: nothing to average
        return np.where(given, values, empty).astype(np.float32)
    n = np.bincount(row[given], minlength=len(candidates))
    total = np.bincount(row[given], weights=values[given], minlength=len(candidates))
    return np.where(n > 0, total / np.maximum(n, 1), empty).astype(np.float32)


@options
class Count:
    """Number of events of a key strictly before the request; 0 for a key without events.

    Parameters
    ----------
    events : Events
    per : tuple of entities and attributes
    within : span or None
    """

    events: EventTable
    per: tuple[KeyPart, ...]
    within: Within = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The one column it gives."""
        return (feature_name(self.events, "count", self.per, self.within),)

    def read(self, queries: Queries, candidates: Candidates) -> NDArray[np.float32]:
        """Return (n,) counts."""
        within = _micros(self.within)
        return _over_keys(queries, candidates, self.events, self.per, lambda t, key, at: t.count(key, at, within), 0.0)

    def batch(self, dataset: Dataset, rows: ibis.Table) -> ibis.Table:
        """Return (row, value) of a table of requests (row, user, item, at)."""
        from tamis.features.batch import alone

        return alone(dataset, rows, self.aggregate)

    @property
    def aggregate(self) -> Aggregate:
        """What it asks of the log, for `tamis.features.batch.joined`."""
        from tamis.features.batch import Aggregate

        return Aggregate(self.events, self.per, _micros(self.within), "count", 0.0)


@options
class Sum:
    """Sum of the values of a key's events strictly before the request; 0 for a key without events."""

    events: EventTable
    per: tuple[KeyPart, ...]
    within: Within = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The one column it gives."""
        return (feature_name(self.events, "sum", self.per, self.within),)

    def read(self, queries: Queries, candidates: Candidates) -> NDArray[np.float32]:
        """Return (n,) sums."""
        within = _micros(self.within)
        return _over_keys(queries, candidates, self.events, self.per, lambda t, key, at: t.sum(key, at, within), 0.0)

    def batch(self, dataset: Dataset, rows: ibis.Table) -> ibis.Table:
        """Return (row, value) of a table of requests (row, user, item, at)."""
        from tamis.features.batch import alone

        return alone(dataset, rows, self.aggregate)

    @property
    def aggregate(self) -> Aggregate:
        """What it asks of the log, for `tamis.features.batch.joined`."""
        from tamis.features.batch import Aggregate

        return Aggregate(self.events, self.per, _micros(self.within), "sum", 0.0)


@options
class Mean:
    """Mean value of a key's events strictly before the request; NaN for a key without events.

    Parameters
    ----------
    events : Events
    per : tuple of entities and attributes
    within : span or None
    smooth : float
        Imaginary events at the mean of all events before the request; above 0 a key without events has that mean.
    """

    events: EventTable
    per: tuple[KeyPart, ...]
    within: Within = None
    smooth: Annotated[float, at_least(0)] = 0.0

    @property
    def columns(self) -> tuple[str, ...]:
        """The one column it gives."""
        return (feature_name(self.events, "mean", self.per, self.within),)

    def read(self, queries: Queries, candidates: Candidates) -> NDArray[np.float32]:
        """Return (n,) means."""
        within = _micros(self.within)
        past: Any = queries.past
        everything = past.timeline(self.events, ())

        def ask(timeline: Timeline, key: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.float64]:
            n, total = timeline.count(key, at, within), timeline.sum(key, at, within)
            if self.smooth:
                moments, place = np.unique(at, return_inverse=True)
                zero = np.zeros(len(moments), np.int64)
                overall = everything.sum(zero, moments, within) / np.maximum(everything.count(zero, moments, within), 1)
                n, total = n + self.smooth, total + self.smooth * overall[place]
            return np.where(n > 0, total / np.maximum(n, 1e-12), np.nan)

        return _over_keys(queries, candidates, self.events, self.per, ask, np.nan)

    def batch(self, dataset: Dataset, rows: ibis.Table) -> ibis.Table:
        """Return (row, value) of a table of requests (row, user, item, at)."""
        from tamis.features.batch import alone

        return alone(dataset, rows, self.aggregate)

    @property
    def aggregate(self) -> Aggregate:
        """What it asks of the log, for `tamis.features.batch.joined`."""
        from tamis.features.batch import Aggregate

        return Aggregate(self.events, self.per, _micros(self.within), "mean", None, self.smooth)


@options
class TimeSince:
    """Days since a key's latest event strictly before the request; NaN for a key without events."""

    events: EventTable
    per: tuple[KeyPart, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The one column it gives."""
        return (feature_name(self.events, "time_since", self.per),)

    def read(self, queries: Queries, candidates: Candidates) -> NDArray[np.float32]:
        """Return (n,) days."""
        return _over_keys(
            queries, candidates, self.events, self.per, lambda t, key, at: (at - t.last(key, at)) / _DAY, np.nan
        )

    def batch(self, dataset: Dataset, rows: ibis.Table) -> ibis.Table:
        """Return (row, value) of a table of requests (row, user, item, at)."""
        from tamis.features.batch import alone

        return alone(dataset, rows, self.aggregate)

    @property
    def aggregate(self) -> Aggregate:
        """What it asks of the log, for `tamis.features.batch.joined`."""
        from tamis.features.batch import Aggregate

        return Aggregate(self.events, self.per, None, "last", None)
