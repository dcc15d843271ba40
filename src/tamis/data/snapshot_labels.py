"""Snapshot labels of pairs: features at t, positive where the edge appears after t, by the next snapshot."""

from __future__ import annotations

import numpy as np

from tamis.core.errors import DataError
from tamis.core.options import options
from tamis.data.event_columns import MISSING_TIME, EventColumns, Ints, Mask, codes, report_of
from tamis.data.labels import NEVER, Labels, first_after


@options
class SnapshotLabel:
    """Label candidate pairs at one moment by whether their edge is new in (at, until].

    A pair that is already connected at `at`, an unknown node (-1) and a node with itself have no label. A pair without
    a new edge is negative once `until <= known_until`, pending before.

    Parameters
    ----------
    directed : bool
        Whether (source, target) and (target, source) are different edges.

    Examples
    --------
    >>> pairs = {"source": np.array([1, 1, 2]), "target": np.array([2, 3, 3])}
    >>> edges = {"source": np.array([2, 3]), "target": np.array([1, 1]), "at": np.array([10, 20])}
    >>> labels = SnapshotLabel().label(pairs, edges, at=15, until=30, known_until=30)
    >>> labels.value, labels.known
    (array([0., 1., 0.]), array([False,  True,  True]))
    """

    directed: bool = False

    def label(self, pairs: EventColumns, edges: EventColumns, *, at: int, until: int, known_until: int) -> Labels:
        """Return the labels of the pairs; reads `source`, `target` of both and `at` of the edges.

        Raises
        ------
        DataError
            Where `until` is not after `at`, or a column is missing.
        """
        if until <= at:
            raise DataError("`until` is not after `at`", where="SnapshotLabel", allowed=f"above {at}", got=until)
        source, target = self._pair(pairs)
        edge_source, edge_target = self._pair(edges)
        edge_at = codes(edges, "at", "SnapshotLabel")
        used = (edge_source >= 0) & (edge_target >= 0) & (edge_at != MISSING_TIME) & (edge_at <= known_until)
        edge_columns = [edge_source[used], edge_target[used]]
        reasons: dict[str, Mask] = {"unknown node": (source < 0) | (target < 0), "pair of one node": source == target}
        usable = ~np.logical_or.reduce(list(reasons.values()))
        columns = [source[usable], target[usable]]
        ever = np.full(len(source), NEVER)
        ever[usable] = first_after(columns, np.full(len(columns[0]), MISSING_TIME), edge_columns, edge_at[used])
        reasons["already connected"] = ever <= at
        positive = (ever > at) & (ever <= until)
        known = usable & (ever > at) & (positive | (until <= known_until))
        reasons["snapshot still open"] = usable & ~known
        certain = np.where(known, np.where(positive, ever, until), NEVER)
        return Labels(positive.astype(np.float64), known, certain, report_of("SnapshotLabel", len(source), reasons))

    def _pair(self, batch: EventColumns) -> tuple[Ints, Ints]:
        source, target = codes(batch, "source", "SnapshotLabel"), codes(batch, "target", "SnapshotLabel")
        return (source, target) if self.directed else (np.minimum(source, target), np.maximum(source, target))
