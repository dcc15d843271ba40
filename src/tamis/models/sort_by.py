"""One column as the score: the heuristic rung, such as "most popular first" or "nearest first"."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError, nearest
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.words import Rows
from tamis.models._rows import check_training, matrix

_BOTTOM = float(np.finfo(np.float32).min)


@options
class SortBy:
    """Scores rows by one named column.

    A missing value (NaN) sinks to the bottom, at the lowest float32, whichever end is best; infinities become the
    largest float32.

    Parameters
    ----------
    column : str
    best : "largest" or "smallest"

    Attributes
    ----------
    base_ : float
        0; the column contributes the whole score.

    Examples
    --------
    >>> rows = Rows(np.float32([[3], [np.nan], [5]]), ("km",), np.zeros(3, np.int64))
    >>> np.argsort(-SortBy("km", best="smallest").fit(rows, np.zeros(3)).predict(rows)).tolist()
    [0, 2, 1]
    """

    column: str
    best: Literal["largest", "smallest"] = "largest"

    @property
    def output(self) -> Literal["score"]:
        """What `predict` gives."""
        return "score"

    def fit(
        self,
        rows: Rows,
        label: NDArray[np.floating],
        *,
        weight: NDArray[np.floating] | None = None,
        validation: tuple[Rows, NDArray[np.floating]] | None = None,
    ) -> SortBy:
        """Check that the column is there; labels teach nothing.

        Raises
        ------
        DataError
            Where the rows have no such column, or labels or weights are unusable.
        """
        check_training("SortBy", rows, label, weight)
        if self.column not in rows.names:
            raise DataError(
                f"there is no column `{self.column}`",
                where="SortBy",
                allowed=", ".join(rows.names),
                nearest=nearest(self.column, rows.names),
            )
        self.columns_, self.base_ = tuple(rows.names), 0.0
        return self

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n,) scores.

        Raises
        ------
        NotFittedError, DataError
            Before `fit`; where columns differ from training.
        """
        return self.contributions(rows)[:, self.columns_.index(self.column)]

    def contributions(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n, d): the score in its column, 0 elsewhere."""
        require_fitted(self, "columns_")
        x = matrix("SortBy", rows, self.columns_)
        at = self.columns_.index(self.column)
        value = np.nan_to_num(x[:, at].astype(np.float64), nan=np.nan, posinf=-_BOTTOM, neginf=_BOTTOM)
        value = np.where(np.isnan(value), _BOTTOM, value if self.best == "largest" else -value)
        added = np.zeros(x.shape)
        added[:, at] = value
        return added

    def importance(self) -> dict[str, float]:
        """Return 1 for the column and 0 for the others."""
        require_fitted(self, "columns_")
        return {self.column: 1.0} | {name: 0.0 for name in self.columns_ if name != self.column}

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "columns_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> SortBy:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self
