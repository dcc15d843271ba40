"""Choosing among models by stated factors: a scored table that shows where each model wins and loses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from tamis.core.errors import OptionError
from tamis.problem.membership import check_member

WORST, BEST = 1, 5


class Factor(Enum):
    """What a choice of model weighs; a rating of 5 always means better for the chooser."""

    TASK_COMPLEXITY = "copes with a complex task"
    DATA_TYPE = "fits the type of data"
    DATA_AMOUNT = "does with the amount of data there is"
    DATA_COMPLEXITY = "finds structure in complex data"
    TRAINING_SPEED = "trains fast"
    INFERENCE_COMPUTE = "predicts with little compute"
    INFERENCE_LATENCY = "predicts fast"
    INFERENCE_MEMORY = "needs little memory"
    CONTINUAL_LEARNING = "learns on from new data"
    INTERPRETABILITY = "can be explained"


_F = tuple(Factor)


def _rated(*ratings: int) -> Mapping[Factor, int]:
    return MappingProxyType(dict(zip(_F, ratings, strict=True)))


RATED_MODELS: Mapping[str, Mapping[Factor, int]] = MappingProxyType(
    {
        "heuristic": _rated(1, 2, 5, 1, 5, 5, 5, 5, 3, 5),
        "logistic regression": _rated(2, 3, 4, 2, 5, 5, 5, 5, 5, 5),
        "factorisation machine": _rated(3, 3, 3, 3, 4, 4, 4, 4, 4, 3),
        "gradient boosted trees": _rated(4, 4, 4, 4, 4, 4, 4, 4, 1, 3),
        "two-tower network": _rated(3, 4, 2, 4, 2, 4, 4, 3, 4, 1),
        "feed-forward network": _rated(4, 4, 2, 4, 2, 3, 3, 3, 4, 1),
        "deep and cross network": _rated(5, 4, 2, 5, 2, 2, 3, 3, 4, 1),
        "transformer": _rated(5, 5, 1, 5, 1, 1, 1, 1, 3, 1),
    }
)
"""Starting ratings, a judgement for tabular events and a few million rows; rate your own models on your own data."""


@dataclass(frozen=True)
class ComparedModel:
    """One row of the table: the model, its weighted mean rating in [1, 5], and its ratings."""

    model: str
    score: float
    ratings: Mapping[Factor, float]


@dataclass(frozen=True)
class ModelComparison:
    """The table, best first; models of equal score stand in the order of their names."""

    rows: tuple[ComparedModel, ...]
    weights: Mapping[Factor, float]

    @property
    def best(self) -> str:
        """The model with the highest score."""
        return self.rows[0].model

    def to_markdown(self) -> str:
        """Return the table in Markdown: one row per model, one column per weighted factor."""
        factors = list(self.weights)
        lines = ["| model | score | " + " | ".join(f"{f.value} (x{self.weights[f]:g})" for f in factors) + " |"]
        lines.append("|---|---|" + "---|" * len(factors))
        for row in self.rows:
            cells = " | ".join(f"{row.ratings[f]:g}" for f in factors)
            lines.append(f"| {row.model} | {row.score:.2f} | {cells} |")
        return "\n".join(lines)


def compare_models(
    weights: Mapping[Factor, float], ratings: Mapping[str, Mapping[Factor, float]] = RATED_MODELS
) -> ModelComparison:
    """Return the models sorted by the weighted mean of their ratings.

    Parameters
    ----------
    weights : mapping of Factor to float
        How much each factor matters, at least 0; a factor left out, or of weight 0, does not count.
    ratings : mapping of model name to ratings
        From 1 (worst) to 5 (best); every weighted factor must be rated for every model.

    Raises
    ------
    OptionError
        Where no factor has a weight above 0, a weight or rating is out of bounds, or a rating is missing.

    Examples
    --------
    >>> mine = {"linear": {Factor.TRAINING_SPEED: 5, Factor.DATA_COMPLEXITY: 2},
    ...         "deep": {Factor.TRAINING_SPEED: 1, Factor.DATA_COMPLEXITY: 5}}
    >>> table = compare_models({Factor.TRAINING_SPEED: 1, Factor.DATA_COMPLEXITY: 3}, mine)
    >>> [(row.model, row.score) for row in table.rows]
    [('deep', 4.0), ('linear', 2.75)]
    """
    for factor, weight in weights.items():
        check_member(factor, Factor, "compare_models")
        if not 0 <= weight < math.inf:
            allowed = "a finite number of at least 0"
            raise OptionError(
                f"the weight of Factor.{factor.name} is not allowed",
                where="compare_models",
                allowed=allowed,
                got=weight,
            )
    counted = {factor: float(weight) for factor, weight in weights.items() if weight > 0}
    if not counted or not ratings:
        what = "no model is rated" if counted else "no factor has a weight above 0"
        raise OptionError(what, where="compare_models", next_step="say which factors matter, for at least one model")
    total = math.fsum(counted.values())
    rows = []
    for model, rated in ratings.items():
        for factor in counted:
            if not WORST <= rated.get(factor, math.nan) <= BEST:
                raise OptionError(
                    f"the rating of {model!r} for Factor.{factor.name} is not allowed",
                    where="compare_models",
                    allowed=f"a number from {WORST} (worst) to {BEST} (best)",
                    got=rated.get(factor, "no rating"),
                )
        score = math.fsum(weight * rated[factor] for factor, weight in counted.items()) / total
        rows.append(ComparedModel(model, score, MappingProxyType({f: float(rated[f]) for f in counted})))
    rows.sort(key=lambda row: (-row.score, row.model))
    return ModelComparison(tuple(rows), MappingProxyType(counted))
