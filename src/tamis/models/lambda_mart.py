"""LambdaMART: boosted trees that learn the order within a query, the strong default for lists."""

from __future__ import annotations

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
from tamis.models._rows import check_training, matrix
from tamis.models.tree_growth import TreeGrowth

_MOST_GRADE = 31
# LightGBM refuses larger queries.
_MOST_ROWS = 10_000


@options
class LambdaMART:
    """A score to sort by within a query, learned from graded labels with nDCG-weighted pairs (LightGBM's lambdarank).

    Rows of one query are a group. Groups whose labels are all equal teach no order; they are left out and counted in
    `dropped_groups_`. Where no group is left, every score is 0 and `note_` says so. Only differences of scores within
    a query have a meaning. Missing values (NaN) go to the side of a split that suits them. The same options, rows and
    seed give the same trees.

    Parameters
    ----------
    truncation : int
        Pairs with at least one row among the first `truncation` of the list are learned from; a little above `k`
        or more.
    gain : "exponential" or "linear"
        Worth of grade y: 2 ** y - 1, or y.
    k : int
        Early stopping watches nDCG at `k` on `validation`.
    trees, learning_rate, patience, growth, threads, seed
        As in `GradientBoosting`.

    Attributes
    ----------
    trees_ : int
        How many trees were kept.
    dropped_groups_ : int
        Training queries without a difference of labels.
    curve_ : list of float
        Validation nDCG@k by round; empty without validation.
    base_ : float
        Score to which `contributions` add up.
    note_ : str

    Notes
    -----
    Burges (2010), From RankNet to LambdaRank to LambdaMART, Microsoft Research MSR-TR-2010-82; Ke et al. (2017),
    LightGBM, NeurIPS 30.

    Examples
    --------
    >>> query = np.repeat(np.arange(30), 4)
    >>> rows = Rows(np.tile(np.float32([[4], [2], [3], [1]]), (30, 1)), ("x",), query)
    >>> model = LambdaMART(trees=5).fit(rows, np.tile([1, 0, 0, 0], 30))
    >>> int(np.argmax(model.predict(rows)[:4])), model.dropped_groups_
    (0, 0)
    """

    truncation: Annotated[int, at_least(1)] = 30
    gain: Literal["exponential", "linear"] = "exponential"
    k: Annotated[int, at_least(1)] = 10
    trees: Annotated[int, at_least(1)] = 500
    learning_rate: Annotated[float, above(0)] = 0.05
    patience: Annotated[int, at_least(1)] = 50
    growth: TreeGrowth = TreeGrowth()
    threads: Annotated[int, at_least(0)] = 0
    seed: int = 0

    @property
    def output(self) -> Literal["score"]:
        """What `predict` gives."""
        return "score"

    @property
    def _forest(self) -> Forest:
        require_fitted(self, "dropped_groups_")
        return Forest("LambdaMART", self.columns_, self._trees, 0.0)

    def fit(
        self,
        rows: Rows,
        label: NDArray[np.floating],
        *,
        weight: NDArray[np.floating] | None = None,
        validation: tuple[Rows, NDArray[np.floating]] | None = None,
    ) -> LambdaMART:
        """Grow trees on rows and graded labels (n,): whole numbers from 0, higher is better.

        Raises
        ------
        DataError
            Where there are no rows or columns, rows are not sorted by query, a query has more than 10,000 rows, a
            label is no grade, or weights are unusable.
        """
        self.columns_ = tuple(rows.names)
        training, self.dropped_groups_ = self._groups("LambdaMART", rows, label, weight)
        self.note_, self.trees_, self.base_ = "", 0, 0.0
        self.curve_: list[float] = []
        self._trees: Trees | None = None
        if training is None:
            self.note_ = f"no query of {self.dropped_groups_} has labels that differ: every score is 0"
            return self
        held_out = None
        if validation is not None and len(validation[0]):
            held_out, _ = self._groups("LambdaMART: validation", *validation, None)
        grades = np.arange(_MOST_GRADE + 1)
        parameters = {
            **growth_parameters(self.growth, self.learning_rate, self.threads, self.seed),
            "objective": "lambdarank",
            "metric": "ndcg",
            "eval_at": [self.k],
            "lambdarank_truncation_level": self.truncation,
            "label_gain": (2**grades - 1 if self.gain == "exponential" else grades).tolist(),
        }
        course = Boosting("lambda mart", parameters, self.trees, self.patience)
        self._trees, self.curve_ = boost(course, training, held_out)
        self.trees_ = self._trees.rounds
        self.base_ = float(self._trees.contributions(training.x[:1])[0, -1])
        return self

    def _groups(
        self, where: str, rows: Rows, label: NDArray[np.floating], weight: NDArray[np.floating] | None
    ) -> tuple[Sample | None, int]:
        """Return the rows of the groups that teach an order, and how many groups do not."""
        label, weights = check_training(where, rows, label, weight)
        x = matrix(where, rows, self.columns_)
        wrong = (label < 0) | (label > _MOST_GRADE) | (label != np.floor(label))
        if np.any(wrong):
            row = int(np.argmax(wrong))
            raise DataError(
                f"the label of row {row} is no grade",
                where=where,
                allowed=f"a whole number from 0 to {_MOST_GRADE}",
                got=float(label[row]),
            )
        if np.any(rows.query[1:] < rows.query[:-1]):
            raise DataError("rows must be sorted by query", where=where)
        starts = np.flatnonzero(np.r_[True, rows.query[1:] != rows.query[:-1]])
        sizes = np.diff(np.r_[starts, len(rows)])
        if sizes.max() > _MOST_ROWS:
            raise DataError(
                f"query {rows.query[starts[np.argmax(sizes)]]} has too many rows",
                where=where,
                allowed=f"at most {_MOST_ROWS}",
                got=int(sizes.max()),
                next_step="sample its negatives",
            )
        teaches = np.maximum.reduceat(label, starts) > np.minimum.reduceat(label, starts)
        dropped = int(np.sum(~teaches))
        if not np.any(teaches):
            return None, dropped
        keep = np.repeat(teaches, sizes)
        return Sample(x[keep], label[keep], None if weight is None else weights[keep], sizes[teaches]), dropped

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n,) scores, comparable within a query only.

        Raises
        ------
        NotFittedError, DataError
            Before `fit`; where columns differ from training.
        """
        return self._forest.predict(rows)

    def contributions(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n, d): what each column adds to the score; `base_` plus their sum is the score."""
        return self._forest.contributions(rows)

    def importance(self) -> dict[str, float]:
        """Return each column's share of the loss saved by splits, largest first; they sum to 1."""
        return self._forest.importance()

    def save(self, folder: Path) -> None:
        """Write the learned state: JSON and LightGBM text with its SHA-256 and golden rows."""
        require_fitted(self, "dropped_groups_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> LambdaMART:
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
