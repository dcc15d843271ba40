"""Show only what may be shown where the person is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from tamis.core.options import options
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf
from tamis.stages.filter._of_query import shared_label


@options
class Region:
    """Keep the items that are allowed in the person's region.

    A safety filter: where it fails, nothing is shown; an unknown region, of item or person, is not an allowed one.

    Parameters
    ----------
    regions : AttributeOf
        The regions an item is allowed in: a category or tags.
    of : AttributeOf or str
        The person's region: an attribute of the user, or the name of a context column of the request.
    everywhere : str, optional
        The label of items that are allowed in every region, also an unknown one, such as "worldwide".

    Notes
    -----
    Labels are compared exactly: "de" is not "DE".

    Raises
    ------
    DataError
        From `keep`, where an attribute is neither a category nor tags.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from tamis.data.catalogue import TagValues
    >>> from tamis.data.declarations import EntityTable
    >>> tags = TagValues(np.array([0, 2, 3, 3]), np.array([0, 1, 1], np.int32), ["de", "fr"])
    >>> past = SimpleNamespace(attribute=lambda attribute: tags)
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), past, context={"region": np.array(["de"])})
    >>> candidates = Candidates(np.array([0, 0, 0]), np.array([0, 1, 2], np.int32), 1)
    >>> Region(EntityTable("films.csv", id="item").regions, "region").keep(queries, candidates).mask
    array([ True, False, False])
    """

    regions: AttributeOf
    of: AttributeOf | str
    everywhere: str | None = None

    safety = True

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,), False where an item is not known to be allowed."""
        shared, item_known, query_known = shared_label(queries, candidates, self.regions, self.of, "Region")
        if self.everywhere is not None:
            words: dict[str, np.ndarray[Any, Any]] = {"everywhere": np.full(len(queries), self.everywhere)}
            shared = (
                shared
                | shared_label(replace(queries, context=words), candidates, self.regions, "everywhere", "Region")[0]
            )
        unknown = np.where(item_known, "the person's region is unknown", "the item's regions are unknown")
        return Kept(shared, np.where(item_known & query_known, "not allowed in this region", unknown))
