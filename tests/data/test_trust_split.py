import numpy as np
import pytest

from tamis.core.errors import DataError, OptionError
from tamis.data.trust_split import TrustSplit


def test_reports_train_humans_evaluate():
    batch = {
        "item": np.array([1, 2, 2, 3, -1, 4]),
        "source": np.array(["report", "report", "rater", "rater", "report", "model"]),
    }
    (fold,) = TrustSplit(train=("report",), evaluate=("rater",)).split(batch)
    assert fold.train.tolist() == [0] and fold.test.tolist() == [2, 3]
    assert fold.report.counts() == {"of another source": 1, "unknown item": 1, "also tested": 1}
    assert fold.report.rows_in == 6 and fold.report.rows_out == 3
    assert not set(batch["item"][fold.train].tolist()) & set(batch["item"][fold.test].tolist())


def test_source_codes_and_mistakes():
    batch = {"item": np.array([1, 2]), "source": np.array([0, 7])}
    (fold,) = TrustSplit(train=(0,), evaluate=(7,)).split(batch)
    assert fold.test.tolist() == [1]
    with pytest.raises(OptionError, match="both sides"):
        TrustSplit(train=(0,), evaluate=(0, 7))
    with pytest.raises(DataError, match="test side is empty"):
        list(TrustSplit(train=(0,), evaluate=(8,)).split(batch))
