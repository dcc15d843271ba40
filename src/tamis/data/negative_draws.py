"""The drawing of negatives: independent weighted draws, redrawn while they hit a known positive, with their exact q."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tamis.core.ragged import offsets_of
from tamis.core.rng import generator
from tamis.data.event_columns import EventColumns, Floats, Ints, report_of
from tamis.data.known_pairs import KnownPairs, pairs_of
from tamis.data.report import Report

# Users with at most this share of the weight free are drawn from their complement: rejection would rarely accept.
RARELY_FREE = 0.1
BLOCK_CELLS = 1 << 24


@dataclass(frozen=True)
class Negatives:
    """Negatives of positive rows: m draws, ordered by row.

    Parameters
    ----------
    row : array of shape (m,), int64
        Row of the positive that the draw belongs to.
    item : array of shape (m,), int64
    q : array of shape (m,), float64
        Probability with which one draw of that row gives that item, in (0, 1].
    report : Report
        Positive rows in, rows that got negatives out, the others with reasons.
    """

    row: Ints
    item: Ints
    q: Floats
    report: Report


def draw_negatives(
    positives: EventColumns, weight: Floats, per_positive: int, seed: int, known: EventColumns | None
) -> Negatives:
    """Return `per_positive` independent draws per positive row, item i with probability proportional to `weight[i]`.

    Given that no known positive is drawn, q(i) = weight[i] / (sum of weight over items the user is not known to want).

    Parameters
    ----------
    positives : event batch
        `user` and `item` codes.
    weight : array of shape (n_items,)
        At least 0; need not sum to 1.
    per_positive, seed : int
    known : event batch, optional
        More pairs that must not be drawn.

    Examples
    --------
    >>> batch = {"user": np.array([0]), "item": np.array([0])}
    >>> draw_negatives(batch, np.array([5.0, 0.0, 2.0]), 2, seed=0, known=None).item
    array([2, 2])
    """
    n_items = len(weight)
    user, item = pairs_of(positives, n_items, "negatives")
    pairs = KnownPairs.of(n_items, positives, known, where="negatives")
    unknown = (user < 0) | (item < 0)
    free = np.zeros(len(user))
    free[~unknown] = pairs.free_weight(user[~unknown], weight)
    rare = ~unknown & (free <= RARELY_FREE * weight.sum())
    drawn = np.full((len(user), per_positive), -1, np.int64)
    rng = generator(seed)
    _reject(drawn, np.flatnonzero(~unknown & ~rare), user, weight, pairs, rng)
    rare_rows = np.flatnonzero(rare)
    distinct, inverse = np.unique(user[rare_rows], return_inverse=True)
    block = max(BLOCK_CELLS // max(n_items, 1), 1)
    for start in range(0, len(distinct), block):
        inside = (inverse >= start) & (inverse < start + block)
        rows = rare_rows[inside]
        users = distinct[start : start + block]
        drawn[rows], free[rows] = _draw_complement(users, inverse[inside] - start, per_positive, weight, pairs, rng)
    got = drawn[:, 0] >= 0
    row = np.repeat(np.flatnonzero(got), per_positive)
    picked = drawn[got].ravel()
    reasons = {"unknown user or item": unknown, "every item of the user known": ~unknown & ~got}
    return Negatives(row, picked, weight[picked] / free[row], report_of("negatives", len(user), reasons))


def in_batch_pairs(user: Ints, item: Ints, pairs: KnownPairs) -> tuple[Ints, Ints]:
    """Return (row, other): the other rows of one batch whose item is no known positive of the row's user.

    Examples
    --------
    >>> user, item = np.array([0, 0, 1]), np.array([0, 1, 2])
    >>> in_batch_pairs(user, item, KnownPairs(user, item, 3))
    (array([0, 1, 2, 2]), array([2, 2, 0, 1]))
    """
    known = (user >= 0) & (item >= 0)
    row, other = np.nonzero(known[:, None] & known[None, :])
    free = ~pairs.contain(user[row], item[other])
    return row[free], other[free]


def _reject(drawn: Ints, rows: Ints, user: Ints, weight: Floats, pairs: KnownPairs, rng: np.random.Generator) -> None:
    """Fill the draws of `rows`; each round redraws what hit a positive, a shrinking share."""
    if len(rows) == 0:
        return
    per_positive = drawn.shape[1]
    cell = (rows[:, None] * per_positive + np.arange(per_positive)).ravel()
    flat = drawn.reshape(-1)
    cumulative = np.cumsum(weight)
    last = int(np.flatnonzero(weight > 0)[-1])
    even = bool(np.all(weight == weight[0]))
    while len(cell):
        if even:
            picked = rng.integers(0, len(weight), len(cell))
        else:
            draw = rng.random(len(cell)) * cumulative[-1]
            picked = np.minimum(np.searchsorted(cumulative, draw, side="right"), last)
        fine = ~pairs.contain(user[cell // per_positive], picked)
        flat[cell[fine]] = picked[fine]
        cell = cell[~fine]


def _draw_complement(
    users: Ints, inverse: Ints, per_positive: int, weight: Floats, pairs: KnownPairs, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    """Return draws (rows, per_positive) from the items each user has free, -1 where there is none, and their weight."""
    owner, free_item = np.nonzero(pairs.free_items(users, weight))
    bounds = offsets_of(owner, len(users))
    cumulative = np.concatenate([[0.0], np.cumsum(weight[free_item])])
    low, total = cumulative[bounds[:-1]], np.bincount(owner, weights=weight[free_item], minlength=len(users))
    draw = low[inverse][:, None] + rng.random((len(inverse), per_positive)) * total[inverse][:, None]
    index = np.searchsorted(cumulative, draw, side="right") - 1
    index = np.clip(index, bounds[inverse][:, None], bounds[inverse + 1][:, None] - 1)
    none = (bounds[inverse + 1] == bounds[inverse])[:, None]
    picked = np.append(free_item, -1)[np.where(none, len(free_item), index)]
    return np.where(none, -1, picked).astype(np.int64), total[inverse].astype(np.float64)
