"""Guardrails: metrics that must stay within a limit whatever the objective gains."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tamis.core.conditions import Condition
from tamis.core.errors import TamisError, nearest
from tamis.core.options import options
from tamis.problem.fact import Fact


@options
class Guardrail:
    """A metric and the limit it has to keep.

    Parameters
    ----------
    metric : str
        Its name in the table of measured values.
    limit : Condition
        Such as `at_most(0.01)`; a value on the limit keeps `at_most` and `at_least` and breaks `below` and `above`.
    why : str
        The harm it stands for.

    Examples
    --------
    >>> from tamis.core.conditions import at_most
    >>> print(Guardrail("hide rate", at_most(0.01)).check({"hide rate": 0.03}).says)
    Guardrail 'hide rate': the limit is broken. Allowed: at most 0.01. Got: 0.03.
    """

    metric: str
    limit: Condition
    why: str = ""

    def check(self, measured: Mapping[str, float]) -> GuardrailCheck:
        """Return whether the measured value keeps the limit.

        A metric that was not measured, or came out as NaN, does not pass: what is not known is not safe.
        """
        where = f"Guardrail {self.metric!r}"
        if self.metric not in measured:
            line = TamisError(
                "the metric was not measured",
                where=where,
                allowed=str(self.limit),
                nearest=nearest(self.metric, measured),
                next_step="measure it",
            )
            return GuardrailCheck(self.metric, False, None, str(line))
        value = float(measured[self.metric])
        if not math.isnan(value) and bool(self.limit.holds(value)):
            return GuardrailCheck(self.metric, True, value, f"{where}: {value:g} is {self.limit}.")
        what = "the metric is not a number" if math.isnan(value) else "the limit is broken"
        harm = f" ({self.why})" if self.why else ""
        line = TamisError(what + harm, where=where, allowed=str(self.limit), got=value)
        return GuardrailCheck(self.metric, False, value, str(line))

    def facts(self) -> tuple[Fact, ...]:
        """Return what the design card says about the guardrail."""
        return (Fact(f"guardrail {self.metric}", f"{self.limit}" + (f" ({self.why})" if self.why else "")),)


@dataclass(frozen=True)
class GuardrailCheck:
    """Whether one guardrail held: the metric, pass or fail, the value (None where not measured) and one line."""

    metric: str
    passed: bool
    value: float | None
    says: str


def check_guardrails(guardrails: Iterable[Guardrail], measured: Mapping[str, float]) -> list[GuardrailCheck]:
    """Return the check of every guardrail, in the order given; no guardrails give an empty list.

    Examples
    --------
    >>> from tamis.core.conditions import at_least, at_most
    >>> rails = [Guardrail("hide rate", at_most(0.01)), Guardrail("coverage", at_least(0.2))]
    >>> [check.passed for check in check_guardrails(rails, {"hide rate": 0.01, "coverage": 0.1})]
    [True, False]
    """
    return [guardrail.check(measured) for guardrail in guardrails]
