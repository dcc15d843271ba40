"""What learned item factors group together: components, their items, prices and shares, and overlap of neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError
from tamis.core.ragged import top_k_rows
from tamis.models._interactions import row_of
from tamis.models._largest import largest_per_row, padded

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True)
class Components:
    """Principal components of item factors.

    Attributes
    ----------
    loadings : array of shape (n_items, n_components), float64
        Place of each item along each component, around a mean of 0.
    explained : array of shape (n_components,), float64
        Share of the total variance, falling; all 0 where the items do not vary.
    """

    loadings: NDArray[np.float64]
    explained: NDArray[np.float64]

    def top_items(self, at: int = 20) -> list[NDArray[np.int64]]:
        """Return for each component the `at` item codes that load highest, best first, ties by code."""
        component, item = top_k_rows(self.loadings.T, at)
        return [item[component == c] for c in range(self.loadings.shape[1])]


def principal_components(item_factors: NDArray[np.floating], n_components: int = 5) -> Components:
    """Return the directions in which item factors (n_items, factors) vary most.

    The sign of a component is set so that its largest loading in absolute value is positive (ties: the first item's).
    Fewer components come back where there are fewer items or factors.

    Raises
    ------
    DataError
        Where a factor is not finite.

    Notes
    -----
    Hotelling (1933), https://doi.org/10.1037/h0071325.

    Examples
    --------
    Points on a line: one component explains all, and the last item loads highest.

    >>> found = principal_components(np.array([[0.0, 0.0], [1.0, 1.0], [5.0, 5.0]]), 1)
    >>> found.explained.round(3).tolist(), found.top_items(1)[0].tolist()
    ([1.0], [2])
    """
    factors = np.asarray(item_factors, np.float64)
    if factors.ndim != 2 or not np.all(np.isfinite(factors)):
        raise DataError(
            "item factors cannot be used", where="principal_components", allowed="finite (n_items, factors)"
        )
    if len(factors) == 0:
        return Components(np.zeros((0, 0)), np.zeros(0))
    left, size, _ = np.linalg.svd(factors - factors.mean(axis=0), full_matrices=False)
    loadings = (left * size)[:, :n_components]
    strongest = np.take_along_axis(loadings, np.abs(loadings).argmax(axis=0)[None], axis=0)[0]
    variance = size**2
    explained = variance / variance.sum() if variance.sum() > 0 else variance
    return Components(loadings * np.where(strongest < 0, -1.0, 1.0), explained[:n_components])


@dataclass(frozen=True)
class FactorDescription:
    """What a group of items has in common.

    Prices are in the catalogue's unit, over items with a known price, NaN where none has one; shares are of all items
    of the group, largest first, then by name, and None stands for unknown.
    """

    items: int
    price_mean: float
    price_median: float
    price_max: float
    price_min: float
    categories: dict[str | None, float]
    brands: dict[str | None, float]
    price_by_category: dict[str | None, float]


def describe_factor(
    items: NDArray[np.integer],
    price: NDArray[np.floating],
    category: Sequence[str | None],
    brand: Sequence[str | None],
) -> FactorDescription:
    """Return the prices and the shares by category and brand of a group of items.

    Parameters
    ----------
    items : array of shape (n,)
        Item codes; an unknown one (outside the catalogue) is left out. The same item may be in several groups.
    price : array of shape (n_items,), NaN where unknown
    category, brand : sequences of length n_items, None where unknown

    Raises
    ------
    DataError
        Where the columns differ in length.

    Examples
    --------
    >>> told = describe_factor(np.array([0, 2]), np.array([10.0, 99.0, 30.0]), ["hair", "men", "hair"], ["a", "b", "c"])
    >>> told.price_mean, told.categories
    (20.0, {'hair': 1.0})
    """
    if not len(price) == len(category) == len(brand):
        raise DataError(
            "the columns differ in length", where="describe_factor", got=(len(price), len(category), len(brand))
        )
    codes = np.asarray(items, np.int64)
    codes = codes[(codes >= 0) & (codes < len(price))]
    own_category = [category[c] for c in codes]
    prices = np.asarray(price, np.float64)[codes]
    known = prices[np.isfinite(prices)]
    mean, median, most, least = (
        (float(known.mean()), float(np.median(known)), float(known.max()), float(known.min()))
        if len(known)
        else (float("nan"),) * 4
    )
    shares = _shares(own_category)
    means = {name: _mean_price(prices, [c == name for c in own_category]) for name in shares}
    return FactorDescription(len(codes), mean, median, most, least, shares, _shares([brand[c] for c in codes]), means)


def neighbour_overlap(left: csr_matrix, right: csr_matrix, at: int = 10) -> NDArray[np.float64]:
    """Return for each item the share of its `at` most similar items on which two similarity matrices agree.

    |A and B| / |A or B| of the two sets of neighbours with a similarity above 0, the item itself excluded, ties at the
    cut by code; NaN where neither matrix has any.

    Parameters
    ----------
    left, right : CSR of shape (n_items, n_items)

    Raises
    ------
    DataError
        Where the shapes differ.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> a, b = csr_matrix(np.float32([[1, 0.9, 0.5]])), csr_matrix(np.float32([[1, 0.9, 0]]))
    >>> neighbour_overlap(a, b).tolist()
    [0.5]
    """
    from scipy.sparse import csr_matrix

    if left.shape != right.shape:
        raise DataError("the matrices differ in shape", where="neighbour_overlap", got=(left.shape, right.shape))
    sets = []
    for matrix in (left, right):
        others = csr_matrix(matrix, dtype=np.float32, copy=True)
        others.data[row_of(others) == others.indices] = 0
        row, column, _ = largest_per_row(*padded(others), at)
        sets.append(csr_matrix((np.ones(len(row), np.float32), (row, column)), shape=left.shape))
    both = np.asarray(sets[0].multiply(sets[1]).sum(axis=1)).ravel()
    either = np.diff(sets[0].indptr) + np.diff(sets[1].indptr) - both
    return np.where(either > 0, both / np.maximum(either, 1), np.nan)


def _mean_price(prices: NDArray[np.float64], chosen: list[bool]) -> float:
    known = prices[np.array(chosen, bool) & np.isfinite(prices)]
    return float(known.mean()) if len(known) else float("nan")


def _shares(values: list[str | None]) -> dict[str | None, float]:
    names = sorted(set(values), key=lambda v: (-values.count(v), v is None, v or ""))
    return {name: values.count(name) / len(values) for name in names}
