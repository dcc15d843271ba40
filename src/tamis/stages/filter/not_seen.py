"""Hide what the person has seen already."""

from __future__ import annotations

from tamis.core.options import options
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import EventTable
from tamis.stages.filter._counts import event_counts, micros


@options
class NotSeen:
    """Keep the items that the person has no event with, strictly before the query's moment.

    Parameters
    ----------
    events : EventTable
        What counts as seen, such as ratings, purchases or plays.
    within : span, optional
        Only events of this last span count, such as "90d"; the window starts at a whole tenth of it, so it is up to
        10 % longer. None: all of the past.

    Notes
    -----
    Read live from `queries.past`: an event counts from the next query on. An unknown person or item has seen nothing.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable
    >>> people, films = EntityTable(id="user"), EntityTable(id="film")
    >>> plays = EventTable("plays.csv", user=people, item=films, at="at")
    >>> NotSeen(plays, within="30d").within
    '30d'
    """

    events: EventTable
    within: str | None = None

    safety = False

    def check_options(self) -> None:
        """Check that the span can be read."""
        micros(self.within, "NotSeen")

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,), False for seen items."""
        seen = event_counts(queries, candidates, self.events, micros(self.within, "NotSeen"))
        return Kept(seen == 0, f"already in {self.events.name}" + (f" within {self.within}" if self.within else ""))
