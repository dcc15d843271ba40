"""Which metric to report for which problem, and why.

Gain: see the metric chosen.
Discount: see the metric chosen.
Ties: none; each problem has one answer.
Empty truth: see the metric chosen.
Averaging: see the metric chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from tamis.core.errors import OptionError
from tamis.core.options import check_value
from tamis.metrics.classification import BinaryCounts
from tamis.metrics.curves import pr_auc, roc_auc
from tamis.metrics.graded_ranking import ndcg
from tamis.metrics.probability import normalised_cross_entropy
from tamis.metrics.ranking import average_precision, recall_at_k, reciprocal_rank
from tamis.metrics.regression import absolute_error, squared_error


class Purpose(Enum):
    """What the measured stage is for."""

    CANDIDATES = "find candidates for a later stage"
    FIRST_STAGE = "score cheaply, so that positives come above negatives"
    RANKING = "order what people see"
    PROBABILITY = "a probability that money or thresholds depend on, as in ads"
    CLASSIFICATION = "say a class"
    REGRESSION = "say a number"


@dataclass(frozen=True)
class MetricChoice:
    """The metric, its name, why it fits, and what not to use for this problem."""

    name: str
    metric: Callable[..., Any]
    reason: str
    avoid: str = ""


def choose_metric(
    purpose: Purpose,
    *,
    graded: bool = False,
    first_hit_matters: bool = False,
    imbalanced: bool = False,
    outliers: bool = False,
) -> MetricChoice:
    """Return the one metric to steer by.

    Parameters
    ----------
    purpose : Purpose
    graded : bool
        Ranking: relevance has more than two grades.
    first_hit_matters : bool
        Ranking: people want one right item (a navigational search, a prefix completion).
    imbalanced : bool
        First stage and classification: positives are rare.
    outliers : bool
        Regression: a few targets are far out and should not rule.

    Raises
    ------
    OptionError
        Where `purpose` is no Purpose, or a ranking is said to be graded with only the first hit counting.

    Examples
    --------
    >>> choose_metric(Purpose.RANKING, graded=True).name
    'ndcg'
    >>> choose_metric(Purpose.CANDIDATES).avoid
    'precision@k: the next stage removes what is not relevant'
    """
    check_value("choose_metric", "purpose", purpose, Purpose)
    if purpose is Purpose.RANKING:
        if graded and first_hit_matters:
            raise OptionError(
                "`graded` and `first_hit_matters` exclude each other",
                where="choose_metric",
                next_step="count the grades that satisfy as relevant, or leave first_hit_matters out",
            )
        if first_hit_matters:
            return _FIRST_HIT
        return _GRADED if graded else _BINARY
    if purpose in (Purpose.FIRST_STAGE, Purpose.CLASSIFICATION) and imbalanced:
        return _RARE
    if purpose is Purpose.REGRESSION:
        return _ROBUST if outliers else _SQUARED
    return _BY_PURPOSE[purpose]


_BLIND = "precision@k and recall@k: they do not see the order within the k"
_FIRST_HIT = MetricChoice("reciprocal rank", reciprocal_rank, "only the rank of the first right item counts", _BLIND)
_BINARY = MetricChoice(
    "average precision", average_precision, "relevance is yes or no and every rank of a hit counts", _BLIND
)
_GRADED = MetricChoice("ndcg", ndcg, "more relevant items should stand higher", _BLIND)
_RARE = MetricChoice(
    "pr-auc", pr_auc, "positives are rare, and precision shows every false alarm", "accuracy: saying no always wins"
)
_SQUARED = MetricChoice("mean squared error", squared_error, "large errors cost more than their share")
_ROBUST = MetricChoice(
    "mean absolute error", absolute_error, "each unit of error counts alike", "mean squared error: outliers rule it"
)
_BY_PURPOSE = {
    Purpose.CANDIDATES: MetricChoice(
        "recall@k",
        recall_at_k,
        "what candidates miss no later stage can bring back",
        "precision@k: the next stage removes what is not relevant",
    ),
    Purpose.FIRST_STAGE: MetricChoice(
        "roc-auc", roc_auc, "the chance that a positive scores above a negative, whatever the threshold"
    ),
    Purpose.PROBABILITY: MetricChoice(
        "normalised cross-entropy",
        normalised_cross_entropy,
        "the probability itself is used; normalising makes base rates comparable",
        "roc-auc: it does not see calibration",
    ),
    Purpose.CLASSIFICATION: MetricChoice("f-beta", BinaryCounts.f_beta, "precision and recall in one number"),
}
