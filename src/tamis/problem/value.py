"""The value of an outcome: how the predictions of several tasks become the one number that candidates are sorted by."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tamis.core.data import AttributeReference
from tamis.core.errors import DataError, OptionError, nearest
from tamis.core.options import options

Predictions = Mapping[str, NDArray[np.floating]]


@runtime_checkable
class Value(Protocol):
    """Turns what each task predicts into one number per candidate."""

    @property
    def tasks(self) -> tuple[str, ...]:
        """Names of the tasks whose predictions are read."""

    @property
    def columns(self) -> tuple[AttributeReference, ...]:
        """Columns of the catalogue whose values must stand beside the predictions, under their name."""

    def of(self, predictions: Predictions) -> NDArray[np.float64]:
        """Return (n,) values, higher is better."""


class Weighted:
    """A weighted sum of predictions: the sum over tasks of weight x P(task), or of weight x predicted quantity.

    A task of weight 0 is not read. A task that nobody predicted counts as 0 and is reported by `missing`. Where a
    prediction that is read is NaN or infinite, the value is NaN, which the funnel sorts last: a broken head must not
    lift a candidate through a negative weight.

    Parameters
    ----------
    **weights : float
        One finite weight per task; negative for what should not happen (hide, report).

    Raises
    ------
    OptionError
        Without weights, or where a weight is not a finite number.

    References
    ----------
    The sum of weighted reaction probabilities is how large feeds are ranked: xAI, x-algorithm (2025),
    https://github.com/xai-org/x-algorithm.

    Examples
    --------
    >>> value = Weighted(like=1, share=8, hide=-20)
    >>> value.of({"like": np.array([0.5, 0.1]), "share": np.array([0.25, 0.0])})
    array([2.5, 0.1])
    >>> value.missing({"like": np.array([0.5]), "share": np.array([0.25])})
    ('hide',)
    """

    __slots__ = ("weights",)

    weights: Mapping[str, float]

    def __init__(self, **weights: float) -> None:
        if not weights:
            raise OptionError(
                "needs a weight for at least one task", where="Weighted", next_step="say Weighted(click=1)"
            )
        for task, weight in weights.items():
            number = isinstance(weight, int | float | np.integer | np.floating) and not isinstance(weight, bool)
            if not number or not math.isfinite(weight):
                raise OptionError(f"`{task}` is not allowed", where="Weighted", allowed="a finite number", got=weight)
        frozen = MappingProxyType({task: float(weight) for task, weight in weights.items()})
        object.__setattr__(self, "weights", frozen)

    def __setattr__(self, name: str, value: object) -> None:
        raise OptionError(f"`{name}` is frozen", where="Weighted", next_step="build a new part instead")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Weighted) and self.weights == other.weights

    def __hash__(self) -> int:
        return hash(frozenset(self.weights.items()))

    def __repr__(self) -> str:
        return "Weighted(" + ", ".join(f"{task}={weight:g}" for task, weight in self.weights.items()) + ")"

    def __str__(self) -> str:
        return "sum of " + ", ".join(f"{weight:g} x {task}" for task, weight in self.weights.items())

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks with a weight, in the order given."""
        return tuple(self.weights)

    @property
    def columns(self) -> tuple[AttributeReference, ...]:
        """No columns: predictions are enough."""
        return ()

    def of(self, predictions: Predictions) -> NDArray[np.float64]:
        """Return the value of each candidate, shape (n,).

        Parameters
        ----------
        predictions : mapping of task to array of shape (n,)
            A task without a weight is not used.

        Raises
        ------
        DataError
            Where nothing at all is predicted, or the arrays differ in length.
        """
        value = np.zeros(_length(predictions, "Weighted"))
        with np.errstate(over="ignore", invalid="ignore"):
            for task, weight in self.weights.items():
                if weight and task in predictions:
                    value += weight * np.asarray(predictions[task], np.float64)
        return _nan_unless_finite(value)

    def missing(self, predictions: Iterable[str]) -> tuple[str, ...]:
        """Return the tasks that have a weight and no prediction: they count as 0."""
        there = set(predictions)
        return tuple(task for task in self.weights if task not in there)

    def check(self, heads: Iterable[str]) -> None:
        """Raise `OptionError` where a weight names a task that no head predicts: run when a system is built.

        Examples
        --------
        >>> Weighted(shaer=8).check(["click", "share"])
        Traceback (most recent call last):
        ...
        tamis.core.errors.OptionError: Weighted: no head predicts `shaer`. Allowed: click, share. Did you mean 'share'?
        """
        _check_heads("Weighted", self.tasks, tuple(heads))


