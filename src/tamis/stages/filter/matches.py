"""Keep what fits the person or the device: language, platform, size, declared interests."""

from __future__ import annotations

from typing import Literal

from tamis.core.options import options
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf
from tamis.stages.filter._of_query import shared_label


@options
class Matches:
    """Keep the items that share a label with the person or the request.

    Parameters
    ----------
    attribute : AttributeOf
        A category or tags of the item, such as `games.platforms`.
    of : AttributeOf or str
        A category or tags of the user, such as `people.languages`, or the name of a context column.
    missing : "keep" or "drop"
        What happens where the item or the person has no label. For what must not be shown see `Region`.

    Notes
    -----
    Labels are compared exactly. One shared label of several is enough.

    Raises
    ------
    DataError
        From `keep`, where an attribute is neither a category nor tags.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from tamis.data.catalogue import TagValues
    >>> from tamis.data.declarations import EntityTable
    >>> tags = TagValues(np.array([0, 2, 3, 3]), np.array([0, 1, 1], np.int32), ["linux", "mac"])
    >>> past = SimpleNamespace(attribute=lambda attribute: tags)
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), past, context={"device": np.array(["linux"])})
    >>> candidates = Candidates(np.array([0, 0, 0]), np.array([0, 1, 2], np.int32), 1)
    >>> Matches(EntityTable("games.csv", id="item").platforms, "device").keep(queries, candidates).mask
    array([ True, False,  True])
    """

    attribute: AttributeOf
    of: AttributeOf | str
    missing: Literal["keep", "drop"] = "keep"

    safety = False

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,), False for items without a shared label."""
        shared, item_known, query_known = shared_label(queries, candidates, self.attribute, self.of, "Matches")
        if self.missing == "keep":
            shared = shared | ~(item_known & query_known)
        of = self.of if isinstance(self.of, str) else self.of.name
        return Kept(shared, f"{self.attribute.name} does not match {of}")
