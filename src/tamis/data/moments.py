"""Moments: who is asked when, and what turned out to be a good answer. Shared by training rows and evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.data import Dataset, Past, Selection
from tamis.core.errors import DataError
from tamis.core.options import options, span
from tamis.core.ragged import distinct, find_pairs, offsets_of, pair_key
from tamis.core.rng import hashed_uniform
from tamis.core.words import Candidates, Queries


@dataclass(frozen=True)
class Truth:
    """The items that turned out good, ragged: row i belongs to query `query[i]`.

    Parameters
    ----------
    query : array of shape (t,), int64, ascending
    item : array of shape (t,), int32 codes, distinct within a query
    grade : array of shape (t,), float32, positive
    """

    query: NDArray[np.int64]
    item: NDArray[np.int32]
    grade: NDArray[np.float32]

    def label(self, candidates: Candidates, n_items: int) -> NDArray[np.float32]:
        """Return the grade of each candidate, 0 where it is not among the good ones."""
        found = find_pairs(
            pair_key(candidates.query, candidates.item, n_items), pair_key(self.query, self.item, n_items)
        )
        grade = self.grade[found] if len(self.grade) else np.zeros(len(candidates), np.float32)
        return np.where(found >= 0, grade, 0).astype(np.float32)


@options
class Moments:
    """How requests are drawn from what people did in a stretch of time.

    Parameters
    ----------
    ask : "activity" or "cut"
        "activity": just before randomly drawn outcome events of each person, as a live system is asked.
        "cut": everybody once, at the start of the stretch (the classic offline protocol).
    per_user : int
        Moments per person for "activity"; fewer where the person has fewer.
    horizon : str or None
        How long after the moment an outcome counts; None: to the end of the stretch.
    known_to_user : bool
        False: outcomes with items the person already had an outcome with before the moment are no truth (a film is
        watched once). True: repeats count (groceries).
    seed : int
    """

    ask: Literal["activity", "cut"] = "activity"
    per_user: Annotated[int, at_least(1)] = 3
    horizon: str | None = None
    known_to_user: bool = False
    seed: int = 0

    def check_options(self) -> None:
        """Check the horizon."""
        if self.horizon is not None:
            span(self.horizon, where="Moments", name="horizon")

    def describe(self) -> str:
        """Return the protocol in one line."""
        when = (
            f"up to {self.per_user} moments per person, drawn from their activity (seed {self.seed})"
            if self.ask == "activity"
            else "every person once, at the cut"
        )
        window = f"within {self.horizon}" if self.horizon else "to the end of the test stretch"
        return f"{when}; truth: outcomes from the moment {window}" + ("" if self.known_to_user else ", new items only")

    def queries(self, dataset: Dataset, outcomes: Selection, start: int, end: int) -> Queries:
        """Return one query per moment in [start, end), in order of time, then user.

        Raises
        ------
        DataError
            Where the stretch holds no outcome.
        """
        events = dataset.events(outcomes)
        low, high = np.searchsorted(events.at, [start, end])
        user, item, at = events.user[low:high], events.item[low:high], events.at[low:high]
        known = (user >= 0) & (item >= 0)
        user, item, at = user[known], item[known], at[known]
        if len(user) == 0:
            raise DataError("has no events in the stretch", where=f"Events {outcomes.name!r}", got=(start, end))
        if self.ask == "cut":
            person = distinct(user)
            return Queries(person.astype(np.int32), np.full(len(person), start, np.int64), dataset.past)
        draw = hashed_uniform(self.seed, user, item, at)
        order = np.lexsort((draw, user))
        rank = np.arange(len(order)) - np.repeat(
            offsets_of(user[order], dataset.n_users)[:-1], np.bincount(user, minlength=dataset.n_users)
        )
        chosen = order[rank < self.per_user]
        moments = np.unique(np.stack([at[chosen], user[chosen].astype(np.int64)], axis=1), axis=0)
        return Queries(moments[:, 1].astype(np.int32), moments[:, 0], dataset.past)

    def truth(self, dataset: Dataset, outcomes: Selection, queries: Queries, end: int) -> Truth:
        """Return what each query's person did from its moment on, until the horizon or `end`.

        An outcome's grade is 1; the same item twice counts once.
        """
        past: Past = dataset.past
        until = np.full(len(queries), end, np.int64)
        if self.horizon is not None:
            until = np.minimum(until, queries.at + span(self.horizon))
        after = past.history(outcomes, queries.user, until)
        fresh = after.at >= queries.at[after.query]
        key = pair_key(after.query, after.item, past.n_items)
        good = distinct(key[fresh & (after.item >= 0)])
        if not self.known_to_user:
            good = good[find_pairs(good, distinct(key[~fresh])) < 0]
        query, item = np.divmod(good, max(past.n_items, 1))
        return Truth(query, item.astype(np.int32), np.ones(len(good), np.float32))


def with_truth(queries: Queries, truth: Truth) -> tuple[Queries, Truth]:
    """Return only the queries that have any truth, renumbered."""
    has = np.zeros(len(queries), bool)
    has[truth.query] = True
    new = np.cumsum(has) - 1
    return queries.rows(has), Truth(new[truth.query], truth.item, truth.grade)


def labels(
    dataset: Dataset, tasks: Mapping[str, Selection], moments: Moments, queries: Queries, pool: Candidates, end: int
) -> dict[str, NDArray[np.float32]]:
    """Return per task whether its event followed for each candidate, 1 or 0."""
    return {
        task: moments.truth(dataset, selection, queries, end).label(pool, dataset.past.n_items)
        for task, selection in tasks.items()
    }


__all__ = ["Moments", "Truth", "labels", "with_truth"]
