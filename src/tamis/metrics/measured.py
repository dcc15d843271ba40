"""What a metric returns: one value per query, and from these the mean, its interval and paired comparisons.

Gain: none; the values come from the metric.
Discount: none.
Ties: none.
Empty truth: a query whose value is undefined carries NaN and is left out of the mean, the interval and `n`.
Averaging: mean over defined queries, each with its weight (1 where none is given); clusters correct the interval only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from tamis.core.conditions import above, at_least, below
from tamis.core.errors import DataError
from tamis.core.options import check_value
from tamis.core.rng import generator
from tamis.metrics.columns import Codes, Floats, cluster_of, numbers, same_length

# Rows drawn at once by the bootstrap: bounds its memory to a few times 32 MiB.
_DRAWN_AT_ONCE = 1 << 22


@dataclass(frozen=True, eq=False)
class Measured:
    """A metric's value for each of B queries.

    The mean is m = sum(w v) / sum(w) over the defined queries. Its standard error is the linearised one of a ratio
    of cluster totals: with E_c = sum over the queries of cluster c of w (v - m) / sum(w), and C clusters,
    se = sqrt(C / (C - 1) * sum(E_c ** 2)). Without clusters and weights this is the textbook s / sqrt(n).
    Liang and Zeger (1986), https://doi.org/10.1093/biomet/73.1.13; for ratio metrics Deng, Knoblich and Lu (2018),
    https://arxiv.org/abs/1803.06336.

    Parameters
    ----------
    name : str
        The metric and its cut, such as "ndcg@10".
    values : array of shape (B,)
        NaN where the metric is undefined.
    cluster : array of shape (B,), whole numbers, optional
        Whom a query belongs to (a user code); queries of one person are not independent. Default: each its own.
    weight : array of shape (B,), at least 0, optional
        What a query counts for; a ratio of totals is the mean of ratios weighted by their denominators.

    Raises
    ------
    DataError
        Where lengths differ, a value is infinite or a weight is negative.

    Examples
    --------
    >>> measured = Measured("hit rate", np.array([1.0, 0.0, np.nan, 1.0, 0.0]))
    >>> measured.mean, measured.n
    (0.5, 4)
    """

    name: str
    values: Floats
    cluster: Codes | None = None
    weight: Floats | None = None

    def __post_init__(self) -> None:
        where = f"Measured '{self.name}'"
        values = numbers(where, "values", self.values, missing=True)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "cluster", cluster_of(where, self.cluster, len(values)))
        if self.weight is not None:
            weight = numbers(where, "weight", self.weight)
            same_length(where, values=values, weight=weight)
            if (weight < 0).any():
                raise DataError("a weight is negative", where=where, allowed="at least 0", got=float(weight.min()))
            object.__setattr__(self, "weight", weight)

    @property
    def weights(self) -> Floats:
        """The weight of each query, shape (B,): 0 where the value is undefined."""
        weight = np.ones(len(self.values)) if self.weight is None else self.weight
        return np.where(np.isnan(self.values), 0.0, weight)

    @property
    def n(self) -> int:
        """How many queries are defined and have a weight."""
        return int(np.count_nonzero(self.weights))

    @property
    def n_clusters(self) -> int:
        """How many clusters have a defined query."""
        return len(_cluster_sums(self.weights, self.weights > 0, self.cluster))

    @property
    def mean(self) -> float:
        """The weighted mean over defined queries; NaN where there is none."""
        weights = self.weights
        total = float(weights.sum())
        return float(np.nan_to_num(self.values) @ weights) / total if total > 0 else np.nan

    @property
    def standard_error(self) -> float:
        """The cluster-robust standard error of the mean; NaN below two clusters."""
        return _spread(_cluster_sums(_influence(self), self.weights > 0, self.cluster))[0]

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Return mean -+ t * se, t the two-sided quantile of Student's t with C - 1 degrees of freedom.

        Both bounds are NaN below two clusters.

        Parameters
        ----------
        level : float
            The share of such intervals that would hold the true mean, strictly between 0 and 1.

        Examples
        --------
        >>> low, high = Measured("rating", np.array([1.0, 2.0, 3.0])).interval()
        >>> round(low, 3), round(high, 3)
        (-0.484, 4.484)
        """
        check_level(level)
        error, freedom = _spread(_cluster_sums(_influence(self), self.weights > 0, self.cluster))
        half = t_quantile(level, freedom) * error
        return self.mean - half, self.mean + half

    def __str__(self) -> str:
        low, high = self.interval()
        return f"{self.name} {self.mean:.4f} [{low:.4f}, {high:.4f}] n={self.n}"


