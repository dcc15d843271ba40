"""The mean label for every row: the first rung of the ladder, which every model must beat."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.words import Rows
from tamis.models._rows import check_binary, check_training, matrix


@options
class ConstantRate:
    """Predicts the weighted mean of the training labels: the base rate, or the mean quantity.

    Parameters
    ----------
    output : "probability" or "quantity"
        A probability wants labels of 0 and 1.

    Attributes
    ----------
    base_ : float
        The prediction. `contributions` are 0.

    Examples
    --------
    >>> rows = Rows(np.float32([[5], [6], [7], [8]]), ("x",), np.zeros(4, np.int64))
    >>> ConstantRate().fit(rows, np.array([0, 0, 0, 1])).predict(rows)
    array([0.25, 0.25, 0.25, 0.25])
    """

    output: Literal["probability", "quantity"] = "probability"

    def fit(
        self,
        rows: Rows,
        label: NDArray[np.floating],
        *,
        weight: NDArray[np.floating] | None = None,
        validation: tuple[Rows, NDArray[np.floating]] | None = None,
    ) -> ConstantRate:
        """Learn the mean of labels (n,); `validation` is not used.

        Raises
        ------
        DataError
            Where there are no rows or columns, a label is unusable, or weights are.
        """
        label, weight = check_training("ConstantRate", rows, label, weight)
        if self.output == "probability":
            check_binary("ConstantRate", label)
        self.columns_ = tuple(rows.names)
        # A mean of equal labels must be that label to the last bit.
        self.base_ = float(np.clip(np.average(label, weights=weight), label.min(), label.max()))
        return self

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n,) copies of the mean label.

        Raises
        ------
        NotFittedError, DataError
            Before `fit`; where columns differ from training.
        """
        require_fitted(self, "base_")
        return np.full(len(matrix("ConstantRate", rows, self.columns_)), self.base_)

    def contributions(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n, d) zeros: no column moves the prediction."""
        require_fitted(self, "base_")
        return np.zeros(matrix("ConstantRate", rows, self.columns_).shape)

    def importance(self) -> dict[str, float]:
        """Return 0 for every column."""
        require_fitted(self, "base_")
        return dict.fromkeys(self.columns_, 0.0)

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "base_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> ConstantRate:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self
