import math

import numpy as np
import pytest

from tamis.core.errors import OptionError
from tamis.problem.ladder import Difference, Ladder, Level, Rung, climb

POPULAR = Rung("popular", Level.HEURISTIC, 0.10, 0.09, 0.11, cost=1)
LINEAR = Rung("linear", Level.SIMPLE, 0.20, 0.18, 0.22, cost=2)
DEEP = Rung("deep", Level.COMPLEX, 0.21, 0.19, 0.23, cost=50)
BLEND = Rung("blend", Level.ENSEMBLE, 0.25, 0.23, 0.27, cost=100)


def gaps(**table):
    return lambda upper, lower: table[f"{upper.name}_{lower.name}"]


def test_a_rung_that_fails_is_stepped_over_and_the_next_meets_the_one_that_stands():
    found = climb(
        [POPULAR, LINEAR, DEEP, BLEND],
        gaps(
            linear_popular=Difference(0.10, 0.08, 0.12),
            deep_linear=Difference(0.01, -0.01, 0.03),
            blend_linear=Difference(0.05, 0.02, 0.08),
        ),
        metric="ndcg@10",
    )
    assert [step.stands for step in found.steps] == [True, True, False, True]
    assert found.stands is BLEND and found.steps[3].against is LINEAR and found.steps[0].against is None
    assert "beats linear by 0.05" in found.steps[3].reason and "50 times" in found.steps[3].reason


def test_means_that_overlap_can_still_differ_for_certain():
    above = Rung("above", Level.SIMPLE, 0.105, 0.095, 0.115)
    assert climb([POPULAR, above], lambda upper, lower: Difference(0.005, 0.001, 0.009), metric="m").stands is above


@pytest.mark.parametrize(("low", "margin", "stands"), [(0.0, 0.0, False), (1e-9, 0.0, True), (0.01, 0.01, False)])
def test_an_interval_that_touches_the_margin_is_not_enough(low, margin, stands):
    found = climb([POPULAR, LINEAR], lambda upper, lower: Difference(0.1, low, 0.2), metric="m", margin=margin)
    assert found.steps[1].stands is stands


def test_smaller_is_better_turns_the_difference_round():
    found = climb(
        [POPULAR, LINEAR], lambda upper, lower: Difference(-3.0, -4.0, -2.0), metric="mae", smaller_is_better=True
    )
    assert found.stands is LINEAR and "by 3 (from 2 to 4)" in found.steps[1].reason
    assert climb([POPULAR, LINEAR], lambda upper, lower: Difference(-3.0, -4.0, -2.0), metric="ndcg").stands is POPULAR


def test_a_rung_that_is_worse_says_so():
    found = climb([POPULAR, LINEAR], lambda upper, lower: Difference(-0.05, -0.08, -0.02), metric="m")
    assert found.steps[1].reason == "is worse than popular by 0.05 (from -0.08 to -0.02) and costs 2 times as much"


def test_a_cheaper_rung_and_a_free_baseline_give_no_price():
    free = Rung("rule", Level.HEURISTIC, 0.1, 0.1, 0.1)
    found = climb([free, LINEAR], lambda upper, lower: Difference(0.1, 0.1, 0.1), metric="m")
    assert "costs" not in found.steps[1].reason


def test_the_baseline_alone_stands():
    found = climb([POPULAR], gaps(), metric="m")
    assert found.stands is POPULAR and found.facts()[0].says == "popular, by m"


def test_with_paired_scores_the_decision_is_that_of_the_interval():
    noise = np.random.default_rng(0).normal(size=400)
    scores = {
        "popular": noise,
        "linear": noise + 0.05,
        "deep": noise + 0.05 + np.random.default_rng(1).normal(size=400),
    }

    def paired(upper, lower):
        d = scores[upper.name] - scores[lower.name]
        half = 1.96 * d.std(ddof=1) / math.sqrt(len(d)) + 1e-12
        return Difference(d.mean(), d.mean() - half, d.mean() + half)

    assert climb([POPULAR, LINEAR, DEEP], paired, metric="m").stands is LINEAR


def test_a_ladder_that_starts_high_steps_down_or_repeats_is_refused():
    gap = gaps()
    with pytest.raises(OptionError, match="no rung"):
        climb([], gap, metric="m")
    with pytest.raises(OptionError, match=r"does not start with a heuristic.*Next: measure the most popular"):
        climb([LINEAR, DEEP], gap, metric="m")
    with pytest.raises(OptionError, match="rung 'linear' is simpler than the one below"):
        climb([POPULAR, DEEP, LINEAR], gap, metric="m")
    with pytest.raises(OptionError, match="rung 'linear' is there twice"):
        climb([POPULAR, LINEAR, LINEAR], gap, metric="m")
    with pytest.raises(OptionError, match="no rung stands"):
        Ladder("m", ())


@pytest.mark.parametrize(("mean", "low", "high"), [(0.3, 0.1, 0.2), (0.1, 0.2, 0.05), (math.inf, 0, math.inf)])
def test_a_mean_outside_its_interval_is_refused(mean, low, high):
    with pytest.raises(OptionError, match="Rung 'x': the mean is outside its interval"):
        Rung("x", Level.SIMPLE, mean, low, high)
    with pytest.raises(OptionError, match="Difference: the mean"):
        Difference(mean, low, high)


def test_nan_is_refused_everywhere():
    with pytest.raises(OptionError, match="Rung: `mean`"):
        Rung("x", Level.SIMPLE, math.nan, 0, 1)
    with pytest.raises(OptionError, match="climb: `margin`"):
        climb([POPULAR], gaps(), metric="m", margin=math.nan)
