"""Backtest: train on the past, ask in the stretch after it, measure beside trivial baselines; once per fold."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any

import numpy as np

from tamis.core.clock import iso
from tamis.core.conditions import at_least, between
from tamis.core.data import Past
from tamis.core.errors import DataError
from tamis.core.options import options
from tamis.core.words import Candidates, Queries
from tamis.data.dataset import Dataset
from tamis.data.moments import Moments, Truth, with_truth
from tamis.evaluation.answering import Answered, answer_all
from tamis.evaluation.measure import Row, history_slices, measure, sliced
from tamis.evaluation.stage_loss import StageLoss, stage_loss
from tamis.metrics import Comparison, Measured, Reliability, compare, reliability
from tamis.shapes import Funnel
from tamis.training.rows import RowPlan
from tamis.training.train import Trained, train


@options
class Backtest:
    """The protocol of an evaluation.

    Parameters
    ----------
    share : float
        Share of the objective's events before the first test stretch.
    folds : int
        Consecutive test stretches of equal numbers of events; each trains anew on everything before it.
    moments : Moments
        How requests are drawn in a test stretch.
    k : int
        Places that count.
    plan : RowPlan
        How the judge's rows are made.
    """

    share: Annotated[float, between(0.05, 0.99)] = 0.85
    folds: Annotated[int, at_least(1)] = 1
    moments: Moments = field(default_factory=Moments)
    k: Annotated[int, at_least(1)] = 10
    plan: RowPlan = field(default_factory=RowPlan)


@dataclass
class Evaluation:
    """What a backtest measured.

    Parameters
    ----------
    system : str
    protocol : list of str
        Every choice that decides whether two figures are comparable.
    rows : list of Row
        The system first, then its single sources, then trivial baselines.
    against : dict of row name to Comparison
        The system minus the row, paired by query, on nDCG@k.
    slices : dict of slice to Measured
        The system's nDCG@k.
    loss : StageLoss
    calibration : dict of task to Reliability
        Of every judged candidate of the test, where the judge calibrates.
    trained : Trained or None
    fit_seconds, answer_seconds : float
    """

    system: str
    k: int
    protocol: list[str]
    rows: list[Row]
    against: dict[str, Comparison]
    slices: dict[str, Measured]
    loss: StageLoss
    calibration: dict[str, Reliability]
    trained: Trained | None
    fit_seconds: float
    answer_seconds: float

    @property
    def chosen(self) -> str:
        """The metric that decides."""
        return f"ndcg@{self.k}"

    def row(self, name: str) -> Row:
        """Return the row of a name."""
        return next(row for row in self.rows if row.name == name)


@dataclass
class _Fold:
    queries: Queries
    truth: Truth
    answered: dict[str, Answered]
    end: int


def backtest(
    funnel: Funnel,
    dataset: Dataset,
    others: Mapping[str, Funnel],
    trivial: Sequence[str] = (),
    how: Backtest | None = None,
) -> Evaluation:
    """Train and measure a funnel beside others over the folds of a protocol.

    Parameters
    ----------
    funnel : Funnel
        Trained here, once per fold.
    dataset : Dataset
    others : mapping of name to Funnel
        Systems for comparison (single sources, random, popular); trained here too.
    trivial : sequence of str
        Which of the others are trivial baselines.
    how : Backtest, optional

    Raises
    ------
    DataError
        Where a test stretch holds no request with a good item.
    """
    how = how or Backtest()
    edges = _edges(funnel, dataset, how)
    folds: list[_Fold] = []
    seconds = [0.0, 0.0]
    trained = None
    for start, end in pairwise(edges):
        began = time.perf_counter()
        trained = train(funnel, dataset.before(start), how.plan)
        seconds[0] += time.perf_counter() - began
        fold = _asked(funnel, dataset, how, start, end)
        began = time.perf_counter()
        fold.answered[funnel.name] = answer_all(funnel, fold.queries, "answer")
        seconds[1] += time.perf_counter() - began
        _answer_others(others, funnel, dataset.before(start), how, fold)
        folds.append(fold)
    queries, truth = _together(folds)
    past: Past = dataset.past
    popularity = past.item_counts(funnel.objective.outcomes, edges[-2])
    rows = [
        measure(name, _page(folds, name, len(queries)), truth, queries, how.k, popularity)
        for name in [funnel.name, *others]
    ]
    for row in rows:
        row.trivial = row.name in trivial
        row.seconds = float(np.sum([s for f in folds for s in f.answered[row.name].seconds])) / max(len(queries), 1)
    chosen = f"ndcg@{how.k}"
    mine = rows[0].metrics[chosen]
    seen = _seen(funnel, queries)
    answered = _all_answers(folds, funnel.name, len(queries))
    return Evaluation(
        funnel.name,
        how.k,
        _protocol(how, dataset, edges, queries, truth),
        rows,
        {row.name: compare(mine, row.metrics[chosen]) for row in rows[1:]},
        {name: sliced(mine, mask) for name, mask in history_slices(queries, seen).items() if mask.any()},
        stage_loss(answered, truth, queries, how.k),
        _calibration(funnel, dataset, how, folds),
        trained,
        seconds[0],
        seconds[1],
    )


def _edges(funnel: Funnel, dataset: Dataset, how: Backtest) -> list[int]:
    at = dataset.events(funnel.objective.outcomes).at
    if len(at) < 2:
        where = f"Events {funnel.objective.outcomes.name!r}"
        raise DataError("has too few events to split in time", where=where, got=len(at))
    starts = [int(at[min(int(len(at) * s), len(at) - 1)]) for s in np.linspace(how.share, 1.0, how.folds + 1)[:-1]]
    return [*sorted(set(starts)), dataset.until]


def _answer_others(others: Mapping[str, Funnel], funnel: Funnel, known: Dataset, how: Backtest, fold: _Fold) -> None:
    for name, other in others.items():
        if other.judge is not None:
            train(other, known, how.plan)
        else:
            fit_apart(other, funnel, known)
        fold.answered[name] = answer_all(other, fold.queries, f"answer: {name}")


def fit_apart(other: Funnel, funnel: Funnel, dataset: Dataset) -> None:
    """Fit the stages of `other` that `funnel` does not share; shared ones are fitted on the same data already."""
    shared = {id(stage) for stage in funnel.stages()}
    for stage in other.stages():
        if hasattr(stage, "fit") and id(stage) not in shared:
            stage.fit(dataset)


def _asked(funnel: Funnel, dataset: Dataset, how: Backtest, start: int, end: int) -> _Fold:
    outcomes = funnel.objective.outcomes
    queries = how.moments.queries(dataset, outcomes, start, end)
    queries, truth = with_truth(queries, how.moments.truth(dataset, outcomes, queries, end))
    if len(queries) == 0:
        raise DataError(
            "no request of the test stretch has a good item",
            where=f"Events {outcomes.name!r}",
            next_step="lower `share`, widen `horizon`, or set `known_to_user` where repeats are good answers",
        )
    return _Fold(queries, truth, {}, end)


def _together(folds: list[_Fold]) -> tuple[Queries, Truth]:
    first = np.cumsum([0, *[len(f.queries) for f in folds]])
    queries = Queries(
        np.concatenate([f.queries.user for f in folds]),
        np.concatenate([f.queries.at for f in folds]),
        folds[0].queries.past,
    )
    return queries, Truth(
        np.concatenate([f.truth.query + s for f, s in zip(folds, first)]),
        np.concatenate([f.truth.item for f in folds]),
        np.concatenate([f.truth.grade for f in folds]),
    )


def _page(folds: list[_Fold], name: str, n: int) -> Candidates:
    return _stacked([f.answered[name].page for f in folds], folds, n)


def _all_answers(folds: list[_Fold], name: str, n: int) -> Answered:
    first = np.cumsum([0, *[len(f.queries) for f in folds]])
    return Answered(
        _page(folds, name, n),
        _stacked([f.answered[name].pool for f in folds], folds, n),
        [(stage, q + s, i) for f, s in zip(folds, first) for stage, q, i in f.answered[name].dropped],
    )


def _stacked(parts: list[Candidates], folds: list[_Fold], n: int) -> Candidates:
    first = np.cumsum([0, *[len(f.queries) for f in folds]])
    names = [c for c in parts[0].columns if all(c in p.columns for p in parts)]
    columns: dict[str, Any] = {c: np.concatenate([p.columns[c] for p in parts]) for c in names}
    query = np.concatenate([p.query + s for p, s in zip(parts, first)])
    return Candidates(query, np.concatenate([p.item for p in parts]), n, columns)


def _calibration(funnel: Funnel, dataset: Dataset, how: Backtest, folds: list[_Fold]) -> dict[str, Reliability]:
    if funnel.judge is None or funnel.judge.calibrate is None:
        return {}
    made = {}
    for task, selection in funnel.tasks().items():
        actual, predicted = [], []
        for fold in folds:
            pool = fold.answered[funnel.name].pool
            truth = how.moments.truth(dataset, selection, fold.queries, fold.end)
            actual.append(truth.label(pool, dataset.n_items) > 0)
            predicted.append(pool[f"{task}.prediction"])
        made[task] = reliability(np.concatenate(actual).astype(float), np.concatenate(predicted), by="size")
    return made


def _seen(funnel: Funnel, queries: Queries) -> Any:
    history = queries.past.history(funnel.objective.outcomes, queries.user, queries.at)
    return np.bincount(history.query, minlength=len(queries))


def _protocol(how: Backtest, dataset: Dataset, edges: list[int], queries: Queries, truth: Truth) -> list[str]:
    split = ", ".join(iso(edge) for edge in edges[:-1])
    kind = "random order (no times in the data)" if dataset.timeless else "global time split"
    people = len(np.unique(queries.user))
    return [
        f"split: {kind}; trained strictly before {split}; {how.folds} fold(s)",
        f"requests: {how.moments.describe()}",
        f"asked: {len(queries):,} requests of {people:,} people, {len(truth.item):,} good items",
        "ranking: the full catalogue, no sampled metrics; histories are live up to the moment of the request",
        f"metrics: nDCG@{how.k} linear gain, log2 discount, own ideal; 95 % intervals over people, paired tests",
    ]
