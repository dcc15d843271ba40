"""MovieLens-100k under the protocol of the recommenders-team comparison, our table beside theirs.

    TAMIS_DATA=... python -m benchmarks.quality_movielens_100k
    TAMIS_DATA=... python -m benchmarks.quality_movielens_100k --choose     # finds the constants in CHOSEN again

Protocol. All 100,000 ratings kept; per-user stratified random split, 75 % train and 25 % test (`StratifiedSplit`, seeds
42, 43, 44; the mean over the three is shown); every user is asked once; the full catalogue minus the user's training
items is ranked; an item is relevant if it has any test rating, whatever its stars, with gain 1; k = 10. Their "MAP"
divides by all relevant items, and so does ours. Their figures are of one split of their own (seed 42 of another
generator), so compare them with the spread over our three.

Hyper-parameters were chosen per seed on a validation split inside its train part alone (per-user stratified 75/25,
seed 7), by nDCG@10 over the small grids in GRID. The Funnel sees the train part in random order (as the split is
random): each user's train ratings are spread evenly over a stand-in time, the test ratings come after the cut. Its
ranker learns from windows inside train, where the stages were fitted on what came before.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from benchmarks.data import folder
from benchmarks.printing import machine, table
from tamis.core.ragged import top_k_rows
from tamis.data.splits import StratifiedSplit
from tamis.metrics import Measured, RankedLists, average_precision, ndcg, precision_at_k, recall_at_k
from tamis.models import (
    Ease,
    ImplicitFactors,
    ItemNeighbours,
    PairwiseFactors,
    RatingFactors,
    TextVectors,
    UserNeighbours,
)

SEEDS = (42, 43, 44)
K = 10
_FUSED = 60.0

PUBLISHED = [
    ["BiVAE", 0.475077, 0.146126, 0.411771, 0.219145],
    ["BPR (Cornac)", 0.441997, 0.132478, 0.388229, 0.212522],
    ["LightGCN", 0.419846, 0.088526, 0.379626, 0.144336],
    ["NCF", 0.396118, 0.107720, 0.347296, 0.180775],
    ["SAR", 0.382461, 0.110591, 0.330753, 0.176385],
    ["FastAI", 0.147866, 0.025503, 0.130329, 0.053824],
    ["SVD (Surprise)", 0.095930, 0.012873, 0.091198, 0.032783],
    ["ALS (Spark)", 0.044239, 0.004732, 0.048462, 0.017796],
]
"""nDCG@10, MAP, precision@10, recall@10 as in https://github.com/recommenders-team/recommenders, README, Algorithm
Comparison."""

GRID: dict[str, tuple[Callable[..., Any], dict[str, list[Any]]]] = {
    "item neighbours": (
        ItemNeighbours,
        {"neighbours": [200, 1000], "shrinkage": [0.0, 20.0, 100.0], "popularity_damping": [0.0, 0.2]},
    ),
    "user neighbours": (UserNeighbours, {"neighbours": [80, 120, 200], "shrinkage": [0.0, 10.0]}),
    "EASE": (Ease, {"regularization": [300.0, 400.0, 500.0, 700.0, 1000.0]}),
    "iALS": (
        ImplicitFactors,
        {
            "factors": [64, 128],
            "regularization": [0.01, 0.03, 0.1],
            "unobserved_weight": [0.05, 0.1, 0.2],
            "frequency_exponent": [1.0],
        },
    ),
    "BPR": (PairwiseFactors, {"factors": [64], "epochs": [80, 120], "regularization": [0.02, 0.05, 0.1]}),
    "rating factors": (RatingFactors, {"factors": [20, 40], "epochs": [10, 20]}),
}
"""Model and options tried, by row of the table."""

CHOSEN: dict[int, dict[str, dict[str, Any]]] = {
    42: {
        "item neighbours": {"neighbours": 1000, "shrinkage": 20.0, "popularity_damping": 0.0},
        "user neighbours": {"neighbours": 120, "shrinkage": 0.0},
        "EASE": {"regularization": 500.0},
        "iALS": {"factors": 128, "regularization": 0.03, "unobserved_weight": 0.1, "frequency_exponent": 1.0},
        "BPR": {"factors": 64, "epochs": 80, "regularization": 0.05},
        "rating factors": {"factors": 20, "epochs": 10},
    },
    43: {
        "item neighbours": {"neighbours": 1000, "shrinkage": 20.0, "popularity_damping": 0.0},
        "user neighbours": {"neighbours": 80, "shrinkage": 0.0},
        "EASE": {"regularization": 700.0},
        "iALS": {"factors": 128, "regularization": 0.03, "unobserved_weight": 0.1, "frequency_exponent": 1.0},
        "BPR": {"factors": 64, "epochs": 120, "regularization": 0.05},
        "rating factors": {"factors": 20, "epochs": 10},
    },
    44: {
        "item neighbours": {"neighbours": 1000, "shrinkage": 0.0, "popularity_damping": 0.0},
        "user neighbours": {"neighbours": 200, "shrinkage": 0.0},
        "EASE": {"regularization": 1000.0},
        "iALS": {"factors": 128, "regularization": 0.03, "unobserved_weight": 0.1, "frequency_exponent": 1.0},
        "BPR": {"factors": 64, "epochs": 80, "regularization": 0.05},
        "rating factors": {"factors": 40, "epochs": 10},
    },
}
"""Per seed, what `--choose` printed."""

FUSED = ("EASE", "iALS", "BPR")
"""Rows whose ranks are fused: the three that are best on every validation split."""


@dataclass(frozen=True)
class Split:
    """One split as matrices of all users and items, and the stars of the train side."""

    train: csr_matrix
    test: csr_matrix
    stars: csr_matrix


Scorer = Callable[[Split, int], np.ndarray]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    asked.add_argument("--choose", action="store_true", help="search the grids inside train and print the choice")
    asked.add_argument("--rows", nargs="+", help="only these rows")
    given = asked.parse_args()
    print(machine())
    columns, items = read()
    if given.choose:
        for seed in given.seeds:
            print(f"    {seed}: {choose(columns, seed, given.rows)!r},")
        return
    made: dict[str, list[dict[str, Measured]]] = {}
    for seed in given.seeds:
        split = next(splits(columns, seed))
        for name, score in {**scorers(items, seed), "funnel": partial(funnel_scores, columns, items)}.items():
            if not given.rows or name in given.rows:
                made.setdefault(name, []).append(measured(score(split, seed), split))
    print(report(made, given.seeds))


def report(made: dict[str, list[dict[str, Measured]]], seeds: list[int]) -> str:
    """Return our table beside theirs, best first, and the rows' spread."""
    header = [f"nDCG@{K}", "MAP", f"precision@{K}", f"recall@{K}"]
    ours = []
    for name, folds in made.items():
        means = [float(np.mean([fold[metric].mean for fold in folds])) for metric in folds[0]]
        low, high = (float(np.mean([fold["ndcg"].interval()[side] for fold in folds])) for side in (0, 1))
        each = ", ".join(f"{fold['ndcg'].mean:.4f}" for fold in folds)
        ours.append([name, *means, f"[{low:.3f}, {high:.3f}]", each])
    ours.sort(key=lambda row: -float(row[1]))
    theirs = [[f"{row[0]} (published)", *row[1:], "", ""] for row in PUBLISHED]
    every = f"nDCG@{K} of seeds {', '.join(map(str, seeds))}"
    return table(["row", *header, f"95 % interval of nDCG@{K}, over users", every], [*ours, *theirs])


