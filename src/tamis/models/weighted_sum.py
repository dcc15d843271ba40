"""Named columns in a mix that a person chose: the heuristic rung where there is nothing to learn from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError, OptionError, nearest
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import check_value, options
from tamis.core.words import Rows
from tamis.models._rows import check_training, matrix, shares

_LARGEST = float(np.finfo(np.float32).max)


@options
class WeightedSum:
    """Scores rows by a sum of weight times column; columns without a weight are not read.

    Parameters
    ----------
    weights : mapping of column name to float
        Such as `{"similar-content.score": 0.7, "products.price.closeness": 0.3}`.
    floor : float
        What a missing (NaN) or lower value counts as. A retriever gives rows that it filled in by popularity negative
        scores: with 0 they count like rows that it did not propose.

    Attributes
    ----------
    base_ : float
        0; the columns contribute the whole score.

    Raises
    ------
    OptionError
        Where there is no weight, or one is no finite number.

    Examples
    --------
    >>> rows = Rows(np.float32([[0.5, 1], [np.nan, 1], [1, -3]]), ("alike", "cheap"), np.zeros(3, np.int64))
    >>> WeightedSum({"alike": 2, "cheap": 1}).fit(rows, np.zeros(3)).predict(rows)
    array([2., 1., 2.])
    """

    weights: Mapping  # type: ignore[type-arg]
    floor: float = 0.0

    def check_options(self) -> None:
        """Check the weights."""
        if not self.weights:
            raise OptionError("`weights` is empty", where="WeightedSum", allowed="{column: number}")
        for column, weight in self.weights.items():
            check_value("WeightedSum", "weights", column, str)
            check_value("WeightedSum", f"weights[{column!r}]", weight, float)
            if not np.isfinite(weight):
                raise OptionError(f"`weights[{column!r}]` is not finite", where="WeightedSum", got=weight)

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
    ) -> WeightedSum:
        """Check that the columns are there; labels teach nothing.

        Raises
        ------
        DataError
            Where the rows lack a weighted column, or labels or weights are unusable.
        """
        check_training("WeightedSum", rows, label, weight)
        for column in self.weights:
            if column not in rows.names:
                raise DataError(
                    f"there is no column `{column}`",
                    where="WeightedSum",
                    allowed=", ".join(rows.names),
                    nearest=nearest(column, rows.names),
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
        return np.asarray(self.contributions(rows).sum(axis=1))

    def contributions(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n, d): weight times value, 0 for columns without a weight."""
        require_fitted(self, "columns_")
        x = matrix("WeightedSum", rows, self.columns_)
        added = np.zeros(x.shape)
        for column, weight in self.weights.items():
            at = self.columns_.index(column)
            value = np.nan_to_num(x[:, at].astype(np.float64), nan=self.floor, posinf=_LARGEST, neginf=-_LARGEST)
            added[:, at] = weight * np.maximum(value, self.floor)
        return added

    def importance(self) -> dict[str, float]:
        """Return each column's share of the absolute weights, largest first."""
        require_fitted(self, "columns_")
        return shares(self.columns_, np.abs([float(self.weights.get(column, 0.0)) for column in self.columns_]))

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "columns_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> WeightedSum:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self
