"""Weighted ridge regressions, one per row of a sparse matrix, solved in batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tamis.models._padded import PaddedRows, padded_batches
from tamis.models._parallel import all_cores

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Float = NDArray[np.float32]
# A batch of gathered factors should stay in a core's second-level cache: 16,384 cells of 64 float32 factors are 4 MB.
CELLS = 16_384
_GRAM_NUMBERS = 4_194_304


def solve_rows(histories: csr_matrix, factors: Float, gram: Float, penalty: Float) -> Float:
    """Return x (B, f) that minimises sum_j w_j (1 - x.y_j)^2 + x' gram x + penalty |x|^2 for each row; exact.

    An empty row gives zeros. `factors` is y (n, f), `gram` (f, f) and `penalty` (B,) above 0.
    """
    width = factors.shape[1]
    batches = padded_batches(histories, CELLS, max(1, _GRAM_NUMBERS // width**2))
    solved = np.zeros((histories.shape[0], width), np.float32)

    def solve(batch: PaddedRows) -> None:
        y = factors.take(batch.columns, axis=0)  # (b, length, f)
        right = np.matmul(batch.weights[:, None, :], y)[:, 0]
        y *= np.sqrt(batch.weights)[..., None]
        left = np.matmul(y.transpose(0, 2, 1), y)
        left += gram
        left[:, np.arange(width), np.arange(width)] += penalty[batch.rows, None]
        solved[batch.rows] = np.linalg.solve(left, right[..., None])[..., 0]

    if len(batches) == 1:  # a live request: starting threads would cost more than the solve
        solve(batches[0])
    else:
        with all_cores() as spread:
            spread(solve, batches)
    return solved
