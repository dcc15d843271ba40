"""Linear regression with a ridge penalty: the first learned rung for quantities (ratings, minutes, money)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.words import Rows
from tamis.models._linear_score import LinearScore
from tamis.models._parallel import all_cores
from tamis.models._rows import BLOCK, check_training
from tamis.models._standard import Standard


@options
class LinearRegression:
    """Quantity linear in standardised columns; least squares with an L2 penalty, solved exactly.

    Minimises the weighted sum of squared errors + l2 * sum(w ** 2) over the weights w of the standardised columns
    (scikit-learn's `Ridge(alpha=l2)` on standardised columns); the intercept is not penalised. Missing and constant
    columns as in `LogisticRegression`. With `l2=0` and collinear columns, the smallest weights that fit.

    Parameters
    ----------
    l2 : float, at least 0

    Attributes
    ----------
    weights_ : array of shape (d + flags,)
    base_ : float
        Prediction for a row whose columns are all at their mean: the mean label.

    Notes
    -----
    `validation` is not used. Deterministic, no seed.
    Hoerl and Kennard (1970), Ridge regression, https://doi.org/10.1080/00401706.1970.10488634.

    Examples
    --------
    >>> rows = Rows(np.float32([[1], [2], [3]]), ("x",), np.zeros(3, np.int64))
    >>> LinearRegression(l2=0).fit(rows, np.array([10, 20, 30])).predict(rows).round(6).tolist()
    [10.0, 20.0, 30.0]
    """

    l2: Annotated[float, at_least(0)] = 1.0

    @property
    def output(self) -> Literal["quantity"]:
        """What `predict` gives."""
        return "quantity"

    @property
    def _line(self) -> LinearScore:
        require_fitted(self, "weights_")
        standard = Standard(self.mean_, self.scale_, self.flagged_)
        return LinearScore("LinearRegression", self.columns_, standard, self.weights_, self.base_)

    def fit(
        self,
        rows: Rows,
        label: NDArray[np.floating],
        *,
        weight: NDArray[np.floating] | None = None,
        validation: tuple[Rows, NDArray[np.floating]] | None = None,
    ) -> LinearRegression:
        """Learn the weights from rows and quantities (n,).

        Raises
        ------
        DataError
            Where there are no rows or columns, a label is not finite, or weights are unusable.
        """
        label, weights = check_training("LinearRegression", rows, label, weight)
        self.columns_ = tuple(rows.names)
        standard = Standard.learn(rows.x, weights)
        self.mean_, self.scale_, self.flagged_ = standard.mean, standard.scale, standard.flagged
        self.base_ = float(weights @ label / weights.sum())
        width = len(standard.mean)

        def products(start: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
            here = slice(start, start + BLOCK)
            z = standard.transform(rows.x[here])
            weighted = z * weights[here, None]
            return weighted.T @ z, weighted.T @ (label[here] - self.base_)

        with all_cores() as spread:
            made = spread(products, range(0, len(rows), BLOCK))
        gram = self.l2 * np.eye(width) + np.sum([pair[0] for pair in made], axis=0)
        moment = np.sum([pair[1] for pair in made], axis=0)
        solved = np.linalg.lstsq(gram, moment, rcond=None)[0]
        self.weights_: NDArray[np.float64] = np.where(standard.scale > 0, solved, 0.0)
        return self

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n,) quantities in the label's unit.

        Raises
        ------
        NotFittedError, DataError
            Before `fit`; where columns differ from training.
        """
        return self._line.raw(rows)

    def contributions(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n, d): what each column adds to the prediction; `base_` plus their sum is the prediction."""
        return self._line.contributions(rows)

    def importance(self) -> dict[str, float]:
        """Return each column's share of the absolute standardised weights, largest first; they sum to 1."""
        return self._line.importance()

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "weights_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> LinearRegression:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self
