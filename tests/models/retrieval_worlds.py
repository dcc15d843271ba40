"""Small matrices whose right answers are known, and a brute-force loop to compare with."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix


def checkerboard(n: int = 20) -> csr_matrix:
    """Even users met every even item but their own number, odd users the odd ones: the missing one is the answer."""
    board = (np.add.outer(np.arange(n), np.arange(n)) % 2 == 0).astype(np.float32)
    np.fill_diagonal(board, 0)
    return csr_matrix(board)


def random_interactions(n_users: int = 60, n_items: int = 25, share: float = 0.2, seed: int = 0) -> csr_matrix:
    random = np.random.default_rng(seed)
    met = random.random((n_users, n_items)) < share * (0.3 + random.random(n_items))
    return csr_matrix(met * random.integers(1, 4, (n_users, n_items)).astype(np.float32))


def unmet_best(score: np.ndarray, seen: csr_matrix) -> np.ndarray:
    return np.argmax(np.where(seen.toarray() > 0, -np.inf, score), axis=1)
