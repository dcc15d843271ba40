import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.data.snapshot_labels import SnapshotLabel

EDGES = {"source": np.array([0, 2, 3, 4]), "target": np.array([1, 1, 1, 2]), "at": np.array([10, 12, 30, 15])}
PAIRS = {"source": np.array([1, 1, 1, 1, 4, -1, 3]), "target": np.array([0, 2, 3, 4, 4, 2, 4])}


def test_new_edges_are_positive_old_ones_are_no_candidates():
    labels = SnapshotLabel().label(PAIRS, EDGES, at=10, until=20, known_until=40)
    # (1,0) known since 10 itself; (1,2) new at 12; (1,3) appears only at 30; (1,4) never; (4,4) one node; unknown; (3,4) never
    assert labels.value.tolist() == [0, 1, 0, 0, 0, 0, 0]
    assert labels.known.tolist() == [False, True, True, True, False, False, True]
    assert labels.report.counts() == {"unknown node": 1, "pair of one node": 1, "already connected": 1}
    assert labels.at[1] == 12 and labels.at[2] == 20


def test_direction_and_open_snapshots():
    labels = SnapshotLabel(directed=True).label(PAIRS, EDGES, at=10, until=20, known_until=40)
    assert labels.value.sum() == 0 and labels.known[0]  # 2 -> 1 is not 1 -> 2, and 0 -> 1 is not 1 -> 0
    open_ = SnapshotLabel().label(PAIRS, EDGES, at=10, until=20, known_until=15)
    assert open_.known.tolist() == [False, True, False, False, False, False, False]
    assert open_.report.counts()["snapshot still open"] == 3
    with pytest.raises(DataError, match="`until`"):
        SnapshotLabel().label(PAIRS, EDGES, at=10, until=10, known_until=15)
