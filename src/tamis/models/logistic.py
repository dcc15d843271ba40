"""Logistic regression: the linear judge of yes-or-no outcomes, and the rung that trees must beat."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.words import Rows
from tamis.models._calibration import sigmoid
from tamis.models._linear_score import LinearScore
from tamis.models._parallel import all_cores
from tamis.models._rows import BLOCK, check_binary, check_training
from tamis.models._standard import Standard


@options
class LogisticRegression:
    """Probability of a 0-1 outcome, linear in standardised columns, with an L2 and an L1 penalty.

    Minimises the weighted sum of log losses + l2 / 2 * sum(w ** 2) + l1 * sum(|w|) over the weights w of the
    standardised columns; the intercept is not penalised. `l2 = 1 / C` in scikit-learn's terms. Columns are
    standardised with training means; a missing (or infinite) value counts as the mean, and each column that had
    missing values in training gets a flag of its own. A constant column gets weight 0.

    Parameters
    ----------
    l2, l1 : float, at least 0
    iterations : int
        Most steps of L-BFGS; `note_` says when they did not suffice.
    warm_start : bool
        Start from the weights of an earlier `fit` on the same columns.

    Attributes
    ----------
    weights_ : array of shape (d + flags,)
        Per standardised column, then per missing flag.
    base_ : float
        Log-odds of a row whose columns are all at their mean.
    note_ : str
        A warning in words, empty when all went well. With one class only the weights are 0 and every
        prediction is the base rate, 0 or 1.

    Notes
    -----
    `validation` is not used: the loss is convex and the penalty is the guard. Deterministic, no seed. Training holds
    one float64 copy of the columns; prediction works by blocks.
    Quasi-Newton steps: Liu and Nocedal (1989), On the limited memory BFGS method,
    https://doi.org/10.1007/BF01589116.

    Examples
    --------
    >>> rows = Rows(np.float32([[0], [0], [1], [1]]), ("x",), np.zeros(4, np.int64))
    >>> model = LogisticRegression(l2=0).fit(rows, np.array([0, 1, 0, 1]))
    >>> model.predict(rows).round(3).tolist()
    [0.5, 0.5, 0.5, 0.5]
    """

    l2: Annotated[float, at_least(0)] = 1.0
    l1: Annotated[float, at_least(0)] = 0.0
    iterations: Annotated[int, at_least(1)] = 500
    warm_start: bool = False

    @property
    def output(self) -> Literal["probability"]:
        """What `predict` gives."""
        return "probability"

    @property
    def _line(self) -> LinearScore:
        require_fitted(self, "weights_")
        standard = Standard(self.mean_, self.scale_, self.flagged_)
        return LinearScore("LogisticRegression", self.columns_, standard, self.weights_, self.base_)

    def fit(
        self,
        rows: Rows,
        label: NDArray[np.floating],
        *,
        weight: NDArray[np.floating] | None = None,
        validation: tuple[Rows, NDArray[np.floating]] | None = None,
    ) -> LogisticRegression:
        """Learn the weights from rows and 0-1 labels (n,).

        Raises
        ------
        DataError
            Where there are no rows or columns, a label is not 0 or 1, or weights are unusable.
        """
        label, weight = check_training("LogisticRegression", rows, label, weight)
        check_binary("LogisticRegression", label)
        earlier = self._line if self.warm_start and hasattr(self, "weights_") else None
        self.columns_ = tuple(rows.names)
        standard = Standard.learn(rows.x, weight)
        self.mean_, self.scale_, self.flagged_ = standard.mean, standard.scale, standard.flagged
        self.note_ = ""
        self.weights_ = np.zeros(len(standard.mean))
        positive, negative = float(weight @ label), float(weight @ (1 - label))
        if positive == 0 or negative == 0:
            self.base_ = float(np.inf if positive > 0 else -np.inf)
            self.note_ = f"only one class in {len(label)} rows: every prediction is {int(positive > 0)}"
            return self
        self.base_ = float(np.log(positive / negative))
        if earlier is not None and np.isfinite(earlier.base) and _same_columns(earlier, self._line):
            self.weights_, self.base_ = earlier.weights, earlier.base
        columns = [standard.transform(rows.x[at : at + BLOCK]) for at in range(0, len(rows), BLOCK)]
        self._minimise(columns, label, weight)
        return self

    def _minimise(
        self, columns: list[NDArray[np.float64]], label: NDArray[np.float64], weight: NDArray[np.float64]
    ) -> None:
        from scipy.optimize import minimize

        width, total = len(self.weights_), float(weight.sum())
        start = np.r_[self.weights_, self.base_]
        split = self.l1 > 0
        if split:
            # |w| has no gradient at 0: write w as the difference of two numbers of at least 0.
            start = np.r_[np.maximum(start[:width], 0), np.maximum(-start[:width], 0), start[-1]]
        blocks = [(z, label[i * BLOCK :][: len(z)], weight[i * BLOCK :][: len(z)]) for i, z in enumerate(columns)]

        with all_cores() as spread:

            def loss(free: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
                w = free[:width] - free[width : 2 * width] if split else free[:width]
                parts = spread(partial(_block_loss, w, float(free[-1])), blocks)
                value = 0.5 * self.l2 * float(w @ w) + sum(part[0] for part in parts)
                gradient = self.l2 * w + np.sum([part[1] for part in parts], axis=0)
                base_gradient = sum(part[2] for part in parts)
                if not split:
                    return value / total, np.r_[gradient, base_gradient] / total
                value += self.l1 * float(free[:-1].sum())
                return value / total, np.r_[gradient + self.l1, self.l1 - gradient, base_gradient] / total

            found = minimize(
                loss,
                start,
                jac=True,
                method="L-BFGS-B",
                bounds=[(0, None)] * (2 * width) + [(None, None)] if split else None,
                options={"maxiter": self.iterations, "maxfun": 2 * self.iterations + 20, "ftol": 1e-14, "gtol": 1e-8},
            )
        self.weights_ = found.x[:width] - found.x[width : 2 * width] if split else found.x[:width].copy()
        self.base_ = float(found.x[-1])
        if found.nit >= self.iterations:
            self.note_ = f"not converged after {found.nit} iterations: raise `iterations` or `l2`"

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n,) probabilities.

        Raises
        ------
        NotFittedError, DataError
            Before `fit`; where columns differ from training.
        """
        return sigmoid(self._line.raw(rows))

    def contributions(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n, d): what each column adds to the log-odds; `base_` plus their sum is the raw score."""
        return self._line.contributions(rows)

    def importance(self) -> dict[str, float]:
        """Return each column's share of the absolute standardised weights, largest first; they sum to 1."""
        return self._line.importance()

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "weights_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> LogisticRegression:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self


def _same_columns(a: LinearScore, b: LinearScore) -> bool:
    return a.columns == b.columns and np.array_equal(a.standard.flagged, b.standard.flagged)


def _block_loss(
    w: NDArray[np.float64],
    base: float,
    block: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
) -> tuple[float, NDArray[np.float64], float]:
    z, label, weight = block
    raw = z @ w + base
    slope = weight * (sigmoid(raw) - label)
    return float(weight @ (np.logaddexp(0.0, raw) - label * raw)), slope @ z, float(slope.sum())
