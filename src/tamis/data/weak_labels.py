"""Weak labels: many noisy votes per row become one probabilistic label.

Votes are whole numbers of shape (n, m): class 0..C - 1 of each of m labelling functions (or raters), -1 to abstain.
Cheap, private and quick to change, and noisy: check against a few true labels with `vote_report`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

import numpy as np

from tamis.core.conditions import above, at_least
from tamis.core.errors import DataError, NotFittedError
from tamis.core.options import options
from tamis.data.event_columns import EventColumns, Floats, Ints, row_count, whole_numbers

ABSTAIN = -1


class LabellingFunction(Protocol):
    """Anything that votes on rows: a keyword, a pattern, a table, another model."""

    def vote(self, batch: EventColumns) -> Ints:
        """Return one class per row, -1 to abstain."""


def votes_of(functions: Sequence[LabellingFunction], batch: EventColumns) -> Ints:
    """Return the votes of shape (n, m) of m labelling functions on a batch of n rows.

    Raises
    ------
    DataError
        Where a function does not answer one whole number per row.
    """
    n = row_count(batch, "votes_of")
    columns = [whole_numbers(f.vote(batch), "vote", type(f).__name__) for f in functions]
    for function, votes in zip(functions, columns, strict=True):
        if len(votes) != n:
            raise DataError(
                "votes are of another length", where=type(function).__name__, allowed=f"{n}", got=len(votes)
            )
    return np.stack(columns, axis=1) if columns else np.zeros((n, 0), np.int64)


@dataclass(frozen=True)
class VoteReport:
    """How labelling functions behave, each array of shape (m,), shares of all rows.

    `coverage`: the function votes; `overlap`: and another one votes; `conflict`: and another one votes otherwise;
    `accuracy`: share of its votes that are true, NaN where unknown. `covered` is the share of rows with any vote.
    """

    coverage: Floats
    overlap: Floats
    conflict: Floats
    accuracy: Floats
    covered: float


def vote_report(votes: Ints, truth: Ints | None = None) -> VoteReport:
    """Return coverage, overlaps and conflicts of votes (n, m), and accuracy where `truth` (n,) is known (-1: unknown).

    Examples
    --------
    >>> report = vote_report(np.array([[0, -1], [0, 1], [-1, -1], [1, 1]]))
    >>> report.coverage, report.overlap, report.conflict
    (array([0.75, 0.5 ]), array([0.5, 0.5]), array([0.25, 0.25]))
    """
    votes = checked_votes(votes, "vote_report")
    n = max(len(votes), 1)
    cast = votes != ABSTAIN
    voters = cast.sum(axis=1)
    lowest = np.where(cast, votes, np.iinfo(np.int64).max).min(axis=1, initial=np.iinfo(np.int64).max)
    split = voters.astype(bool) & (votes.max(axis=1, initial=ABSTAIN) != lowest)
    # in a row of different votes every voter meets another one: its own vote is not all there is
    accuracy = np.full(votes.shape[1], np.nan)
    if truth is not None:
        judged = cast & (np.asarray(truth) != ABSTAIN)[:, None]
        right = (judged & (votes == np.asarray(truth)[:, None])).sum(axis=0)
        accuracy = np.divide(right, judged.sum(axis=0), out=accuracy, where=judged.any(axis=0))
    return VoteReport(
        cast.sum(axis=0) / n,
        (cast & (voters > 1)[:, None]).sum(axis=0) / n,
        (cast & split[:, None]).sum(axis=0) / n,
        accuracy,
        float((voters > 0).sum() / n),
    )


@options
class MajorityVote:
    """The label most functions vote for, as probabilities: the share of votes per class.

    A row without votes gets `prior` (uniform without one).

    Examples
    --------
    >>> MajorityVote(n_classes=2).predict_proba(np.array([[0, 1, 1, 1], [-1, -1, -1, -1]]))
    array([[0.25, 0.75],
           [0.5 , 0.5 ]])
    """

    n_classes: Annotated[int, at_least(2)]
    prior: tuple[float, ...] | None = None

    def predict_proba(self, votes: Ints) -> Floats:
        """Return probabilities of shape (n, n_classes)."""
        votes = checked_votes(votes, "MajorityVote", self.n_classes)
        counts = np.stack([(votes == c).sum(axis=1) for c in range(self.n_classes)], axis=1).astype(np.float64)
        total = counts.sum(axis=1, keepdims=True)
        prior = np.full(self.n_classes, 1 / self.n_classes) if self.prior is None else np.asarray(self.prior)
        return np.where(total > 0, counts / np.maximum(total, 1), prior)


@options
class DawidSkene:
    """Weigh votes by how reliable each function is, learned without truth by expectation-maximisation.

    Each function has a confusion matrix P(vote | true class); votes are independent given the truth, and abstaining
    tells nothing. Functions that copy each other break that assumption and are counted twice. EM starts from the
    majority vote, so which class is which stays as voted; it needs at least three functions that overlap.
    Dawid and Skene (1979), https://doi.org/10.2307/2346806; as programmatic labels, Ratner (2016),
    https://arxiv.org/abs/1605.07723.

    Parameters
    ----------
    n_classes : int
    iterations : int
        At most this many steps.
    tolerance : float
        Stop when no probability moves by more.
    smoothing : float
        Votes added to every cell of a confusion matrix, so that no vote is ever impossible.

    Examples
    --------
    >>> votes = np.array([[0, 0, 1], [0, 0, 0], [1, 1, 0], [1, 1, 1]])
    >>> DawidSkene(n_classes=2).fit(votes).predict_proba(votes).argmax(axis=1)
    array([0, 0, 1, 1])
    """

    n_classes: Annotated[int, at_least(2)]
    iterations: Annotated[int, at_least(1)] = 200
    tolerance: Annotated[float, above(0)] = 1e-6
    smoothing: Annotated[float, above(0)] = 0.01

    def fit(self, votes: Ints) -> DawidSkene:
        """Learn `prior_` (C,), `confusion_` (m, C true, C voted) and the accuracy of each function from votes (n, m).

        Raises
        ------
        DataError
            Where no vote was cast.
        """
        votes = checked_votes(votes, "DawidSkene", self.n_classes)
        if not (votes != ABSTAIN).any():
            raise DataError("no function votes on any row", where="DawidSkene", got=votes.shape)
        # rows with the same votes have the same label: work on distinct rows and their counts
        distinct, counts = _distinct(votes[(votes != ABSTAIN).any(axis=1)], self.n_classes)
        posterior = MajorityVote(self.n_classes).predict_proba(distinct)
        for step in range(self.iterations):
            self._maximise(distinct, posterior * counts[:, None])
            before, posterior = posterior, self._posterior(distinct)
            self.steps_ = step + 1
            if np.abs(posterior - before).max() <= self.tolerance:
                break
        return self

    def predict_proba(self, votes: Ints) -> Floats:
        """Return probabilities of shape (n, n_classes); the prior where nothing votes."""
        if not hasattr(self, "confusion_"):
            raise NotFittedError("the votes are not learned", where="DawidSkene", next_step="call fit first")
        return self._posterior(checked_votes(votes, "DawidSkene", self.n_classes, self.confusion_.shape[0]))

    def accuracy(self) -> Floats:
        """Return the estimated chance that each function's vote is right, of shape (m,)."""
        return np.asarray(np.einsum("c,mcc->m", self.prior_, self.confusion_))

    def _maximise(self, votes: Ints, weight: Floats) -> None:
        self.prior_ = weight.sum(axis=0) / weight.sum()
        confusion = np.full((votes.shape[1], self.n_classes, self.n_classes), self.smoothing)
        for voted in range(self.n_classes):
            confusion[:, :, voted] += (votes == voted).T.astype(np.float64) @ weight
        self.confusion_ = confusion / confusion.sum(axis=2, keepdims=True)

    def _posterior(self, votes: Ints) -> Floats:
        log = np.tile(np.log(np.maximum(self.prior_, 1e-300)), (len(votes), 1))
        log_confusion = np.log(self.confusion_)
        for voted in range(self.n_classes):
            log += (votes == voted).astype(np.float64) @ log_confusion[:, :, voted]
        odds = np.exp(log - log.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def _distinct(votes: Ints, n_classes: int) -> tuple[Ints, Ints]:
    """Return the distinct rows of votes and how often each occurs."""
    if (n_classes + 1) ** votes.shape[1] >= 2**63:
        return np.unique(votes, axis=0, return_counts=True)
    key = (votes + 1) @ (n_classes + 1) ** np.arange(votes.shape[1], dtype=np.int64)
    _, first, counts = np.unique(key, return_index=True, return_counts=True)
    return votes[first], counts


def checked_votes(votes: Ints, where: str, n_classes: int | None = None, n_functions: int | None = None) -> Ints:
    """Return votes as int64 of shape (n, m).

    Raises
    ------
    DataError
        Where they are not whole numbers of that shape, or a class is out of range.
    """
    array = np.asarray(votes)
    top = int(array.max(initial=ABSTAIN)) if array.dtype.kind in "iu" else 0
    if (
        array.ndim != 2
        or array.dtype.kind not in "iu"
        or array.min(initial=0) < ABSTAIN
        or (n_classes is not None and top >= n_classes)
        or (n_functions is not None and array.shape[1] != n_functions)
    ):
        raise DataError(
            "votes are not allowed",
            where=where,
            allowed=f"whole numbers of shape (n, {n_functions or 'm'}), from -1 to {n_classes or 'C'} - 1",
            got=f"{array.dtype} of shape {array.shape}, up to {top}",
        )
    return array.astype(np.int64, copy=False)
