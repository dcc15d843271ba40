"""Random ranked lists with short lists, empty lists, empty truth and repeated items, and slow readings of them."""

from dataclasses import dataclass

import numpy as np

from tamis.metrics import RankedLists


@dataclass
class World:
    lists: RankedLists
    shown: list[list[int]]
    truth: list[dict[int, float]]


def random_world(seed: int, n_queries: int, *, repeats: bool = False, max_grade: int = 3) -> World:
    random = np.random.default_rng(seed)
    n_items = 30
    shown, truth = [], []
    for _ in range(n_queries):
        length = int(random.integers(0, 13))
        row = random.integers(0, n_items, length) if repeats else random.permutation(n_items)[:length]
        relevant = random.permutation(n_items)[: random.integers(0, 9)]
        shown.append(row.tolist())
        truth.append({int(i): float(random.integers(1, max_grade + 1)) for i in relevant})
    query = np.repeat(np.arange(n_queries), [len(row) for row in shown])
    truth_rows = [(q, i, g) for q, grades in enumerate(truth) for i, g in grades.items()]
    random.shuffle(truth_rows)
    lists = RankedLists.build(
        n_queries,
        query,
        np.array([i for row in shown for i in row], int),
        np.array([row[0] for row in truth_rows], int),
        np.array([row[1] for row in truth_rows], int),
        np.array([row[2] for row in truth_rows], float),
        n_items=n_items,
    )
    return World(lists, shown, truth)


def grades_of(row: list[int], truth: dict[int, float]) -> list[float]:
    """Grades along a list, by hand: an item earns its grade at its first place only."""
    return [0.0 if item in row[:place] else truth.get(item, 0.0) for place, item in enumerate(row)]