def read() -> tuple[dict[str, np.ndarray], list[str]]:
    """Return the ratings as code columns, and each item's title and genres as text."""
    import pyarrow.parquet as pq

    place = folder("movielens-100k", "ratings.parquet", "movies.parquet")
    raw = {name: c.to_numpy() for name, c in zip(*_named(pq.read_table(place / "ratings.parquet")))}
    users, user = np.unique(raw["user_id"], return_inverse=True)
    items, item = np.unique(raw["item_id"], return_inverse=True)
    films = pq.read_table(place / "movies.parquet").to_pydict()
    text = {i: f"{title} {genres}" for i, title, genres in zip(films["item_id"], films["movie_title"], films["class"])}
    assert (len(users), len(items), len(user)) == (943, 1682, 100_000), "another data set than movielens-100k"
    return {"user": user, "item": item, "stars": raw["rating"].astype(np.float32)}, [text[i] for i in items.tolist()]


def _named(read: Any) -> tuple[list[str], list[Any]]:
    return read.column_names, read.columns


def splits(columns: dict[str, np.ndarray], seed: int, rows: np.ndarray | None = None) -> Iterator[Split]:
    """Yield the split of a seed, of all ratings or of some rows."""
    part = columns if rows is None else {name: column[rows] for name, column in columns.items()}
    for fold in StratifiedSplit(by="user", test_share=0.25, seed=seed).split(part):
        sides = [_matrix(part, index, np.ones(len(index), np.float32)) for index in (fold.train, fold.test)]
        yield Split(*sides, _matrix(part, fold.train, part["stars"][fold.train]))


