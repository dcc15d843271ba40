"""The record of a search: each trial with its options, value, failure and time; and the loop all searches share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tamis.core.clock import Clock
from tamis.core.errors import DataError, OptionError
from tamis.core.options import span
from tamis.core.progress import tell

Objective = Callable[[dict[str, Any]], float]


@dataclass(frozen=True)
class Trial:
    """One choice of options.

    Parameters
    ----------
    number : int
        From 0, in the order of the search.
    options : mapping of str
    value : float
        NaN where the trial failed.
    error : str
        Why it failed; empty where it did not.
    seconds : float
        NaN where the search had no clock.
    """

    number: int
    options: Mapping[str, Any]
    value: float
    error: str = ""
    seconds: float = math.nan


@dataclass(frozen=True)
class Trials:
    """All trials of a search.

    Parameters
    ----------
    trials : tuple of Trial
        In the order of the search.
    smaller_is_better : bool
    stopped : str
        Why the search ended early; empty where it did not.

    Examples
    --------
    >>> trials = Trials((Trial(0, {"k": 1}, 0.2), Trial(1, {"k": 2}, 0.5)), smaller_is_better=False)
    >>> trials.best.options
    {'k': 2}
    """

    trials: tuple[Trial, ...]
    smaller_is_better: bool
    stopped: str = ""

    @property
    def best(self) -> Trial:
        """The trial with the best value, the earliest of equals.

        Raises
        ------
        DataError
            Where no trial succeeded.
        """
        ranked = self.ranked()
        if not ranked or ranked[0].error:
            first = f" ({ranked[0].error})" if ranked else ""
            raise DataError(
                f"none of {len(ranked)} trials succeeded{first}",
                where="Trials",
                next_step="mend the objective or space",
            )
        return ranked[0]

    def ranked(self) -> list[Trial]:
        """Return the trials best first, failures last, equals in the order of the search."""
        sign = 1 if self.smaller_is_better else -1
        return sorted(self.trials, key=lambda t: (bool(t.error), 0.0 if t.error else sign * t.value))

    def to_markdown(self) -> str:
        """Return the table of all trials in Markdown, best first."""
        names = list(dict.fromkeys(name for trial in self.trials for name in trial.options))
        lines = ["| trial | value | " + "".join(f"{name} | " for name in names) + "seconds |"]
        lines.append("|---|---|" + "---|" * len(names) + "---|")
        for trial in self.ranked():
            value = f"failed: {trial.error}" if trial.error else f"{trial.value:.6g}"
            cells = "".join(f"{_shown(trial.options.get(name, ''))} | " for name in names)
            seconds = "" if math.isnan(trial.seconds) else f"{trial.seconds:.1f}"
            lines.append(f"| {trial.number} | {value.replace('|', '/')} | {cells}{seconds} |")
        return "\n".join(lines)


@dataclass(frozen=True)
class Limits:
    """How long a search may go on: trials at most, and a span of time (such as "10m") by an injected clock.

    Raises
    ------
    OptionError
        Where there is a span without a clock.
    """

    trials: int
    budget: str | None = None
    clock: Clock | None = None

    def __post_init__(self) -> None:
        if self.budget is not None:
            span(self.budget, where="search", name="budget")
            if self.clock is None:
                raise OptionError(
                    "a budget of time needs a clock",
                    where="search",
                    next_step="pass clock=tamis.core.clock.system_clock",
                )


def run_trials(
    propose: Callable[[int], dict[str, Any]],
    objective: Objective,
    limits: Limits,
    smaller_is_better: bool,
    learn: Callable[[Trial], None] = lambda trial: None,
) -> Trials:
    """Return the trials of a search.

    A trial whose objective raises, or gives no finite number, is recorded as failed and the search goes on. A trial is
    never cut short: the budget is looked at between trials, and the first trial always runs.

    Parameters
    ----------
    propose : callable
        Given the trial's number, its options.
    objective : callable
        Given the options, the value.
    limits : Limits
    smaller_is_better : bool
    learn : callable
        Told of every finished trial.
    """
    clock = limits.clock
    end = (
        None if limits.budget is None or clock is None else clock() + span(limits.budget, where="search", name="budget")
    )
    done: list[Trial] = []
    stopped = ""
    tell("search", 0, limits.trials)
    for number in range(limits.trials):
        if end is not None and clock is not None and done and clock() >= end:
            stopped = f"the budget of {limits.budget} was spent after {number} of {limits.trials} trials"
            break
        trial = _attempt(number, propose(number), objective, clock)
        done.append(trial)
        learn(trial)
        tell("search", number + 1, limits.trials, trial.error or f"{trial.value:.6g}")
    return Trials(tuple(done), smaller_is_better, stopped)


def _attempt(number: int, chosen: dict[str, Any], objective: Objective, clock: Clock | None) -> Trial:
    start = clock() if clock else 0
    value, error = math.nan, ""
    try:
        value = float(objective(dict(chosen)))
        if not math.isfinite(value):
            value, error = math.nan, f"the objective gave {value}"
    except Exception as problem:
        error = f"{type(problem).__name__}: {problem}"
    return Trial(number, chosen, value, error, (clock() - start) / 1e6 if clock else math.nan)


def _shown(value: Any) -> str:
    return (f"{value:.6g}" if isinstance(value, float) else str(value)).replace("|", "/")
