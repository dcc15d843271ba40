"""From answers and truth to metrics: one row of the table per system."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tamis.core.words import Candidates, Queries
from tamis.data.moments import Truth
from tamis.metrics import (
    Measured,
    RankedLists,
    catalogue_coverage,
    hit_rate_at_k,
    ndcg,
    novelty,
    recall_at_k,
    reciprocal_rank,
)


@dataclass
class Row:
    """One system's figures: metrics per query, and quantities of all lists together."""

    name: str
    metrics: dict[str, Measured]
    totals: dict[str, float]
    seconds: float = float("nan")
    trivial: bool = False


def ranked(page: Candidates, truth: Truth, queries: Queries) -> RankedLists:
    """Return pages joined with the truth; several queries of one person form a cluster."""
    return RankedLists.build(
        len(queries),
        page.query,
        page.item,
        truth.query,
        truth.item,
        truth.grade,
        n_items=queries.past.n_items,
        cluster=queries.user,
    )


def measure(
    name: str, page: Candidates, truth: Truth, queries: Queries, k: int, popularity: NDArray[np.float64]
) -> Row:
    """Return a system's row.

    Parameters
    ----------
    name : str
    page : Candidates
        In the order of the pages.
    truth : Truth
    queries : Queries
    k : int
        Places that count.
    popularity : array of shape (n_items,)
        Events per item before the test stretch, for novelty.
    """
    lists = ranked(page, truth, queries)
    metrics = {
        f"ndcg@{k}": ndcg(lists, k),
        f"recall@{k}": recall_at_k(lists, k),
        f"hit rate@{k}": hit_rate_at_k(lists, k),
        f"mrr@{k}": reciprocal_rank(lists, k),
        f"novelty@{k}": novelty(lists, popularity, k),
    }
    return Row(name, metrics, {f"coverage@{k}": catalogue_coverage(lists, k)})


def history_slices(queries: Queries, seen: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
    """Return masks of queries by how many events their person had before the moment."""
    return {
        "new, no history": seen == 0,
        "1 to 9 events": (seen >= 1) & (seen < 10),
        "10 to 99 events": (seen >= 10) & (seen < 100),
        "100 or more events": seen >= 100,
    }


def sliced(measured: Measured, mask: NDArray[np.bool_]) -> Measured:
    """Return a metric over the queries of a slice only."""
    return Measured(measured.name, np.where(mask, measured.values, np.nan), measured.cluster, measured.weight)
