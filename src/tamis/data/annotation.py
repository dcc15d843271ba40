"""Human labels: who labels what, how well raters agree, how each rater leans, and what it costs.

Ratings of n examples by r raters have shape (n, r), with -1 (classes) or NaN (scores) where a rater has not rated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from tamis.core.conditions import above, at_least
from tamis.core.errors import DataError, OptionError
from tamis.core.options import options
from tamis.core.rng import generator
from tamis.data.event_columns import Floats, Ints, whole_numbers
from tamis.data.weak_labels import checked_votes


@options
class LabelCost:
    """The price of a labelling job: examples x raters x price per label.

    Examples
    --------
    >>> LabelCost(raters=10, labels_per_example=10).labels(100_000)
    10000000
    """

    raters: Annotated[int, at_least(1)] = 3
    labels_per_example: Annotated[int, at_least(1)] = 1
    price: Annotated[float, at_least(0)] = 1.0

    def labels(self, examples: int) -> int:
        """Return the number of labels: every rater gives each label of each example (10 x 100 000 x 10)."""
        return examples * self.raters * self.labels_per_example

    def total(self, examples: int) -> float:
        """Return the price of labelling all examples, in the unit of `price`."""
        return self.labels(examples) * self.price

    def affordable(self, budget: float) -> int:
        """Return how many examples a budget pays for.

        Raises
        ------
        OptionError
            Where a label costs nothing, so any number is affordable.
        """
        if self.price == 0:
            raise OptionError(
                "labels are free, so the budget has no limit", where="LabelCost", allowed="a price above 0"
            )
        return int(budget // (self.raters * self.labels_per_example * self.price))


@options
class RaterAssignment:
    """Give every example to `per_example` different raters, so that all raters do equal work (within one) at random.

    Examples
    --------
    >>> assigned = RaterAssignment(n_raters=3, per_example=2).assign(3)
    >>> assigned.shape, np.bincount(assigned.ravel())
    ((3, 2), array([2, 2, 2]))
    """

    n_raters: Annotated[int, at_least(1)]
    per_example: Annotated[int, at_least(1)] = 3
    seed: int = 0

    def check_options(self) -> None:
        """Check that there are enough raters."""
        if self.per_example > self.n_raters:
            raise OptionError(
                "`per_example` is not allowed",
                where="RaterAssignment",
                allowed=f"at most the {self.n_raters} raters",
                got=self.per_example,
            )

    def assign(self, n: int) -> Ints:
        """Return rater codes of shape (n, per_example), different within a row."""
        rng = generator(self.seed)
        turn = np.arange(n * self.per_example).reshape(n, self.per_example) % self.n_raters
        return np.asarray(rng.permutation(self.n_raters)[turn][rng.permutation(n)], np.int64)


def cohen_kappa(first: Ints, second: Ints, weights: Literal["none", "linear", "quadratic"] = "none") -> float:
    """Return the agreement of two raters beyond chance: 1 complete, 0 as by chance, below 0 worse.

    Only examples that both rated count (-1: not rated). NaN without such examples, or where both always say the same
    one class (chance agrees fully). With weights a near miss counts less than a far one, for ordered classes.
    Cohen (1960), https://doi.org/10.1177/001316446002000104.

    Raises
    ------
    DataError
        Where ratings are no whole numbers, or differ in length.

    Examples
    --------
    >>> cohen_kappa(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]))
    0.5
    """
    a, b = whole_numbers(first, "first", "cohen_kappa"), whole_numbers(second, "second", "cohen_kappa")
    if len(a) != len(b):
        raise DataError("raters rated different examples", where="cohen_kappa", got=(len(a), len(b)))
    if weights not in ("none", "linear", "quadratic"):
        raise OptionError(
            "`weights` is not allowed", where="cohen_kappa", allowed="none, linear or quadratic", got=weights
        )
    both = (a >= 0) & (b >= 0)
    a, b = a[both], b[both]
    if len(a) == 0:
        return float("nan")
    size = int(max(a.max(), b.max())) + 1
    observed = np.bincount(a * size + b, minlength=size * size).reshape(size, size) / len(a)
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0))
    distance = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(np.float64)
    cost = {"none": (distance > 0).astype(np.float64), "linear": distance, "quadratic": distance**2}[weights]
    chance = float((cost * expected).sum())
    return float("nan") if chance == 0 else 1.0 - float((cost * observed).sum()) / chance


def fleiss_kappa(ratings: Ints) -> float:
    """Return the agreement beyond chance of ratings (n, r), -1 where not rated; examples may differ in raters.

    Pairs of raters of one example agree with a chance that is averaged over examples with at least two ratings;
    the expected agreement uses all those ratings. With the same number of raters everywhere it is Fleiss (1971),
    https://doi.org/10.1037/h0031619. NaN without such an example, or where all ratings are one class.

    Examples
    --------
    >>> fleiss_kappa(np.array([[0, 0, 0], [1, 1, 1]]))
    1.0
    """
    votes = checked_votes(ratings, "fleiss_kappa")
    counts = np.stack([(votes == c).sum(axis=1) for c in range(int(votes.max(initial=0)) + 1)], axis=1)
    counts = counts[counts.sum(axis=1) >= 2].astype(np.float64)
    if len(counts) == 0:
        return float("nan")
    raters = counts.sum(axis=1)
    agreement = float((((counts**2).sum(axis=1) - raters) / (raters * (raters - 1))).mean())
    by_chance = float(((counts.sum(axis=0) / counts.sum()) ** 2).sum())
    return float("nan") if by_chance == 1 else (agreement - by_chance) / (1 - by_chance)


@dataclass(frozen=True)
class RaterEffects:
    """How raters lean: `effect` (r,) against the others on the same examples, its standard `error`, `rated` (r,).

    `example` (n,) is the score of each example with the raters' leanings taken out, NaN where nobody rated.
    """

    effect: Floats
    error: Floats
    rated: Ints
    example: Floats


@options
class RaterModel:
    """Separate how examples differ from how raters lean: score = example + rater + noise, rater effects of mean 0.

    Least squares by alternating means, so a rater who got the harder examples is not taken for a strict one. A rater
    without ratings has effect NaN; groups of raters that share no example are only comparable within themselves.

    Examples
    --------
    >>> fitted = RaterModel().fit(np.array([[3.0, 4.0], [1.0, 2.0], [5.0, np.nan]]))
    >>> fitted.effect, fitted.example
    (array([-0.5,  0.5]), array([3.5, 1.5, 5.5]))
    """

    iterations: Annotated[int, at_least(1)] = 1000
    tolerance: Annotated[float, above(0)] = 1e-9

    def fit(self, scores: Floats) -> RaterEffects:
        """Return the effects of scores of shape (n, r), NaN where not rated.

        Raises
        ------
        DataError
            Where scores are not of that shape.
        """
        scores = np.asarray(scores, np.float64)
        if scores.ndim != 2:
            raise DataError("scores are not allowed", where="RaterModel", allowed="shape (n, r)", got=scores.shape)
        given = np.isfinite(scores)
        value = np.where(given, scores, 0.0)
        per_example, per_rater = given.sum(axis=1), given.sum(axis=0)
        effect = np.zeros(scores.shape[1])
        example = np.zeros(scores.shape[0])
        for _ in range(self.iterations):
            before = effect
            example = _mean((value - given * effect).sum(axis=1), per_example)
            effect = _mean((value - given * example[:, None]).sum(axis=0), per_rater)
            effect = np.where(per_rater > 0, effect - effect[per_rater > 0].mean() if per_rater.any() else 0.0, 0.0)
            if np.abs(effect - before).max(initial=0.0) <= self.tolerance:
                break
        example = _mean((value - given * effect).sum(axis=1), per_example)
        left = given * (value - example[:, None] - effect)
        freedom = int(given.sum()) - int((per_example > 0).sum()) - int((per_rater > 0).sum()) + 1
        noise = float((left**2).sum() / freedom) if freedom > 0 else float("nan")
        error = np.sqrt(np.divide(noise, per_rater, out=np.full(len(per_rater), np.nan), where=per_rater > 0))
        return RaterEffects(
            np.where(per_rater > 0, effect, np.nan),
            error,
            per_rater.astype(np.int64),
            np.where(per_example > 0, example, np.nan),
        )


def _mean(total: Floats, count: Ints) -> Floats:
    return np.asarray(np.divide(total, count, out=np.zeros(len(count)), where=count > 0))
