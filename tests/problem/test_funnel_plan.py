import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.core.errors import OptionError
from tamis.problem.funnel_plan import FunnelPlan, PlannedStage, plan_funnel


def sizes(plan):
    return [(stage.name, stage.reads, stage.keeps) for stage in plan.stages]


def test_a_small_catalogue_is_ranked_whole():
    plan = plan_funnel(1_000, qps=50_000, latency_ms=100)
    assert plan.name == "one-stage" and sizes(plan) == [("rank", 1_000, 100), ("rerank", 100, 20)]
    assert plan_funnel(1_001, qps=1, latency_ms=100).name == "two-stage"


def test_ten_thousand_is_still_two_stages_and_one_more_is_three():
    two = plan_funnel(10_000_000, qps=10_000, latency_ms=200)
    assert two.name == "two-stage" and two.stages[0].keeps == 10_000
    assert plan_funnel(10_001_000, qps=10_000, latency_ms=200).name == "three-stage"
    assert plan_funnel(10_000_000, qps=10_001, latency_ms=200).name == "three-stage"
    assert plan_funnel(10_001_000, qps=10_001, latency_ms=200).name == "multi-stage"


def test_three_stages_by_hand():
    plan = plan_funnel(100_000_000, qps=100, latency_ms=240)
    middle = round(math.sqrt(100_000 * 100))
    assert sizes(plan) == [
        ("retrieve", 100_000_000, 100_000),
        ("rank 1", 100_000, middle),
        ("rank 2", middle, 100),
        ("rerank", 100, 20),
    ]
    assert [stage.budget_ms for stage in plan.stages] == [60, 40, 80, 12]
    assert plan.stages[1].microseconds_each == pytest.approx(0.4)
    assert "100,000 items come to be ranked, over 10,000" in plan.reason


def test_both_reasons_are_told():
    reason = plan_funnel(10**9, qps=20_000, latency_ms=200).reason
    assert "items come to be ranked" in reason and "20,000 queries come per second" in reason


def test_the_number_retrieved_can_be_chosen_and_never_exceeds_the_catalogue():
    assert plan_funnel(5_000, qps=1, latency_ms=1, retrieved=99_999).stages[0].keeps == 5_000
    assert plan_funnel(10**8, qps=1, latency_ms=1, retrieved=2_000).name == "two-stage"
    assert plan_funnel(800, qps=1, latency_ms=1, retrieved=300).stages[0].name == "retrieve"


def test_an_empty_catalogue_and_a_page_larger_than_the_catalogue():
    assert sizes(plan_funnel(0, qps=0, latency_ms=1)) == [("rank", 0, 0), ("rerank", 0, 0)]
    assert math.isinf(plan_funnel(0, qps=0, latency_ms=1).stages[0].microseconds_each)
    assert sizes(plan_funnel(5, qps=1, latency_ms=1, shown=20)) == [("rank", 5, 5), ("rerank", 5, 5)]


@given(
    st.integers(0, 10**10),
    st.floats(0, 1e6),
    st.floats(0.1, 1e4),
    st.integers(1, 10_000),
    st.none() | st.integers(1, 10**7),
)
def test_every_plan_flows_and_fits_the_latency(n_items, qps, latency_ms, shown, retrieved):
    plan = plan_funnel(n_items, qps, latency_ms, shown=shown, retrieved=retrieved)
    assert plan.stages[0].reads == n_items
    assert plan.stages[-1].keeps == min(shown, plan.stages[-1].reads)
    for stage, after in pairwise(plan.stages):
        assert stage.keeps == after.reads
    assert plan.latency_ms <= 0.8 * latency_ms * (1 + 1e-9)
    rankers = [stage for stage in plan.stages if stage.name.startswith("rank")]
    assert rankers[-1].reason.startswith("heavy") and all(s.reason.startswith("light") for s in rankers[:-1])


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("n_items", -1), ("shown", 0), ("qps", math.nan), ("latency_ms", 0), ("retrieved", 0), ("qps", math.inf)],
)
def test_numbers_out_of_bounds_are_refused_by_name(name, wrong):
    good = {"n_items": 10, "qps": 1.0, "latency_ms": 10.0, "shown": 5, "retrieved": None}
    with pytest.raises(OptionError, match=f"plan_funnel: `{name}` is not allowed"):
        plan_funnel(**(good | {name: wrong}))


def test_a_stage_cannot_keep_or_read_what_is_not_there():
    with pytest.raises(OptionError, match="stage 'rank': `keeps` is more than `reads`"):
        PlannedStage("rank", 10, 11, 1.0)
    with pytest.raises(OptionError, match="stage 'b': reads more than stage 'a' keeps"):
        FunnelPlan((PlannedStage("a", 10, 5, 1.0), PlannedStage("b", 6, 1, 1.0)), "")


def test_facts_name_every_stage():
    facts = plan_funnel(10**6, qps=1, latency_ms=200).facts()
    assert [fact.name for fact in facts] == ["funnel", "retrieve", "rank", "rerank"]
    assert facts[1].says == "1,000,000 to 1,000 candidates in 50 ms; light, minds recall"
