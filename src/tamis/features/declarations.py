"""The words of a system file with the verbs that make features: `loved.count(per=movies)`."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import OptionError
from tamis.core.words import Candidates, Queries
from tamis.data.catalogue import NumberValues, TagValues
from tamis.data.declarations import AttributeOf, EntityTable, EventTable
from tamis.data.past import KeyPart

if TYPE_CHECKING:
    from tamis.features.aggregate import Count, Mean, Sum, TimeSince
    from tamis.features.encode import Bucketize, OneHot
    from tamis.features.item_at_hand import Closeness, Overlap

Per = KeyPart | tuple[KeyPart, ...]


class Attribute(AttributeOf):
    """A column of an entity; a feature by itself where it holds numbers, moments or categories.

    As a feature, a number is itself, a moment the days from it to the request, a category its code in sorted order.
    """

    @property
    def columns(self) -> tuple[str, ...]:
        """The one column it gives as a feature."""
        return (self.name,)

    def read(self, queries: Queries, candidates: Candidates) -> NDArray[np.float32]:
        """Return (n,) values of each candidate (or its user); NaN where missing."""
        past = queries.past
        values = past.attribute(self)
        codes = candidates.item if self.entity is past.item else queries.user[candidates.query]  # type: ignore[attr-defined]
        if isinstance(values, NumberValues):
            found = values.of(codes)
            if values.moment:
                found = (queries.at[candidates.query] - found) / 86_400e6
            return found.astype(np.float32)
        if isinstance(values, TagValues):
            code = values.single(codes)
            return np.where(code < 0, np.nan, code).astype(np.float32)
        raise OptionError(
            "is text and no feature by itself",
            where=self.name,
            next_step="use a retriever such as SimilarContent, or one_hot()",
        )

    def one_hot(self, most: int = 64) -> OneHot:
        """Return one 0-1 column per label, for the `most` frequent labels."""
        from tamis.features.encode import OneHot

        return OneHot(self, most)

    def bucketize(self, buckets: int = 8) -> Bucketize:
        """Return the quantile bucket of a number, learned from the catalogue."""
        from tamis.features.encode import Bucketize

        return Bucketize(self, buckets)

    def closeness(self, events: EventTable) -> Closeness:
        """Return how close a number is to that of the item at hand: the request's, else the latest of `events`."""
        from tamis.features.item_at_hand import Closeness

        return Closeness(self, events)

    def overlap(self, events: EventTable) -> Overlap:
        """Return the share of labels in common with the item at hand: the request's, else the latest of `events`."""
        from tamis.features.item_at_hand import Overlap

        return Overlap(self, events)


class Entity(EntityTable):
    """Users, items or anything else with an id: `Entity("movies.parquet", id="movie_id", genres=Tags(sep="|"))`.

    Columns of the table are attributes: `movies.genres`, `movies.year`.
    """

    attribute_type = Attribute

    def __getattr__(self, column: str) -> Attribute:
        found: Attribute = super().__getattr__(column)
        return found

    def __getitem__(self, column: str) -> Attribute:
        found: Attribute = super().__getitem__(column)
        return found


class Events(EventTable):
    """Events between users and items; choose some with `where`, count them with the verbs below."""

    def count(self, *, per: Per, within: str | timedelta | None = None) -> Count:
        """Return the number of events of the key before the request, in the last `within` or ever."""
        from tamis.features.aggregate import Count

        return Count(self, _parts(per), within)

    def sum(self, *, per: Per, within: str | timedelta | None = None) -> Sum:
        """Return the sum of the events' values."""
        from tamis.features.aggregate import Sum

        return Sum(self, _parts(per), within)

    def mean(self, *, per: Per, within: str | timedelta | None = None, smooth: float = 0.0) -> Mean:
        """Return the mean of the events' values, drawn towards the mean of all by `smooth` imaginary events."""
        from tamis.features.aggregate import Mean

        return Mean(self, _parts(per), within, smooth)

    def time_since(self, *, per: Per) -> TimeSince:
        """Return the days since the key's latest event."""
        from tamis.features.aggregate import TimeSince

        return TimeSince(self, _parts(per))


def _parts(per: Per) -> tuple[KeyPart, ...]:
    parts = per if isinstance(per, tuple) else (per,)
    if not parts or not all(isinstance(p, EntityTable | AttributeOf) for p in parts):
        raise OptionError(
            "`per` is not allowed", where="a count", allowed="an Entity, an attribute, or a tuple of them", got=per
        )
    return parts
