"""What every judge's model checks of its rows before it learns or predicts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError, nearest
from tamis.core.words import Rows

BLOCK = 16_384


def check_training(
    where: str, rows: Rows, label: NDArray[np.floating], weight: NDArray[np.floating] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return label and weight as (n,) float64, or say what cannot be learned from."""
    if len(rows) == 0:
        raise DataError("no rows to learn from", where=where, next_step="widen the training window")
    if not rows.names:
        raise DataError("the rows have no columns", where=where, next_step="give the judge features")
    if len(set(rows.names)) < len(rows.names):
        twice = next(name for i, name in enumerate(rows.names) if name in rows.names[:i])
        raise DataError(f"the column `{twice}` is there twice", where=where)
    label = _column(where, "label", label, len(rows))
    weight = np.ones(len(rows)) if weight is None else _column(where, "weight", weight, len(rows))
    if np.any(weight < 0) or not weight.sum() > 0:
        raise DataError("weights must be at least 0 and not all 0", where=where, got=float(weight.min()))
    return label, weight


def check_binary(where: str, label: NDArray[np.float64]) -> None:
    """Raise unless every label is 0 or 1."""
    wrong = (label != 0) & (label != 1)
    if np.any(wrong):
        row = int(np.argmax(wrong))
        raise DataError(f"the label of row {row} is not binary", where=where, allowed="0 or 1", got=float(label[row]))


def matrix(where: str, rows: Rows, columns: Sequence[str]) -> NDArray[np.float32]:
    """Return the rows' matrix (n, d) with its columns in the order that was learned.

    Raises
    ------
    DataError
        Where a learned column is missing or an unknown one is there.
    """
    if tuple(rows.names) == tuple(columns):
        return rows.x
    known, given = set(columns), set(rows.names)
    unknown = [name for name in rows.names if name not in known]
    missing = [name for name in columns if name not in given]
    if missing:
        raise DataError(
            f"the column `{missing[0]}` is missing",
            where=where,
            got=list(rows.names),
            nearest=nearest(missing[0], unknown),
        )
    if unknown:
        raise DataError(
            f"the column `{unknown[0]}` was not there in training",
            where=where,
            allowed=", ".join(columns),
            nearest=nearest(unknown[0], columns),
        )
    at = {name: i for i, name in enumerate(rows.names)}
    return np.ascontiguousarray(rows.x[:, [at[name] for name in columns]])


def shares(columns: Sequence[str], amount: NDArray[np.float64]) -> dict[str, float]:
    """Return each column's share of the total amount, largest first; all 0 where there is none."""
    total = float(amount.sum())
    share = amount / total if total > 0 else np.zeros(len(amount))
    order = np.argsort(-share, kind="stable")
    return {columns[i]: float(share[i]) for i in order}


def _column(where: str, name: str, values: NDArray[np.floating], n: int) -> NDArray[np.float64]:
    column = np.asarray(values, np.float64)
    if column.shape != (n,):
        raise DataError(f"`{name}` has another shape than the rows", where=where, allowed=f"({n},)", got=column.shape)
    bad = ~np.isfinite(column)
    if np.any(bad):
        row = int(np.argmax(bad))
        raise DataError(
            f"`{name}` is not a number in row {row}",
            where=where,
            got=float(column[row]),
            next_step="leave out the rows whose outcome is unknown",
        )
    return column
