"""Keep what runs where the person is: platforms, devices, connectors, one yes-no column for each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tamis.core.errors import OptionError
from tamis.core.options import check_value, options
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import AttributeOf
from tamis.stages._attributes import meets
from tamis.stages.filter._of_query import labels_of_queries


@options
class Supports:
    """Keep the items that say yes to the platform of the person or the request.

    A hard filter: where it fails, nothing is shown. Where the platforms are one list column, use `Matches`.

    Parameters
    ----------
    platforms : mapping of word to AttributeOf
        The yes-no column of the items for each platform, such as `{"mac": games.mac, "linux": games.linux}`.
    of : AttributeOf or str
        The platform in use: a category or tags of the user, or the name of a context column of the request.

    Notes
    -----
    Words are compared exactly. One supported platform of several is enough. A person or request without a platform
    keeps everything; a platform that has no column, or an item that does not say yes, is not supported.

    Raises
    ------
    DataError
        From `keep`, where `of` is neither a category nor tags.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from tamis.data.catalogue import NumberValues
    >>> from tamis.data.declarations import EntityTable
    >>> past = SimpleNamespace(attribute=lambda attribute: NumberValues(np.array([1.0, 0.0, np.nan])))
    >>> queries = Queries(np.array([0], np.int32), np.array([5]), past, context={"device": np.array(["mac"])})
    >>> candidates = Candidates(np.array([0, 0, 0]), np.array([0, 1, 2], np.int32), 1)
    >>> Supports({"mac": EntityTable("games.csv", id="app").mac}, "device").keep(queries, candidates).mask
    array([ True, False, False])
    """

    platforms: Mapping  # type: ignore[type-arg]
    of: AttributeOf | str

    safety = True

    def check_options(self) -> None:
        """Check that every platform has a column."""
        if not self.platforms:
            raise OptionError("`platforms` is empty", where="Supports", allowed="{word: attribute}")
        for word, attribute in self.platforms.items():
            check_value("Supports", "platforms", word, str)
            check_value("Supports", f"platforms[{word!r}]", attribute, AttributeOf)

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,), False for what does not run there."""
        words = sorted(self.platforms)
        query, platform = labels_of_queries(queries, self.of, np.asarray(words, np.str_), "Supports")
        known = np.zeros(len(queries), bool)
        known[query] = True
        kept = ~known[candidates.query]
        for place, word in enumerate(words):
            on_it = np.zeros(len(queries), bool)
            on_it[query[platform == place]] = True
            runs, _ = meets(queries.past, self.platforms[word], True, candidates.item, "Supports")
            kept |= runs & on_it[candidates.query]
        of = self.of if isinstance(self.of, str) else self.of.name
        return Kept(kept, f"does not run on {of}")
