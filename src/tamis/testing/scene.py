"""What parts are asked in checks: people known, new and never seen, asked at moments with a past and a future."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tamis.core.data import Past
from tamis.core.events import EventBatch
from tamis.core.ids import Ids
from tamis.core.ragged import position
from tamis.core.rng import hashed_uniform
from tamis.core.words import Candidates, Queries
from tamis.data.dataset import Dataset, LoadedEvents
from tamis.testing.contracts import ContractError

_SHARE_BEFORE = 0.7
_PER_QUERY = 12
TEXTS = ("", "red story", "  RED   Story ", "zzz qqq", "naïve café 1984", "red", "the of", "e", "-- '\" %", "blue 7")


@dataclass(frozen=True)
class Scene:
    """A dataset cut at a moment, and the requests of that moment.

    Parameters
    ----------
    whole : Dataset
        Also holds what comes after the moment.
    at : int
        The time of an event: that event and later ones are the future.
    user, moment : arrays of shape (B,)
        Known people, people without any event before `at` (where there are any), -1, and one asked before anything
        happened.
    """

    whole: Dataset
    at: int
    user: NDArray[np.int32]
    moment: NDArray[np.int64]

    @property
    def known(self) -> Dataset:
        """What training at the moment sees."""
        return self.whole.before(self.at)

    def queries(self, past: Past | None = None, *, rich: bool = False) -> Queries:
        """Return the requests.

        Parameters
        ----------
        past : Past, optional
            The scene's own where None.
        rich : bool
            With a starting item, a text and a context.
        """
        past = self.whole.past if past is None else past
        if not rich:
            return Queries(self.user.copy(), self.moment.copy(), past)
        number = np.arange(len(self.user))
        item = np.where(number % 3 == 0, -1, number % max(self.whole.n_items, 1)).astype(np.int32)
        text = [TEXTS[i % len(TEXTS)] for i in number]
        device = np.array(["phone", "desktop"])[number % 2]
        return Queries(self.user.copy(), self.moment.copy(), past, item, text, {"device": device, "hour": number % 24})

    def candidates(self, *, empty: bool = False, spoilt: bool = False) -> Candidates:
        """Return judged candidates for the requests, best first; the second request has none.

        Parameters
        ----------
        empty : bool
            No candidate at all.
        spoilt : bool
            Every column is NaN and the first item of each request is unknown (-1).
        """
        n = len(self.user)
        if empty:
            return _with_columns(Candidates.empty(n), np.zeros(0))
        pairs = np.stack(np.meshgrid(np.arange(n), np.arange(self.whole.n_items), indexing="ij")).reshape(2, -1)
        value = hashed_uniform(1, pairs[0], pairs[1])
        # what people had is more likely to be among them, so that rules about the past have something to do
        had = np.zeros((n, self.whole.n_items), bool)
        for table in self.whole.store.events:
            history = self.whole.past.history(table, self.user, self.moment)
            had[history.query[history.item >= 0], history.item[history.item >= 0]] = True
        draw = hashed_uniform(2, pairs[0], pairs[1]) + had.ravel()
        order = np.lexsort((-draw, pairs[0]))
        chosen = order[(position(pairs[0][order]) < _PER_QUERY) & (pairs[0][order] != 1)]
        best = chosen[np.lexsort((pairs[1][chosen], -value[chosen], pairs[0][chosen]))]
        made = Candidates(pairs[0][best], pairs[1][best].astype(np.int32), n)
        if not spoilt:
            return _with_columns(made, value[best])
        item = np.where(position(made.query) == 0, -1, made.item).astype(np.int32)
        return _with_columns(replace(made, item=item), np.full(len(item), np.nan))

    def alone(self, candidates: Candidates) -> Iterator[tuple[int, Candidates]]:
        """Yield each request's number and its own candidates, as a batch of one."""
        for each in range(len(self.user)):
            rows = candidates.rows(candidates.query == each)
            yield each, replace(rows, query=np.zeros(len(rows), np.int64), n_queries=1)


def _with_columns(made: Candidates, value: NDArray[np.float64]) -> Candidates:
    rank = position(made.query) + 1.0
    rank[np.isnan(value)] = np.nan
    columns = {
        "popular.score": value * 10,
        "popular.rank": rank,
        "outcome.prediction": value.copy(),
        "judge.value": value.copy(),
    }
    return replace(made, columns=columns)


def scene_of(dataset: Dataset) -> Scene:
    """Return the requests of a dataset at the time of an event with about 70 % of all events before it.

    Raises
    ------
    ContractError
        Where the dataset has no two moments with events.
    """
    batches = [loaded.batch.before(dataset.until) for loaded in dataset.store.events.values()]
    moments = np.sort(np.concatenate([batch.at for batch in batches]))
    if len(moments) == 0 or moments[0] == moments[-1]:
        raise ContractError(
            "has no past and future to check with", where="dataset", next_step="hand in events at several moments"
        )
    at = int(moments[int(len(moments) * _SHARE_BEFORE)])
    if at == moments[0]:
        at = int(moments[np.searchsorted(moments, at, side="right")])
    user = np.concatenate([batch.user for batch in batches])
    early = np.concatenate([batch.at for batch in batches]) < at
    known = np.unique(user[early & (user >= 0)])
    fresh = np.setdiff1d(np.arange(dataset.n_users), known)
    some = known[np.unique(np.linspace(0, len(known) - 1, 6).astype(int))]
    asked = np.concatenate([some, fresh[:2], [-1, some[0], some[-1]]]).astype(np.int32)
    moment = np.full(len(asked), at, np.int64)
    moment[-2], moment[-1] = moments[0], moments[len(moments) // 3]
    return Scene(dataset, at, asked, moment)


def without_future(dataset: Dataset, at: int) -> Dataset:
    """Return the dataset as if nothing at or after `at` had ever been written; codes stay."""
    events = {
        table: LoadedEvents(loaded.batch.before(at), loaded.table.filter(loaded.table["at"] < at), loaded.timeless)
        for table, loaded in dataset.store.events.items()
    }
    store = replace(dataset.store, events=events, _selections={}, _attributes={}, _past=None)
    return Dataset(store, min(at, dataset.until))


def with_more_ids(dataset: Dataset) -> Dataset:
    """Return the dataset with two more users and items of which nothing is known, as after a new reading."""
    old = dataset.store
    users, items = old.users.extended(_new(old.users)), old.items.extended(_new(old.items))
    events = {
        table: LoadedEvents(_wider(loaded.batch, len(users), len(items)), loaded.table, loaded.timeless)
        for table, loaded in old.events.items()
    }
    store = replace(old, users=users, items=items, events=events, _selections={}, _attributes={}, _past=None)
    return Dataset(store, dataset.until)


def _new(ids: Ids) -> list[str]:
    last = str(ids.strings[len(ids) - 1]) if len(ids) else ""
    return [f"{last}~1", f"{last}~2"]


def _wider(batch: EventBatch, n_users: int, n_items: int) -> EventBatch:
    return replace(batch, n_users=n_users, n_items=n_items)
