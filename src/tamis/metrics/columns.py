"""Columns that metrics read: checked once for shape, length and finite values, and divided with a stated value for 0/0.

Gain: none; this file measures nothing.
Discount: none.
Ties: none.
Empty truth: an empty column is accepted; each metric states what it then gives.
Averaging: none.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tamis.core.conditions import at_least
from tamis.core.errors import DataError
from tamis.core.options import check_value

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def numbers(where: str, name: str, values: ArrayLike, *, missing: bool = False) -> Floats:
    """Return a column as float64 of shape (n,); NaN only where `missing` allows it, never an infinity.

    Raises
    ------
    DataError
        Where the column is no list of numbers, or a value is not finite.

    Examples
    --------
    >>> numbers("mean", "score", [1, 2])
    array([1., 2.])
    """
    try:
        column = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        column = np.zeros((0, 0))
    if column.ndim != 1:
        raise DataError(f"`{name}` is not a column", where=where, allowed="numbers of shape (n,)", got=np.shape(values))
    wrong = np.isinf(column) if missing else ~np.isfinite(column)
    if wrong.any():
        row = int(np.argmax(wrong))
        allowed = "numbers or NaN" if missing else "finite numbers"
        raise DataError(f"`{name}` row {row} is not finite", where=where, allowed=allowed, got=float(column[row]))
    return column


def zero_one(where: str, name: str, values: ArrayLike) -> Floats:
    """Return a column of labels as 0.0 and 1.0.

    Raises
    ------
    DataError
        Where a label is neither 0 nor 1.

    Examples
    --------
    >>> zero_one("accuracy", "actual", [True, False])
    array([1., 0.])
    """
    column = numbers(where, name, values)
    wrong = (column != 0) & (column != 1)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(f"`{name}` row {row} is no label", where=where, allowed="0 or 1", got=float(column[row]))
    return column


def shares(where: str, name: str, values: ArrayLike) -> Floats:
    """Return a column of probabilities in [0, 1].

    Raises
    ------
    DataError
        Where a value lies outside [0, 1].

    Examples
    --------
    >>> shares("log_loss", "probability", [0.5])
    array([0.5])
    """
    column = numbers(where, name, values)
    wrong = (column < 0) | (column > 1)
    if wrong.any():
        row = int(np.argmax(wrong))
        raise DataError(
            f"`{name}` row {row} is no probability", where=where, allowed="from 0 to 1", got=float(column[row])
        )
    return column


def codes(where: str, name: str, values: ArrayLike, low: int, high: int) -> Codes:
    """Return a column of whole-number codes from `low` to `high`, both included.

    Raises
    ------
    DataError
        Where a code is no whole number or out of range.

    Examples
    --------
    >>> codes("RankedLists", "item", [3, -1], -1, 9)
    array([ 3, -1])
    """
    column = np.asarray(values)
    if column.size == 0:
        column = np.zeros(0, np.int64)
    if column.ndim != 1 or column.dtype.kind not in "iu":
        raise DataError(
            f"`{name}` is no column of codes", where=where, allowed="whole numbers of shape (n,)", got=column.dtype.name
        )
    wrong = (column < low) | (column > high)
    if wrong.any():
        row = int(np.argmax(wrong))
        allowed = f"from {low} to {high}"
        raise DataError(f"`{name}` row {row} is out of range", where=where, allowed=allowed, got=int(column[row]))
    return column.astype(np.int64)


def same_length(where: str, **columns: NDArray[np.generic]) -> int:
    """Return the one length that all columns share.

    Raises
    ------
    DataError
        Where the lengths differ.

    Examples
    --------
    >>> same_length("accuracy", actual=np.zeros(2), predicted=np.ones(2))
    2
    """
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise DataError("columns differ in length", where=where, allowed="one value per row in each", got=lengths)
    return next(iter(lengths.values()))


def cluster_of(where: str, cluster: ArrayLike | None, n: int) -> Codes | None:
    """Return the cluster code of each of `n` rows, or None where rows are their own clusters.

    Raises
    ------
    DataError
        Where there is not one whole-number code per row.

    Examples
    --------
    >>> cluster_of("accuracy", [7, 7], 2)
    array([7, 7])
    """
    if cluster is None:
        return None
    bounds = np.iinfo(np.int64)
    column = codes(where, "cluster", cluster, bounds.min, bounds.max)
    if len(column) != n:
        raise DataError("`cluster` has another length", where=where, allowed=f"{n} codes", got=len(column))
    return column


def divided(numerator: ArrayLike, denominator: ArrayLike, undefined: float = np.nan) -> Floats:
    """Return numerator / denominator element by element, and `undefined` where the denominator is 0.

    Examples
    --------
    >>> divided([1.0, 1.0], [2.0, 0.0])
    array([0.5, nan])
    """
    top, bottom = np.broadcast_arrays(np.asarray(numerator, np.float64), np.asarray(denominator, np.float64))
    return np.asarray(np.divide(top, bottom, out=np.full(top.shape, undefined), where=bottom != 0), np.float64)


def check_k(where: str, k: int | None) -> int:
    """Return the cut `k` (places), or a number beyond every list where `k` is None.

    Raises
    ------
    OptionError
        Where `k` is no whole number of at least 1.

    Examples
    --------
    >>> check_k("ndcg", 10)
    10
    """
    if k is None:
        return int(np.iinfo(np.int64).max)
    check_value(where, "k", k, Annotated[int, at_least(1)])
    return int(k)
