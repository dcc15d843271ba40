"""User-to-user neighbours: what people with a like history met."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.models._interactions import check_histories, check_interactions
from tamis.models._largest import BLOCK_NUMBERS, largest_per_row, padded

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Float = NDArray[np.float32]


@options
class UserNeighbours:
    """The training users whose histories are most like the request's vote for their items.

    The similarity of a history h and a training user u is h.u / (|h| |u| + shrinkage); an item's score is the sum of
    similarity * weight over the `neighbours` most similar users who met it.

    Parameters
    ----------
    neighbours : int, at least 1
        Users who vote; only those with a similarity above 0, so there may be fewer.
    shrinkage : float, at least 0
        Doubts users who share little: a similarity of p / d becomes p / (d + shrinkage).

    Attributes
    ----------
    interactions_ : CSR of shape (n_users, n_items), float32
        The training histories themselves.
    by_item_ : CSR of shape (n_items, n_users), float32
        The same by item, so that a request reads only the users who met its items.
    lengths_ : array of shape (n_users,), float32
        Euclidean length of each history.

    Notes
    -----
    A history that overlaps with nobody's, or is empty, scores 0 everywhere. A training user who asks with their own
    history is their own nearest neighbour; since that vote goes only to items already met, it costs one neighbour.
    Equal similarities at the cut are settled by user code. Long histories are near to many, so the scores lean
    towards popular items; shrinkage and fewer neighbours lessen it.
    Herlocker, Konstan, Borchers and Riedl (1999), https://doi.org/10.1145/312624.312682.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> model = UserNeighbours().fit(csr_matrix(np.float32([[1, 1, 0, 0], [0, 0, 1, 1]])))
    >>> model.score(csr_matrix(np.float32([[1, 0, 0, 0]]))).round(2).tolist()
    [[0.71, 0.71, 0.0, 0.0]]
    """

    neighbours: Annotated[int, at_least(1)] = 100
    shrinkage: Annotated[float, at_least(0)] = 0.0

    def fit(self, interactions: csr_matrix) -> UserNeighbours:
        """Keep the training histories (n_users, n_items).

        Raises
        ------
        DataError
            Where a weight is not finite.
        """
        clean = check_interactions("UserNeighbours", interactions)
        self.interactions_ = clean.copy()
        self.by_item_ = clean.T.tocsr()
        self.lengths_ = _lengths(clean)
        return self

    def score(self, histories: csr_matrix) -> Float:
        """Return (B, n_items) votes for histories (B, n_items).

        Raises
        ------
        NotFittedError, DataError
            Before `fit`; where the histories do not fit the catalogue.
        """
        from scipy.sparse import csr_matrix

        require_fitted(self, "interactions_")
        n_users, n_items = self.interactions_.shape
        clean = check_histories("UserNeighbours", histories, n_items)
        scores = np.zeros(clean.shape, np.float32)
        size = max(16, BLOCK_NUMBERS // max(1, n_users))
        for start in range(0, clean.shape[0], size):
            here = clean[start : start + size]
            users, products = padded(csr_matrix(here @ self.by_item_))
            if users.shape[1] == 0:
                continue
            below = _lengths(here)[:, None] * self.lengths_[users] + np.float32(self.shrinkage)
            similarity = np.divide(products, below, out=np.zeros_like(products), where=below > 0)
            row, user, value = largest_per_row(users, similarity, self.neighbours)
            votes = csr_matrix((value, (row, user)), shape=(here.shape[0], n_users))
            scores[start : start + size] = (votes @ self.interactions_).toarray()
        return scores

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "interactions_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> UserNeighbours:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self


def _lengths(matrix: csr_matrix) -> Float:
    return np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1), np.float32).ravel())
