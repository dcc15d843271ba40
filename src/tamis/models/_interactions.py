"""What every retrieval model checks of its sparse matrix of users and items before it learns or scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tamis.core.errors import DataError

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def check_interactions(where: str, matrix: csr_matrix, *, non_negative: bool = False) -> csr_matrix:
    """Return the matrix as float32 CSR with sorted, distinct, non-zero entries; the input is not changed.

    Repeated entries are summed and stored zeros dropped, so that a stored entry always means an interaction.

    Raises
    ------
    DataError
        Where it is no sparse matrix, or an entry is not finite (or negative, where that has no meaning).
    """
    from scipy.sparse import csr_matrix, issparse

    if not issparse(matrix):
        raise DataError(
            "interactions must be a sparse matrix",
            where=where,
            allowed="a scipy CSR matrix (n_users, n_items)",
            got=type(matrix).__name__,
            next_step="wrap it: scipy.sparse.csr_matrix(matrix)",
        )
    clean = csr_matrix(matrix, dtype=np.float32)
    if not clean.has_canonical_format or not np.all(clean.data):
        clean = clean.copy()
        clean.sum_duplicates()
        clean.eliminate_zeros()
    wrong = ~np.isfinite(clean.data)
    if non_negative:
        wrong |= clean.data < 0
    if np.any(wrong):
        at = int(np.argmax(wrong))
        raise DataError(
            "an interaction weight cannot be used",
            where=f"{where}, row {int(np.searchsorted(clean.indptr, at, side='right')) - 1}, item {clean.indices[at]}",
            allowed="a finite number" + (" of at least 0" if non_negative else ""),
            got=float(clean.data[at]),
        )
    return clean


def check_histories(where: str, histories: csr_matrix, n_items: int, *, non_negative: bool = False) -> csr_matrix:
    """Return histories (B, n_items) as clean CSR, or say that they speak of another catalogue.

    Raises
    ------
    DataError
        Where the number of items differs from training; otherwise as `check_interactions`.
    """
    clean = check_interactions(where, histories, non_negative=non_negative)
    if clean.shape[1] != n_items:
        raise DataError(
            "the histories have another number of items than training",
            where=where,
            allowed=f"{n_items} columns",
            got=clean.shape[1],
            next_step="build both with the same item codes",
        )
    return clean


def row_of(matrix: csr_matrix) -> np.ndarray:
    """Return the row index of each stored entry."""
    return np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
