"""Training speed and quality of the retrieval models, beside `implicit`.

    TAMIS_DATA=... python benchmarks/retrieval_speed.py

Protocol, part 1 (MovieLens-1M): every rating is an interaction of weight 1; a fifth of each user's interactions, drawn
with seed 1, is held out; recall@20 (share of the held-out items found) and ndcg@20 over the full catalogue less the
items of training, users without held-out items left out. The options of both libraries were tuned on the split of
seed 0. Times are `fit` alone on a matrix in memory, each pair interleaved, medians of `--runs` runs; `implicit` runs
with as many threads as cores and BLAS at one thread, as it asks for. `ratio` is ours to theirs on the clock, `CPU` the
ratio of the seconds that all cores worked, which a busy machine disturbs less. Quality columns: ours, theirs.
Part 2: EASE on 10,000 items and 1,000,000 interactions whose items follow a Zipf law of exponent 0.8, in a process of
its own, with its peak memory. Part 3: growth of each model over three sizes of such a world.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from tamis.core.ragged import top_k_rows
from tamis.metrics.graded_ranking import ndcg
from tamis.metrics.lists import RankedLists
from tamis.metrics.ranking import recall_at_k
from tamis.models._parallel import cores
from tamis.models.bpr import PairwiseFactors
from tamis.models.ease import Ease
from tamis.models.ials import ImplicitFactors
from tamis.models.item_neighbours import ItemNeighbours, Similarity
from tamis.models.user_neighbours import UserNeighbours

AT = 20


def movielens(seed: int) -> tuple[csr_matrix, csr_matrix]:
    import pyarrow.parquet as pq

    table = pq.read_table(Path(os.environ["TAMIS_DATA"]) / "movielens-1m" / "ratings.parquet")
    user, item = table["user_id"].to_numpy().astype(int) - 1, table["item_index"].to_numpy().astype(int) - 1
    order = np.lexsort((np.random.default_rng(seed).random(len(user)), user))
    user, item = user[order], item[order]
    n = np.bincount(user)
    held_out = np.arange(len(user)) - np.repeat(np.cumsum(n) - n, n) < np.repeat(n // 5, n)
    shape = (len(n), int(item.max()) + 1)
    matrices = []
    for chosen in (~held_out, held_out):
        ones = np.ones(int(chosen.sum()), np.float32)
        matrices.append(csr_matrix((ones, (user[chosen], item[chosen])), shape=shape))
    return matrices[0], matrices[1]


def quality(score: np.ndarray, train: csr_matrix, test: csr_matrix) -> tuple[float, float]:
    score = np.array(score, np.float32)
    score[train.nonzero()] = -np.inf
    query, item = top_k_rows(score, AT)
    truth = test.nonzero()
    lists = RankedLists.build(len(score), query, item, truth[0], truth[1], n_items=score.shape[1])
    return recall_at_k(lists, AT).mean, ndcg(lists, AT).mean


def seconds(fit: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return the seconds on the clock, the seconds of all cores together, and the model."""
    start, busy = time.perf_counter(), time.process_time()
    model = fit()
    return time.perf_counter() - start, time.process_time() - busy, model


def implicit_factors(train: csr_matrix) -> Any:
    from implicit.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(64, alpha=3, regularization=45, iterations=15, num_threads=cores(), random_state=0)
    model.fit(train, show_progress=False)
    return model


def implicit_neighbours(kind: str, train: csr_matrix) -> Any:
    from implicit import nearest_neighbours

    model = getattr(nearest_neighbours, kind)(K=101, num_threads=cores())  # its own item is one of them
    model.fit(train, show_progress=False)
    return model


def implicit_score(model: Any, train: csr_matrix) -> np.ndarray:
    if hasattr(model, "similarity"):
        return np.asarray((train @ model.similarity).toarray())
    return np.asarray(model.recalculate_user(np.arange(train.shape[0]), train) @ model.item_factors.T)


def compare(name: str, ours: Callable[[], Any], theirs: Callable[[], Any], split: Any, runs: int) -> None:
    times = np.zeros((runs, 4))
    for run in range(runs):
        times[run, 0], times[run, 2], our_model = seconds(ours)
        with threadpool_limits(1, "blas"):
            times[run, 1], times[run, 3], their_model = seconds(theirs)
    a, b, busy_a, busy_b = np.median(times, axis=0)
    recall, gain = zip(
        quality(our_model.score(split[0]), *split), quality(implicit_score(their_model, split[0]), *split)
    )
    told = f"{a:9.2f}{b:12.2f}{a / b:7.2f}{busy_a / busy_b:7.2f}"
    print(f"{name:24}{told}{recall[0]:9.4f}{recall[1]:9.4f}{gain[0]:9.4f}{gain[1]:9.4f}", flush=True)


