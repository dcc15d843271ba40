"""Keep from the young what is not for them."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tamis.core.conditions import at_least
from tamis.core.options import options
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf
from tamis.stages._attributes import numbers_of
from tamis.stages.filter._of_query import numbers_of_queries


@options
class AgeLimit:
    """Keep the items whose minimum age the person has reached.

    A safety filter: where it fails, nothing is shown, and whatever is unknown is taken at its worst.

    Parameters
    ----------
    minimum : AttributeOf
        Minimum age of an item, in years.
    age : AttributeOf or str
        Age of the person in years: an attribute of the user, or the name of a context column of the request.
    unrated : float, optional
        The minimum age assumed of items without one. None: such items are dropped for everyone.

    Notes
    -----
    A person of unknown age counts as 0 years old and sees only items with a minimum of 0.

    Raises
    ------
    DataError
        From `keep`, where either is no number.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from tamis.data.catalogue import NumberValues
    >>> from tamis.data.declarations import EntityTable
    >>> past = SimpleNamespace(attribute=lambda attribute: NumberValues(np.array([0.0, 18.0, np.nan])))
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), past, context={"age": np.array([12])})
    >>> candidates = Candidates(np.array([0, 0, 0]), np.array([0, 1, 2], np.int32), 1)
    >>> AgeLimit(EntityTable("films.csv", id="item").age, "age").keep(queries, candidates).mask
    array([ True, False, False])
    """

    minimum: AttributeOf
    age: AttributeOf | str
    unrated: Annotated[float, at_least(0)] | None = None

    safety = True

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,), False where the person is, or may be, too young."""
        age = numbers_of_queries(queries, self.age, "AgeLimit")
        unknown_age = np.isnan(age)[candidates.query]
        age = np.where(np.isnan(age), 0.0, age)[candidates.query]
        minimum = numbers_of(queries.past, self.minimum, candidates.item, "AgeLimit")
        unrated = np.isnan(minimum)
        minimum = np.where(unrated, np.inf if self.unrated is None else self.unrated, minimum)
        reason = np.where(unrated, "no age rating", np.where(unknown_age, "age unknown", "below the age limit"))
        return Kept(age >= minimum, reason)
