"""What the linear models share once their weights are learned: raw scores and what each column adds to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tamis.core.words import Rows
from tamis.models._rows import BLOCK, matrix, shares
from tamis.models._standard import Standard

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LinearScore:
    """A learned line: base + sum of weight times standardised column.

    Parameters
    ----------
    where : str
        The model's name, for errors.
    columns : tuple of d str
    standard : Standard
    weights : array of shape (d + flags,)
    base : float
    """

    where: str
    columns: tuple[str, ...]
    standard: Standard
    weights: Floats
    base: float

    def raw(self, rows: Rows) -> Floats:
        """Return (n,) raw scores."""
        x = matrix(self.where, rows, self.columns)
        score = np.full(len(x), self.base)
        for start in range(0, len(x), BLOCK):
            here = slice(start, start + BLOCK)
            # Summed row by row: a matrix product may add in another order for another batch size.
            score[here] += (self.standard.transform(x[here]) * self.weights).sum(axis=1)
        return score

    def contributions(self, rows: Rows) -> Floats:
        """Return (n, d): weight times standardised value, a missing flag added to its column."""
        x = matrix(self.where, rows, self.columns)
        added = np.empty((len(x), len(self.columns)))
        for start in range(0, len(x), BLOCK):
            here = slice(start, start + BLOCK)
            added[here] = self.standard.fold(self.standard.transform(x[here]) * self.weights)
        return added

    def importance(self) -> dict[str, float]:
        """Return each column's share of the absolute standardised weights, largest first."""
        return shares(self.columns, self.standard.fold(np.abs(self.weights)))
