"""Whether machine learning is needed at all: what it would bring, what it would cost, what a rule already does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from tamis.core.conditions import at_least, below
from tamis.core.options import options
from tamis.problem.fact import Fact

_Amount = Annotated[float, at_least(0), below(math.inf)]


@dataclass(frozen=True)
class NeedVerdict:
    """Whether to build a model, why, and the money left over (impact minus costs)."""

    machine_learning: bool
    reason: str
    net: float
    assumed: bool = False


@options
class Need:
    """The case for machine learning; money is per year, in one currency.

    Parameters
    ----------
    metric : str
        What decides whether the goal is met.
    goal : float
        The value of the metric to reach.
    impact : float
        What reaching the goal is worth.
    heuristic : float, optional
        The metric of the best rule without learning; None where nobody measured it.
    collection, labelling, compute : float
        What the data, the labels, and training with serving cost.
    smaller_is_better : bool
        True for errors and costs.

    Examples
    --------
    >>> Need("precision", goal=0.9, heuristic=0.6, impact=100, labelling=30, compute=20).verdict().net
    50.0
    >>> Need("precision", goal=0.9, heuristic=0.9, impact=100).verdict().reason
    'a heuristic already meets the goal: precision of 0.9 against 0.9'
    """

    metric: str
    goal: float
    impact: _Amount
    heuristic: float | None = None
    collection: _Amount = 0.0
    labelling: _Amount = 0.0
    compute: _Amount = 0.0
    smaller_is_better: bool = False

    def verdict(self) -> NeedVerdict:
        """Return whether to build a model.

        A heuristic on the goal meets it, so it wins; an impact equal to the costs is no reason to build. A heuristic
        that nobody measured is taken to miss the goal, and the verdict is flagged as assumed.
        """
        cost = self.collection + self.labelling + self.compute
        net = float(self.impact - cost)
        if self.heuristic is not None and self._met(self.heuristic):
            met = f"{self.metric} of {self.heuristic:g} against {self.goal:g}"
            return NeedVerdict(False, f"a heuristic already meets the goal: {met}", net)
        unmeasured = self.heuristic is None
        if net <= 0:
            return NeedVerdict(False, f"it would bring {self.impact:g} and cost {cost:g}", net)
        rule = (
            "no heuristic was measured" if unmeasured else f"the heuristic reaches {self.heuristic:g} of {self.goal:g}"
        )
        return NeedVerdict(True, f"it would bring {self.impact:g} and cost {cost:g}; {rule}", net, unmeasured)

    def _met(self, value: float) -> bool:
        return value <= self.goal if self.smaller_is_better else value >= self.goal

    def facts(self) -> tuple[Fact, ...]:
        """Return what the design card says about the need."""
        verdict = self.verdict()
        answer = "yes" if verdict.machine_learning else "no"
        return (Fact("machine learning needed", f"{answer}: {verdict.reason}", verdict.assumed),)
