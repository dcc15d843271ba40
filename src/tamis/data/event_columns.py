"""The event batch of this room: columns of equal length by name; and how rows that are dropped are reported.

`user` and `item` are whole-number codes (-1 is an unknown id), `at` is int64 microseconds UTC (`MISSING_TIME` where a
time is absent). Nothing here changes a column that it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tamis.core.errors import DataError, nearest
from tamis.data.report import Report

EventColumns = Mapping[str, NDArray[Any]]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MISSING_TIME = int(np.iinfo(np.int64).min)


def report_of(where: str, rows_in: int, reasons: Mapping[str, Mask], notes: Mapping[str, int] | None = None) -> Report:
    """Return the report of rows dropped by the first mask, in the order given, that holds for each.

    `notes` counts what to know of the rows that stayed; each note above 0 becomes a warning.

    Examples
    --------
    >>> late, old = np.array([True, False, False]), np.array([True, True, False])
    >>> print(report_of("rows", 3, {"late": late, "old": old}))
    rows: 3 rows in, 1 out; removed: 1 late, 1 old
    """
    gone = np.zeros(rows_in, bool)
    removed = {}
    for reason, mask in reasons.items():
        removed[reason] = int(np.count_nonzero(mask & ~gone))
        gone |= mask
    return counted_report(where, rows_in, removed, notes)


def counted_report(
    where: str, rows_in: int, removed: Mapping[str, int], notes: Mapping[str, int] | None = None
) -> Report:
    """Return the report of rows removed, counted by reason; the other rows came out.

    Examples
    --------
    >>> print(counted_report("rows", 3, {"late": 1, "old": 0}))
    rows: 3 rows in, 2 out; removed: 1 late
    """
    report = Report(where, rows_in, rows_in - sum(removed.values()))
    for reason, count in removed.items():
        report.remove(reason, count)
    for what, count in (notes or {}).items():
        if count:
            report.warn(f"{count} {what}")
    return report


def row_count(batch: EventColumns, where: str) -> int:
    """Return the number of rows of a batch.

    Raises
    ------
    DataError
        Where the batch has no column, or its columns differ in length.
    """
    lengths = {name: len(values) for name, values in batch.items()}
    if not lengths:
        raise DataError("the event batch has no columns", where=where)
    if len(set(lengths.values())) > 1:
        raise DataError("columns differ in length", where=where, got=lengths)
    return next(iter(lengths.values()))


def column(batch: EventColumns, name: str, where: str) -> NDArray[Any]:
    """Return one column of a batch, of shape (n,).

    Raises
    ------
    DataError
        Where there is no such column, it is not one-dimensional, or its length differs from the others'.
    """
    row_count(batch, where)
    if name not in batch:
        raise DataError(
            f"there is no column `{name}`", where=where, allowed=", ".join(batch), nearest=nearest(name, batch)
        )
    values = np.asarray(batch[name])
    if values.ndim != 1:
        raise DataError(f"column `{name}` is not one-dimensional", where=where, got=values.shape)
    return values


def whole_numbers(values: ArrayLike, name: str, where: str) -> Ints:
    """Return whole numbers as int64, of shape (n,); an empty array of any type is accepted.

    Raises
    ------
    DataError
        Where the values are floats, text or anything else that is no whole number.
    """
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise DataError(
            f"`{name}` is no column of whole numbers",
            where=where,
            allowed="a one-dimensional integer array",
            got=f"{array.dtype} of shape {array.shape}",
            next_step="encode ids as codes and times as int64 microseconds UTC first",
        )
    return array.astype(np.int64, copy=False)


def codes(batch: EventColumns, name: str, where: str) -> Ints:
    """Return a whole-number column of a batch as int64."""
    return whole_numbers(column(batch, name, where), name, where)


def is_unknown(values: NDArray[Any]) -> Mask:
    """Return which ids are unknown: code -1, NaN or an empty string.

    Examples
    --------
    >>> is_unknown(np.array([3, -1])), is_unknown(np.array([0.5, np.nan]))
    (array([False,  True]), array([False,  True]))
    """
    if values.dtype.kind in "iu":
        return np.asarray(values == -1)
    if values.dtype.kind == "f":
        return np.asarray(np.isnan(values))
    return np.asarray(values == "")
