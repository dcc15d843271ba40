"""What training compares models by: one value per query or row, so that two models pair.

`cluster` (n,) says whom each row belongs to, such as user codes, for honest intervals; default the query.
"""

from __future__ import annotations

from typing import Annotated, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.options import options
from tamis.core.ragged import position
from tamis.core.rng import hashed_uniform
from tamis.core.words import Rows
from tamis.metrics.graded_ranking import ndcg
from tamis.metrics.lists import RankedLists
from tamis.metrics.measured import Measured
from tamis.metrics.probability import log_loss

Floats = NDArray[np.float64]


@runtime_checkable
class Measure(Protocol):
    """A quality of predictions; the same rows always give values in the same order."""

    @property
    def name(self) -> str:
        """The name in tables."""

    @property
    def perfect(self) -> float:
        """The value of a perfect model: 0 for a loss, where smaller is better, and 1 for a gain."""

    def __call__(
        self, rows: Rows, label: NDArray[np.floating], prediction: Floats, cluster: NDArray[np.integer] | None = None
    ) -> Measured:
        """Return one value per query or row."""


def smaller_is_better(measure: Measure) -> bool:
    """Return whether the measure is a loss.

    Examples
    --------
    >>> smaller_is_better(LogLoss()), smaller_is_better(NDCG())
    (True, False)
    """
    return measure.perfect == 0


@options
class NDCG:
    """nDCG at k per query, over the rows of the query.

    Rows of equal prediction are ordered by a hash of query and row, so a model that says nothing scores as chance
    does, however the rows were written. Queries without a label above 0 are left out of the mean.

    Parameters
    ----------
    k : int
    gain : "linear" or "exponential"

    Examples
    --------
    >>> rows = Rows(np.zeros((3, 1), np.float32), ("x",), np.zeros(3, np.int64))
    >>> round(NDCG(k=2)(rows, np.array([1, 0, 0]), np.array([0.5, 0.9, 0.1])).mean, 4)  # 1 / log2(3)
    0.6309
    """

    k: Annotated[int, at_least(1)] = 10
    gain: Literal["linear", "exponential"] = "linear"

    @property
    def name(self) -> str:
        """The name in tables."""
        return f"ndcg@{self.k}"

    @property
    def perfect(self) -> float:
        """The value of a perfect model."""
        return 1.0

    def __call__(
        self, rows: Rows, label: NDArray[np.floating], prediction: Floats, cluster: NDArray[np.integer] | None = None
    ) -> Measured:
        """Return one value per query, by ascending query."""
        distinct, first, query = np.unique(rows.query, return_index=True, return_inverse=True)
        row = position(query)
        order = np.lexsort((hashed_uniform(0, rows.query, row), -prediction, query))
        lists = RankedLists.build(
            len(distinct),
            query[order],
            row[order],
            query,
            row,
            label,
            n_items=int(row.max(initial=0)) + 1,
            cluster=(rows.query if cluster is None else cluster)[first],
        )
        return ndcg(lists, self.k, gain=self.gain)


@options
class LogLoss:
    """Log loss per row of a probability, in nats.

    Examples
    --------
    >>> rows = Rows(np.zeros((2, 1), np.float32), ("x",), np.zeros(2, np.int64))
    >>> round(LogLoss()(rows, np.array([1, 0]), np.array([0.5, 0.5])).mean, 4)
    0.6931
    """

    @property
    def name(self) -> str:
        """The name in tables."""
        return "log loss"

    @property
    def perfect(self) -> float:
        """The value of a perfect model."""
        return 0.0

    def __call__(
        self, rows: Rows, label: NDArray[np.floating], prediction: Floats, cluster: NDArray[np.integer] | None = None
    ) -> Measured:
        """Return one value per row."""
        return log_loss(label, prediction, cluster=rows.query if cluster is None else cluster)


@options
class SquaredError:
    """Squared error per row of a quantity.

    Examples
    --------
    >>> rows = Rows(np.zeros((2, 1), np.float32), ("x",), np.zeros(2, np.int64))
    >>> SquaredError()(rows, np.array([1.0, 3.0]), np.array([1.0, 1.0])).mean
    2.0
    """

    @property
    def name(self) -> str:
        """The name in tables."""
        return "squared error"

    @property
    def perfect(self) -> float:
        """The value of a perfect model."""
        return 0.0

    def __call__(
        self, rows: Rows, label: NDArray[np.floating], prediction: Floats, cluster: NDArray[np.integer] | None = None
    ) -> Measured:
        """Return one value per row."""
        squared = (np.asarray(label, np.float64) - prediction) ** 2
        return Measured(self.name, squared, np.asarray(rows.query if cluster is None else cluster, np.int64))
