"""Conditions on a value: one set of words for option limits, event selections and decision bands.

A condition is a frozen object with two faces: `holds(column)` works element by element on NumPy arrays, Ibis columns
and plain numbers alike (it only uses comparison operators), and `str(condition)` is the phrase that errors print.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Condition(Protocol):
    """A yes-or-no question about a value."""

    def holds(self, column: Any) -> Any:
        """Return a boolean of the shape of `column`."""


@dataclass(frozen=True)
class at_least:
    """True for values of at least `limit`.

    Examples
    --------
    >>> at_least(4).holds(5)
    True
    """

    limit: float

    def holds(self, column: Any) -> Any:
        """Return `column >= limit`."""
        return column >= self.limit

    def __str__(self) -> str:
        return f"at least {self.limit:g}"


@dataclass(frozen=True)
class above:
    """True for values strictly greater than `limit`."""

    limit: float

    def holds(self, column: Any) -> Any:
        """Return `column > limit`."""
        return column > self.limit

    def __str__(self) -> str:
        return f"above {self.limit:g}"


@dataclass(frozen=True)
class at_most:
    """True for values of at most `limit`."""

    limit: float

    def holds(self, column: Any) -> Any:
        """Return `column <= limit`."""
        return column <= self.limit

    def __str__(self) -> str:
        return f"at most {self.limit:g}"


@dataclass(frozen=True)
class below:
    """True for values strictly less than `limit`."""

    limit: float

    def holds(self, column: Any) -> Any:
        """Return `column < limit`."""
        return column < self.limit

    def __str__(self) -> str:
        return f"below {self.limit:g}"


@dataclass(frozen=True)
class between:
    """True for values from `low` to `high`, both included.

    Examples
    --------
    >>> str(between(0, 1)), between(0, 1).holds(0.5)
    ('from 0 to 1', True)
    """

    low: float
    high: float

    def holds(self, column: Any) -> Any:
        """Return `low <= column <= high`."""
        return (column >= self.low) & (column <= self.high)

    def __str__(self) -> str:
        return f"from {self.low:g} to {self.high:g}"


@dataclass(frozen=True, init=False)
class one_of:
    """True for any of the listed values.

    Examples
    --------
    >>> one_of("click", "like").holds("like")
    True
    """

    values: tuple[Any, ...]

    def __init__(self, *values: Any) -> None:
        object.__setattr__(self, "values", tuple(values))

    def holds(self, column: Any) -> Any:
        """Return whether `column` equals any listed value."""
        found = column == self.values[0] if self.values else column != column
        for value in self.values[1:]:
            found = found | (column == value)
        return found

    def __str__(self) -> str:
        return "one of " + ", ".join(repr(v) for v in self.values)
