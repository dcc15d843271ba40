"""Show the same thing to the same person only so often."""

from __future__ import annotations

from typing import Annotated

from tamis.core.conditions import at_least
from tamis.core.options import options, span
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf, EventTable
from tamis.stages.filter._counts import event_counts


@options
class FrequencyCap:
    """Drop an item that the person was shown `times` or more in the last `within`.

    Parameters
    ----------
    shown : EventTable
        Impressions.
    times : int, at least 1
    within : span
        Such as "1d"; the window starts at a whole tenth of it, so it is up to 10 % longer.
    per : AttributeOf, optional
        Count per category instead of per item, such as `ads.campaign`; an item with several tags is dropped when any
        of them reached the cap. A missing value is never capped.

    Notes
    -----
    Without impressions in the log nothing is ever capped.

    Examples
    --------
    >>> from tamis.data.declarations import EntityTable
    >>> people, ads = EntityTable(id="user"), EntityTable(id="ad")
    >>> shown = EventTable("shown.csv", user=people, item=ads, at="at")
    >>> FrequencyCap(shown, 3, within="1d").times
    3
    """

    shown: EventTable
    times: Annotated[int, at_least(1)] = 3
    within: str = "1d"
    per: AttributeOf | None = None

    safety = False

    def check_options(self) -> None:
        """Check that the span can be read."""
        span(self.within, where="FrequencyCap")

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,), False for rows at or over the cap."""
        seen = event_counts(queries, candidates, self.shown, span(self.within), self.per)
        return Kept(seen < self.times, f"shown {self.times} times within {self.within}")
