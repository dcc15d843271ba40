import dataclasses
import math

import pytest

from tamis.core.errors import OptionError
from tamis.problem.constraints import Hardware, Requirements, Rules, Scale, Timing

SCALE = Scale(users=86_400, items=1_000)


def between(requirements):
    return [found.between for found in requirements.contradictions()]


def test_rates_by_hand():
    scale = Scale(users=10**9, daily_users=86_400_000, requests_per_user=2, items=5)
    assert scale.mean_qps == 2_000 and scale.busiest_qps == 6_000
    assert Scale(users=1, items=1, peak_qps=7).busiest_qps == 7
    assert Scale(users=0, items=0).mean_qps == 0


def test_sound_requirements_have_no_contradiction():
    assert Requirements(SCALE).contradictions() == ()
    exact = Requirements(
        Scale(users=86_400, items=20, daily_users=86_400, peak_qps=1.0, shown=20),
        timing=Timing(
            latency_ms=100, stage_ms={"retrieve": 40, "rank": 60}, fresh_within="1d", precomputed_every="24h"
        ),
        hardware=Hardware(machines=2, qps_each=0.5, cost_each_per_month=50),
        budget_per_month=100,
    )
    assert exact.contradictions() == ()


def test_each_contradiction_is_found_alone():
    scale = {"users": 86_400, "items": 1_000}
    assert between(Requirements(Scale(**scale, daily_users=86_401))) == [("daily_users", "users")]
    assert between(Requirements(Scale(**scale, peak_qps=0.99))) == [("peak_qps", "requests_per_user")]
    assert between(Requirements(Scale(**scale, shown=1_001))) == [("shown", "items")]
    slow = Timing(latency_ms=100, stage_ms={"a": 60, "b": 41})
    assert between(Requirements(SCALE, timing=slow)) == [("latency_ms", "stage_ms")]
    stale = Timing(fresh_within="1m", precomputed_every="1d")
    assert between(Requirements(SCALE, timing=stale)) == [("fresh_within", "precomputed_every")]
    dear = Hardware(machines=2, cost_each_per_month=50)
    assert between(Requirements(SCALE, budget_per_month=99, hardware=dear)) == [("budget_per_month", "hardware")]
    weak = Hardware(machines=2, qps_each=1.4)
    assert between(Requirements(SCALE, hardware=weak)) == [("hardware", "peak_qps")]
    private = Rules(personal_data=False)
    assert between(Requirements(SCALE, rules=private)) == [("personalised", "personal_data")]
    assert between(Requirements(SCALE, rules=private, personalised=False)) == []


def test_precomputed_answers_need_no_machine_for_the_peak():
    weak = Hardware(machines=1, qps_each=0.1)
    assert between(Requirements(SCALE, timing=Timing(precomputed_every="1d"), hardware=weak)) == []


def test_all_contradictions_are_reported_together_in_the_form_of_errors():
    broken = Requirements(Scale(users=10, items=3, daily_users=11), timing=Timing(latency_ms=5, stage_ms={"rank": 6}))
    assert between(broken) == [("daily_users", "users"), ("shown", "items"), ("latency_ms", "stage_ms")]
    assert broken.contradictions()[2].says == (
        "Requirements: `latency_ms` is below the sum of its stages. Allowed: at least 6 ms. Got: 5."
    )


def test_facts_flag_what_was_guessed():
    guessed = {fact.name for fact in Requirements(SCALE).facts() if fact.assumed}
    assert guessed == {"queries per second", "freshness", "events are kept for", "legal"}
    full = Requirements(
        Scale(users=1, items=1, peak_qps=5, shown=1),
        timing=Timing(fresh_within="1m"),
        budget_per_month=1_500,
        hardware=Hardware(description="with 16 GB"),
        rules=Rules(keep_for="365d", legal=("GDPR: erase on request",)),
    )
    facts = {fact.name: fact for fact in full.facts()}
    assert not any(fact.assumed for fact in facts.values())
    assert facts["budget"].says == "1,500 per month" and facts["hardware"].says == "1 machines with 16 GB"


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf])
def test_a_latency_must_be_positive_and_finite(bad):
    with pytest.raises(OptionError, match="Timing: `latency_ms`"):
        Timing(latency_ms=bad)


@pytest.mark.parametrize("bad", [-1, math.nan, math.inf, "3", True])
def test_a_stage_latency_must_be_a_number(bad):
    with pytest.raises(OptionError, match="Timing: the latency of stage `rank`"):
        Timing(stage_ms={"rank": bad})


@pytest.mark.parametrize("option", ["daily_users", "peak_qps", "requests_per_user"])
def test_negative_numbers_are_refused_by_name(option):
    with pytest.raises(OptionError, match=f"Scale: `{option}` is not allowed"):
        Scale(**{"users": 1, "items": 1, option: -1})


def test_money_and_machines_are_checked():
    with pytest.raises(OptionError, match="Requirements: `budget_per_month`"):
        Requirements(SCALE, budget_per_month=-1)
    with pytest.raises(OptionError, match="Hardware: `qps_each`"):
        Hardware(qps_each=0)


def test_spans_are_checked_and_named():
    with pytest.raises(OptionError, match="`fresh_within` is not a span"):
        Timing(fresh_within="now")
    with pytest.raises(OptionError, match="`keep_for` is not a span"):
        Rules(keep_for="forever")


def test_stage_latencies_cannot_be_changed_from_outside():
    stages = {"rank": 5.0}
    timing = Timing(stage_ms=stages)
    stages["rank"] = 500.0
    assert timing.stage_ms["rank"] == 5.0
    with pytest.raises(TypeError):
        timing.stage_ms["rank"] = 1.0


@pytest.mark.parametrize("part", [Scale, Timing, Hardware, Rules, Requirements])
def test_no_constructor_has_ten_fields(part):
    assert len(dataclasses.fields(part)) < 10