def _matrix(part: dict[str, np.ndarray], rows: np.ndarray, values: np.ndarray) -> csr_matrix:
    return csr_matrix((values, (part["user"][rows], part["item"][rows])), shape=(943, 1682))


def measured(scores: np.ndarray, split: Split) -> dict[str, Measured]:
    """Return the four metrics of dense scores, train items left out."""
    scores = np.array(scores, np.float64)
    scores[split.train.nonzero()] = -np.inf
    user, item = top_k_rows(scores, K)
    truth_user, truth_item = split.test.nonzero()
    lists = RankedLists.build(*scores.shape[:1], user, item, truth_user, truth_item, n_items=scores.shape[1])
    return {
        "ndcg": ndcg(lists, K),
        "map": average_precision(lists, K),
        "precision": precision_at_k(lists, K),
        "recall": recall_at_k(lists, K),
    }


def scorers(items: list[str], seed: int) -> dict[str, Scorer]:
    """Return the rows of the table but the funnel: functions of a split and its seed giving dense scores."""
    chosen = CHOSEN.get(seed, {})
    models = {name: partial(_scored, make, chosen.get(name, {})) for name, (make, _) in GRID.items()}
    models["rating factors"] = partial(_rated, chosen.get("rating factors", {}))
    return {
        "random": lambda split, seed: np.random.default_rng(seed).random(split.train.shape),
        "popular": lambda split, seed: np.tile(np.asarray(split.train.sum(axis=0)), (split.train.shape[0], 1)),
        "TF-IDF of title and genres": partial(_content, items),
        **models,
        "rank fusion": lambda split, seed: fused([models[name](split, seed) for name in FUSED], split),
    }


def _scored(make: Callable[..., Any], options: dict[str, Any], split: Split, seed: int) -> np.ndarray:
    return np.asarray(make(**options).fit(split.train).score(split.train))


def _rated(options: dict[str, Any], split: Split, seed: int) -> np.ndarray:
    return RatingFactors(**options).fit(split.stars).predict_all(np.arange(split.train.shape[0]))


def _content(items: list[str], split: Split, seed: int) -> np.ndarray:
    vectors = TextVectors().fit(items).transform(items)
    return np.asarray(((split.train @ vectors) @ vectors.T).toarray())


def fused(scores: list[np.ndarray], split: Split) -> np.ndarray:
    """Return reciprocal rank fusion of several rows (Cormack, Clarke and Buettcher 2009) over the whole catalogue."""
    total = np.zeros(split.train.shape)
    for one in scores:
        one = np.array(one, np.float64)
        one[split.train.nonzero()] = -np.inf
        rank = np.empty(one.shape)
        np.put_along_axis(rank, np.argsort(-one, axis=1, kind="stable"), np.arange(one.shape[1])[None, :], axis=1)
        total += 1.0 / (_FUSED + 1 + rank)
    return total


def choose(columns: dict[str, np.ndarray], seed: int, rows: list[str] | None = None) -> dict[str, dict[str, Any]]:
    """Return the best options of every grid on a validation split inside the train part of a seed."""
    outer = next(StratifiedSplit(by="user", test_share=0.25, seed=seed).split(columns))
    inner = next(splits(columns, 7, outer.train))
    best = {}
    for name, (make, grid) in GRID.items():
        if rows and name not in rows:
            continue
        tried = []
        for values in itertools.product(*grid.values()):
            options = dict(zip(grid, values))
            score = partial(_rated, options) if name == "rating factors" else partial(_scored, make, options)
            tried.append((measured(score(inner, seed), inner)["ndcg"].mean, options))
        value, best[name] = max(tried, key=lambda pair: pair[0])
        print(f"# seed {seed}, {name}: {len(tried)} tried, best nDCG@{K} {value:.4f}", flush=True)
    return best


def funnel_scores(columns: dict[str, np.ndarray], items: list[str], split: Split, seed: int) -> np.ndarray:
    """Return dense scores with the funnel's page on top: minus the place, minus infinity off the page."""
    from benchmarks.movielens_100k_funnel import pages

    page = pages(split.stars, items, CHOSEN.get(seed, {}), seed)
    scores = np.full(split.train.shape, -np.inf)
    scores[page.user, page.item] = -page.place
    return scores


if __name__ == "__main__":
    main()
