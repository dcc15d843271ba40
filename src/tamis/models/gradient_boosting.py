"""Gradient-boosted trees, each row judged on its own: the strong default for probabilities and quantities."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import above, at_least
from tamis.core.errors import DataError
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.words import Rows
from tamis.models._forest import Forest
from tamis.models._lightgbm import Boosting, Sample, Trees, boost, growth_parameters
from tamis.models._rows import check_binary, check_training, matrix
from tamis.models.tree_growth import TreeGrowth


class Objective(Enum):
    """What the trees minimise, by its name in LightGBM."""

    BINARY = "binary"
    SQUARED_ERROR = "regression"
    ABSOLUTE_ERROR = "regression_l1"
    POISSON = "poisson"


_METRIC = {
    Objective.BINARY: "binary_logloss",
    Objective.SQUARED_ERROR: "l2",
    Objective.ABSOLUTE_ERROR: "l1",
    Objective.POISSON: "poisson",
}


@options
class GradientBoosting:
    """Probability of a 0-1 outcome, or a quantity, by LightGBM's boosted trees.

    Missing values (NaN) go to the side of a split that suits them; infinities are ordinary large values. Where all
    labels are equal no tree is grown: every prediction is that label and `note_` says so. The same options, rows and
    seed give the same trees.

    Parameters
    ----------
    objective : Objective
        BINARY gives probabilities; the others quantities: SQUARED_ERROR the mean, ABSOLUTE_ERROR the median,
        POISSON the mean of counts (labels of at least 0).
    trees : int
        At most; with `validation`, the best round is kept.
    learning_rate : float, above 0
        Shrinkage of each tree.
    patience : int
        Rounds without a better validation loss before training stops.
    growth : TreeGrowth
        Limits on each tree.
    threads : int
        0 for all cores.
    seed : int

    Attributes
    ----------
    trees_ : int
        How many trees were kept.
    curve_ : list of float
        Validation loss by round; empty without validation.
    base_ : float
        Raw score (log-odds, or log for POISSON) to which `contributions` add up.
    note_ : str

    Notes
    -----
    Friedman (2001), Greedy function approximation, https://doi.org/10.1214/aos/1013203451; Ke et al. (2017),
    LightGBM, NeurIPS 30. Contributions: Lundberg et al. (2020), https://doi.org/10.1038/s42256-019-0138-9.

    Examples
    --------
    >>> rows = Rows(np.float32([[0]] * 40 + [[1]] * 40), ("x",), np.zeros(80, np.int64))
    >>> quantity = np.repeat([10.0, 20.0], 40)
    >>> model = GradientBoosting(Objective.SQUARED_ERROR, trees=200).fit(rows, quantity)
    >>> model.predict(rows)[[0, 79]].round(1).tolist()
    [10.0, 20.0]
    """

    objective: Objective = Objective.BINARY
    trees: Annotated[int, at_least(1)] = 500
    learning_rate: Annotated[float, above(0)] = 0.05
    patience: Annotated[int, at_least(1)] = 50
    growth: TreeGrowth = TreeGrowth()
    threads: Annotated[int, at_least(0)] = 0
    seed: int = 0

    @property
    def output(self) -> Literal["probability", "quantity"]:
        """What `predict` gives."""
        return "probability" if self.objective is Objective.BINARY else "quantity"

    @property
    def _forest(self) -> Forest:
        require_fitted(self, "constant_")
        return Forest("GradientBoosting", self.columns_, self._trees, self.constant_)

    def fit(
        self,
        rows: Rows,
        label: NDArray[np.floating],
        *,
        weight: NDArray[np.floating] | None = None,
        validation: tuple[Rows, NDArray[np.floating]] | None = None,
    ) -> GradientBoosting:
        """Grow trees on rows and labels (n,), stopping early on `validation` where given.

        Raises
        ------
        DataError
            Where there are no rows or columns, a label does not suit the objective, or weights are unusable.
        """
        label, weights = check_training("GradientBoosting", rows, label, weight)
        self._check_label(label)
        self.columns_ = tuple(rows.names)
        self.note_, self.trees_ = "", 0
        self.curve_: list[float] = []
        self._trees: Trees | None = None
        taught = label[weights > 0]
        self.constant_ = float(taught[0])
        if np.all(taught == taught[0]):
            self.note_ = f"all {len(taught)} labels are equal: every prediction is {self.constant_:g}"
            self.base_ = self._raw(self.constant_)
            return self
        held_out = None
        if validation is not None and len(validation[0]):
            held_out = self._validation(*validation)
        parameters = {
            **growth_parameters(self.growth, self.learning_rate, self.threads, self.seed),
            "objective": self.objective.value,
            "metric": _METRIC[self.objective],
        }
        course = Boosting("gradient boosting", parameters, self.trees, self.patience)
        training = Sample(rows.x, label, None if weight is None else weights)
        self._trees, self.curve_ = boost(course, training, held_out)
        self.trees_ = self._trees.rounds
        self.base_ = float(self._trees.contributions(rows.x[:1])[0, -1])
        if not np.any(self._trees.gain()):
            self.note_ = f"no split was found in {len(label)} rows: lower `growth.rows_per_leaf` or add columns"
        return self

    def _validation(self, rows: Rows, label: NDArray[np.floating]) -> Sample:
        label, _ = check_training("GradientBoosting: validation", rows, label, None)
        self._check_label(label)
        return Sample(matrix("GradientBoosting: validation", rows, self.columns_), label)

    def _check_label(self, label: NDArray[np.float64]) -> None:
        if self.objective is Objective.BINARY:
            check_binary("GradientBoosting", label)
        if self.objective is Objective.POISSON and np.any(label < 0):
            raise DataError(
                "a count is negative", where="GradientBoosting", allowed="at least 0", got=float(label.min())
            )

    def _raw(self, prediction: float) -> float:
        with np.errstate(divide="ignore"):
            if self.objective is Objective.BINARY:
                return float(np.log(prediction) - np.log1p(-prediction))
            return float(np.log(prediction)) if self.objective is Objective.POISSON else prediction

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n,) probabilities, or quantities in the label's unit.

        Raises
        ------
        NotFittedError, DataError
            Before `fit`; where columns differ from training.
        """
        return self._forest.predict(rows)

    def contributions(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n, d): what each column adds to the raw score; `base_` plus their sum is the raw score."""
        return self._forest.contributions(rows)

    def importance(self) -> dict[str, float]:
        """Return each column's share of the loss saved by splits, largest first; they sum to 1."""
        return self._forest.importance()

    def save(self, folder: Path) -> None:
        """Write the learned state: JSON and LightGBM text with its SHA-256 and golden rows."""
        require_fitted(self, "constant_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> GradientBoosting:
        """Read the learned state; returns self.

        Raises
        ------
        SnapshotError
            Where a file is missing or damaged; damaged trees are never parsed.
        """
        load_fitted(self, folder)
        return self

    def save_extra(self, folder: Path) -> None:
        """Write the trees beside the state."""
        if self._trees is not None:
            self._trees.save(folder)

    def load_extra(self, folder: Path) -> None:
        """Read the trees beside the state."""
        self._trees = Trees.load(folder, len(self.columns_), self.threads) if self.trees_ else None
