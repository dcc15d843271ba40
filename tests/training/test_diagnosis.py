import numpy as np
import pytest

from tamis.core.errors import DataError, OptionError
from tamis.core.words import Rows
from tamis.models.gradient_boosting import GradientBoosting
from tamis.models.logistic import LogisticRegression
from tamis.models.tree_growth import TreeGrowth
from tamis.training.diagnosis import LearningCurve, Verdict
from tamis.training.measures import NDCG, LogLoss


def curved(n=1200):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 4)).astype(np.float32)
    label = (rng.random(n) < np.where(x[:, 0] * x[:, 1] > 0, 0.9, 0.1)).astype(float)
    return Rows(x, tuple("abcd"), np.repeat(np.arange(n // 4), 4)), label


def test_a_line_through_a_curved_world_suffers_from_bias():
    found = LearningCurve(tolerance=0.03).run(LogisticRegression(), *curved(), LogLoss())
    assert found.verdict is Verdict.BIAS
    assert found.test[-1].mean > 0.65
    assert "no longer clearly improves" in found.reason


def test_trees_without_limits_suffer_from_variance():
    model = GradientBoosting(trees=80, learning_rate=0.2, growth=TreeGrowth(leaves=63, rows_per_leaf=1), threads=1)
    found = LearningCurve(tolerance=0.03).run(model, *curved(), LogLoss())
    assert found.verdict is Verdict.VARIANCE
    assert found.train[-1].mean < 0.1 < found.test[-1].mean
    gain = LearningCurve(tolerance=0.03).run(model, *curved(), NDCG(k=2))
    assert gain.verdict is Verdict.VARIANCE
    assert gain.gap[0] > 0


def test_too_few_groups_decide_nothing():
    rows, label = curved(24)
    assert LearningCurve(tolerance=0.1).run(LogisticRegression(), rows, label, LogLoss()).verdict is Verdict.UNDECIDED


def test_steps_are_nested_grow_and_never_touch_the_test_rows():
    rows, label = curved(400)
    seen, asked = [], []

    class Spy(LogisticRegression):
        def fit(self, rows, label, *, weight=None, validation=None):
            seen.append(set(rows.query.tolist()))
            return super().fit(rows, label)

        def predict(self, rows):
            asked.append(set(rows.query.tolist()))
            return super().predict(rows)

    found = LearningCurve(tolerance=0.1, shares=(0.25, 0.5, 1.0)).run(Spy(), rows, label, LogLoss())
    assert seen[0] < seen[1] < seen[2]
    assert [len(s) for s in seen] == [18, 35, 70]
    assert found.rows == (72, 140, 280)
    assert all(not held & seen[2] for held in asked[1::2])
    assert len(asked[1]) == 30


@pytest.mark.parametrize("shares", [(1.0,), (0.5, 0.5), (0.0, 1.0), (0.5, 1.5), (0.9, 0.1)])
def test_shares_must_ascend(shares):
    with pytest.raises(OptionError, match="`shares` do not ascend"):
        LearningCurve(tolerance=0.1, shares=shares)


def test_one_group_is_too_few():
    rows, label = curved(4)
    with pytest.raises(DataError, match="too few groups"):
        LearningCurve(tolerance=0.1).run(LogisticRegression(), rows, label, LogLoss())