@dataclass(frozen=True)
class Comparison:
    """The difference of two measurements with its interval and p-value.

    Examples
    --------
    >>> Comparison("ndcg@10", 0.02, 0.01, 0.03, 0.001, 500, 0.95).is_clear
    True
    """

    name: str
    difference: float
    low: float
    high: float
    p_value: float
    n: int
    level: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out 0; False where it is undefined."""
        return self.low > 0 or self.high < 0


def compare(a: Measured, b: Measured, level: float = 0.95) -> Comparison:
    """Return a - b, paired by query and robust to clusters, with a two-sided t-test of no difference.

    Only queries defined on both sides count. Without clusters and weights it is the paired t-test. All differences
    equal: p is 1 where they are 0, else 0. Below two clusters: interval and p are NaN.

    Parameters
    ----------
    a, b : Measured
        The same B queries in the same order.
    level : float
        Of the interval, strictly between 0 and 1.

    Raises
    ------
    DataError
        Where the two do not hold the same queries and clusters.

    Examples
    --------
    >>> a, b = Measured("hit", np.array([1.0, 1.0, 0.0])), Measured("hit", np.array([0.0, 1.0, 0.0]))
    >>> round(compare(a, b).difference, 3), round(compare(a, b).p_value, 3)
    (0.333, 0.423)
    """
    check_level(level)
    same_length("compare", a=a.values, b=b.values)
    if not np.array_equal(_clusters(a), _clusters(b)):
        raise DataError("the clusters differ", where="compare", next_step="measure both on the same queries")
    both = (a.weights > 0) & (b.weights > 0)
    a = Measured(a.name, np.where(both, a.values, np.nan), a.cluster, a.weight)
    b = Measured(b.name, np.where(both, b.values, np.nan), b.cluster, b.weight)
    error, freedom = _spread(_cluster_sums(_influence(a) - _influence(b), both, a.cluster))
    name = a.name if a.name == b.name else f"{a.name} - {b.name}"
    return tested(name, a.mean - b.mean, error, freedom, int(both.sum()), level)


def bootstrap_interval(
    measured: Measured, level: float = 0.95, draws: int = 1000, seed: int = 0
) -> tuple[float, float]:
    """Return the percentile interval of the mean when whole clusters are drawn with replacement.

    Field and Welsh (2007), https://doi.org/10.1111/j.1467-9868.2007.00593.x. NaN below two clusters.

    Parameters
    ----------
    measured : Measured
    level : float
        Strictly between 0 and 1.
    draws : int
        How many resampled means, at least 1.
    seed : int
        The same seed gives the same interval.

    Examples
    --------
    >>> bootstrap_interval(Measured("rating", np.array([2.0, 2.0, 2.0])))
    (2.0, 2.0)
    """
    check_level(level)
    check_value("bootstrap_interval", "draws", draws, Annotated[int, at_least(1)])
    defined, weights = measured.weights > 0, measured.weights
    top = _cluster_sums(np.nan_to_num(measured.values) * weights, defined, measured.cluster)
    bottom = _cluster_sums(weights, defined, measured.cluster)
    n_clusters = len(top)
    if n_clusters < 2:
        return np.nan, np.nan
    random = generator(seed)
    block = max(1, _DRAWN_AT_ONCE // n_clusters)
    means = np.empty(draws)
    for start in range(0, draws, block):
        drawn = random.integers(0, n_clusters, (min(block, draws - start), n_clusters), dtype=np.int32)
        means[start : start + len(drawn)] = top[drawn].sum(axis=1) / bottom[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def tested(name: str, difference: float, error: float, freedom: float, n: int, level: float) -> Comparison:
    """Return the comparison of a difference with its standard error and degrees of freedom (Student's t).

    Examples
    --------
    >>> tested("rating", 0.0, 1.0, 10, 11, 0.95).p_value
    1.0
    """
    from scipy.special import stdtr

    if error > 0:
        p_value = float(2 * stdtr(freedom, -abs(difference) / error))
    elif error == 0:
        p_value = 1.0 if difference == 0 else 0.0
    else:
        p_value = np.nan
    half = t_quantile(level, freedom) * error
    return Comparison(name, difference, difference - half, difference + half, p_value, n, level)


def t_quantile(level: float, freedom: float) -> float:
    """Return the two-sided quantile of Student's t; NaN below one degree of freedom.

    Examples
    --------
    >>> round(t_quantile(0.95, 2), 3)
    4.303
    """
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + level) / 2)) if freedom >= 1 else np.nan


def check_level(level: float) -> None:
    """Raise `OptionError` unless `level` lies strictly between 0 and 1.

    Examples
    --------
    >>> check_level(0.9)
    """
    check_value("interval", "level", level, Annotated[float, above(0), below(1)])


def _influence(measured: Measured) -> Floats:
    weights = measured.weights
    total = weights.sum()
    if total == 0:
        return np.zeros(len(weights))
    return np.where(weights > 0, weights * (np.nan_to_num(measured.values) - measured.mean) / total, 0.0)


def _cluster_sums(rows: Floats, defined: np.ndarray[tuple[int], np.dtype[np.bool_]], cluster: Codes | None) -> Floats:
    if cluster is None:
        return rows[defined]
    of_row = np.unique(cluster[defined], return_inverse=True)[1]
    return np.bincount(of_row, weights=rows[defined]).astype(np.float64)


def _clusters(measured: Measured) -> Codes:
    return np.arange(len(measured.values)) if measured.cluster is None else measured.cluster


def _spread(sums: Floats) -> tuple[float, int]:
    n_clusters = len(sums)
    if n_clusters < 2:
        return np.nan, 0
    return float(np.sqrt(n_clusters / (n_clusters - 1) * (sums @ sums))), n_clusters - 1
