"""Rest what a person was shown again and again without caring."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tamis.core.conditions import at_least
from tamis.core.options import options, span
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import EventTable
from tamis.data.timeline import window_start
from tamis.stages.filter._counts import keyed


@options
class Fatigue:
    """Drop an item that was shown `times` or more in the last `within` with no interest since.

    Only showings after the person's latest sign of interest in the item count, so one click starts the count anew.
    The item comes back by itself when the showings leave the window.

    Parameters
    ----------
    shown : EventTable
        Impressions.
    interest : EventTable
        What counts as interest: clicks, plays, likes.
    times : int, at least 1
    within : span
        The fatigue period; the window starts at a whole tenth of it, so it is up to 10 % longer.

    Notes
    -----
    A showing at the very moment of the interest counts as before it. Without impressions nothing is ever dropped.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable
    >>> people, posts = EntityTable(id="user"), EntityTable(id="post")
    >>> shown, clicks = (EventTable(t, user=people, item=posts, at="at") for t in ("shown.csv", "clicks.csv"))
    >>> Fatigue(shown, clicks, times=4).within
    '30d'
    """

    shown: EventTable
    interest: EventTable
    times: Annotated[int, at_least(1)] = 3
    within: str = "30d"

    safety = False

    def check_options(self) -> None:
        """Check that the span can be read."""
        span(self.within, where="Fatigue")

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,), False for tired rows."""
        shown, row, key, at = keyed(queries, candidates, self.shown)
        interested = keyed(queries, candidates, self.interest)[0].last(key, at)
        start = window_start(at, span(self.within))
        fresh = ~np.isnan(interested)
        start[fresh] = np.maximum(start[fresh], interested[fresh].astype(np.int64) + 1)
        count = np.zeros(len(candidates))
        count[row] = shown.count(key, at) - shown.count(key, start)
        return Kept(count < self.times, f"shown {self.times} times within {self.within} without interest")
