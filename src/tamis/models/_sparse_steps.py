"""Gradient steps that touch only the rows of a table that a mini-batch used."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
Codes = NDArray[np.int64]
_FORGET_SQUARES = 0.99


class AdaGrad:
    """AdaGrad on one table: each number's step shrinks with the gradients it has already seen.

    Duchi, Hazan and Singer (2011), https://jmlr.org/papers/v12/duchi11a.html.
    """

    def __init__(self, table: Float, learning_rate: float) -> None:
        self.table, self.learning_rate = table, np.float32(learning_rate)
        self._seen = np.full_like(table, 1e-8)

    def step(self, rows: Codes, gradient: Float) -> None:
        """Move the table's rows (distinct codes) against the gradient (len(rows), ...)."""
        seen = self._seen[rows]
        seen += gradient * gradient
        self._seen[rows] = seen
        self.table[rows] -= self.learning_rate * gradient / np.sqrt(seen)


class Adam:
    """Adam on one table with decoupled weight decay, for rows in use only.

    The moments of a row move only when a mini-batch uses it and are corrected by how often that was, so that the
    first step of a rare row is as long as that of a frequent one.
    Kingma and Ba (2015), https://arxiv.org/abs/1412.6980; Loshchilov and Hutter (2019), https://arxiv.org/abs/1711.05101.
    """

    def __init__(self, table: Float, weight_decay: float) -> None:
        self.table, self.weight_decay = table, np.float32(weight_decay)
        self._mean, self._square = np.zeros_like(table), np.zeros_like(table)
        self._used = np.zeros((len(table), *[1] * (table.ndim - 1)), np.int64)

    def step(self, rows: Codes, gradient: Float, learning_rate: float, momentum: float) -> None:
        """Move the table's rows (distinct codes) against the gradient (len(rows), ...)."""
        self._used[rows] += 1
        age = self._used[rows]
        mean = np.float32(momentum) * self._mean[rows] + np.float32(1 - momentum) * gradient
        square = np.float32(_FORGET_SQUARES) * self._square[rows]
        square += np.float32(1 - _FORGET_SQUARES) * gradient * gradient
        self._mean[rows], self._square[rows] = mean, square
        length = np.sqrt(square / (1 - _FORGET_SQUARES**age).astype(np.float32)) + np.float32(1e-5)
        step = mean / (1 - momentum**age).astype(np.float32) / length
        here = self.table[rows]
        self.table[rows] = here - np.float32(learning_rate) * (step + self.weight_decay * here)