@options
class Times:
    """A column of the catalogue times one prediction, such as bid x P(click): the expected income of an impression.

    A prediction that nobody made counts as 0 and is reported by `missing`; a missing multiplier is an error, because
    no bid can be assumed. NaN or infinity on either side gives NaN, which the funnel sorts last.

    Parameters
    ----------
    multiplier : AttributeReference
        The column, such as `campaigns.bid`; its values stand in `predictions` under its name.
    task : str

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> value = Times(SimpleNamespace(name="bid"), "click")
    >>> value.of({"bid": np.array([2.0, 0.5]), "click": np.array([0.25, 0.5])})
    array([0.5 , 0.25])
    """

    multiplier: AttributeReference
    task: str

    @property
    def tasks(self) -> tuple[str, ...]:
        """The one task."""
        return (self.task,)

    @property
    def columns(self) -> tuple[AttributeReference, ...]:
        """The multiplier."""
        return (self.multiplier,)

    def of(self, predictions: Predictions) -> NDArray[np.float64]:
        """Return the multiplier times the prediction, shape (n,).

        Raises
        ------
        DataError
            Where the multiplier is not there, or the arrays differ in length.
        """
        n = _length(predictions, "Times")
        name = self.multiplier.name
        if name not in predictions:
            raise DataError(
                f"the multiplier `{name}` is not there",
                where="Times",
                allowed=", ".join(predictions),
                nearest=nearest(name, predictions),
                next_step="put the column beside the predictions",
            )
        with np.errstate(over="ignore", invalid="ignore"):
            rate = np.asarray(predictions.get(self.task, np.zeros(n)), np.float64)
            return _nan_unless_finite(np.asarray(predictions[name], np.float64) * rate)

    def missing(self, predictions: Iterable[str]) -> tuple[str, ...]:
        """Return the task where it is not predicted: it counts as 0."""
        return () if self.task in set(predictions) else (self.task,)

    def check(self, heads: Iterable[str]) -> None:
        """Raise `OptionError` where no head predicts the task."""
        _check_heads("Times", self.tasks, tuple(heads))

    def __str__(self) -> str:
        return f"{self.multiplier.name} x {self.task}"


_REACTIONS = {"share": 8.0, "comment": 4.0, "like": 2.0, "click": 1.0, "skip": -0.5, "hide": -20.0, "report": -40.0}


def default_weights(*reactions: str) -> Weighted:
    """Return starting weights: share > comment > like > click, each twice the next; skip, hide and report negative.

    What costs the user more effort says more. The numbers are a start, to be tuned by an online test.

    Raises
    ------
    OptionError
        Where a reaction is not known.

    Examples
    --------
    >>> default_weights("click", "like", "hide")
    Weighted(click=1, like=2, hide=-20)
    """
    for reaction in reactions:
        if reaction not in _REACTIONS:
            raise OptionError(
                f"no default weight for `{reaction}`",
                where="default_weights",
                allowed=", ".join(_REACTIONS),
                nearest=nearest(reaction, _REACTIONS),
                next_step=f"say Weighted({reaction}=...) yourself",
            )
    return Weighted(**{reaction: _REACTIONS[reaction] for reaction in reactions})


def _length(predictions: Predictions, where: str) -> int:
    lengths = {name: len(values) for name, values in predictions.items()}
    if not lengths:
        raise DataError("nothing is predicted", where=where, next_step="give an array for at least one task")
    if len(set(lengths.values())) > 1:
        raise DataError("the arrays differ in length", where=where, got=lengths)
    return next(iter(lengths.values()))


def _nan_unless_finite(value: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(value), value, np.nan)


def _check_heads(where: str, tasks: tuple[str, ...], heads: tuple[str, ...]) -> None:
    for task in tasks:
        if task not in heads:
            raise OptionError(
                f"no head predicts `{task}`", where=where, allowed=", ".join(heads), nearest=nearest(task, heads)
            )
