"""Cross-validation by group: every row is judged once, by a model that never saw its group."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least, below
from tamis.core.errors import DataError
from tamis.core.options import options
from tamis.core.progress import track
from tamis.core.stages import Predictor
from tamis.core.words import Rows
from tamis.data.splits import GroupSplit, KFold
from tamis.metrics.measured import Measured
from tamis.training.measures import Floats, Measure


@dataclass(frozen=True)
class CrossValidated:
    """What cross-validation found.

    Parameters
    ----------
    measured : Measured
        Over all judged rows; its interval is between groups, not between folds.
    folds : tuple of Measured
    prediction : array of shape (n,)
        Out of fold; NaN for a row of an unknown group (-1).
    """

    measured: Measured
    folds: tuple[Measured, ...]
    prediction: Floats

    @property
    def mean(self) -> float:
        """The mean over all judged rows."""
        return self.measured.mean

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return the interval of the mean."""
        return self.measured.interval(level)

    def __str__(self) -> str:
        return str(self.measured)


@options
class CrossValidation:
    """K folds of whole groups; a copy of the model is trained per fold, the model itself stays as it was.

    Parameters
    ----------
    folds : int
    validation_share : float
        Share of each fold's training groups held back for early stopping; 0 trains on all.
    seed : int

    Notes
    -----
    Stone (1974), Cross-validatory choice, https://doi.org/10.1111/j.2517-6161.1974.tb00994.x.
    """

    folds: Annotated[int, at_least(2)] = 5
    validation_share: Annotated[float, at_least(0), below(1)] = 0.0
    seed: int = 0

    def run(
        self,
        model: Predictor,
        rows: Rows,
        label: NDArray[np.floating],
        measure: Measure,
        *,
        weight: NDArray[np.floating] | None = None,
        group: NDArray[np.integer] | None = None,
    ) -> CrossValidated:
        """Return the measure of out-of-fold predictions.

        Parameters
        ----------
        model : Predictor
        rows : Rows
        label : array of shape (n,)
        measure : Measure
        weight : array of shape (n,), optional
            Used in training only.
        group : array of shape (n,), whole numbers, optional
            Rows of one group stay together, such as user codes, and intervals are between groups; default the query.
            Group -1 is left out.

        Raises
        ------
        DataError
            Where there are fewer groups than folds, lengths differ, or a query is spread over groups.

        Examples
        --------
        >>> from tamis.models.constant_rate import ConstantRate
        >>> from tamis.training.measures import LogLoss
        >>> rows = Rows(np.zeros((4, 1), np.float32), ("x",), np.arange(4))
        >>> found = CrossValidation(folds=2).run(ConstantRate(), rows, np.array([0, 1, 0, 1]), LogLoss())
        >>> len(found.folds)
        2
        """
        group = checked_groups(rows, label, group)
        prediction = np.full(len(rows), np.nan)
        measured: list[Measured] = []
        splits = KFold(k=self.folds, kind="group", by="group", seed=self.seed).split({"group": group})
        for fold in track("cross-validation", splits, self.folds):
            trained = fit_on(model, rows, label, fold.train, weight, group, self.validation_share, self.seed)
            tested = rows.rows(fold.test)
            prediction[fold.test] = trained.predict(tested)
            measured.append(measure(tested, label[fold.test], prediction[fold.test], group[fold.test]))
        judged = np.flatnonzero(~np.isnan(prediction))
        whole = measure(rows.rows(judged), label[judged], prediction[judged], group[judged])
        return CrossValidated(whole, tuple(measured), prediction)


def fit_on(
    model: Predictor,
    rows: Rows,
    label: NDArray[np.floating],
    train: NDArray[np.int64],
    weight: NDArray[np.floating] | None,
    group: NDArray[np.integer],
    validation_share: float,
    seed: int,
) -> Predictor:
    """Return a copy of `model` trained on some rows, a share of their groups held back for early stopping."""
    validation = None
    if validation_share > 0:
        split = next(GroupSplit(by="group", test_share=validation_share, seed=seed).split({"group": group[train]}))
        held = train[split.test]
        validation, train = (rows.rows(held), label[held]), train[split.train]
    fresh = copy.copy(model)
    weights = None if weight is None else weight[train]
    fresh.fit(rows.rows(train), label[train], weight=weights, validation=validation)
    return fresh


def checked_groups(rows: Rows, label: NDArray[np.floating], group: NDArray[np.integer] | None) -> NDArray[np.integer]:
    """Return the group of each row: the one given, or its query.

    Raises
    ------
    DataError
        Where lengths differ, or a query is spread over groups (its rows would be scored by different models).
    """
    group = rows.query if group is None else group
    if len(label) != len(rows) or len(group) != len(rows):
        raise DataError(
            "rows, labels and groups differ in length",
            where="CrossValidation",
            got=(len(rows), len(label), len(group)),
        )
    split = (rows.query[1:] == rows.query[:-1]) & (group[1:] != group[:-1])
    if np.any(split):
        raise DataError(
            f"query {rows.query[int(np.argmax(split))]} is spread over several groups",
            where="CrossValidation",
            next_step="group by query, or by something that holds whole queries",
        )
    return group
