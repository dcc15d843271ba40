"""EASE: item-item weights in closed form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import above, at_least
from tamis.core.errors import DataError
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.models._interactions import check_histories, check_interactions
from tamis.models._largest import largest_per_row
from tamis.models._parallel import all_cores

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Float = NDArray[np.float32]
_ROWS = 256


@options
class Ease:
    """Each item regressed on all other items over the users: linear, shallow, exact, and hard to beat.

    The weights B minimise |X - X B|^2 + regularization |B|^2 with a zero diagonal; with P = (X'X + regularization I)^-1
    they are B_ij = -P_ij / P_jj. A history h scores h B.

    Parameters
    ----------
    regularization : float, above 0
        In units of co-occurrence counts; 100 to 1,000 on data sets of 10^5 to 10^7 interactions.
    keep : int or None
        Weights kept for each scored item, the largest in absolute value; the rest become 0. None keeps all, which is
        4 bytes per pair of items.
    max_items : int or None
        Items with most users (ties by code) that enter the inverse; memory is 4 * max_items ** 2 bytes at its peak
        and time grows with the cube. An item beyond them is still scored, by its own exact ridge regression on the
        head, but counts for nothing when it stands in a history.

    Attributes
    ----------
    head_ : array of shape (h,), int64
        Codes of the items that enter the inverse, ascending.
    weights_ : array or CSR of shape (h, n_items), float32
        Column j holds the weights that score item j; CSR where `keep` is given.

    Notes
    -----
    Deterministic, no seed. Everything is float32 and in place: about one h x h matrix at the peak (plus h x n_items
    where `max_items` leaves a tail and `keep` is None).
    Steck (2019), Embarrassingly shallow autoencoders for sparse data, https://doi.org/10.1145/3308558.3313710.

    Examples
    --------
    X'X is [[2, 1], [1, 2]]; with 1 on the diagonal its inverse is [[3, -1], [-1, 3]] / 8, so both weights are 1/3.

    >>> from scipy.sparse import csr_matrix
    >>> seen = csr_matrix(np.float32([[1, 1], [1, 0], [0, 1]]))
    >>> Ease(regularization=1.0).fit(seen).weights_.round(4).tolist()
    [[0.0, 0.3333], [0.3333, 0.0]]
    """

    regularization: Annotated[float, above(0)] = 300.0
    keep: Annotated[int, at_least(1)] | None = None
    max_items: Annotated[int, at_least(1)] | None = None

    def fit(self, interactions: csr_matrix) -> Ease:
        """Learn the weights from (n_users, n_items) interactions, usually of weight 1.

        Raises
        ------
        DataError
            Where a weight is not finite, there are no items, or the matrix is too near to singular for float32.
        """
        clean = check_interactions("Ease", interactions)
        n_items = clean.shape[1]
        if n_items == 0:
            raise DataError("there are no items to learn", where="Ease", allowed="at least 1 column")
        counts = np.bincount(clean.indices, minlength=n_items)
        head = np.sort(np.argsort(-counts, kind="stable")[: self.max_items]).astype(np.int64)
        whole = len(head) == n_items
        inside = clean if whole else clean[:, head]
        inverse = _products(inside, inside)
        inverse[np.diag_indices_from(inverse)] += np.float32(self.regularization)
        _invert(inverse)
        blocks = _columns(inverse, inside, clean, head)
        if self.keep is not None:
            self.weights_ = _largest_columns(blocks, self.keep, (len(head), n_items))
        elif whole:
            self.weights_ = _scaled(inverse)
        else:
            self.weights_ = np.empty((len(head), n_items), np.float32)
            for codes, block in blocks:
                self.weights_[:, codes] = block
        self.head_ = head
        return self

    def score(self, histories: csr_matrix) -> Float:
        """Return (B, n_items): about 1 where the history predicts the item; 0 for an empty history.

        Raises
        ------
        NotFittedError, DataError
            Before `fit`; where the histories do not fit the catalogue.
        """
        require_fitted(self, "weights_")
        n_items = self.weights_.shape[1]
        clean = check_histories("Ease", histories, n_items)
        scored = (clean if len(self.head_) == n_items else clean[:, self.head_]) @ self.weights_
        return np.asarray(scored if isinstance(scored, np.ndarray) else scored.toarray())

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "weights_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> Ease:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self


def _products(left: csr_matrix, right: csr_matrix) -> Float:
    """Return left' right as a dense matrix, row blocks on all cores."""
    by_item = left.T.tocsr()
    dense = np.zeros((left.shape[1], right.shape[1]), np.float32)

    def fill(start: int) -> None:
        (by_item[start : start + _ROWS] @ right).toarray(out=dense[start : start + _ROWS])

    with all_cores() as spread:
        spread(fill, range(0, len(dense), _ROWS))
    return dense


def _invert(matrix: Float) -> None:
    """Replace a symmetric positive definite matrix by its inverse, in place, by Cholesky."""
    from scipy.linalg.lapack import spotrf, spotri

    # LAPACK counts by columns: the transpose of a row-major matrix is what it can overwrite without a copy.
    _, failed = spotrf(matrix.T, lower=True, clean=False, overwrite_a=True)
    if not failed:
        _, failed = spotri(matrix.T, lower=True, overwrite_c=True)
    if failed:
        raise DataError(
            "the item matrix is too near to singular for float32",
            where="Ease",
            next_step="raise `regularization`, or scale the weights down",
        )
    for start in range(0, len(matrix), _ROWS):
        stop = start + _ROWS
        square = np.triu(matrix[start:stop, start:stop])
        matrix[start:stop, start:stop] = square + np.triu(square, 1).T
        matrix[stop:, start:stop] = matrix[start:stop, stop:].T


def _scaled(inverse: Float) -> Float:
    inverse /= -np.diag(inverse)
    np.fill_diagonal(inverse, 0)
    return inverse


def _columns(
    inverse: Float, inside: csr_matrix, everything: csr_matrix, head: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], Float]]:
    """Yield (item codes, their columns of weights) in blocks: the tail first, as the head overwrites the inverse."""
    tail = np.setdiff1d(np.arange(everything.shape[1]), head)
    for start in range(0, len(tail), _ROWS):
        codes = tail[start : start + _ROWS]
        yield codes, inverse @ _products(inside, everything[:, codes])
    _scaled(inverse)
    for start in range(0, len(head), _ROWS):
        yield head[start : start + _ROWS], inverse[:, start : start + _ROWS]


def _largest_columns(
    blocks: Iterator[tuple[NDArray[np.int64], Float]], keep: int, shape: tuple[int, int]
) -> csr_matrix:
    from scipy.sparse import csr_matrix

    rows, columns, values = [], [], []
    predictors = np.arange(shape[0], dtype=np.int32)[None]
    for codes, block in blocks:
        target, predictor, _ = largest_per_row(predictors, np.abs(block.T), keep)
        rows.append(predictor)
        columns.append(codes[target])
        values.append(block[predictor, target])
    return csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
