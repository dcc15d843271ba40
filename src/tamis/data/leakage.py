"""Leakage guards: find what a test set must not share with its training set before a number is believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from tamis.core.conditions import above, at_most
from tamis.core.options import options
from tamis.data.event_columns import EventColumns, Floats, Ints, Mask, codes, column, is_unknown
from tamis.data.fold import Fold
from tamis.metrics.curves import roc_auc


@dataclass(frozen=True)
class Leak:
    """One sign of leakage: what it is, how much of it, and a few examples."""

    kind: str
    what: str
    count: int
    examples: tuple[object, ...]

    def __str__(self) -> str:
        shown = ", ".join(str(e) for e in self.examples)
        return f"{self.kind}: {self.what} ({self.count}; such as {shown})"


@options
class LeakageCheck:
    """Look for the usual leaks between the two sides of a fold.

    - ids that are on both sides although `groups` names their column as one that must not be;
    - train rows at or after the fold's cut, and rows of either side later than `known_until`;
    - rows on both sides that are equal in every column of `duplicates` (-1 and NaN count as values);
    - features too good to be true: on the train rows, the AUC of the single feature against the label is above
      `auc_limit` in either direction. NaN counts as the smallest value, so a telling absence is found as well.

    A feature may leak and stay under the limit (an id whose every value tells one label); the check finds the usual
    mistakes, it proves nothing. It reads the batch as it is, so run it on the features before any scaling.

    Parameters
    ----------
    groups : tuple of str
        Columns no value of which may be on both sides (`GroupSplit`).
    duplicates : tuple of str
        Columns that together make a row; empty checks no duplicates.
    auc_limit : float
        In (0.5, 1].

    Examples
    --------
    >>> from tamis.data.splits import GroupSplit
    >>> batch = {"user": np.array([1, 1, 2]), "like": np.array([0, 1, 1])}
    >>> fold = next(GroupSplit(test_share=0.4).split(batch))
    >>> LeakageCheck(groups=("user",)).find(batch, fold)
    []
    """

    groups: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    auc_limit: Annotated[float, above(0.5), at_most(1)] = 0.98

    def find(
        self,
        batch: EventColumns,
        fold: Fold,
        *,
        features: Mapping[str, Floats] | None = None,
        label: Floats | None = None,
        known_until: int | None = None,
    ) -> list[Leak]:
        """Return the leaks found, an empty list where there are none.

        Parameters
        ----------
        batch : event batch of n rows
        fold : Fold
        features : mapping of name to array of shape (n,), optional
            Numeric features to check against `label`.
        label : array of shape (n,), optional
            Positive above 0; NaN rows are left out.
        known_until : int, optional
            Microseconds UTC after which nothing can have been known.
        """
        leaks = [leak for name in self.groups for leak in shared_ids(batch, fold, name)]
        if "at" in batch:
            leaks += future_rows(batch, fold, known_until)
        if self.duplicates:
            leaks += shared_rows(batch, fold, self.duplicates)
        if features and label is not None:
            chosen = fold.train[~np.isnan(np.asarray(label, np.float64)[fold.train])]
            truth = np.asarray(label)[chosen] > 0
            for name, values in features.items():
                auc = feature_auc(np.asarray(values, np.float64)[chosen], truth)
                if max(auc, 1 - auc) > self.auc_limit:
                    leaks.append(
                        Leak("feature too good", f"`{name}` alone has an AUC of {auc:.3f}", len(chosen), (name,))
                    )
        return leaks


def shared_ids(batch: EventColumns, fold: Fold, name: str) -> list[Leak]:
    """Return the leak of ids of one column that are on both sides; unknown ids are left out."""
    values = column(batch, name, "LeakageCheck")
    both = np.intersect1d(values[fold.train], values[fold.test])
    both = both[~is_unknown(both)]
    return [Leak("id on both sides", f"`{name}`", len(both), tuple(both[:3].tolist()))] if len(both) else []


def future_rows(batch: EventColumns, fold: Fold, known_until: int | None = None) -> list[Leak]:
    """Return the leaks of train rows at or after the cut, and of rows later than `known_until`."""
    at = codes(batch, "at", "LeakageCheck")
    leaks = []
    if fold.cut is not None:
        late = fold.train[at[fold.train] >= fold.cut]
        if len(late):
            leaks.append(Leak("future trains", "train rows at or after the cut", len(late), tuple(late[:3].tolist())))
    if known_until is not None:
        rows = np.union1d(fold.train, fold.test)
        late = rows[at[rows] > known_until]
        if len(late):
            leaks.append(Leak("future time", "rows later than known_until", len(late), tuple(late[:3].tolist())))
    return leaks


def shared_rows(batch: EventColumns, fold: Fold, names: tuple[str, ...]) -> list[Leak]:
    """Return the leak of test rows that equal a train row in every named column."""
    key: Ints = np.zeros(fold.report.rows_in, np.int64)
    for name in names:
        _, part = np.unique(column(batch, name, "LeakageCheck"), return_inverse=True)
        # recoding after each column keeps the key below the number of rows squared, far from overflow
        _, key = np.unique(key * (int(part.max(initial=0)) + 1) + part.reshape(-1), return_inverse=True)
        key = key.reshape(-1)
    rows = fold.test[np.isin(key[fold.test], key[fold.train])]
    what = "equal in " + ", ".join(names)
    return [Leak("row on both sides", what, len(rows), tuple(rows[:3].tolist()))] if len(rows) else []


def feature_auc(values: Floats, truth: Mask) -> float:
    """Return the chance that a positive has a larger value than a negative, ties counting half; 0.5 without both.

    NaN counts as smaller than every number.

    Examples
    --------
    >>> feature_auc(np.array([1.0, 2.0, 2.0, np.nan]), np.array([False, True, False, False]))
    0.83
    """
    missing = np.isnan(values)
    if missing.all() or truth.all() or not truth.any():
        return 0.5
    # ranks keep the order and its ties, and make infinities finite
    _, rank = np.unique(np.where(missing, -np.inf, values), return_inverse=True)
    return roc_auc(truth, rank.reshape(-1) + 1.0 - missing)
