"""Rows for the judge: requests in the past, the candidates the funnel had then, and what people did next.

Point in time throughout: stages learn from before a window, requests lie inside it, features are read strictly before
each request, labels come from the request on and stay inside the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.data import Dataset
from tamis.core.options import options
from tamis.core.progress import tell
from tamis.core.ragged import position
from tamis.core.rng import hashed_uniform
from tamis.core.words import Candidates, Queries, Rows
from tamis.data.moments import Moments, labels, with_truth
from tamis.shapes import Funnel

_BATCH = 512


@options
class RowPlan:
    """Which rows the judge learns from.

    Parameters
    ----------
    windows : sequence of float
        Shares of the objective's events at which a window starts; it ends where the next starts, the last one at the
        end. Stages are fitted anew before each window, as they would have been then.
    moments : Moments
        How requests are drawn inside a window.
    most_queries : int
        Requests kept per window, drawn by seed.
    negatives : int
        Candidates without an outcome kept per request; all with an outcome are kept.
    held_out : float
        Share of people whose rows stop the training early and fit the calibrators.
    seed : int
    """

    windows: Sequence[float] = (0.5, 0.65, 0.8)
    moments: Moments = field(default_factory=lambda: Moments(per_user=10))
    most_queries: Annotated[int, at_least(1)] = 4_000
    negatives: Annotated[int, at_least(1)] = 50
    held_out: float = 0.2
    seed: int = 0


@dataclass
class TrainingRows:
    """Rows, labels per task, the weight that undoes the negatives left out, and who is held out."""

    rows: Rows
    labels: dict[str, NDArray[np.float32]]
    weight: NDArray[np.float32]
    user: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.rows)

    def part(self, mask: NDArray[np.bool_]) -> tuple[Rows, dict[str, NDArray[np.float32]]]:
        """Return the rows and labels under a mask."""
        return self.rows.rows(mask), {task: label[mask] for task, label in self.labels.items()}

    def held_out(self, share: float, seed: int) -> NDArray[np.bool_]:
        """Return a mask of the rows of a random `share` of people."""
        return hashed_uniform(seed, self.user) < share


def build_rows(funnel: Funnel, dataset: Dataset, plan: RowPlan) -> TrainingRows:
    """Return the judge's rows over all windows; the funnel's stages end up fitted before the last window.

    Parameters
    ----------
    funnel : Funnel
        Its stages are fitted here.
    dataset : Dataset
        Everything strictly before `dataset.until` may be used.
    plan : RowPlan
    """
    at = dataset.events(funnel.objective.outcomes).at
    cuts = [int(at[min(int(len(at) * share), len(at) - 1)]) for share in plan.windows] if len(at) else []
    edges = [*sorted(set(cuts)), dataset.until]
    made: list[TrainingRows] = []
    for window, (start, end) in enumerate(pairwise(edges)):
        funnel.fit(dataset.before(start))
        made.extend(_window_rows(funnel, dataset, plan, start, end, f"rows {window + 1}/{len(edges) - 1}"))
    return _joined(made)


def _window_rows(
    funnel: Funnel, dataset: Dataset, plan: RowPlan, start: int, end: int, label: str
) -> list[TrainingRows]:
    moments, outcomes = plan.moments, funnel.objective.outcomes
    queries = moments.queries(dataset, outcomes, start, end)
    queries, _ = with_truth(queries, moments.truth(dataset, outcomes, queries, end))
    if len(queries) > plan.most_queries:
        draw = hashed_uniform(plan.seed, queries.user, queries.at)
        queries = queries.rows(np.sort(np.argsort(draw, kind="stable")[: plan.most_queries]))
    made = []
    batches = range(0, len(queries), _BATCH)
    for i, first in enumerate(batches):
        tell(label, i, len(batches))
        batch = queries.rows(slice(first, first + _BATCH))
        made.append(_batch_rows(funnel, dataset, plan, batch, end))
    tell(label, len(batches), len(batches))
    return made


def _batch_rows(funnel: Funnel, dataset: Dataset, plan: RowPlan, queries: Queries, end: int) -> TrainingRows:
    pool = funnel.answer(queries, strict=True, judged=False).candidates
    marks = labels(dataset, funnel.tasks(), plan.moments, queries, pool, end)
    good = np.any([mark > 0 for mark in marks.values()], axis=0)
    keep, weight = _sampled(queries, pool, good, plan)
    pool = pool.rows(keep)
    assert funnel.judge is not None
    rows = funnel.judge.rows(queries, pool)
    return TrainingRows(rows, {t: m[keep] for t, m in marks.items()}, weight[keep], queries.user[pool.query])


def _sampled(
    queries: Queries, pool: Candidates, good: NDArray[np.bool_], plan: RowPlan
) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    # the same draw for the same pair in any batch: the rows do not depend on how the work was cut
    draw = hashed_uniform(plan.seed, queries.user[pool.query], queries.at[pool.query], pool.item)
    order = np.lexsort((draw, good, pool.query))
    rank = np.empty(len(pool), np.int64)
    rank[order] = position(pool.query[order])
    bad_count = np.bincount(pool.query[~good], minlength=len(queries))[pool.query]
    keep = good | (rank < plan.negatives)
    weight = np.where(good, 1.0, np.maximum(bad_count / plan.negatives, 1.0))
    return keep, weight.astype(np.float32)


def _joined(parts: list[TrainingRows]) -> TrainingRows:
    names = parts[0].rows.names
    shift = np.cumsum([0, *[int(p.rows.query.max(initial=-1)) + 1 for p in parts]])[:-1]
    query = np.concatenate([p.rows.query + s for p, s in zip(parts, shift)])
    rows = Rows(np.concatenate([p.rows.x for p in parts]), names, query)
    tasks = parts[0].labels
    return TrainingRows(
        rows,
        {task: np.concatenate([p.labels[task] for p in parts]) for task in tasks},
        np.concatenate([p.weight for p in parts]),
        np.concatenate([p.user for p in parts]),
    )
