from types import SimpleNamespace

import pytest

from tamis.core.conditions import at_most
from tamis.core.errors import OptionError
from tamis.problem.goal import Goal
from tamis.problem.guardrails import Guardrail
from tamis.problem.objective import Maximize
from tamis.problem.translation import Category, Translation
from tamis.problem.value import Weighted

LIKES = Maximize(SimpleNamespace(name="likes"))


def test_the_usual_task_is_taken_and_flagged_until_one_is_chosen():
    usual = Goal(LIKES)
    assert usual.task.output == "the probability of a like"
    assert [fact.name for fact in usual.facts() if fact.assumed] == ["learning task", "loss family"]
    chosen = Goal(LIKES, translation=Translation("likes", "post", "order", Category.RANKING))
    assert chosen.task.category is Category.RANKING and not any(fact.assumed for fact in chosen.facts())


def test_value_and_guardrails_are_told():
    goal = Goal(LIKES, Weighted(like=1, hide=-20), (Guardrail("hide rate", at_most(0.01), "annoyed readers"),))
    assert "value: sum of 1 x like, -20 x hide" in [str(fact) for fact in goal.facts()]
    assert "guardrail hide rate: at most 0.01 (annoyed readers)" in [str(fact) for fact in goal.metric_facts()]
    assert [fact.name for fact in Goal(LIKES).metric_facts() if fact.assumed] == ["guardrails"]


def test_an_unknown_outcome_takes_its_metrics_from_the_task_and_flags_the_online_ones():
    facts = {fact.name: fact for fact in Goal(Maximize(SimpleNamespace(name="zzz"))).metric_facts()}
    assert facts["offline metrics"].says.startswith("roc auc") and facts["online metrics"].assumed


def test_wrong_parts_are_refused():
    with pytest.raises(OptionError, match="Goal: `guardrails` holds something else"):
        Goal(LIKES, guardrails=("hide rate",))
    with pytest.raises(OptionError, match="Goal: `value` is not allowed"):
        Goal(LIKES, value=1.0)
    with pytest.raises(OptionError, match="Goal: `objective` is not allowed"):
        Goal("likes")
