"""Samples that involve no chance: convenience, judgement, quota, snowball. Cheap, and biased: each says why."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tamis.core.conditions import at_least
from tamis.core.errors import DataError
from tamis.core.options import options
from tamis.core.ragged import concatenate_ranges, offsets_of, position
from tamis.core.rng import generator
from tamis.data.event_columns import Floats, Ints, counted_report, whole_numbers
from tamis.data.sampling import Sample


@options
class ConvenienceSample:
    """Take the first `size` rows: whatever is at hand.

    Examples
    --------
    >>> ConvenienceSample(size=2).sample(5).bias
    'convenience: the first rows may be unlike the others'
    """

    size: Annotated[int, at_least(0)]

    def sample(self, n: int) -> Sample:
        """Return the first rows of n."""
        return _biased(np.arange(min(self.size, n)), n, "convenience: the first rows may be unlike the others")


@options
class JudgementSample:
    """Take the rows an expert chose.

    Examples
    --------
    >>> JudgementSample().sample(np.array([False, True])).index
    array([1])
    """

    def sample(self, chosen: NDArray[np.bool_]) -> Sample:
        """Return the rows where `chosen` (n,) is True."""
        return _biased(np.flatnonzero(chosen), len(chosen), "judgement: an expert chose the rows")


@options
class QuotaSample:
    """Take the first rows of each group until its quota is full.

    Examples
    --------
    >>> QuotaSample({"a": 1, "b": 2}).sample(np.array(["a", "a", "b", "c"])).index
    array([0, 2])
    """

    quotas: dict[Any, int]

    def sample(self, group: ArrayLike) -> Sample:
        """Return the rows that fill the quotas, of rows in groups (n,); a group without a quota gives none."""
        values = np.asarray(group)
        distinct, inverse = np.unique(values, return_inverse=True)
        quota = np.array([self.quotas.get(g, 0) for g in distinct.tolist()], np.int64)
        order = np.argsort(inverse, kind="stable")
        kept = order[position(inverse[order]) < quota[inverse[order]]]
        return _biased(np.sort(kept), len(values), "quota: within a group the first rows were taken")


@options
class SnowballSample:
    """Start from seed nodes and follow their edges, wave by wave: whom the known know.

    Parameters
    ----------
    waves : int
        Steps away from the seeds.
    per_node : int, optional
        Neighbours followed per node and wave, drawn at random; all without it.
    seed : int

    Examples
    --------
    >>> source, target = np.array([0, 1, 2]), np.array([1, 2, 3])
    >>> SnowballSample(waves=2).sample(np.array([0]), source, target, n_nodes=5).index
    array([0, 1, 2])
    """

    waves: Annotated[int, at_least(0)] = 2
    per_node: Annotated[int, at_least(1)] | None = None
    seed: int = 0

    def sample(self, seeds: Ints, source: Ints, target: Ints, n_nodes: int) -> Sample:
        """Return the nodes reached; edges are followed in both directions.

        Raises
        ------
        DataError
            Where a node is not in 0..n_nodes - 1.
        """
        ends = [
            whole_numbers(x, name, "SnowballSample") for x, name in zip((seeds, source, target), _NAMES, strict=True)
        ]
        for nodes, name in zip(ends, _NAMES, strict=True):
            if len(nodes) and (nodes.min() < 0 or nodes.max() >= n_nodes):
                raise DataError(f"a node of `{name}` is unknown", where="SnowballSample", allowed=f"0 to {n_nodes - 1}")
        both = np.concatenate([ends[1], ends[2]]), np.concatenate([ends[2], ends[1]])
        order = np.argsort(both[0], kind="stable")
        bounds, neighbour = offsets_of(both[0][order], n_nodes), both[1][order]
        reached = np.zeros(n_nodes, bool)
        frontier = np.unique(ends[0])
        reached[frontier] = True
        for wave in range(self.waves):
            counts = np.diff(bounds)[frontier]
            found = neighbour[concatenate_ranges(bounds[frontier], counts)]
            if self.per_node is not None:
                owner = np.repeat(np.arange(len(frontier)), counts)
                shuffled = np.lexsort((generator(self.seed, wave).random(len(found)), owner))
                found = found[shuffled[position(owner) < self.per_node]]
            frontier = np.unique(found[~reached[found]])
            reached[frontier] = True
        return _biased(np.flatnonzero(reached), n_nodes, "snowball: well connected nodes are reached more often")


_NAMES = ("seeds", "source", "target")


def _biased(index: Ints, n: int, why: str) -> Sample:
    no_chance: Floats = np.full(len(index), np.nan)
    return Sample(
        index, no_chance, np.ones(len(index)), why, counted_report("sample", n, {"not chosen": n - len(index)})
    )
