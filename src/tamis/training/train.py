"""Training a funnel: rows from the past, the judge on them, then every stage once more on everything."""

from __future__ import annotations

from dataclasses import dataclass

from tamis.core.data import Dataset
from tamis.core.errors import DataError
from tamis.core.progress import tell
from tamis.core.rng import generator
from tamis.shapes import Funnel
from tamis.training.rows import RowPlan, TrainingRows, build_rows


@dataclass
class Trained:
    """What a training saw: numbers for the report."""

    rows: int
    queries: int
    positives: dict[str, int]
    features: tuple[str, ...]
    importance: dict[str, dict[str, float]]


def train(funnel: Funnel, dataset: Dataset, plan: RowPlan | None = None) -> Trained | None:
    """Train a funnel on everything strictly before `dataset.until`.

    Parameters
    ----------
    funnel : Funnel
        Changed in place: its stages and its judge are fitted.
    dataset : Dataset
    plan : RowPlan, optional
        Which rows the judge learns from.

    Returns
    -------
    Trained or None
        None where the funnel has no judge.

    Raises
    ------
    DataError
        Where the objective has too few events to learn from.
    """
    plan = plan or RowPlan()
    if len(dataset.events(funnel.objective.outcomes)) == 0:
        raise DataError(
            "has no events to learn from",
            where=f"Events {funnel.objective.outcomes.name!r}",
            next_step="check its conditions and times: tamis check FILE",
        )
    seen = None
    if funnel.judge is not None:
        made = build_rows(funnel, dataset, plan)
        seen = fit_judge(funnel, made, plan)
    funnel.fit(dataset, tell=lambda stage, done, total: tell("fit stages", done, total, stage))
    return seen


def fit_judge(funnel: Funnel, made: TrainingRows, plan: RowPlan) -> Trained:
    """Fit the funnel's judge on rows: people are split, so that stopping and calibration see unknown people.

    Raises
    ------
    DataError
        Where no candidate ever had an outcome: nothing can be learned.
    """
    judge = funnel.judge
    assert judge is not None
    positives = {task: int((label > 0).sum()) for task, label in made.labels.items()}
    if not any(positives.values()):
        raise DataError(
            "no candidate of the retrievers ever had an outcome, so the judge has nothing to learn",
            where=f"Funnel {funnel.name!r}",
            got=positives,
            next_step="add a retriever, raise `propose`, or check the objective",
        )
    held = made.held_out(plan.held_out, plan.seed)
    if held.all() or not held.any() or not (made.labels[next(iter(positives))][held] > 0).any():
        held = generator(plan.seed).random(len(made)) < 0  # too few people to hold any out
    tell("fit judge", 0, 1)
    rows, labels = made.part(~held)
    validation = made.part(held) if held.any() else None
    weights = {"weight": made.weight[~held], "validation_weight": made.weight[held]}
    judge.fit(rows, labels, validation=validation, **weights)
    tell("fit judge", 1, 1)
    importance = {
        task: dict(predictor.importance())
        for task, predictor in judge.predictors_.items()
        if hasattr(predictor, "importance")
    }
    n_queries = int(made.rows.query.max(initial=-1)) + 1
    return Trained(len(made), n_queries, positives, made.rows.names, importance)
