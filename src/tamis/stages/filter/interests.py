"""Stay within the categories that a person has shown interest in."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tamis.core.conditions import at_least
from tamis.core.options import options
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf, EventTable
from tamis.data.timeline import window_start
from tamis.stages._attributes import labels_of
from tamis.stages.filter._counts import micros


@options
class Interests:
    """Keep the items of the categories in which the person has `times` events or more.

    Parameters
    ----------
    events : EventTable
        What counts as interest, such as clicks or loved items.
    per : AttributeOf
        A category or tags; one familiar tag is enough.
    times : int, at least 1
    within : span, optional
        Only events of this last span count (up to 10 % longer: whole tenths).

    Notes
    -----
    A person without a familiar category keeps everything: nothing is known of their interests. An item without a
    category is dropped for everyone else.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable
    >>> people, posts = EntityTable(id="user"), EntityTable("posts.csv", id="post")
    >>> clicks = EventTable("clicks.csv", user=people, item=posts, at="at")
    >>> Interests(clicks, per=posts.topic).times
    1
    """

    events: EventTable
    per: AttributeOf
    times: Annotated[int, at_least(1)] = 1
    within: str | None = None

    safety = False

    def check_options(self) -> None:
        """Check that the span can be read."""
        micros(self.within, "Interests")

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,), False outside the person's categories."""
        within = micros(self.within, "Interests")
        history = queries.past.history(self.events, queries.user, queries.at)
        recent = np.ones(len(history.item), bool)
        if within is not None:
            recent = history.at >= window_start(queries.at, within)[history.query]
        query, item = history.query[recent], history.item[recent]
        row, label = labels_of(queries.past, self.per, np.concatenate([item, candidates.item]))
        labels = int(label.max(initial=0)) + 1
        key = np.concatenate([query, candidates.query])[row] * labels + label
        past = row < len(item)
        familiar, count = np.unique(key[past], return_counts=True)
        familiar = familiar[count >= self.times]
        kept = np.ones(len(queries), bool)
        kept[familiar // labels] = False
        mask = kept[candidates.query]
        mask[row[~past][np.isin(key[~past], familiar)] - len(item)] = True
        return Kept(mask, f"outside the person's {self.per.name}")
