"""Sparse rows as dense batches: rows of like length are padded together, so that batched BLAS can work on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class PaddedRows:
    """Rows (b,), their columns (b, length) and weights (b, length); padding has column 0 and weight 0."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int32]
    weights: NDArray[np.float32]


def padded_batches(matrix: csr_matrix, cells: int, most_rows: int) -> list[PaddedRows]:
    """Return the non-empty rows of a CSR matrix in batches of at most `cells` cells (a single row may exceed it).

    Rows are sorted by length first, so padding adds a few per cent (2 per cent on MovieLens-1M).
    """
    length = np.diff(matrix.indptr).astype(np.int64)
    order = np.argsort(length, kind="stable")
    order = order[length[order] > 0]
    sorted_length = length[order]
    batches: list[PaddedRows] = []
    start = 0
    while start < len(order):
        ahead = sorted_length[start : start + most_rows]
        stop = start + max(1, int(np.count_nonzero(np.arange(1, len(ahead) + 1) * ahead <= cells)))
        rows, longest = order[start:stop], sorted_length[stop - 1]
        filled = np.arange(longest) < sorted_length[start:stop, None]
        columns = np.zeros(filled.shape, np.int32)
        weights = np.zeros(filled.shape, np.float32)
        entries = (matrix.indptr[rows, None] + np.arange(longest))[filled]
        columns[filled], weights[filled] = matrix.indices[entries], matrix.data[entries]
        batches.append(PaddedRows(rows, columns, weights))
        start = stop
    return batches
