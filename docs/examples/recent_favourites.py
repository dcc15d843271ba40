"""A retriever of your own: what a person came back to lately, for groceries, songs and games."""

from typing import Annotated

import numpy as np

from tamis.core.conditions import at_least
from tamis.core.data import Dataset
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options, span
from tamis.core.ragged import order_by_score, pair_key, position
from tamis.core.words import Candidates, Queries
from tamis.data.declarations import EventTable
from tamis.stages.retrieve.cold import fill_with_popular, resized


@options
class RecentFavourites:
    """Proposes the items that the person had events with, the more and the later the higher.

    An event weighs 2 ** (-age / half_life). Ties by item code. Whoever has no events gets popular items.

    Parameters
    ----------
    events : Events
    half_life : span of time
    last : int, at least 1
        Only the person's latest events are read.
    """

    events: EventTable
    half_life: str = "14d"
    last: Annotated[int, at_least(1)] = 500

    def check_options(self):
        """Raise `OptionError` where `half_life` is no span of time."""
        span(self.half_life, where="RecentFavourites", name="half_life")

    def fit(self, dataset: Dataset):
        """Count the events of each item, for whoever has none; returns self."""
        item = dataset.events(self.events).item
        self.popularity_ = np.bincount(item, minlength=dataset.n_items).astype(np.float64)
        return self

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return up to `k` items per request with the columns `score` and `cold`."""
        require_fitted(self, "popularity_")
        n_items = queries.past.n_items
        history = queries.past.history(self.events, queries.user, queries.at, self.last)
        age = queries.at[history.query] - history.at
        pair, place = np.unique(pair_key(history.query, history.item, n_items), return_inverse=True)
        score = np.bincount(place, weights=np.exp2(-age / span(self.half_life)), minlength=len(pair))
        query, item = np.divmod(pair, n_items)
        best = order_by_score(query, score, item)
        best = best[position(query[best]) < k]
        personal = Candidates(query[best], item[best].astype(np.int32), len(queries), {"score": score[best]})
        return fill_with_popular(personal, k, resized(self.popularity_, n_items))

    def save(self, folder):
        """Write what was learned into `folder`."""
        save_fitted(self, folder)

    def load(self, folder):
        """Read back what `save` wrote; returns self."""
        return load_fitted(self, folder)
