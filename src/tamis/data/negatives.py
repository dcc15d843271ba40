"""Negatives: items that a row's user is not known to want, drawn with a stated probability.

Absence of a click is no negative by itself, so negatives are sampled: uniformly, by popularity, from the batch, from
late positions, from pairs without an edge. A known positive is never drawn (rejection against a sorted set of pairs),
and every draw carries q, its exact probability given the rejection, so that a loss can be corrected.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from tamis.core.conditions import at_least
from tamis.core.options import options
from tamis.core.ragged import order_by_score, position
from tamis.core.rng import generator
from tamis.data.event_columns import EventColumns, codes, column, report_of
from tamis.data.known_pairs import KnownPairs, pairs_of
from tamis.data.negative_draws import Negatives, draw_negatives, in_batch_pairs


@options
class UniformNegatives:
    """Draw items uniformly among those the user is not known to want.

    Draws are independent (with replacement); q = 1 / (number of items that are not positives of the user).

    Parameters
    ----------
    per_positive : int
        Draws per positive row.
    seed : int

    Examples
    --------
    >>> positives = {"user": np.array([0, 0]), "item": np.array([0, 1])}
    >>> drawn = UniformNegatives(per_positive=2).sample(positives, n_items=3)
    >>> drawn.row, drawn.item, drawn.q
    (array([0, 0, 1, 1]), array([2, 2, 2, 2]), array([1., 1., 1., 1.]))
    """

    per_positive: Annotated[int, at_least(1)] = 4
    seed: int = 0

    def sample(self, positives: EventColumns, n_items: int, known: EventColumns | None = None) -> Negatives:
        """Return negatives for each positive row; `known` adds pairs that must not be drawn either.

        A row of an unknown user or item (-1) gets none, nor does a row whose user wants every item; both are reported.

        Raises
        ------
        DataError
            Where `user` or `item` is missing, or an item is not below `n_items`.
        """
        return draw_negatives(positives, np.ones(n_items), self.per_positive, self.seed, known)


@options
class PopularityNegatives:
    """Draw items in proportion to popularity ** alpha, popularity being the number of positive rows.

    `alpha=1` is the background distribution, 0.75 word2vec's choice, 0 uniform over items with a positive. Items
    without a positive are drawn as if they had `floor` positives (0: never).
    Mikolov (2013), https://arxiv.org/abs/1310.4546.

    Parameters
    ----------
    alpha : float
    per_positive : int
    floor : float
    seed : int

    Examples
    --------
    >>> positives = {"user": np.array([0, 1, 2, 2]), "item": np.array([0, 0, 0, 1])}
    >>> PopularityNegatives(alpha=1, per_positive=1).sample(positives, n_items=3).report.counts()
    {'every item of the user known': 2}
    """

    alpha: Annotated[float, at_least(0)] = 0.75
    per_positive: Annotated[int, at_least(1)] = 4
    floor: Annotated[float, at_least(0)] = 0.0
    seed: int = 0

    def sample(self, positives: EventColumns, n_items: int, known: EventColumns | None = None) -> Negatives:
        """Return negatives for each positive row, as `UniformNegatives.sample` does."""
        _, item = pairs_of(positives, n_items, "PopularityNegatives")
        counts = np.maximum(np.bincount(item[item >= 0], minlength=n_items), self.floor)
        weight = np.where(counts > 0, np.power(np.maximum(counts, 1e-300), self.alpha), 0.0)
        return draw_negatives(positives, weight, self.per_positive, self.seed, known)


@options
class InBatchNegatives:
    """Take the items of the other rows of the same batch of `batch` rows, as two-tower training does.

    q is the item's share of all positive rows: the chance that a random row brings it. Each row gets up to batch - 1
    negatives, so the answer has about rows * batch entries; the last batch may be smaller. Yi (2019),
    https://doi.org/10.1145/3298689.3346996.

    Examples
    --------
    >>> positives = {"user": np.array([0, 1, 2]), "item": np.array([5, 6, 5])}
    >>> drawn = InBatchNegatives(batch=3).sample(positives, n_items=7)
    >>> drawn.row, drawn.item
    (array([0, 1, 1, 2]), array([6, 5, 5, 6]))
    """

    batch: Annotated[int, at_least(2)] = 128

    def sample(self, positives: EventColumns, n_items: int, known: EventColumns | None = None) -> Negatives:
        """Return negatives for each positive row, batches being consecutive rows."""
        user, item = pairs_of(positives, n_items, "InBatchNegatives")
        unknown = (user < 0) | (item < 0)
        pairs = KnownPairs.of(n_items, positives, known, where="InBatchNegatives")
        popularity = np.bincount(item[~unknown], minlength=n_items) / max(int((~unknown).sum()), 1)
        rows, items = [], []
        for start in range(0, len(user), self.batch):
            row, other = in_batch_pairs(user[start : start + self.batch], item[start : start + self.batch], pairs)
            rows.append(row + start)
            items.append(item[start + other])
        row = np.concatenate(rows) if rows else np.zeros(0, np.int64)
        drawn = np.concatenate(items) if items else np.zeros(0, np.int64)
        without = np.bincount(row, minlength=len(user)) == 0
        reasons = {"unknown user or item": unknown, "no other item in the batch": without}
        return Negatives(row, drawn, popularity[drawn], report_of("InBatchNegatives", len(user), reasons))


@options
class LatePositionNegatives:
    """Draw from the items shown late to the same user (or query): shown, low on the page, and not taken.

    Each positive draws uniformly, with replacement, from its group's rows at `from_position` or later that hold no
    known positive; q = 1 / (number of such rows) per row, summed where an item fills several.

    Parameters
    ----------
    from_position : int
        First late position, counted from 0 as positions are.
    by : str
        Column that groups positives and shown rows: "user", "query", "request".
    per_positive : int
    seed : int

    Examples
    --------
    >>> positives = {"user": np.array([0]), "item": np.array([1])}
    >>> shown = {"user": np.array([0, 0, 0]), "item": np.array([1, 2, 3]), "position": np.array([0, 1, 10])}
    >>> LatePositionNegatives(per_positive=1).sample(positives, shown, n_items=4).item
    array([3])
    """

    from_position: Annotated[int, at_least(0)] = 10
    by: str = "user"
    per_positive: Annotated[int, at_least(1)] = 1
    seed: int = 0

    def sample(
        self, positives: EventColumns, shown: EventColumns, n_items: int, known: EventColumns | None = None
    ) -> Negatives:
        """Return negatives for each positive row; known positives are told by `user` and `item`."""
        where = "LatePositionNegatives"
        user, item = pairs_of(positives, n_items, where)
        group, shown_group = codes(positives, self.by, where), codes(shown, self.by, where)
        shown_user, shown_item = pairs_of(shown, n_items, where)
        pairs = KnownPairs.of(n_items, positives, known, where=where)
        usable = (codes(shown, "position", where) >= self.from_position) & (shown_group >= 0) & (shown_item >= 0)
        usable &= ~pairs.contain(shown_user, shown_item)
        pool = np.flatnonzero(usable)
        pool = pool[np.lexsort((shown_item[pool], shown_group[pool]))]
        low = np.searchsorted(shown_group[pool], group, side="left")
        size = np.searchsorted(shown_group[pool], group, side="right") - low
        unknown = (user < 0) | (item < 0) | (group < 0)
        rows = np.flatnonzero(~unknown & (size > 0))
        row = np.repeat(rows, self.per_positive)
        picked = pool[low[row] + (generator(self.seed).random(len(row)) * size[row]).astype(np.int64)]
        key = shown_group[pool] * np.int64(n_items) + shown_item[pool]
        wanted = group[row] * np.int64(n_items) + shown_item[picked]
        copies = np.searchsorted(key, wanted, side="right") - np.searchsorted(key, wanted, side="left")
        reasons = {"unknown user, item or group": unknown, "nothing shown late": size == 0}
        return Negatives(row, shown_item[picked], copies / size[row], report_of(where, len(user), reasons))


@options
class NonEdges:
    """Draw, for each edge, targets that its source has no edge to: the negatives of a graph.

    Draws are uniform over the nodes that are neither the source nor its neighbours; q = 1 / (number of them).

    Parameters
    ----------
    per_edge : int
    directed : bool
        Whether an edge joins only source to target; otherwise both ways are known.
    seed : int

    Examples
    --------
    >>> edges = {"source": np.array([0]), "target": np.array([1])}
    >>> NonEdges(per_edge=2).sample(edges, n_nodes=3).item
    array([2, 2])
    """

    per_edge: Annotated[int, at_least(1)] = 1
    directed: bool = False
    seed: int = 0

    def sample(self, edges: EventColumns, n_nodes: int) -> Negatives:
        """Return draws per edge: `row` is the edge, `item` the target that its source has no edge to."""
        source, target = codes(edges, "source", "NonEdges"), codes(edges, "target", "NonEdges")
        node = np.arange(n_nodes)
        also = (source[:0], target[:0]) if self.directed else (target, source)
        known = {"user": np.concatenate([node, also[0]]), "item": np.concatenate([node, also[1]])}
        return draw_negatives({"user": source, "item": target}, np.ones(n_nodes), self.per_edge, self.seed, known)


@options
class HardNegatives:
    """Take each row's best scored candidates that are no known positives: what a model confuses with the truth.

    Chosen, not drawn: q is 1. The very best may be positives that nobody has seen yet; `skip` passes over them.
    Equal scores are ordered by item code; NaN scores come last.

    Examples
    --------
    >>> positives = {"user": np.array([0]), "item": np.array([1])}
    >>> candidates = {"row": np.array([0, 0, 0]), "item": np.array([1, 2, 3]), "score": np.array([0.9, 0.2, 0.8])}
    >>> HardNegatives(per_positive=1).sample(positives, candidates, n_items=4).item
    array([3])
    """

    per_positive: Annotated[int, at_least(1)] = 4
    skip: Annotated[int, at_least(0)] = 0

    def sample(
        self, positives: EventColumns, candidates: EventColumns, n_items: int, known: EventColumns | None = None
    ) -> Negatives:
        """Return the hardest of the candidates (`row` of the positive, `item`, `score`) per positive row."""
        user, _ = pairs_of(positives, n_items, "HardNegatives")
        row, item = codes(candidates, "row", "HardNegatives"), codes(candidates, "item", "HardNegatives")
        pairs = KnownPairs.of(n_items, positives, known, where="HardNegatives")
        usable = np.flatnonzero((item >= 0) & (user[row] >= 0) & ~pairs.contain(user[row], item))
        score = column(candidates, "score", "HardNegatives")[usable].astype(np.float64)
        order = usable[order_by_score(row[usable], score, item[usable])]
        place = position(row[order])
        order = order[(place >= self.skip) & (place < self.skip + self.per_positive)]
        without = np.bincount(row[order], minlength=len(user)) == 0
        report = report_of("HardNegatives", len(user), {"unknown user": user < 0, "no candidate left": without})
        return Negatives(row[order], item[order], np.ones(len(order)), report)
