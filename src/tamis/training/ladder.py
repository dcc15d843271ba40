"""The ladder measured: from heuristic to ensemble, which rung earned its place on your rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.options import options
from tamis.core.stages import Predictor
from tamis.core.words import Rows
from tamis.metrics.measured import Measured, compare
from tamis.problem.ladder import Difference, Ladder, Level, Rung, climb
from tamis.training.cross_validation import CrossValidation
from tamis.training.measures import Measure, smaller_is_better


@options
class Contender:
    """A model that wants a rung.

    Parameters
    ----------
    name : str
    level : Level
    model : Predictor
    cost : float
        In any one unit, such as CPU-seconds per thousand answers.
    """

    name: str
    level: Level
    model: Predictor
    cost: Annotated[float, at_least(0)] = 0.0


@dataclass(frozen=True)
class MeasuredLadder:
    """The verdicts, and each contender's out-of-fold measurement by name."""

    ladder: Ladder
    measured: dict[str, Measured]

    @property
    def stands(self) -> Rung:
        """The highest rung that earned its place: the one to run."""
        return self.ladder.stands


def measure_ladder(
    contenders: Sequence[Contender],
    rows: Rows,
    label: NDArray[np.floating],
    measure: Measure,
    *,
    cross_validation: CrossValidation | None = None,
    weight: NDArray[np.floating] | None = None,
    group: NDArray[np.integer] | None = None,
    margin: float = 0.0,
    level: float = 0.95,
) -> MeasuredLadder:
    """Return which rung stands, by the paired out-of-fold difference on the same folds of whole queries.

    Parameters
    ----------
    contenders : sequence of Contender
        From the simplest up; the first is a heuristic.
    rows, label
        What they learn from and are measured on.
    measure : Measure
    cross_validation : CrossValidation, optional
        Default: 5 folds.
    weight, group : arrays of shape (n,), optional
        As in `CrossValidation.run`.
    margin : float
        The least gain that is worth a rung, in units of the measure.
    level : float
        Of the intervals.

    Raises
    ------
    OptionError
        Where the ladder is empty, does not start with a heuristic, steps down a level, or names a rung twice.
    DataError
        Where rows cannot be split, learned from or measured.

    Examples
    --------
    >>> from tamis.models.constant_rate import ConstantRate
    >>> from tamis.models.logistic import LogisticRegression
    >>> from tamis.training.measures import LogLoss
    >>> x = np.tile(np.float32([[-1], [1]]), (50, 1))
    >>> rows = Rows(x, ("x",), np.arange(100))
    >>> rungs = [Contender("base rate", Level.HEURISTIC, ConstantRate()),
    ...          Contender("logistic", Level.SIMPLE, LogisticRegression())]
    >>> measure_ladder(rungs, rows, (x[:, 0] > 0).astype(float), LogLoss()).stands.name
    'logistic'
    """
    validate = cross_validation or CrossValidation()
    measured = {
        c.name: validate.run(c.model, rows, label, measure, weight=weight, group=group).measured for c in contenders
    }
    rungs = [Rung(c.name, c.level, *_interval(measured[c.name], level), c.cost) for c in contenders]
    differ = partial(_difference, measured, level)
    better = smaller_is_better(measure)
    return MeasuredLadder(climb(rungs, differ, metric=measure.name, smaller_is_better=better, margin=margin), measured)


def _difference(measured: Mapping[str, Measured], level: float, upper: Rung, lower: Rung) -> Difference:
    gap = compare(measured[upper.name], measured[lower.name], level)
    return Difference(gap.difference, gap.low, gap.high)


def _interval(measured: Measured, level: float) -> tuple[float, float, float]:
    low, high = measured.interval(level)
    return measured.mean, low, high
