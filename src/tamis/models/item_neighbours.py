"""Item-to-item neighbours: who met this also met that."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.errors import DataError
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.ragged import order_by_score
from tamis.models._interactions import check_histories, check_interactions, row_of
from tamis.models._largest import BLOCK_NUMBERS, largest_per_row
from tamis.models._pair_products import PairProducts
from tamis.models._parallel import all_cores

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Float = NDArray[np.float32]


class Similarity(Enum):
    """How like two items i and j are, from the product p of their columns, their squared lengths s and a shrinkage h.

    With weights of 1, p is the number of users who met both and s the number who met one.
    """

    COSINE = "cosine"
    """p / (sqrt(s_i s_j) + h); from 0 to 1 for weights of at least 0."""
    CO_OCCURRENCE = "co-occurrence"
    """p / (s_i + h): the share of i's users who met j too; favours popular j, see `popularity_damping`."""
    JACCARD = "jaccard"
    """p / (s_i + s_j - p + h): those who met both among those who met either (Tanimoto's form for weights)."""


@options
class ItemNeighbours:
    """Each item's most similar items by the users they share; a history scores the neighbours of its items.

    Parameters
    ----------
    similarity : Similarity
    neighbours : int, at least 1
        Kept per item, its own excluded; only similarities above 0 are kept, so an item may have fewer.
    shrinkage : float, at least 0
        Added to the denominator: doubts similarities that rest on few users. An item with one rater is worth
        1 / (1 + shrinkage) of its cosine.
    popularity_damping : float, at least 0
        The similarity to item j is divided by (users of j) ** damping: 0 leaves it, 0.5 favours rare items.

    Attributes
    ----------
    similarity_ : CSR of shape (n_items, n_items), float32
        Row i holds the neighbours of item i.

    Notes
    -----
    Equal similarities at the cut are settled by popularity, then item code. An item without users has no neighbours.
    Deshpande and Karypis (2004), Item-based top-N recommendation, https://doi.org/10.1145/963770.963776.

    Examples
    --------
    Items 0 and 1 share one of their users each has: 1 / sqrt(1 * 2) = 0.71.

    >>> from scipy.sparse import csr_matrix
    >>> model = ItemNeighbours().fit(csr_matrix(np.float32([[1, 1, 0], [0, 1, 0], [0, 0, 1]])))
    >>> model.score(csr_matrix(np.float32([[1, 0, 0]]))).round(2).tolist()
    [[0.0, 0.71, 0.0]]
    """

    similarity: Similarity = Similarity.COSINE
    neighbours: Annotated[int, at_least(1)] = 100
    shrinkage: Annotated[float, at_least(0)] = 0.0
    popularity_damping: Annotated[float, at_least(0)] = 0.0

    def fit(self, interactions: csr_matrix) -> ItemNeighbours:
        """Learn neighbours from (n_users, n_items) weights.

        Raises
        ------
        DataError
            Where a weight is not finite.
        """
        from scipy.sparse import csr_matrix

        clean = check_interactions("ItemNeighbours", interactions)
        n_items = clean.shape[1]
        products = PairProducts(clean)
        lengths = np.bincount(clean.indices, clean.data.astype(np.float64) ** 2, n_items)[products.order]
        # An item that met nobody has product 0: any positive length keeps its similarity 0 instead of 0 / 0.
        squared: Float = np.where(lengths > 0, lengths, 1).astype(np.float32)
        counts = np.bincount(clean.indices, minlength=n_items)[products.order]
        damping = np.maximum(counts, 1).astype(np.float32) ** np.float32(-self.popularity_damping)

        def neighbours_of(block: slice) -> tuple[NDArray[np.int32], NDArray[np.int32], Float]:
            columns, values = products.rows(block)
            self._divide(values, squared[block, None], squared[columns])
            if self.popularity_damping:
                values *= damping[columns]
            values[columns == np.arange(block.start, block.stop, dtype=np.int32)[:, None]] = 0
            row, column, value = largest_per_row(columns, values, self.neighbours)
            return products.order[block][row], products.order[column], value

        with all_cores() as spread:
            found = spread(neighbours_of, products.blocks(max(16, BLOCK_NUMBERS // max(1, n_items))))
        if not found:
            raise DataError("there are no items to learn", where="ItemNeighbours", allowed="at least 1 column")
        row, column, value = (np.concatenate(pieces) for pieces in zip(*found))
        self.similarity_ = csr_matrix((value, (row, column)), shape=(n_items, n_items))
        return self

    def score(self, histories: csr_matrix) -> Float:
        """Return (B, n_items): sum over the history of weight * similarity; 0 for an empty history.

        Raises
        ------
        NotFittedError, DataError
            Before `fit`; where the histories do not fit the catalogue.
        """
        require_fitted(self, "similarity_")
        clean = check_histories("ItemNeighbours", histories, self.similarity_.shape[0])
        return np.asarray((clean @ self.similarity_).toarray())

    def similar(self, items: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int32], Float]:
        """Return (row, item, similarity) of the neighbours of each asked item, by row, then most similar first.

        An unknown item (a code outside the catalogue, such as -1) has none.
        """
        require_fitted(self, "similarity_")
        asked = np.asarray(items, np.int64)
        known = np.flatnonzero((asked >= 0) & (asked < self.similarity_.shape[0]))
        found = self.similarity_[asked[known]]
        row = row_of(found)
        order = order_by_score(row, found.data, found.indices)
        return known[row[order]], found.indices[order], found.data[order]

    def _divide(self, product: Float, own: Float, others: Float) -> None:
        if self.similarity is Similarity.COSINE:
            below = np.sqrt(own) * np.sqrt(others)
        elif self.similarity is Similarity.CO_OCCURRENCE:
            below = own + np.float32(0)
        else:
            below = own + others
            below -= product
        if self.shrinkage:
            below += np.float32(self.shrinkage)
        product /= below

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "similarity_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> ItemNeighbours:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self
