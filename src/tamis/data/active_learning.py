"""Active learning: pick the rows whose labels would teach the most, within a budget.

Pickers have one verb, `pick(...)`, and return row indices, best first; equal rows keep their order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.errors import DataError
from tamis.core.options import options
from tamis.core.rng import generator
from tamis.data.event_columns import Floats, Ints, Mask
from tamis.data.semi_supervised import UNLABELLED, Classifier


def uncertainty(probability: Floats, kind: Literal["least_sure", "margin", "entropy"] = "least_sure") -> Floats:
    """Return how unsure a model is of each row, of shape (n,); NaN rows count as wholly unsure.

    "least_sure" is 1 - p(best class), "margin" 1 - (p(best) - p(second)), "entropy" in nats. For two classes all three
    give the same order. Settles (2009), https://minds.wisconsin.edu/handle/1793/60660.

    Raises
    ------
    DataError
        Where probabilities are not of shape (n, C) with at least two classes.

    Examples
    --------
    >>> uncertainty(np.array([[0.5, 0.5], [0.9, 0.1]]), "margin")
    array([1. , 0.2])
    """
    p = np.asarray(probability, np.float64)
    if p.ndim != 2 or p.shape[1] < 2:
        raise DataError("probabilities are not allowed", where="uncertainty", allowed="(n, C), C >= 2", got=p.shape)
    p = np.where(np.isnan(p).any(axis=1, keepdims=True), 1.0 / p.shape[1], p)
    if kind == "entropy":
        return np.asarray(-(p * np.log(np.where(p > 0, p, 1.0))).sum(axis=1))
    two = np.partition(p, -2, axis=1)[:, -2:]
    return np.asarray(1.0 - (two[:, 1] if kind == "least_sure" else two[:, 1] - two[:, 0]))


@options
class MostUncertain:
    """Pick the rows that the model is least sure of.

    Examples
    --------
    >>> MostUncertain().pick(np.array([[0.9, 0.1], [0.5, 0.5], [0.4, 0.6]]), budget=2)
    array([1, 2])
    """

    kind: Literal["least_sure", "margin", "entropy"] = "least_sure"

    def pick(self, probability: Floats, budget: int, candidates: Mask | None = None) -> Ints:
        """Return up to `budget` rows of probabilities (n, C), among `candidates` (n,) where given."""
        order = np.argsort(-uncertainty(probability, self.kind), kind="stable")
        if candidates is not None:
            order = order[candidates[order]]
        return order[: max(budget, 0)]


@options
class KCenter:
    """Pick rows that cover the space: each next row is the one farthest from all picked and labelled rows.

    Greedy, within twice of the best possible radius: Gonzalez (1985), https://doi.org/10.1016/0304-3975(85)90224-5;
    for active learning Sener and Savarese (2018), https://arxiv.org/abs/1708.00489. Without labelled rows it starts
    from the candidate nearest to their mean. Euclidean distance; one pass over the rows per pick.

    Examples
    --------
    >>> KCenter().pick(np.array([[0.0], [1.0], [10.0], [4.0]]), budget=2, labelled=np.array([0]))
    array([2, 3])
    """

    def pick(
        self, vectors: NDArray[np.floating], budget: int, labelled: Ints | None = None, candidates: Mask | None = None
    ) -> Ints:
        """Return up to `budget` rows of vectors (n, d); `labelled` rows are centres already and never picked.

        Raises
        ------
        DataError
            Where vectors are not finite or not of that shape.
        """
        x = np.asarray(vectors)
        if x.ndim != 2 or not np.isfinite(x).all():
            raise DataError("vectors are not allowed", where="KCenter", allowed="finite, shape (n, d)", got=x.shape)
        free = np.ones(len(x), bool) if candidates is None else np.asarray(candidates, bool).copy()
        centres = np.zeros(0, np.int64) if labelled is None else np.asarray(labelled, np.int64)
        free[centres] = False
        count = min(max(budget, 0), int(free.sum()))
        picked = np.empty(count, np.int64)
        if count == 0:
            return picked
        square = np.einsum("ij,ij->i", x, x)
        distance = np.full(len(x), np.inf)
        for start in range(0, len(centres), 256):
            block = centres[start : start + 256]
            near = (square[:, None] + square[block] - 2.0 * (x @ x[block].T)).min(axis=1)
            distance = np.minimum(distance, near)
        if len(centres) == 0:
            from_mean = ((x - x[free].mean(axis=0)) ** 2).sum(axis=1)
            distance = np.where(from_mean == from_mean[free].min(), np.inf, -1.0)
        for i in range(count):
            picked[i] = np.argmax(np.where(free, distance, -np.inf))
            if i == 0 and len(centres) == 0:
                distance = np.full(len(x), np.inf)
            free[picked[i]] = False
            distance = np.minimum(distance, square + square[picked[i]] - 2.0 * (x @ x[picked[i]]))
        return picked


@options
class UncertainAndDiverse:
    """Pick among the most uncertain rows those that differ: `pool` times the budget by uncertainty, then k-centre.

    Examples
    --------
    >>> probability = np.array([[0.5, 0.5], [0.5, 0.5], [0.6, 0.4], [1.0, 0.0]])
    >>> UncertainAndDiverse(pool=2).pick(probability, np.array([[0.0], [0.0], [5.0], [9.0]]), budget=2)
    array([2, 0])
    """

    kind: Literal["least_sure", "margin", "entropy"] = "margin"
    pool: Annotated[int, at_least(1)] = 10

    def pick(
        self,
        probability: Floats,
        vectors: NDArray[np.floating],
        budget: int,
        labelled: Ints | None = None,
        candidates: Mask | None = None,
    ) -> Ints:
        """Return up to `budget` rows, spread over the most uncertain ones."""
        allowed = np.ones(len(probability), bool) if candidates is None else np.asarray(candidates, bool).copy()
        if labelled is not None:
            allowed[labelled] = False
        pool = np.zeros(len(probability), bool)
        pool[MostUncertain(self.kind).pick(probability, budget * self.pool, allowed)] = True
        return KCenter().pick(vectors, budget, labelled, pool)


@dataclass(frozen=True)
class LabelRound:
    """One round of the loop: the rows asked for and how many labels are known after it."""

    picked: Ints
    known: int


@options
class LabelLoop:
    """Ask for labels in rounds until the budget is spent: fit, pick, ask, again.

    The first round is random where nothing is labelled, since there is no model to be unsure.

    Parameters
    ----------
    budget : int
        Labels to ask for in all.
    per_round : int
    picker : MostUncertain, KCenter or UncertainAndDiverse
    seed : int

    Examples
    --------
    >>> class Any_:
    ...     def fit(self, rows, label): return self
    ...     def predict_proba(self, rows): return np.full((len(rows), 2), 0.5)
    >>> truth = np.array([0, 1, 0, 1])
    >>> label, rounds = LabelLoop(budget=3, per_round=2).run(Any_, np.eye(4), lambda rows: truth[rows])
    >>> int((label >= 0).sum()), [len(r.picked) for r in rounds]
    (3, [2, 1])
    """

    budget: Annotated[int, at_least(1)]
    per_round: Annotated[int, at_least(1)] = 100
    picker: MostUncertain | KCenter | UncertainAndDiverse = MostUncertain()
    seed: int = 0

    def run(
        self,
        new_model: Callable[[], Classifier],
        rows: NDArray[Any],
        ask: Callable[[Ints], Ints],
        label: Ints | None = None,
    ) -> tuple[Ints, list[LabelRound]]:
        """Return the labels (n,), -1 where not asked for, and the rounds.

        Parameters
        ----------
        new_model : callable
            Makes a fresh classifier.
        rows : array of shape (n, d)
        ask : callable
            From row indices to their labels, -1 where the rater cannot tell (still paid for, not asked again).
        label : array of shape (n,), optional
            Labels known already.
        """
        known = np.full(len(rows), UNLABELLED) if label is None else np.asarray(label, np.int64).copy()
        asked = known != UNLABELLED
        rounds: list[LabelRound] = []
        left = min(self.budget, int((~asked).sum()))
        while left > 0:
            picked = self._pick(new_model, rows, known, asked, min(self.per_round, left), len(rounds))
            known[picked] = ask(picked)
            asked[picked] = True
            left -= len(picked)
            rounds.append(LabelRound(picked, int((known != UNLABELLED).sum())))
        return known, rounds

    def _pick(
        self, new_model: Callable[[], Classifier], rows: NDArray[Any], known: Ints, asked: Mask, count: int, turn: int
    ) -> Ints:
        labelled = np.flatnonzero(known != UNLABELLED)
        if isinstance(self.picker, KCenter):
            return self.picker.pick(rows, count, labelled, ~asked)
        if len(np.unique(known[labelled])) < 2:  # one class teaches no model what to be unsure of
            return np.sort(generator(self.seed, turn).permutation(np.flatnonzero(~asked))[:count])
        model = new_model()
        model.fit(rows[labelled], known[labelled])
        probability = model.predict_proba(rows)
        if isinstance(self.picker, MostUncertain):
            return self.picker.pick(probability, count, ~asked)
        return self.picker.pick(probability, rows, count, labelled, ~asked)


@dataclass(frozen=True)
class AutoLabels:
    """Labels of a model: `label` (n,), -1 where a human must look (`human` rows); `audit` rows are to be rechecked."""

    label: Ints
    human: Ints
    audit: Ints


@options
class AutoLabeller:
    """Let a trained model label what it is sure of, send the rest to humans, and a random sample of the sure to audit.

    Examples
    --------
    >>> auto = AutoLabeller(threshold=0.9, audit_share=0.5).label(np.array([[0.95, 0.05], [0.4, 0.6], [0.0, 1.0]]))
    >>> auto.label, auto.human, len(auto.audit)
    (array([ 0, -1,  1]), array([1]), 1)
    """

    threshold: Annotated[float, at_least(0)] = 0.95
    audit_share: Annotated[float, at_least(0)] = 0.02
    seed: int = 0

    def label(self, probability: Floats) -> AutoLabels:
        """Return labels of calibrated probabilities (n, C); the size of the audit sample is rounded up."""
        best = np.nan_to_num(np.asarray(probability, np.float64), nan=-1.0).max(axis=1)
        sure = best >= self.threshold
        label = np.where(sure, np.argmax(probability, axis=1), UNLABELLED)
        rows = np.flatnonzero(sure)
        count = min(int(np.ceil(self.audit_share * len(rows))), len(rows))
        return AutoLabels(label, np.flatnonzero(~sure), np.sort(generator(self.seed).permutation(rows)[:count]))
