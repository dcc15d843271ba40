"""Encodings of attributes: one-hot labels and quantile buckets, learned from the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import between
from tamis.core.errors import OptionError
from tamis.core.fitted import require_fitted
from tamis.core.options import options
from tamis.core.words import Candidates, Queries
from tamis.data.catalogue import NumberValues, TagValues
from tamis.data.declarations import AttributeOf

if TYPE_CHECKING:
    from tamis.core.data import Dataset


def _codes(attribute: AttributeOf, queries: Queries, candidates: Candidates) -> NDArray[Any]:
    past: Any = queries.past
    return candidates.item if attribute.entity is past.item else queries.user[candidates.query]


@options
class OneHot:
    """One 0-1 column per label of a category or tags attribute; an unknown label gives zeros.

    Parameters
    ----------
    attribute : attribute of labels
    most : int
        Columns for the most frequent labels of the catalogue, ties by label.
    """

    attribute: AttributeOf
    most: Annotated[int, between(1, 1000)] = 64

    def fit(self, dataset: Dataset) -> OneHot:
        """Choose the labels; returns self."""
        values = dataset.attribute(self.attribute)
        if not isinstance(values, TagValues):
            raise OptionError("has no labels", where=f"{self.attribute.name}.one_hot", next_step="bucketize a number")
        counts = np.bincount(values.labels_of, minlength=len(values.labels))
        order = np.lexsort((np.arange(len(counts)), -counts))[: self.most]
        self.labels_ = [values.labels[i] for i in np.sort(order)]
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """One column per label."""
        require_fitted(self, "labels_")
        return tuple(f"{self.attribute.name}={label}" for label in self.labels_)

    def read(self, queries: Queries, candidates: Candidates) -> NDArray[np.float32]:
        """Return (n, labels) of 0 and 1."""
        require_fitted(self, "labels_")
        values: TagValues = queries.past.attribute(self.attribute)
        place = {label: i for i, label in enumerate(self.labels_)}
        column = np.array([place.get(label, -1) for label in values.labels], np.int64)
        row, label = values.of(_codes(self.attribute, queries, candidates))
        hot = np.zeros((len(candidates), len(self.labels_)), np.float32)
        if len(label):
            known = column[label] >= 0
            hot[row[known], column[label][known]] = 1.0
        return hot


@options
class Bucketize:
    """The quantile bucket of a number, 0 to buckets - 1; NaN where missing.

    Parameters
    ----------
    attribute : attribute of numbers
    buckets : int
        Fewer where values repeat.
    """

    attribute: AttributeOf
    buckets: Annotated[int, between(2, 1000)] = 8

    def fit(self, dataset: Dataset) -> Bucketize:
        """Learn the edges from the catalogue; returns self."""
        values = dataset.attribute(self.attribute)
        if not isinstance(values, NumberValues):
            raise OptionError("has no numbers", where=f"{self.attribute.name}.bucketize", next_step="use one_hot")
        known = values.values[~np.isnan(values.values)]
        share = np.arange(1, self.buckets) / self.buckets
        self.edges_ = np.unique(np.quantile(known, share)) if len(known) else np.zeros(0)
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The one column it gives."""
        return (f"{self.attribute.name}.bucket",)

    def read(self, queries: Queries, candidates: Candidates) -> NDArray[np.float32]:
        """Return (n,) bucket numbers; a value on an edge belongs to the bucket above."""
        require_fitted(self, "edges_")
        number = queries.past.attribute(self.attribute).of(_codes(self.attribute, queries, candidates))
        bucket = np.searchsorted(self.edges_, number, side="right").astype(np.float32)
        return np.where(np.isnan(number), np.nan, bucket).astype(np.float32)
