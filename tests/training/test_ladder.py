import numpy as np
import pytest

from tamis.core.errors import OptionError
from tamis.core.words import Rows
from tamis.models.constant_rate import ConstantRate
from tamis.models.gradient_boosting import GradientBoosting
from tamis.models.lambda_mart import LambdaMART
from tamis.models.logistic import LogisticRegression
from tamis.models.sort_by import SortBy
from tamis.models.tree_growth import TreeGrowth
from tamis.problem.ladder import Level
from tamis.training.cross_validation import CrossValidation
from tamis.training.ladder import Contender, measure_ladder
from tamis.training.measures import NDCG, LogLoss

SMALL = TreeGrowth(leaves=7, rows_per_leaf=10)
TREES = GradientBoosting(trees=40, learning_rate=0.1, growth=SMALL, threads=1)


def world(curved, n_queries=150, size=10):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n_queries * size, 3)).astype(np.float32)
    raw = 2.5 * np.sign(x[:, 0] * x[:, 1]) if curved else 2 * x[:, 0]
    label = (rng.random(len(x)) < 1 / (1 + np.exp(-raw))).astype(float)
    return Rows(x, ("popular", "taste", "noise"), np.repeat(np.arange(n_queries), size)), label


def rungs():
    return [
        Contender("base rate", Level.HEURISTIC, ConstantRate(), cost=1),
        Contender("logistic", Level.SIMPLE, LogisticRegression(), cost=2),
        Contender("trees", Level.COMPLEX, TREES, cost=40),
    ]


def test_the_line_stands_where_the_world_is_a_line():
    found = measure_ladder(rungs(), *world(curved=False), LogLoss())
    assert found.stands.name == "logistic"
    assert [step.stands for step in found.ladder.steps] == [True, True, False]
    assert "costs 20 times as much" in found.ladder.steps[2].reason


def test_the_trees_stand_where_the_world_is_curved():
    found = measure_ladder(rungs(), *world(curved=True), LogLoss())
    assert found.stands.name == "trees"
    assert not found.ladder.steps[1].stands
    assert found.measured["trees"].mean < found.measured["base rate"].mean - 0.1


def test_lists_are_judged_by_ndcg():
    contenders = [
        Contender("popular", Level.HEURISTIC, SortBy("popular")),
        Contender("lambdamart", Level.COMPLEX, LambdaMART(trees=30, learning_rate=0.1, growth=SMALL, threads=1)),
    ]
    rows, label = world(curved=True)
    found = measure_ladder(contenders, rows, label, NDCG(k=5), cross_validation=CrossValidation(folds=3))
    assert found.stands.name == "lambdamart"
    assert found.ladder.metric == "ndcg@5"
    assert measure_ladder(contenders, rows, label, NDCG(k=5), margin=0.9).stands.name == "popular"


def test_a_ladder_starts_with_a_heuristic():
    with pytest.raises(OptionError, match="does not start with a heuristic"):
        measure_ladder(rungs()[1:2], *world(curved=False), LogLoss())
    with pytest.raises(OptionError, match="level"):
        Contender("x", "simple", ConstantRate())
