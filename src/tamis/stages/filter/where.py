"""A rule on an attribute: price, type, language, quality score."""

from __future__ import annotations

from typing import Literal

from tamis.core.options import options
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf
from tamis.stages._attributes import Wanted, as_condition, meets


@options
class Where:
    """Keep the items whose attribute meets a condition.

    Parameters
    ----------
    attribute : AttributeOf
        A number, category, text or tags; of several tags, one that meets the condition is enough.
    condition : condition, value or list of values
        `at_least(4)`, "news", `["news", "sport"]`. Text is compared exactly.
    negate : bool
        Keep the items that do not meet it: of several tags, none may.
    missing : "drop" or "keep"
        What happens to items without a value, also where `negate` is set (as in SQL, where nothing is equal to NULL).
    safety : bool
        True: where the rule fails, nothing is shown; for private, harmful or illegal items.

    Raises
    ------
    DataError
        From `keep`, where a condition on numbers meets a category or text, or the reverse.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import numpy as np
    >>> from tamis.core.conditions import at_most
    >>> from tamis.data.catalogue import NumberValues
    >>> from tamis.data.declarations import EntityTable
    >>> past = SimpleNamespace(attribute=lambda attribute: NumberValues(np.array([10.0, 30.0, np.nan])))
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), past)
    >>> candidates = Candidates(np.array([0, 0, 0]), np.array([0, 1, 2], np.int32), 1)
    >>> shop = EntityTable("shop.csv", id="item")
    >>> Where(shop.price, at_most(20)).keep(queries, candidates).mask
    array([ True, False, False])
    """

    attribute: AttributeOf
    condition: Wanted
    negate: bool = False
    missing: Literal["drop", "keep"] = "drop"
    safety: bool = False

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,), False for items that break the rule."""
        met, known = meets(queries.past, self.attribute, self.condition, candidates.item, "Where")
        mask = known & (met != self.negate)
        if self.missing == "keep":
            mask = mask | ~known
        phrase = "is" if self.negate else "is not"
        return Kept(mask, f"{self.attribute.name} {phrase} {as_condition(self.condition)}")
