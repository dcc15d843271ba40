"""Where quality dies: what sources found, the best any ranker could do with it, what it did, what rules cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tamis.core.ragged import order_by_score
from tamis.core.words import Candidates, Queries
from tamis.data.moments import Truth
from tamis.evaluation.answering import Answered
from tamis.evaluation.measure import ranked
from tamis.metrics import Measured, ndcg, recall_at_k


@dataclass
class StageLoss:
    """Figures per stage, in the order of the funnel.

    Parameters
    ----------
    recall : dict of source name to Measured
        Share of the truth that each retriever proposed and filters kept; "all sources" is their union.
    removed : dict of filter name to float
        Share of the truth that a filter removed.
    best_possible : Measured
        nDCG@k of a ranker that knows the truth, on what was retrieved.
    ranked : Measured
        nDCG@k in the order of the judge's value.
    shown : Measured
        nDCG@k of the page after reranking and late filters.
    """

    recall: dict[str, Measured]
    removed: dict[str, float]
    best_possible: Measured
    ranked: Measured
    shown: Measured

    def losses(self) -> list[tuple[str, float, str]]:
        """Return (stage, nDCG lost, what it means), adding up from 1 to what was shown."""
        return [
            (
                "retrieve and filter",
                1.0 - self.best_possible.mean,
                "good items that no source proposed or a rule removed",
            ),
            ("judge", self.best_possible.mean - self.ranked.mean, "good items that were there but ranked too low"),
            ("rerank", self.ranked.mean - self.shown.mean, "what diversity, pins and exploration cost"),
        ]


def stage_loss(answered: Answered, truth: Truth, queries: Queries, k: int) -> StageLoss:
    """Return the loss of every stage on the queries with truth."""
    pool = answered.pool
    label = truth.label(pool, queries.past.n_items)
    recall = {
        name.removesuffix(".rank"): _recall(pool.rows(~np.isnan(column)), truth, queries)
        for name, column in pool.columns.items()
        if name.endswith(".rank")
    }
    recall["all sources"] = _recall(pool, truth, queries)
    removed: dict[str, float] = {}
    for stage, query, item in answered.dropped:
        gone = Candidates(query, item, len(queries))
        lost = float((truth.label(gone, queries.past.n_items) > 0).sum()) / max(len(truth.item), 1)
        removed[stage] = removed.get(stage, 0.0) + lost
    ideal = pool.rows(order_by_score(pool.query, label, pool.item))
    return StageLoss(
        recall,
        removed,
        ndcg(ranked(ideal, truth, queries), k),
        ndcg(ranked(pool, truth, queries), k),
        ndcg(ranked(answered.page, truth, queries), k),
    )


def _recall(found: Candidates, truth: Truth, queries: Queries) -> Measured:
    return recall_at_k(ranked(found, truth, queries))
