"""A fold: the rows that train and the rows that test, with the report of those on neither side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError
from tamis.data.event_columns import Ints, Mask
from tamis.data.report import Report


@dataclass(frozen=True)
class Fold:
    """One train side and one test side of an event batch.

    `train` and `test` are ascending row indices that never overlap. `cut` (int64 microseconds UTC) is the instant from
    which rows test, None where the split is not by one instant. `report` counts the rows on neither side, with reasons.
    """

    train: Ints
    test: Ints
    cut: int | None
    report: Report

    def train_mask(self) -> Mask:
        """Return a boolean of shape (n,), True for train rows."""
        return mask_of(self.report.rows_in, self.train)

    def test_mask(self) -> Mask:
        """Return a boolean of shape (n,), True for test rows."""
        return mask_of(self.report.rows_in, self.test)


def mask_of(n: int, index: Ints) -> Mask:
    """Return a boolean of shape (n,), True at `index`."""
    mask = np.zeros(n, bool)
    mask[index] = True
    return mask


def groups_of(values: NDArray[Any], unknown: Mask | None = None) -> tuple[Ints, Ints]:
    """Return the dense group of each row (0 where unknown) and the size of each group."""
    rows = np.arange(len(values)) if unknown is None else np.flatnonzero(~unknown)
    held = values[rows]
    group = np.zeros(len(values), np.int64)
    if held.dtype.kind in "iu" and len(held) and int(held.max()) - int(held.min()) < 4 * len(held) + 1024:
        place = held.astype(np.int64) - int(held.min())  # dense codes need no sort
        counts = np.bincount(place)
        group[rows] = (np.cumsum(counts > 0) - 1)[place]
        return group, counts[counts > 0].astype(np.int64)
    _, inverse, sizes = np.unique(held, return_inverse=True, return_counts=True)
    group[rows] = inverse.reshape(-1)
    return group, sizes.astype(np.int64)


def checked_fold(where: str, train: Mask, test: Mask, cut: int | None, report: Report) -> Fold:
    """Return the fold of two masks.

    Raises
    ------
    DataError
        Where one side is empty.
    """
    fold = Fold(np.flatnonzero(train), np.flatnonzero(test), cut, report)
    for side, rows in (("train", fold.train), ("test", fold.test)):
        if len(rows) == 0:
            raise DataError(
                f"the {side} side is empty" + ("" if cut is None else f" at the cut {cut}"),
                where=where,
                got=str(report),
                next_step="ask for fewer folds, another share or window, or bring more rows",
            )
    return fold
