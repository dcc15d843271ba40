"""Attribute values by code: numbers, categories, tags, texts, each a few arrays that are gathered, never looped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tamis.core.ragged import concatenate_ranges

if TYPE_CHECKING:
    import pyarrow as pa
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class NumberValues:
    """Numbers by code, NaN where missing; `moment` says that they are microseconds UTC."""

    values: NDArray[np.float64]
    moment: bool = False

    def of(self, codes: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the value of each code; NaN for an unknown code.

        Examples
        --------
        >>> NumberValues(np.array([5.0])).of(np.array([0, -1, 9]))
        array([ 5., nan, nan])
        """
        inside = (codes >= 0) & (codes < len(self.values))
        found = np.full(len(codes), np.nan)
        found[inside] = self.values[codes[inside]]
        return found


@dataclass(frozen=True)
class TagValues:
    """Several labels per code, ragged; a category is the case of at most one."""

    offsets: NDArray[np.int64]
    labels_of: NDArray[np.int32]
    labels: list[str]

    def of(self, codes: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return (row, label) pairs: the labels of each code, rows ascending; none for an unknown code.

        Examples
        --------
        >>> tags = TagValues(np.array([0, 2, 2]), np.array([1, 0], np.int32), ["a", "b"])
        >>> tags.of(np.array([1, 0]))
        (array([1, 1]), array([1, 0], dtype=int32))
        """
        codes = np.asarray(codes)
        inside = (codes >= 0) & (codes < len(self.offsets) - 1)
        safe = np.where(inside, codes, 0)
        if len(self.offsets) < 2:
            return np.zeros(0, np.int64), np.zeros(0, np.int32)
        counts = np.where(inside, self.offsets[safe + 1] - self.offsets[safe], 0)
        rows = np.repeat(np.arange(len(codes)), counts)
        return rows, self.labels_of[concatenate_ranges(self.offsets[safe], counts)]

    def first(self) -> TagValues:
        """Return the first label of each code only."""
        has = np.diff(self.offsets) > 0
        offsets = np.concatenate([[0], np.cumsum(has)]).astype(np.int64)
        return TagValues(offsets, self.labels_of[self.offsets[:-1][has]], self.labels)

    def single(self, codes: NDArray[np.integer]) -> NDArray[np.int32]:
        """Return the first label of each code, -1 where there is none."""
        rows, labels = self.first().of(codes)
        found = np.full(len(codes), -1, np.int32)
        found[rows] = labels
        return found

    def matrix(self, n: int | None = None) -> csr_matrix:
        """Return the (n, labels) 0-1 sparse matrix."""
        from scipy.sparse import csr_matrix

        n = len(self.offsets) - 1 if n is None else n
        data = np.ones(len(self.labels_of), np.float32)
        shape = (n, max(len(self.labels), 1))
        made = csr_matrix((data, self.labels_of.copy(), self.offsets.copy()), shape=shape)
        made.sum_duplicates()
        made.data[:] = 1.0
        return made


@dataclass(frozen=True)
class TextValues:
    """Texts by code as an Arrow string array; null where missing."""

    texts: pa.Array

    def of(self, codes: NDArray[np.integer]) -> list[str]:
        """Return the text of each code; empty for an unknown code or a missing text."""
        import pyarrow as pa

        codes = np.asarray(codes, np.int64)
        inside = (codes >= 0) & (codes < len(self.texts))
        if len(self.texts) == 0:
            return [""] * len(codes)
        taken = self.texts.take(pa.array(np.where(inside, codes, 0), mask=~inside))
        return [text or "" for text in taken.to_pylist()]


Values = NumberValues | TagValues | TextValues


def tags_from_lists(lists: pa.Array) -> TagValues:
    """Return tag values of an Arrow list-of-string array; labels sorted, blanks and nulls dropped, order kept."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parents = np.asarray(pc.list_parent_indices(lists).to_numpy(zero_copy_only=False), np.int64)
    flat = pc.utf8_trim_whitespace(pc.list_flatten(lists).cast(pa.large_string()))
    good = np.asarray(pc.fill_null(pc.greater(pc.utf8_length(flat), 0), False).to_numpy(zero_copy_only=False), bool)
    flat, parents = flat.filter(pa.array(good)), parents[good]
    labels = sorted(set(pc.unique(flat).to_pylist()))
    codes = pc.index_in(flat, value_set=pa.array(labels, pa.large_string())).to_numpy(zero_copy_only=False)
    counts = np.bincount(parents, minlength=len(lists)) if len(parents) else np.zeros(len(lists), np.int64)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return TagValues(offsets, np.asarray(codes, np.int32), labels)
