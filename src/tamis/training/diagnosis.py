"""Learning curves: does the model suffer from variance (it needs rows) or bias (it needs columns or a richer model)?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import above, at_least, below
from tamis.core.errors import OptionError
from tamis.core.options import options
from tamis.core.progress import track
from tamis.core.rng import generator
from tamis.core.stages import Predictor
from tamis.core.words import Rows
from tamis.data.splits import GroupSplit
from tamis.metrics.measured import Comparison, Measured, compare, t_quantile
from tamis.training.cross_validation import checked_groups, fit_on
from tamis.training.measures import Measure, smaller_is_better


class Verdict(Enum):
    """What limits the model."""

    VARIANCE = "variance"
    BIAS = "bias"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class MeasuredCurve:
    """A model measured on rows it saw and rows it did not, for growing shares of the training groups.

    Parameters
    ----------
    rows : tuple of int
        Training rows of each step.
    train, test : tuples of Measured
    gap : tuple of three floats
        Mean, low and high of how much better the last step does on its training rows than on test rows.
    growth : Comparison
        Test value of the last step minus the one before, paired.
    verdict : Verdict
    reason : str
    """

    rows: tuple[int, ...]
    train: tuple[Measured, ...]
    test: tuple[Measured, ...]
    gap: tuple[float, float, float]
    growth: Comparison
    verdict: Verdict
    reason: str


@options
class LearningCurve:
    """Trains on growing shares of the rows, measures on rows kept apart, and says what limits the model.

    One share of the groups is kept for testing; the others train, in growing nested shares. At the last step the gap
    between training and test rows decides: wholly above `tolerance`, variance (the model knows its own rows by heart:
    more rows or stronger limits help); wholly at or below it, bias (more rows alone will not help: better columns or
    a richer model may); else undecided, for too few groups.

    Parameters
    ----------
    tolerance : float
        The gap that is not worth mending, in units of the measure.
    shares : sequence of float
        Ascending, in (0, 1], at least two.
    test_share : float
    level : float
        Of the intervals.
    seed : int
    """

    tolerance: Annotated[float, at_least(0)]
    shares: Sequence[float] = (0.1, 0.2, 0.4, 0.7, 1.0)
    test_share: Annotated[float, above(0), below(1)] = 0.3
    level: Annotated[float, above(0), below(1)] = 0.95
    seed: int = 0

    def check_options(self) -> None:
        """Check that the shares ascend."""
        given = tuple(self.shares)
        if len(given) < 2 or given[0] <= 0 or given[-1] > 1 or any(b <= a for a, b in pairwise(given)):
            allowed = "two or more, ascending, in (0, 1]"
            raise OptionError("`shares` do not ascend", where="LearningCurve", allowed=allowed, got=given)

    def run(
        self,
        model: Predictor,
        rows: Rows,
        label: NDArray[np.floating],
        measure: Measure,
        *,
        group: NDArray[np.integer] | None = None,
    ) -> MeasuredCurve:
        """Return the curve of copies of `model`; `group` as in `CrossValidation.run`.

        Raises
        ------
        DataError
            Where there are too few groups, lengths differ, or a query is spread over groups.
        """
        group = checked_groups(rows, label, group)
        splits = GroupSplit(by="group", test_share=self.test_share, seed=self.seed).split({"group": group})
        split = next(splits)
        held = rows.rows(split.test)
        # Groups in a random order: each step holds the groups of the one before.
        distinct, of_row = np.unique(group[split.train], return_inverse=True)
        turn = generator(self.seed, 1).permutation(len(distinct))[of_row]
        sizes: list[int] = []
        train: list[Measured] = []
        test: list[Measured] = []
        for share in track("learning curve", self.shares, len(self.shares)):
            seen = split.train[turn < max(1, round(share * len(distinct)))]
            trained = fit_on(model, rows, label, seen, None, group, 0.0, self.seed)
            part = rows.rows(seen)
            sizes.append(len(seen))
            train.append(measure(part, label[seen], trained.predict(part), group[seen]))
            test.append(measure(held, label[split.test], trained.predict(held), group[split.test]))
        growth = compare(test[-1], test[-2], self.level)
        gap = _gap(train[-1], test[-1], smaller_is_better(measure), self.level)
        verdict, reason = _judged(gap, growth, self.tolerance, measure)
        return MeasuredCurve(tuple(sizes), tuple(train), tuple(test), gap, growth, verdict, reason)


def _gap(train: Measured, test: Measured, loss: bool, level: float) -> tuple[float, float, float]:
    mean = test.mean - train.mean if loss else train.mean - test.mean
    # Different groups, so the two errors are independent.
    error = float(np.hypot(train.standard_error, test.standard_error))
    half = t_quantile(level, min(train.n_clusters, test.n_clusters) - 1) * error
    return mean, mean - half, mean + half


def _judged(
    gap: tuple[float, float, float], growth: Comparison, tolerance: float, measure: Measure
) -> tuple[Verdict, str]:
    mean, low, high = gap
    told = f"{measure.name} is {mean:.4g} better on training rows ({low:.4g} to {high:.4g})"
    better = growth.high < 0 if smaller_is_better(measure) else growth.low > 0
    trend = "still improves with more rows" if better else "no longer clearly improves with more rows"
    if low > tolerance:
        advice = "more rows, fewer columns or stronger limits help"
        return Verdict.VARIANCE, f"{told}, more than {tolerance:g}; the test value {trend}: {advice}"
    if high <= tolerance:
        advice = "better columns or a richer model may help"
        return Verdict.BIAS, f"{told}, at most {tolerance:g}; the test value {trend}: {advice}"
    return Verdict.UNDECIDED, f"{told}, on both sides of {tolerance:g}: test on more groups"
