"""Items by what they say of themselves: sparse vectors of their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tamis.data.catalogue import TagValues

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def label_matrix(values: TagValues, items: NDArray[np.integer]) -> csr_matrix:
    """Return the (n, labels) 0-1 sparse matrix of the items' labels, each label once per item."""
    from scipy.sparse import csr_matrix

    row, label = values.of(items)
    made = csr_matrix((np.ones(len(row), np.float32), (row, label)), shape=(len(items), len(values.labels)))
    made.data[:] = 1.0
    return made


def inverse_document_frequency(matrix: csr_matrix) -> NDArray[np.float32]:
    """Return log((1 + n) / (1 + rows with the column)) + 1 of each column: rare labels say more.

    The smoothed form of Salton and Buckley (1988), https://doi.org/10.1016/0306-4573(88)90021-0.
    """
    n, width = matrix.shape
    rows: NDArray[np.int64] = np.bincount(matrix.indices, minlength=width)
    return np.asarray(np.log((1 + n) / (1 + rows)) + 1, np.float32)


def of_length_one(matrix: csr_matrix) -> csr_matrix:
    """Return the rows scaled to a Euclidean length of 1; a zero row stays zero."""
    from scipy.sparse import csr_matrix

    made = csr_matrix(matrix, dtype=np.float32, copy=True)
    row = np.repeat(np.arange(made.shape[0]), np.diff(made.indptr))
    length = np.sqrt(np.bincount(row, made.data.astype(np.float64) ** 2, made.shape[0]))
    made.data /= length[row].astype(np.float32)
    made.eliminate_zeros()
    return made
