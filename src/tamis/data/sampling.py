"""Probability samples of rows: simple, stratified, weighted, reservoir, importance and multinomial.

Each answer states the probability of each drawn row, so that what is measured on it can be put back on the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tamis.core.conditions import at_least
from tamis.core.errors import DataError, OptionError
from tamis.core.options import options
from tamis.core.ragged import position
from tamis.core.rng import generator, hashed_uniform
from tamis.data.event_columns import Floats, Ints, counted_report
from tamis.data.report import Report


@dataclass(frozen=True)
class Sample:
    """A sample of rows.

    Parameters
    ----------
    index : array of shape (m,), int64
        Rows drawn: ascending for draws without replacement, in order of drawing otherwise.
    probability : array of shape (m,), float64
        Chance that the row is in the sample (without replacement) or that one draw gives it (with replacement); NaN
        where no chance was involved or it has no closed form.
    weight : array of shape (m,), float64
        What a row counts in a mean or sum over the whole, up to one common factor.
    bias : str or None
        Why the sample cannot speak for the whole; None for a probability sample.
    report : Report
    """

    index: Ints
    probability: Floats
    weight: Floats
    bias: str | None
    report: Report


@options
class RandomSample:
    """Draw `size` rows with equal chance, each at most once (all rows where there are fewer), or with replacement.

    Examples
    --------
    >>> RandomSample(size=3).sample(2).index
    array([0, 1])
    """

    size: Annotated[int, at_least(0)]
    replace: bool = False
    seed: int = 0

    def sample(self, n: int) -> Sample:
        """Return a sample of n rows.

        Raises
        ------
        DataError
            Where there is no row to draw with replacement.
        """
        rng = generator(self.seed)
        if not self.replace:
            size = min(self.size, n)
            index = np.sort(rng.choice(n, size, replace=False)) if size else np.zeros(0, np.int64)
            return _sample(index, np.full(size, size / max(n, 1)), n)
        if n == 0 and self.size:
            raise DataError("there is no row to draw", where="RandomSample")
        return _sample(rng.integers(0, max(n, 1), self.size), np.full(self.size, 1 / max(n, 1)), n)


@options
class StratifiedSample:
    """Draw `size` rows so that every stratum is present in proportion to its size, or equally.

    Sizes are rounded by the largest remainder (equal remainders: the stratum of the smaller value first), so they add
    up to `size` exactly. With "equal", a stratum smaller than its part gives all it has and the others share the rest.

    Examples
    --------
    >>> part = StratifiedSample(size=4).sample(np.array(["a", "a", "a", "a", "a", "a", "b", "b"]))
    >>> part.probability
    array([0.5, 0.5, 0.5, 0.5])
    """

    size: Annotated[int, at_least(0)]
    allocation: Literal["proportional", "equal"] = "proportional"
    seed: int = 0

    def sample(self, stratum: ArrayLike) -> Sample:
        """Return a sample of the rows whose strata are given, of shape (n,) and any type."""
        values = np.asarray(stratum)
        n = len(values)
        distinct, inverse, sizes = np.unique(values, return_inverse=True, return_counts=True)
        inverse = inverse.reshape(-1)
        shares = sizes.astype(np.float64) if self.allocation == "proportional" else np.ones(len(distinct))
        counts = largest_remainder(min(self.size, n), shares, sizes)
        order = generator(self.seed).permutation(n)
        order = order[np.argsort(inverse[order], kind="stable")]
        index = np.sort(order[position(inverse[order]) < counts[inverse[order]]])
        return _sample(index, (counts / sizes)[inverse[index]], n)


@options
class WeightedSample:
    """Draw rows in proportion to weights, with replacement, or successively without.

    Without replacement a row is drawn in proportion to the weights that remain (Efraimidis and Spirakis 2006,
    https://doi.org/10.1016/j.ipl.2005.11.003); its chance to be in the sample then has no closed form and is NaN.
    Weights need not sum to 1; rows of weight 0 are never drawn.

    Examples
    --------
    >>> WeightedSample(size=2).sample(np.array([1.0, 0.0, 3.0])).index
    array([0, 2])
    """

    size: Annotated[int, at_least(0)]
    replace: bool = False
    seed: int = 0

    def sample(self, weight: ArrayLike) -> Sample:
        """Return a sample of rows of the given weights, of shape (n,).

        Raises
        ------
        DataError
            Where a weight is negative or not finite, or all are 0.
        """
        weights = checked_weights(weight, "WeightedSample")
        if self.replace:
            index = Multinomial(weights).draw(self.size, seed=self.seed)
            return _sample(index, weights[index] / weights.sum(), len(weights))
        key = _exponential_key(generator(self.seed).random(len(weights)), weights)
        size = min(self.size, int(np.count_nonzero(weights)))
        index = np.sort(np.argpartition(key, size - 1)[:size]) if size else np.zeros(0, np.int64)
        report = _sample(index, np.ones(size), len(weights)).report
        return Sample(index, np.full(size, np.nan), np.ones(size), None, report)


class Multinomial:
    """A categorical distribution over rows, drawn by binary search in the cumulated weights.

    Parameters
    ----------
    weight : array of shape (n,)
        At least 0, not all 0; need not sum to 1. Rows of weight 0 are never drawn.

    Raises
    ------
    DataError
        Where a weight is negative or not finite, or all are 0.

    Examples
    --------
    >>> Multinomial(np.array([0.0, 2.0])).draw(3)
    array([1, 1, 1])
    """

    def __init__(self, weight: ArrayLike) -> None:
        weights = checked_weights(weight, "Multinomial")
        self._cumulative = np.cumsum(weights)
        self._last = int(np.flatnonzero(weights)[-1])

    def draw(self, size: int, seed: int = 0) -> Ints:
        """Return `size` independent draws."""
        point = generator(seed).random(size) * self._cumulative[-1]
        return np.asarray(np.minimum(np.searchsorted(self._cumulative, point, side="right"), self._last), np.int64)


@options
class ReservoirSample:
    """Keep a random sample of a stream of unknown length, in batches; each row is kept with chance size / n.

    Every row gets a key and the smallest keys stay. The key depends only on the seed and on the row's place in the
    stream, so the sample is the same however the stream is cut into batches. With weights it is a successive weighted
    sample (Efraimidis and Spirakis 2006, https://doi.org/10.1016/j.ipl.2005.11.003). Vitter (1985) for the idea.

    Examples
    --------
    >>> reservoir = ReservoirSample(size=5)
    >>> reservoir.update(3).update(1).rows
    array([0, 1, 2, 3])
    """

    size: Annotated[int, at_least(1)]
    seed: int = 0

    def update(self, rows: int, weight: ArrayLike | None = None) -> ReservoirSample:
        """Take the next `rows` rows of the stream, with weights of shape (rows,) or equal ones.

        Raises
        ------
        DataError
            Where weights are negative, not finite or of another length.
        """
        seen, kept, keys = getattr(self, "seen_", 0), self.rows, getattr(self, "key_", np.zeros(0))
        new = np.arange(seen, seen + rows)
        weights = np.ones(rows) if weight is None else checked_weights(weight, "ReservoirSample", may_be_zero=True)
        if len(weights) != rows:
            raise DataError(
                "weights are of another length", where="ReservoirSample", allowed=f"{rows}", got=len(weights)
            )
        key = np.concatenate([keys, _exponential_key(hashed_uniform(self.seed, new), weights)])
        row = np.concatenate([kept, new])[np.isfinite(key)]
        key = key[np.isfinite(key)]
        if len(row) > self.size:
            best = np.sort(np.argpartition(key, self.size - 1)[: self.size])
            row, key = row[best], key[best]
        self.seen_, self.rows_, self.key_ = seen + rows, row, key
        return self

    @property
    def rows(self) -> Ints:
        """The places in the stream of the rows kept so far, ascending."""
        return np.asarray(getattr(self, "rows_", np.zeros(0, np.int64)))


@options
class ImportanceSample:
    """Draw rows from a proposal q, with replacement, to estimate means under a target p: weight p / q.

    Neither needs to sum to 1: use the weights self-normalised, `sum(weight * f) / sum(weight)`.
    Kahn and Marshall (1953), https://doi.org/10.1287/opre.1.5.263.

    Examples
    --------
    >>> part = ImportanceSample(size=4).sample(target=np.array([1.0, 1.0]), proposal=np.array([1.0, 1.0]))
    >>> part.weight
    array([1., 1., 1., 1.])
    """

    size: Annotated[int, at_least(1)]
    seed: int = 0

    def sample(self, target: ArrayLike, proposal: ArrayLike) -> Sample:
        """Return a sample of rows of the given target and proposal weights, both of shape (n,).

        Raises
        ------
        DataError
            Where the proposal is 0 on a row that the target wants, or weights are not allowed.
        """
        p, q = checked_weights(target, "ImportanceSample"), checked_weights(proposal, "ImportanceSample")
        if len(p) != len(q) or np.any((q == 0) & (p > 0)):
            raise DataError(
                "the proposal never draws a row that the target wants",
                where="ImportanceSample",
                allowed="a proposal above 0 wherever the target is",
                got=f"{len(p)} target and {len(q)} proposal weights",
            )
        p, q = p / p.sum(), q / q.sum()
        index = Multinomial(q).draw(self.size, seed=self.seed)
        drawn = _sample(index, q[index], len(p))
        return Sample(index, q[index], p[index] / q[index], None, drawn.report)


def largest_remainder(total: int, shares: Floats, limits: Ints | None = None) -> Ints:
    """Return whole numbers in proportion to `shares` that add up to `total`, none above its limit.

    Hamilton's method: round down, then give the remaining units to the largest remainders (ties: the first). What is
    above a limit is shared again among the others; where all limits are reached the sum is the sum of the limits.

    Examples
    --------
    >>> largest_remainder(10, np.array([1.0, 1.0, 1.0]))
    array([4, 3, 3])
    >>> largest_remainder(9, np.array([1.0, 1.0]), np.array([2, 50]))
    array([2, 7])
    """
    shares = np.asarray(shares, np.float64)
    if np.any(~np.isfinite(shares) | (shares < 0)):
        raise OptionError(
            "shares are not allowed", where="largest_remainder", allowed="at least 0", got=shares.tolist()
        )
    counts = np.zeros(len(shares), np.int64)
    room = np.full(len(shares), total) if limits is None else np.asarray(limits, np.int64).copy()
    left = min(total, int(room[shares > 0].sum()))
    while left > 0:
        open_ = np.where(room > counts, shares, 0.0)
        exact = open_ / open_.sum() * left
        give = np.floor(exact).astype(np.int64)
        most = np.lexsort((np.arange(len(shares)), -(exact - give)))[: left - int(give.sum())]
        give[most] += 1
        give = np.minimum(give, room - counts)
        counts += give
        left -= int(give.sum())
    return counts


def checked_weights(weight: ArrayLike, where: str, *, may_be_zero: bool = False) -> Floats:
    """Return weights as float64, at least 0 and finite, and not all 0 unless that is allowed.

    Raises
    ------
    DataError
        Where they are not.
    """
    weights: NDArray[Any] = np.asarray(weight, np.float64)
    allowed = may_be_zero or bool(np.any(weights > 0))
    if weights.ndim != 1 or np.any(~np.isfinite(weights) | (weights < 0)) or not allowed:
        raise DataError(
            "weights are not allowed",
            where=where,
            allowed="a one-dimensional array of finite numbers of at least 0, not all 0",
            got=weights.tolist()
            if weights.size < 9
            else f"{weights.size} values from {weights.min()} to {weights.max()}",
        )
    return weights


def _exponential_key(uniform: Floats, weight: Floats) -> Floats:
    """Return exponential waiting times of rate `weight`; infinite for weight 0. The smallest come first."""
    wait = -np.log1p(-uniform)
    return np.where(weight > 0, wait / np.where(weight > 0, weight, 1.0), np.inf)


def _sample(index: Ints, probability: Floats, n: int) -> Sample:
    different = len(np.unique(index))
    weight = np.divide(1.0, probability, out=np.ones(len(index)), where=probability > 0)
    return Sample(index, probability, weight, None, counted_report("sample", n, {"not drawn": n - different}))