def beside_implicit(runs: int) -> None:
    train, test = split = movielens(seed=1)
    double = train.astype(np.float64)  # what its neighbours ask for
    print(f"MovieLens-1M, {train.nnz:,} training interactions, {cores()} threads, {runs} interleaved runs")
    print(f"{'':24}{'tamis s':>9}{'implicit s':>12}{'ratio':>7}{'CPU':>7}{'recall@20':>18}{'ndcg@20':>18}")
    same = ImplicitFactors(regularization=15, unobserved_weight=1 / 3, frequency_exponent=0)
    shared = ItemNeighbours(similarity=Similarity.CO_OCCURRENCE)
    pairs = {
        "iALS 64, each tuned": (lambda: ImplicitFactors().fit(train), lambda: implicit_factors(train)),
        "iALS 64, same objective": (lambda: same.fit(train), lambda: implicit_factors(train)),
        "cosine 100": (
            lambda: ItemNeighbours().fit(train),
            lambda: implicit_neighbours("CosineRecommender", double),
        ),
        "co-occurrence 100": (lambda: shared.fit(train), lambda: implicit_neighbours("ItemItemRecommender", double)),
    }
    for name, (ours, theirs) in pairs.items():
        compare(name, ours, theirs, split, runs)
    recall, gain = quality(np.tile(np.asarray(train.sum(axis=0)), (train.shape[0], 1)), train, test)
    print(f"{'popularity':24}{'':35}{recall:9.4f}{'':9}{gain:9.4f}")
    for other in (Ease(), UserNeighbours(), PairwiseFactors()):
        took, _, model = seconds(lambda other=other: other.fit(train))
        recall, gain = quality(model.score(train), train, test)
        print(f"{type(other).__name__:24}{took:9.2f}{'':26}{recall:9.4f}{'':9}{gain:9.4f}", flush=True)


def zipf(n_users: int, n_items: int, events: int) -> csr_matrix:
    random = np.random.default_rng(0)
    chance = 1 / np.arange(1, n_items + 1) ** 0.8
    item = random.choice(n_items, events, p=chance / chance.sum())
    matrix = csr_matrix(
        (np.ones(events, np.float32), (random.integers(n_users, size=events), item)), (n_users, n_items)
    )
    matrix.data[:] = 1
    return matrix


def peak_memory() -> float:
    """Return the peak of this process in MB; getrusage would count the parent's memory before the exec, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def ease_alone() -> None:
    """Print the seconds and the peak memory of one fit, for the process that asked."""
    seen = zipf(50_000, 10_000, 1_000_000)
    took, busy, _ = seconds(lambda: Ease().fit(seen))
    print(json.dumps({"seconds": took, "busy": busy, "mb": peak_memory()}))


def ease_peak(runs: int) -> None:
    found = []
    for _ in range(runs):
        done = subprocess.run([sys.executable, __file__, "--ease-alone"], capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout))
    took, busy, peak = (np.median([f[key] for f in found]) for key in ("seconds", "busy", "mb"))
    print(f"\nEASE, 10,000 items, 1,000,000 interactions: {took:.1f} s ({busy:.1f} CPU s), peak memory {peak:,.0f} MB")


def growth() -> None:
    print(f"\nseconds of fit; each size doubles users, items and interactions\n{'':18}", end="")
    sizes = [(12_500, 2_500, 250_000), (25_000, 5_000, 500_000), (50_000, 10_000, 1_000_000)]
    print("".join(f"{n_items:>8,} items" for _, n_items, _ in sizes))
    worlds = [zipf(*size) for size in sizes]
    for part in (Ease(), ItemNeighbours(), ImplicitFactors(), PairwiseFactors(epochs=2)):
        times = [seconds(lambda part=part, world=world: part.fit(world))[0] for world in worlds]
        print(f"{type(part).__name__:18}" + "".join(f"{t:14.2f}" for t in times))


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--ease-alone", action="store_true")
    options = asked.parse_args()
    warnings.simplefilter("ignore")
    if options.ease_alone:
        return ease_alone()
    if "TAMIS_DATA" in os.environ:
        beside_implicit(options.runs)
    else:
        print("TAMIS_DATA is not set: the comparison on MovieLens-1M is skipped")
    ease_peak(options.runs)
    growth()
    print(f"\nload average {os.getloadavg()[0]:.1f} on {cores()} cores; times are worth little where it is above that")
    return None


if __name__ == "__main__":
    main()
