import math

import pytest

from tamis.core.errors import OptionError
from tamis.problem.need import Need


def test_impact_above_costs_and_a_heuristic_below_the_goal_need_a_model():
    verdict = Need("ndcg", goal=0.3, heuristic=0.29, impact=100, collection=20, labelling=30, compute=40).verdict()
    assert verdict.machine_learning and verdict.net == 10 and not verdict.assumed
    assert verdict.reason == "it would bring 100 and cost 90; the heuristic reaches 0.29 of 0.3"


def test_a_heuristic_on_the_goal_needs_none_whatever_the_money():
    assert not Need("ndcg", goal=0.3, heuristic=0.3, impact=1e9).verdict().machine_learning


@pytest.mark.parametrize(("heuristic", "needed"), [(5.0, False), (5.01, True)])
def test_for_errors_smaller_is_better(heuristic, needed):
    need = Need("minutes late", goal=5, heuristic=heuristic, impact=10, smaller_is_better=True)
    assert need.verdict().machine_learning is needed


@pytest.mark.parametrize(("impact", "needed"), [(49, False), (50, False), (51, True)])
def test_an_impact_equal_to_the_costs_is_no_reason(impact, needed):
    need = Need("ndcg", goal=1, heuristic=0, impact=impact, collection=10, labelling=20, compute=20)
    assert need.verdict().machine_learning is needed


def test_a_heuristic_nobody_measured_is_flagged_only_where_it_matters():
    yes = Need("ndcg", goal=1, impact=10).verdict()
    assert yes.machine_learning and yes.assumed and "no heuristic was measured" in yes.reason
    assert not Need("ndcg", goal=1, impact=10, compute=20).verdict().assumed
    (fact,) = Need("ndcg", goal=1, impact=10).facts()
    assert fact.assumed and fact.says.startswith("yes: ")


@pytest.mark.parametrize("wrong", [-1, math.nan, math.inf])
def test_money_is_a_finite_number_of_at_least_zero(wrong):
    with pytest.raises(OptionError, match="Need: `labelling`"):
        Need("ndcg", goal=1, impact=1, labelling=wrong)
