"""Respect what a person hid, blocked or disliked."""

from __future__ import annotations

import numpy as np

from tamis.core.options import options
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf, EventTable
from tamis.stages.filter._counts import event_counts, micros


@options
class Blocked:
    """Drop the items that the person hid, and optionally everything that shares an attribute with them.

    A safety filter: where it fails, nothing is shown.

    Parameters
    ----------
    events : EventTable
        Hides, blocks, dislikes, reports.
    sharing : AttributeOf, optional
        A category or tags, such as `posts.author`: one hidden post hides the author. Items without a value are
        judged by themselves alone.
    within : span, optional
        Only events of this last span count (up to 10 % longer: whole tenths). None: for ever.

    Notes
    -----
    Read live: a block counts from the next query on. An unknown person has blocked nothing.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable
    >>> people, posts = EntityTable(id="user"), EntityTable("posts.csv", id="post")
    >>> hides = EventTable("hides.csv", user=people, item=posts, at="at")
    >>> Blocked(hides, sharing=posts.author).safety
    True
    """

    events: EventTable
    sharing: AttributeOf | None = None
    within: str | None = None

    safety = True

    def check_options(self) -> None:
        """Check that the span can be read."""
        micros(self.within, "Blocked")

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,), False for blocked items and what they share."""
        within = micros(self.within, "Blocked")
        blocked = event_counts(queries, candidates, self.events, within) > 0
        reason = f"in {self.events.name}"
        if self.sharing is None:
            return Kept(~blocked, reason)
        related = event_counts(queries, candidates, self.events, within, self.sharing) > 0
        reasons = np.where(blocked, reason, f"shares {self.sharing.name} with an item in {self.events.name}")
        return Kept(~(blocked | related), reasons)
