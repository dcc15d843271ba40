"""Semi-supervised labels: a few true labels grow over unlabelled rows, only where the answer is sure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import above, at_least, at_most, below
from tamis.core.errors import DataError
from tamis.core.options import options
from tamis.data.event_columns import Floats, Ints, Mask, whole_numbers

if TYPE_CHECKING:
    from scipy.sparse import csr_array

UNLABELLED = -1


class Classifier(Protocol):
    """What self-training needs of a model: scikit-learn's two verbs."""

    def fit(self, rows: NDArray[Any], label: Ints) -> Any:
        """Learn from labelled rows."""

    def predict_proba(self, rows: NDArray[Any]) -> Floats:
        """Return probabilities of shape (n, n_classes), classes 0..C - 1 in order."""


@dataclass(frozen=True)
class GrownLabels:
    """Labels after growing.

    Parameters
    ----------
    label : array of shape (n,), int64
        True labels unchanged, grown ones where sure, -1 elsewhere.
    confidence : array of shape (n,), float64
        1 for a true label, the probability of a grown one, NaN elsewhere.
    round : array of shape (n,), int64
        0 for a true label, the round in which a label was grown, -1 elsewhere.
    """

    label: Ints
    confidence: Floats
    round: Ints


@options
class SelfTraining:
    """Fit, label the surest unlabelled rows with the model's own answers, fit again.

    Errors feed on themselves: keep the gate high and watch accuracy on held-out true labels. Yarowsky (1995),
    https://doi.org/10.3115/981658.981684.

    Parameters
    ----------
    threshold : float
        Gate: a label grows only at this probability or above.
    rounds : int
        At most this many fits.
    per_round : int, optional
        Labels grown per round at most, surest first (ties: lowest row).

    Examples
    --------
    >>> class Threshold:
    ...     def fit(self, rows, label): return self
    ...     def predict_proba(self, rows): return np.stack([1 - rows, rows], axis=1)
    >>> SelfTraining(threshold=0.9).grow(Threshold, np.array([0.0, 0.95, 0.5]), np.array([0, -1, -1])).label
    array([ 0,  1, -1])
    """

    threshold: Annotated[float, above(0), at_most(1)] = 0.95
    rounds: Annotated[int, at_least(1)] = 10
    per_round: Annotated[int, at_least(1)] | None = None

    def grow(self, new_model: Callable[[], Classifier], rows: NDArray[Any], label: Ints) -> GrownLabels:
        """Return labels grown from `label` (n,), -1 where unlabelled, of `rows` (n, ...).

        `new_model` makes a fresh model for every round.

        Raises
        ------
        DataError
            Where no row is labelled.
        """
        label = whole_numbers(label, "label", "SelfTraining").copy()
        if not (label != UNLABELLED).any():
            raise DataError("no row is labelled", where="SelfTraining", got=f"{len(label)} rows")
        confidence = np.where(label == UNLABELLED, np.nan, 1.0)
        grown_in = np.where(label == UNLABELLED, UNLABELLED, 0)
        for turn in range(1, self.rounds + 1):
            open_ = np.flatnonzero(label == UNLABELLED)
            if len(open_) == 0:
                break
            known = label != UNLABELLED
            model = new_model()
            model.fit(rows[known], label[known])
            probability = np.nan_to_num(np.asarray(model.predict_proba(rows[open_]), np.float64), nan=0.0)
            best = probability.max(axis=1)
            sure = np.flatnonzero(best >= self.threshold)
            if len(sure) == 0:
                break
            sure = sure[np.argsort(-best[sure], kind="stable")][: self.per_round]
            label[open_[sure]], confidence[open_[sure]] = probability[sure].argmax(axis=1), best[sure]
            grown_in[open_[sure]] = turn
        return GrownLabels(label, confidence, grown_in)


@options
class LabelPropagation:
    """Spread labels over a graph: each node takes the weighted mean of its neighbours, true labels stay fixed.

    A node that no labelled node reaches stays unlabelled. Zhu and Ghahramani (2002), CMU-CALD-02-107.

    Parameters
    ----------
    threshold : float
        Gate: a node is labelled only at this probability or above.
    iterations : int
        At most this many passes.
    tolerance : float
        Stop when no probability moves by more.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> chain = csr_array(np.array([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]], float))
    >>> grown = LabelPropagation(threshold=0.6).grow(chain, np.array([0, -1, -1, 1]))
    >>> grown.label, grown.confidence
    (array([0, 0, 1, 1]), array([1. , 0.67, 0.67, 1. ]))
    """

    threshold: Annotated[float, at_least(0), at_most(1)] = 0.0
    iterations: Annotated[int, at_least(1)] = 1000
    tolerance: Annotated[float, above(0), below(1)] = 1e-6

    def grow(self, weight: csr_array, label: Ints) -> GrownLabels:
        """Return labels grown from `label` (n,) over the edges `weight` (n, n), sparse and at least 0.

        Raises
        ------
        DataError
            Where no node is labelled, a weight is negative or the shapes differ.
        """
        from scipy.sparse import csr_array, diags_array

        label = whole_numbers(label, "label", "LabelPropagation")
        edges = csr_array(weight, dtype=np.float64)
        if edges.shape != (len(label), len(label)) or (edges.nnz and edges.data.min() < 0):
            raise DataError(
                "edges are not allowed", where="LabelPropagation", allowed="(n, n), at least 0", got=edges.shape
            )
        fixed = label != UNLABELLED
        if not fixed.any():
            raise DataError("no node is labelled", where="LabelPropagation", got=f"{len(label)} nodes")
        degree = np.asarray(edges.sum(axis=1)).ravel()
        mean = diags_array(np.divide(1.0, degree, out=np.zeros(len(label)), where=degree > 0)) @ edges
        share = np.zeros((len(label), int(label.max()) + 1))
        share[fixed, label[fixed]] = 1.0
        truth = share[fixed]
        for _ in range(self.iterations):
            before, share = share, np.asarray(mean @ share)
            share[fixed] = truth
            if np.abs(share - before).max() <= self.tolerance:
                break
        total = share.sum(axis=1)
        probability = np.divide(share, total[:, None], out=np.zeros_like(share), where=total[:, None] > 0)
        best = probability.max(axis=1)
        sure = fixed | ((total > 0) & (best >= self.threshold))
        grown = np.where(sure, probability.argmax(axis=1), UNLABELLED)
        return GrownLabels(
            grown, np.where(sure, best, np.nan), np.where(fixed, 0, np.where(sure, 1, UNLABELLED)).astype(np.int64)
        )


def consistent(first: Floats, second: Floats, threshold: float = 0.95) -> Mask:
    """Return which rows may be labelled: both views of a row give the same class, each at `threshold` or above.

    `first` and `second` are probabilities (n, C) of a row and of its disturbed copy. The gate of FixMatch, Sohn (2020),
    https://arxiv.org/abs/2001.07685. NaN never passes.

    Examples
    --------
    >>> consistent(np.array([[0.99, 0.01], [0.99, 0.01]]), np.array([[0.96, 0.04], [0.2, 0.8]]))
    array([ True, False])
    """
    same = first.argmax(axis=1) == second.argmax(axis=1)
    return np.asarray(same & (first.max(axis=1) >= threshold) & (second.max(axis=1) >= threshold))
