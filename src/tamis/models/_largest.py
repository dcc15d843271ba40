"""The largest positive entries of each sparse row, all rows at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tamis.core.ragged import position

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Float = NDArray[np.float32]
# Numbers that one block of rows may hold while its largest are found: 1 MB of float32, a core's cache.
BLOCK_NUMBERS = 262_144
_ABOVE_ZERO = np.finfo(np.float32).tiny


def padded(matrix: csr_matrix) -> tuple[NDArray[np.int32], Float]:
    """Return the columns and values of each row, (rows, longest); padding has column 0 and value 0."""
    length = np.diff(matrix.indptr)
    filled = np.arange(length.max(initial=0)) < length[:, None]
    columns, values = np.zeros(filled.shape, np.int32), np.zeros(filled.shape, np.float32)
    columns[filled], values[filled] = matrix.indices, matrix.data
    return columns, values


def largest_per_row(
    columns: NDArray[np.int32], values: Float, n: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], Float]:
    """Return (row, column, value) of the n largest values above 0 of each row, by row, in no order within it.

    Values are (rows, width), columns too or (1, width). Equal values at the cut are settled by column.

    Examples
    --------
    >>> row, column, value = largest_per_row(np.int32([[7, 3, 5]]), np.float32([[1, 2, 1]]), 2)
    >>> column.tolist(), value.tolist()
    ([3, 5], [2.0, 1.0])
    """
    n_rows, width = values.shape
    least = np.zeros((n_rows, 1), np.float32)
    if 0 < n < width:
        least = np.partition(values, width - n, axis=1)[:, width - n, None]
    values = np.ascontiguousarray(values)
    cell = np.flatnonzero(values >= np.maximum(least, np.finfo(np.float32).tiny))
    row = cell // max(1, width)
    column = columns.ravel()[cell % columns.size if len(columns) == 1 else cell]
    value = values.ravel()[cell]
    tied = np.flatnonzero((np.bincount(row, minlength=n_rows) > n)[row])
    tied = tied[np.lexsort((column[tied], -value[tied], row[tied]))]
    kept = np.ones(len(row), bool)
    kept[tied[position(row[tied]) >= n]] = False
    return row[kept], column[kept], value[kept]
