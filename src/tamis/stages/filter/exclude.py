"""Take items off by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import check_value, options
from tamis.core.stages import Kept
from tamis.core.words import Candidates, Queries
from tamis.data.dataset import Dataset


@options
class Exclude:
    """Drop the listed items for everyone.

    A safety filter: where it fails, nothing is shown.

    Parameters
    ----------
    ids : list of str
        Item ids as in the tables.

    Attributes
    ----------
    codes_ : array, int32
        Codes of the ids that the dataset knows.
    unknown_ : list of str
        Ids that no table contains; they are nowhere to be shown.

    Examples
    --------
    >>> Exclude(["2571"]).ids
    ['2571']
    """

    ids: list[str]

    safety = True

    def check_options(self) -> None:
        """Check that every id is text."""
        for one in self.ids:
            check_value("Exclude", "ids", one, str)

    def fit(self, dataset: Dataset) -> Exclude:
        """Look the ids up; returns self."""
        codes = dataset.store.items.encode(self.ids)
        self.codes_ = codes[codes >= 0]
        self.unknown_ = [one for one, code in zip(self.ids, codes.tolist(), strict=True) if code < 0]
        return self

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,), False for listed items.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        require_fitted(self, "codes_")
        return Kept(~np.isin(candidates.item, self.codes_), "taken off by hand")

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "codes_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> Exclude:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self
