"""Dot products that come out the same to the last bit in any batch, on any number of cores."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_MANTISSA = 53


class ExactProducts:
    """Dot products of query vectors with fixed item vectors.

    Matrix products round differently for different batch sizes. Here vectors are first rounded to whole multiples of
    a power of two so coarse that every sum is exact in float64, whatever its order: with 64 numbers per vector, to 23
    bits, about the 24 bits of float32 that they come in.

    Parameters
    ----------
    items : array of shape (n_items, d)

    Examples
    --------
    >>> ExactProducts(np.array([[1.0, 0.5], [0.0, 2.0]])).of(np.array([[2.0, 1.0]]))
    array([[2.5, 2. ]])
    """

    def __init__(self, items: NDArray[np.floating]) -> None:
        self._bits = (_MANTISSA - int(np.ceil(np.log2(max(items.shape[1], 1))))) // 2
        self._items, self._scale = _whole(items, self._bits, None)

    def of(self, vectors: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return (B, n_items) products of vectors (B, d)."""
        whole, scale = _whole(vectors, self._bits, 1)
        products: NDArray[np.float64] = whole @ self._items.T
        products *= scale * self._scale
        return products


def _whole(
    vectors: NDArray[np.floating], bits: int, axis: int | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    # (whole numbers below 2 ** bits, the power of two that each stands for), per row or for all rows together
    wide = np.asarray(vectors, np.float64)
    largest = np.abs(wide).max(axis=axis, keepdims=True, initial=0.0)
    exponent = np.frexp(largest)[1] - bits
    return np.rint(wide * np.ldexp(1.0, -exponent)), np.ldexp(1.0, exponent)


def kept_products(owner: object, items: NDArray[np.floating]) -> ExactProducts:
    """Return the products with `items`, prepared once and kept in `owner` as long as it asks for the same array."""
    held: tuple[Any, ExactProducts] | None = vars(owner).get("_kept_products")
    if held is None or held[0] is not items:
        held = vars(owner)["_kept_products"] = (items, ExactProducts(items))
    return held[1]


def rows_of_one_length(indptr: NDArray[np.integer]) -> list[NDArray[np.int64]]:
    """Return the indices of the rows of each length, for models whose padding would leave its mark on the last bit.

    Examples
    --------
    >>> rows_of_one_length(np.array([0, 1, 3, 4]))
    [array([0, 2]), array([1])]
    """
    length = np.diff(indptr)
    order = np.argsort(length, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(length[order])) + 1) if len(length) else []
