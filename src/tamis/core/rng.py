"""Randomness is injected: seeds come from options, and a request's draws depend on the request alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def generator(seed: int, *stream: int) -> np.random.Generator:
    """Return the generator of a seed and a stream of whole numbers (a fold, an epoch).

    Examples
    --------
    >>> bool(generator(1, 2).random() == generator(1, 2).random())
    True
    """
    return np.random.default_rng([seed & 0xFFFFFFFF, *[s & 0xFFFFFFFF for s in stream]])


def hashed_uniform(seed: int, *keys: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return one uniform number in [0, 1) per row, a pure function of the seed and the row's keys.

    The draw of a row never depends on its neighbours, so a batch answers as single requests would.
    SplitMix64 finaliser, Steele, Lea and Flood (2014), https://doi.org/10.1145/2714064.2660195.

    Parameters
    ----------
    seed : int
        Any whole number.
    *keys : arrays of shape (n,), whole numbers
        Broadcast together.

    Examples
    --------
    >>> a = hashed_uniform(7, np.array([1, 2]), np.array([3, 3]))
    >>> bool(a[1] == hashed_uniform(7, np.array([2]), np.array([3]))[0])
    True
    """
    with np.errstate(over="ignore"):
        state = np.uint64(seed & 0xFFFFFFFFFFFFFFFF) + np.zeros(
            np.broadcast_shapes(*[k.shape for k in keys]), np.uint64
        )
        for key in keys:
            state = _mix(state ^ _mix(np.asarray(key).astype(np.int64).view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)))
    return np.asarray((state >> np.uint64(11)).astype(np.float64) * 2.0**-53)


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(z ^ (z >> np.uint64(31)))
