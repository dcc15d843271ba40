"""Why an item is on a person's page, or at which stage it was lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.words import Answers, Candidates, Queries
from tamis.shapes import VALUE, Funnel


@dataclass
class Explanation:
    """The way of one item through a funnel for one query.

    Parameters
    ----------
    position : int or None
        Place on the page, 1 is first; None: not shown.
    lost_at : str or None
        The stage that lost it: "retrieve", a filter's or reranker's name, or "page" for one ranked too low.
    reason : str
    sources : dict of retriever to rank
    filters_passed : int
    value, rank, pool : float, int, int
        The judge's value, its rank by value and how many were judged.
    task_predictions : dict of task to float
    for_it, against_it : lists of (feature, value, contribution)
        Largest contributions to the first task's raw score.
    just_above : list of (item code, value)
        The items ranked next above, nearest first.
    """

    position: int | None = None
    lost_at: str | None = None
    reason: str = ""
    sources: dict[str, int] = field(default_factory=dict)
    filters_passed: int = 0
    value: float | None = None
    rank: int | None = None
    pool: int = 0
    task_predictions: dict[str, float] = field(default_factory=dict)
    for_it: list[tuple[str, float, float]] = field(default_factory=list)
    against_it: list[tuple[str, float, float]] = field(default_factory=list)
    just_above: list[tuple[int, float]] = field(default_factory=list)


def explain(funnel: Funnel, query: Queries, item: int, answers: Answers | None = None) -> Explanation:
    """Return the way of `item` through the funnel for a batch of one query.

    Parameters
    ----------
    funnel : Funnel
        Trained.
    query : Queries
        Of length 1.
    item : int
        A known item code.
    answers : Answers, optional
        The funnel's answer to this query, where it is at hand already.
    """
    answers = answers or funnel.answer(query)
    told = Explanation(pool=len(answers.pool))
    on_page = np.flatnonzero(answers.candidates.item == item)
    in_pool = np.flatnonzero(answers.pool.item == item)
    if len(on_page):
        told.position = int(on_page[0]) + 1
    for trace in answers.trace:
        lost = np.flatnonzero(trace.dropped_item == item)
        if len(lost) and told.position is None and told.lost_at is None:
            told.lost_at, told.reason = trace.stage, str(trace.dropped_reason[lost[0]])
        elif trace.kind == "filter" and told.lost_at is None:
            told.filters_passed += 1
    if len(in_pool):
        _judged(told, funnel, query, answers.pool, int(in_pool[0]))
    elif told.lost_at is None:
        told.lost_at, told.reason, told.filters_passed = "retrieve", "no source proposed it", 0
    if told.position is None and told.lost_at is None:
        told.lost_at, told.reason = "page", f"ranked {told.rank} of {told.pool}; the page shows {funnel.show}"
    return told


def _judged(told: Explanation, funnel: Funnel, query: Queries, pool: Candidates, row: int) -> None:
    told.value, told.rank = float(pool[VALUE][row]), row + 1
    for name, column in pool.columns.items():
        if name.endswith(".rank") and not np.isnan(column[row]):
            told.sources[name.removesuffix(".rank")] = int(column[row])
        elif name.endswith(".prediction"):
            told.task_predictions[name.removesuffix(".prediction")] = float(column[row])
    told.sources = dict(sorted(told.sources.items(), key=lambda pair: pair[1]))
    told.just_above = [(int(pool.item[i]), float(pool[VALUE][i])) for i in range(max(row - 3, 0), row)][::-1]
    parts = contributions(funnel, query, pool.rows(np.array([row])))
    ordered = sorted(parts, key=lambda part: -abs(part[2]))
    told.for_it = [p for p in ordered if p[2] > 0][:5]
    told.against_it = [p for p in ordered if p[2] < 0][:5]


def contributions(funnel: Funnel, query: Queries, rows: Candidates) -> list[tuple[str, float, float]]:
    """Return (feature, value, contribution to the raw score) of the first row, for the judge's first task."""
    table = contribution_table(funnel, query, rows)
    if table is None:
        return []
    names, values, parts = table
    return [(name, float(v), float(c)) for name, v, c in zip(names, values[0], parts[0])]


def contribution_table(
    funnel: Funnel, query: Queries, rows: Candidates
) -> tuple[tuple[str, ...], NDArray[np.float32], NDArray[np.floating[Any]]] | None:
    """Return (names, values (n, d), contributions (n, d)) of judged rows; None where the model cannot tell."""
    judge = funnel.judge
    if judge is None or not hasattr(judge, "predictors_"):
        return None
    predictor: Any = judge.predictors_[judge.tasks_[0]]
    if not hasattr(predictor, "contributions"):
        return None
    sources = {n: c for n, c in rows.columns.items() if n in judge.names_}
    plain = Candidates(rows.query, rows.item, rows.n_queries, sources)
    made = judge.rows(query, plain)
    return made.names, made.x, predictor.contributions(made)
