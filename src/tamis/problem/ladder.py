"""The ladder from heuristic to ensemble: each rung must earn its place over the one below."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Annotated

from tamis.core.conditions import at_least, below
from tamis.core.errors import OptionError
from tamis.core.options import check_value, options
from tamis.problem.fact import Fact


class Level(IntEnum):
    """The rungs, from the simplest up."""

    HEURISTIC = 0
    SIMPLE = 1
    COMPLEX = 2
    ENSEMBLE = 3


@options
class Rung:
    """A measured candidate system.

    Parameters
    ----------
    name : str
    level : Level
    mean, low, high : float
        The metric and its interval.
    cost : float
        In any one unit, such as money per month or CPU-seconds per thousand answers.
    """

    name: str
    level: Level
    mean: float
    low: float
    high: float
    cost: Annotated[float, at_least(0), below(math.inf)] = 0.0

    def check_options(self) -> None:
        """Check what the types cannot say."""
        _check_order(f"Rung {self.name!r}", self.mean, self.low, self.high)


@options
class Difference:
    """The mean of the paired difference (upper rung minus lower, query by query) and its interval."""

    mean: float
    low: float
    high: float

    def check_options(self) -> None:
        """Check what the types cannot say."""
        _check_order("Difference", self.mean, self.low, self.high)


@dataclass(frozen=True)
class LadderStep:
    """The verdict on one rung: what it was compared with, the difference, whether it stands, and why."""

    rung: Rung
    against: Rung | None
    difference: Difference | None
    stands: bool
    reason: str


@dataclass(frozen=True)
class Ladder:
    """The verdicts from the bottom rung up.

    Parameters
    ----------
    metric : str
    steps : tuple of LadderStep
    """

    metric: str
    steps: tuple[LadderStep, ...]

    def __post_init__(self) -> None:
        if not any(step.stands for step in self.steps):
            raise OptionError("no rung stands", where="Ladder", next_step="build it with `climb`")

    @property
    def stands(self) -> Rung:
        """The highest rung that earned its place: the one to run."""
        return next(step.rung for step in reversed(self.steps) if step.stands)

    def facts(self) -> tuple[Fact, ...]:
        """Return what the design card says about the ladder."""
        chosen = Fact("model that stands", f"{self.stands.name}, by {self.metric}")
        return (chosen, *(Fact(f"rung {step.rung.name}", step.reason) for step in self.steps))


def climb(
    rungs: Sequence[Rung],
    difference: Callable[[Rung, Rung], Difference],
    *,
    metric: str,
    smaller_is_better: bool = False,
    margin: float = 0.0,
) -> Ladder:
    """Return which rung stands.

    The first rung stands as the baseline. Every next one is compared with the highest rung that stands so far, and
    stands when the whole interval of the paired difference lies beyond `margin` on the better side; an interval that
    touches the margin is not enough. Intervals of the two means may overlap and the difference still be certain,
    which is why the paired one decides.

    Parameters
    ----------
    rungs : sequence of Rung
        From the simplest up; the first is a heuristic.
    difference : callable
        Given (upper, lower), the paired difference upper minus lower.
    metric : str
    smaller_is_better : bool
        True for errors and costs.
    margin : float
        The least gain that is worth a rung, in units of the metric.

    Raises
    ------
    OptionError
        Where the ladder is empty, does not start with a heuristic, steps down a level, or names a rung twice.

    Examples
    --------
    >>> popular = Rung("popular", Level.HEURISTIC, 0.10, 0.09, 0.11, cost=1)
    >>> linear = Rung("linear", Level.SIMPLE, 0.20, 0.18, 0.22, cost=2)
    >>> deep = Rung("deep", Level.COMPLEX, 0.21, 0.19, 0.23, cost=50)
    >>> gap = {"linear": Difference(0.10, 0.08, 0.12), "deep": Difference(0.01, -0.01, 0.03)}
    >>> ladder = climb([popular, linear, deep], lambda upper, lower: gap[upper.name], metric="ndcg@10")
    >>> ladder.stands.name
    'linear'
    >>> print(ladder.steps[2].reason)
    the gain of 0.01 over linear is not certain (from -0.01 to 0.03) and costs 25 times as much
    """
    _check_rungs(rungs)
    check_value("climb", "margin", margin, Annotated[float, at_least(0)])
    below = rungs[0]
    steps = [
        LadderStep(below, None, None, True, f"the baseline: {below.mean:.4g} ({below.low:.4g} to {below.high:.4g})")
    ]
    for rung in rungs[1:]:
        gap = difference(rung, below)
        gain = Difference(-gap.mean, -gap.high, -gap.low) if smaller_is_better else gap
        stands = gain.low > margin
        steps.append(LadderStep(rung, below, gap, stands, _reason(rung, below, gain, stands, margin)))
        below = rung if stands else below
    return Ladder(metric, tuple(steps))


def _reason(rung: Rung, below: Rung, gain: Difference, stands: bool, margin: float) -> str:
    interval = f"from {gain.low:.4g} to {gain.high:.4g}"
    dearer = (
        f" and costs {rung.cost / below.cost:.3g} times as much" if below.cost > 0 and rung.cost > below.cost else ""
    )
    if stands:
        return f"beats {below.name} by {gain.mean:.4g} ({interval}){dearer}"
    if gain.high < 0:
        return f"is worse than {below.name} by {-gain.mean:.4g} ({interval}){dearer}"
    least = f" to reach {margin:.4g}" if margin else ""
    return f"the gain of {gain.mean:.4g} over {below.name} is not certain{least} ({interval}){dearer}"


def _check_order(where: str, mean: float, low: float, high: float) -> None:
    if not -math.inf < low <= mean <= high < math.inf:
        allowed = "finite numbers with low <= mean <= high"
        raise OptionError("the mean is outside its interval", where=where, allowed=allowed, got=(low, mean, high))


def _check_rungs(rungs: Sequence[Rung]) -> None:
    if not rungs:
        raise OptionError("the ladder has no rung", where="climb", next_step="measure a heuristic first")
    if rungs[0].level is not Level.HEURISTIC:
        raise OptionError(
            "the ladder does not start with a heuristic",
            where="climb",
            allowed="Level.HEURISTIC first",
            got=rungs[0].name,
            next_step="measure the most popular items, or the rule in use today",
        )
    names = [rung.name for rung in rungs]
    for before, after in pairwise(rungs):
        if after.level < before.level:
            raise OptionError(
                f"rung {after.name!r} is simpler than the one below",
                where="climb",
                allowed="rungs from the simplest up",
            )
        if names.count(after.name) > 1:
            raise OptionError(f"rung {after.name!r} is there twice", where="climb", allowed="one name per rung")
