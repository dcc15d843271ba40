"""Full-catalogue evaluation of all users against the training of the model it evaluates, on MovieLens-1M.

    TAMIS_DATA=... python -m benchmarks.evaluation_cost
    TAMIS_DATA=... python -m benchmarks.evaluation_cost --users 500      # a quick look

Protocol. MovieLens-1M has no times here, so a seeded random order stands in; train before 75 % of the ratings; every
user with a rating after it is asked once, at the cut, for 20 films of the full catalogue minus those seen; recall,
nDCG, hit rate, reciprocal rank, novelty and coverage are measured, with intervals. Training is `Funnel.fit` of the one
retriever, evaluation is answering plus measuring, in the same process; the target is a ratio below 1.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

import tamis as tm
from benchmarks.data import folder
from benchmarks.printing import machine, table
from tamis.core.words import Queries
from tamis.data.moments import Truth, with_truth
from tamis.evaluation.answering import answer_all
from tamis.evaluation.measure import measure
from tamis.models import ImplicitFactors
from tamis.stages.filter import NotSeen
from tamis.stages.retrieve import Ease, MatrixFactorization

SHARE, K = 0.75, 20


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--users", type=int, help="ask only this many users")
    given = asked.parse_args()
    print(machine())
    place = folder("movielens-1m", "ratings.parquet")
    films, people = tm.Entity(id="item_index"), tm.Entity(id="user_id")
    ratings = tm.Events(place / "ratings.parquet", user=people, item=films, value="rating")
    dataset = tm.Dataset.load([films, people, ratings], now=2**60)
    cut = dataset.time_at_share(ratings, SHARE)
    moments = tm.Moments(ask="cut")
    asking = moments.queries(dataset, ratings, cut, dataset.until)
    asking, truth = with_truth(asking, moments.truth(dataset, ratings, asking, dataset.until))
    if given.users:
        chosen = asking.rows(slice(0, given.users))
        asking, truth = with_truth(chosen, moments.truth(dataset, ratings, chosen, dataset.until))
    print(
        f"{len(asking):,} users asked, {dataset.n_items:,} items, {len(dataset.before(cut).events(ratings)):,} train ratings\n"
    )
    sources = {
        "EASE": Ease(ratings),
        "iALS, 64 factors, 15 iterations": MatrixFactorization(
            ratings, model=ImplicitFactors(factors=64, iterations=15)
        ),
    }
    rows = [_row(name, source, ratings, dataset, cut, asking, truth) for name, source in sources.items()]
    print(table(["model", "train, s", "answer, s", "measure, s", "evaluation / training", f"recall@{K}"], rows))
    worst = max(float(row[4]) for row in rows)
    print(f"\ntarget: evaluation / training < 1: {'met' if worst < 1 else 'MISSED'}")


def _row(
    name: str, source: object, ratings: tm.Events, dataset: tm.Dataset, cut: int, asking: Queries, truth: Truth
) -> list[object]:
    funnel = tm.Funnel(
        name,
        objective=tm.Maximize(ratings, why="the benchmark asks for any rating"),
        retrieve=[source],  # type: ignore[list-item]
        filter=[NotSeen(ratings)],
        show=K,
        propose=K,
    )
    known = dataset.before(cut)
    popularity = np.bincount(known.events(ratings).item, minlength=dataset.n_items).astype(float)
    began = time.perf_counter()
    funnel.fit(known)
    fitted = time.perf_counter()
    page = answer_all(funnel, asking, name).page
    answered = time.perf_counter()
    row = measure(name, page, truth, asking, K, popularity)
    intervals = [measured.interval() for measured in row.metrics.values()]
    done = time.perf_counter()
    assert all(low <= high for low, high in intervals)
    train, answer, judge = fitted - began, answered - fitted, done - answered
    return [name, train, answer, judge, (answer + judge) / train, row.metrics[f"recall@{K}"].mean]


if __name__ == "__main__":
    main()
