"""What the boosted models share once trained: trees, or one constant where the labels taught nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tamis.core.words import Rows
from tamis.models._lightgbm import Trees
from tamis.models._rows import matrix, shares

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Forest:
    """Boosted trees over named columns.

    Parameters
    ----------
    where : str
        The model's name, for errors.
    columns : tuple of d str
    trees : Trees or None
        None where all labels were equal: every prediction is then `constant`.
    constant : float
    """

    where: str
    columns: tuple[str, ...]
    trees: Trees | None
    constant: float

    def predict(self, rows: Rows) -> Floats:
        """Return (n,) predictions."""
        x = matrix(self.where, rows, self.columns)
        return np.full(len(x), self.constant) if self.trees is None else self.trees.predict(x)

    def contributions(self, rows: Rows) -> Floats:
        """Return (n, d): SHAP values of the raw score, 0 where there are no trees."""
        x = matrix(self.where, rows, self.columns)
        return np.zeros(x.shape) if self.trees is None else self.trees.contributions(x)[:, :-1]

    def importance(self) -> dict[str, float]:
        """Return each column's share of the loss saved by splits, largest first."""
        return shares(self.columns, np.zeros(len(self.columns)) if self.trees is None else self.trees.gain())
