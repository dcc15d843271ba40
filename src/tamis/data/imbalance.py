"""Rare classes: weights, over- and under-sampling of rows, and merging of classes too small to learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from tamis.core.conditions import above, at_least, at_most
from tamis.core.errors import DataError
from tamis.core.options import options
from tamis.core.ragged import position
from tamis.core.rng import generator
from tamis.data.event_columns import Floats, Ints, counted_report, whole_numbers
from tamis.data.report import Report


def class_counts(label: Ints, n_classes: int | None = None) -> Ints:
    """Return the number of rows per class; labels are 0..C - 1, -1 (unlabelled) is left out.

    Raises
    ------
    DataError
        Where a label is no whole number, below -1, or not below `n_classes`.

    Examples
    --------
    >>> class_counts(np.array([0, 2, -1, 2]))
    array([1, 0, 2])
    """
    label = whole_numbers(label, "label", "class_counts")
    if len(label) and (label.min() < -1 or (n_classes is not None and label.max() >= n_classes)):
        allowed = "-1 or above" if n_classes is None else f"-1 to {n_classes - 1}"
        raise DataError("a label is out of range", where="class_counts", allowed=allowed, got=int(label.min()))
    return np.bincount(label[label >= 0], minlength=n_classes or 0)


def balanced_weights(counts: Ints) -> Floats:
    """Return n / (C * count) per class: each class weighs the same in all, the mean weight of a row is 1.

    C counts the classes that have rows; a class without rows gets weight 0. King and Zeng (2001),
    https://doi.org/10.1093/oxfordjournals.pan.a004868.

    Examples
    --------
    >>> balanced_weights(np.array([8, 2]))
    array([0.62, 2.5 ])
    """
    counts = np.asarray(counts, np.float64)
    present = max(int(np.count_nonzero(counts)), 1)
    return np.where(counts > 0, counts.sum() / (present * np.where(counts > 0, counts, 1.0)), 0.0)


def effective_number_weights(counts: Ints, beta: float = 0.999) -> Floats:
    """Return weights proportional to (1 - beta) / (1 - beta ** count), scaled to a mean row weight of 1.

    `beta` 0 weighs every row alike, towards 1 it becomes `balanced_weights`.
    Cui (2019), https://arxiv.org/abs/1901.05555.

    Raises
    ------
    DataError
        Where `beta` is not in [0, 1).

    Examples
    --------
    >>> effective_number_weights(np.array([8, 2]), beta=0.0)
    array([1., 1.])
    """
    if not 0 <= beta < 1:
        raise DataError("`beta` is not allowed", where="effective_number_weights", allowed="in [0, 1)", got=beta)
    counts = np.asarray(counts, np.float64)
    raw = np.where(counts > 0, (1 - beta) / (1 - np.power(beta, np.maximum(counts, 1.0))), 0.0)
    return np.asarray(raw * (counts.sum() / max((raw * counts).sum(), 1e-300)))


@dataclass(frozen=True)
class Resampled:
    """Rows of a resampling, ascending (repeats beside each other), and the report; rows out counts different rows."""

    index: Ints
    report: Report


@options
class OverSample:
    """Repeat rows of small classes at random until each has at least `ratio` times the rows of the largest.

    Every row stays. Train side only, after the split: a repeated row on both sides is a leak. Probabilities fitted on
    the answer are not on the true scale; calibrate them. Unlabelled rows (-1) are dropped and counted.

    Examples
    --------
    >>> OverSample().sample(np.array([0, 0, 0, 1])).index
    array([0, 1, 2, 3, 3, 3])
    """

    ratio: Annotated[float, above(0), at_most(1)] = 1.0
    seed: int = 0

    def sample(self, label: Ints) -> Resampled:
        """Return row indices of labels of shape (n,)."""
        counts = class_counts(label)
        goal = np.ceil(self.ratio * counts.max(initial=0)).astype(np.int64)
        missing = np.where(counts > 0, np.maximum(goal - counts, 0), 0)
        known = np.flatnonzero(np.asarray(label) >= 0)
        order = known[np.argsort(np.asarray(label)[known], kind="stable")]
        start = np.cumsum(counts) - counts
        wanted = np.repeat(np.arange(len(counts)), missing)
        extra = order[start[wanted] + (generator(self.seed).random(len(wanted)) * counts[wanted]).astype(np.int64)]
        unlabelled = len(label) - len(known)
        report = counted_report("OverSample", len(label), {"unlabelled": unlabelled})
        return Resampled(np.sort(np.concatenate([known, extra])), report)


@options
class UnderSample:
    """Drop rows of large classes at random until none has more than `ratio` times the rows of the smallest.

    Only classes with rows count. Unlabelled rows (-1) are dropped and counted.

    Examples
    --------
    >>> len(UnderSample(ratio=2).sample(np.array([0, 0, 0, 0, 1])).index)
    3
    """

    ratio: Annotated[float, at_least(1)] = 1.0
    seed: int = 0

    def sample(self, label: Ints) -> Resampled:
        """Return row indices of labels of shape (n,)."""
        counts = class_counts(label)
        goal = np.floor(self.ratio * (counts[counts > 0].min() if counts.any() else 0))
        label = np.asarray(label)
        shuffled = generator(self.seed).permutation(len(label))
        order = shuffled[np.argsort(label[shuffled], kind="stable")]
        order = order[label[order] >= 0]
        index = np.sort(order[position(label[order]) < goal])
        unlabelled = int((label == -1).sum())
        dropped = {"unlabelled": unlabelled, "of a large class": len(label) - unlabelled - len(index)}
        return Resampled(index, counted_report("UnderSample", len(label), dropped))


@dataclass(frozen=True)
class Merged:
    """Labels after merging, `new_class` (C,) that says where each old class went, and the number of classes now."""

    label: Ints
    new_class: Ints
    n_classes: int


@options
class MergeRareClasses:
    """Put all classes with fewer than `at_least_rows` rows into one, the last; the others keep their order.

    A single rare class is renamed to the last. Unlabelled rows stay -1.

    Examples
    --------
    >>> MergeRareClasses(at_least_rows=2).merge(np.array([0, 1, 1, 2, 3, 3])).label
    array([2, 0, 0, 2, 1, 1])
    """

    at_least_rows: Annotated[int, at_least(1)]

    def merge(self, label: Ints) -> Merged:
        """Return merged labels of labels of shape (n,)."""
        counts = class_counts(label)
        common = counts >= self.at_least_rows
        kept = int(common.sum())
        new_class = np.where(common, np.cumsum(common) - 1, kept).astype(np.int64)
        label = np.asarray(label)
        merged = np.append(new_class, -1)[label]
        return Merged(merged, new_class, kept + int(kept < len(counts)))
