"""Where a search may look: one dimension per option, and the part that its choices build."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np

from tamis.core.errors import OptionError, nearest
from tamis.core.options import options

T = TypeVar("T")


@runtime_checkable
class Dimension(Protocol):
    """The values that one option may take."""

    def draw(self, random: np.random.Generator) -> Any:
        """Return one value at random."""

    def grid(self, points: int) -> tuple[Any, ...]:
        """Return the values of a grid, at most `points` where they are not listed one by one."""

    def suggest(self, trial: Any, name: str) -> Any:
        """Return the value that an Optuna trial suggests."""


Space = Mapping[str, Dimension]


@options
class Choice:
    """One of the listed values, of any type.

    Examples
    --------
    >>> Choice((1, 10, None)).grid(2)
    (1, 10, None)
    """

    values: tuple[Any, ...]

    def check_options(self) -> None:
        """Check that there is something to choose."""
        if not self.values:
            raise OptionError("there is nothing to choose from", where="Choice", allowed="at least one value")

    def draw(self, random: np.random.Generator) -> Any:
        """Return one value, all equally likely."""
        return self.values[int(random.integers(len(self.values)))]

    def grid(self, points: int) -> tuple[Any, ...]:
        """Return all values."""
        return self.values

    def suggest(self, trial: Any, name: str) -> Any:
        """Return the value that an Optuna trial suggests."""
        return self.values[trial.suggest_categorical(name, list(range(len(self.values))))]


@options
class Uniform:
    """A float from `low` to `high`, all equally likely.

    Examples
    --------
    >>> Uniform(0.0, 1.0).grid(3)
    (0.0, 0.5, 1.0)
    """

    low: float
    high: float

    def check_options(self) -> None:
        """Check that the range is one."""
        _check_range("Uniform", self.low, self.high, -math.inf)

    def draw(self, random: np.random.Generator) -> float:
        """Return one value."""
        return float(random.uniform(self.low, self.high))

    def grid(self, points: int) -> tuple[float, ...]:
        """Return evenly spaced values, both ends included."""
        return tuple(np.linspace(self.low, self.high, points).tolist())

    def suggest(self, trial: Any, name: str) -> float:
        """Return the value that an Optuna trial suggests."""
        return float(trial.suggest_float(name, self.low, self.high))


@options
class LogUniform:
    """A float from `low` to `high`, every factor equally likely: for learning rates and penalties.

    Examples
    --------
    >>> [round(v, 6) for v in LogUniform(0.01, 1.0).grid(3)]
    [0.01, 0.1, 1.0]
    """

    low: float
    high: float

    def check_options(self) -> None:
        """Check that the range is one, above 0."""
        _check_range("LogUniform", self.low, self.high, 0.0)

    def draw(self, random: np.random.Generator) -> float:
        """Return one value."""
        return self._inside(math.exp(random.uniform(math.log(self.low), math.log(self.high))))

    def grid(self, points: int) -> tuple[float, ...]:
        """Return values a constant factor apart, both ends included."""
        return tuple(self._inside(v) for v in np.geomspace(self.low, self.high, points).tolist())

    def suggest(self, trial: Any, name: str) -> float:
        """Return the value that an Optuna trial suggests."""
        return float(trial.suggest_float(name, self.low, self.high, log=True))

    def _inside(self, value: float) -> float:
        return min(max(value, self.low), self.high)


@options
class Whole:
    """A whole number from `low` to `high`, both included; with `log`, every factor about equally likely.

    Examples
    --------
    >>> Whole(1, 9).grid(3), Whole(1, 100, log=True).grid(3), Whole(1, 2).grid(5)
    ((1, 5, 9), (1, 10, 100), (1, 2))
    """

    low: int
    high: int
    log: bool = False

    def check_options(self) -> None:
        """Check that the range is one, above 0 with `log`."""
        _check_range("Whole", self.low, self.high, 0.0 if self.log else -math.inf)

    def draw(self, random: np.random.Generator) -> int:
        """Return one value."""
        if not self.log:
            return int(random.integers(self.low, self.high, endpoint=True))
        # Half a step beyond the ends gives these the same share of the scale as their neighbours.
        drawn = math.exp(random.uniform(math.log(self.low - 0.5), math.log(self.high + 0.5)))
        return min(max(round(drawn), self.low), self.high)

    def grid(self, points: int) -> tuple[int, ...]:
        """Return about evenly spaced (with `log`, a factor apart) distinct values, both ends included."""
        spaced = np.geomspace(self.low, self.high, points) if self.log else np.linspace(self.low, self.high, points)
        return tuple(np.unique(np.rint(spaced).astype(np.int64)).tolist())

    def suggest(self, trial: Any, name: str) -> int:
        """Return the value that an Optuna trial suggests."""
        return int(trial.suggest_int(name, self.low, self.high, log=self.log))


def rebuild(part: T, chosen: Mapping[str, Any]) -> T:
    """Return a new, untrained part with some options changed; a dot enters a nested part.

    Raises
    ------
    OptionError
        Where there is no such option, with the nearest name, or a value is not allowed.

    Examples
    --------
    >>> from tamis.models.gradient_boosting import GradientBoosting
    >>> model = rebuild(GradientBoosting(), {"trees": 9, "growth.leaves": 4})
    >>> model.trees, model.growth.leaves
    (9, 4)
    """
    owner = type(part).__name__
    changes: dict[str, Any] = {}
    nested: dict[str, dict[str, Any]] = {}
    known = [f.name for f in fields(part)]  # type: ignore[arg-type]
    for name, value in chosen.items():
        head, _, rest = name.partition(".")
        if head not in known:
            raise OptionError(
                f"there is no option `{head}`", where=owner, allowed=", ".join(known), nearest=nearest(head, known)
            )
        if rest:
            nested.setdefault(head, {})[rest] = value
        else:
            changes[head] = value
    for head, inner in nested.items():
        changes[head] = rebuild(changes.get(head, getattr(part, head)), inner)
    return replace(part, **changes)  # type: ignore[type-var]


def _check_range(where: str, low: float, high: float, above: float) -> None:
    if not above < low <= high < math.inf:
        wanted = "low <= high" if above < 0 else "0 < low <= high"
        raise OptionError("the range is none", where=where, allowed=f"{wanted}, both finite", got=(low, high))
