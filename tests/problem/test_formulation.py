import dataclasses
import json
from types import SimpleNamespace

import pytest

from tamis.core.errors import OptionError
from tamis.problem.architecture import Architecture, Component, ComponentKind
from tamis.problem.constraints import Requirements, Scale, Timing
from tamis.problem.formulation import Formulation, Step
from tamis.problem.funnel_plan import plan_funnel
from tamis.problem.goal import Goal
from tamis.problem.ladder import Difference, Level, Rung, climb
from tamis.problem.need import Need
from tamis.problem.objective import Maximize
from tamis.problem.questions import Clarifications, Question

GOAL = Goal(Maximize(SimpleNamespace(name="loved"), why="a good evening", within="7d"))
SIZE = Requirements(Scale(users=1_000, items=5_000))
POPULAR = Rung("popular", Level.HEURISTIC, 0.1, 0.09, 0.11)
LINEAR = Rung("linear", Level.SIMPLE, 0.2, 0.19, 0.21)
LADDER = climb([POPULAR, LINEAR], lambda upper, lower: Difference(0.1, 0.08, 0.12), metric="ndcg@10")
PLAN = plan_funnel(5_000, qps=10, latency_ms=200)
REST = {
    Step.DATA: {"split": "by time, the last month tests"},
    Step.FEATURES: {"counts": "likes per film within 90 days"},
    Step.SERVING: {"how": "live, 200 ms"},
    Step.ONLINE_TEST: {"test": "half the users for two weeks"},
    Step.SCALING: {"drift": "daily"},
}


def films(**changes):
    return Formulation(
        **(
            {"name": "films", "goal": GOAL, "requirements": SIZE, "plan": PLAN, "ladder": LADDER, "notes": REST}
            | changes
        )
    )


def test_a_whole_record_has_nine_steps_in_order_each_with_facts():
    card = films()
    assert list(card.steps) == list(Step) and [step.value for step in Step] == list(range(1, 10))
    assert all(card.steps.values())
    assert str(card.steps[Step.FORMULATION][0]) == "objective: maximise loved within 7d of the answer"
    assert str(card.steps[Step.ARCHITECTURE][0]).startswith("funnel: two-stage")
    assert str(card.steps[Step.MODEL][0]) == "model that stands: linear, by ndcg@10"
    assert str(card.steps[Step.DATA][0]) == "split: by time, the last month tests"


@pytest.mark.parametrize("step", list(REST))
def test_each_step_that_only_notes_can_fill_is_missed_by_name(step):
    notes = {other: note for other, note in REST.items() if other is not step}
    with pytest.raises(OptionError) as caught:
        films(notes=notes)
    assert f"nothing is said about step {step.value} {step.title}." in str(caught.value)
    assert f"notes[Step.{step.name}]" in str(caught.value)


def test_steps_without_their_part_are_missed_unless_a_note_speaks():
    with pytest.raises(OptionError, match=r"step 3 Architecture\. Next: give `plan` or `architecture`"):
        films(plan=None)
    with pytest.raises(OptionError, match=r"step 6 Model and offline evaluation\. Next: give `ladder`"):
        films(ladder=None)
    spoken = {**REST, Step.ARCHITECTURE: {"shape": "a decision"}, Step.MODEL: {"model": "a rule"}}
    assert films(plan=None, ladder=None, notes=spoken).steps[Step.MODEL][0].says == "a rule"
    with pytest.raises(OptionError, match="step 3 Architecture, 6 Model and offline evaluation, 7 Prediction service"):
        films(plan=None, ladder=None, notes={s: n for s, n in REST.items() if s is not Step.SERVING})


def test_an_empty_architecture_says_nothing_and_a_full_one_is_told_after_the_plan():
    with pytest.raises(OptionError, match="step 3"):
        films(plan=None, architecture=Architecture(()))
    both = films(architecture=Architecture((Component("reader", ComponentKind.USER),)))
    assert [fact.name for fact in both.steps[Step.ARCHITECTURE]] == ["funnel", "retrieve", "rank", "rerank", "reader"]


def test_unanswered_questions_and_an_unweighed_need_are_flagged():
    names = [fact.name for fact in films().assumptions()]
    assert "machine learning needed" in names and "latency" in names
    told = films(
        clarifications=Clarifications(dict.fromkeys(Question, "answered")),
        need=Need("ndcg", goal=0.3, heuristic=0.1, impact=10),
    )
    assert not {"machine learning needed", *(q.value for q in Question)} & {fact.name for fact in told.assumptions()}


def test_the_record_survives_json_and_is_the_same_twice():
    record = films().to_dict()
    assert json.loads(json.dumps(record, allow_nan=False)) == record == films().to_dict()
    assert [step["number"] for step in record["steps"]] == list(range(1, 10))
    assert record["contradictions"] == []
    assert record["assumptions"] == [f for step in record["steps"] for f in step["facts"] if f["assumed"]]


def test_the_page_has_nine_headings_and_flags_what_is_assumed():
    page = films(name="films\n# not a heading").to_markdown()
    headings = [line for line in page.splitlines() if line.startswith("#")]
    assert headings[0] == "# films # not a heading"
    assert headings[1:] == [f"## {step.value}. {step.title}" for step in Step]
    assert "- **freshness** *(assumed)*: no limit was set" in page
    assert "- **why**: a good evening" in page and "Contradictions" not in page


def test_contradictions_come_first_on_the_page():
    broken = films(requirements=Requirements(Scale(users=1_000, items=5_000, daily_users=2_000)))
    lines = broken.to_markdown().splitlines()
    assert lines[2] == "**Contradictions to settle**" and "`daily_users` is more than there are users" in lines[4]
    assert broken.to_dict()["contradictions"][0]["between"] == ["daily_users", "users"]


def test_parts_that_contradict_each_other_are_found():
    def between(**changes):
        return [found.between for found in films(**changes).contradictions()]

    assert between() == []
    slow = Requirements(Scale(users=1_000, items=5_000), timing=Timing(latency_ms=100))
    assert between(requirements=slow) == [("plan", "latency_ms")]
    assert between(requirements=Requirements(Scale(users=1_000, items=5_001))) == [("plan", "items")]
    enough = Need("ndcg", goal=0.1, heuristic=0.1, impact=10)
    assert between(need=enough) == [("need", "ladder")]
    rule_only = climb([POPULAR], lambda upper, lower: Difference(0, 0, 0), metric="ndcg@10")
    assert between(need=enough, ladder=rule_only) == []


def test_notes_must_be_named_sentences_under_a_step():
    with pytest.raises(OptionError, match=r"the key is no Step.*Did you mean 'Step\.DATA'"):
        films(notes={"data": {"split": "by time"}})
    for wrong in ("by time", {"split": ""}, {"split": 3}, {"": "by time"}):
        with pytest.raises(OptionError, match=r"the notes of Step\.DATA are not named sentences"):
            films(notes={**REST, Step.DATA: wrong})


def test_the_record_is_frozen_through_and_through():
    notes = {step: dict(note) for step, note in REST.items()}
    card = films(notes=notes)
    notes[Step.DATA]["split"] = "at random"
    notes.clear()
    assert card.steps[Step.DATA][0].says == "by time, the last month tests"
    with pytest.raises(OptionError, match="frozen"):
        card.name = "books"
    with pytest.raises(TypeError):
        card.notes[Step.DATA]["split"] = "at random"


def test_a_blank_name_and_missing_parts_are_refused():
    with pytest.raises(OptionError, match="`name` is blank"):
        films(name=" ")
    with pytest.raises(OptionError, match="Formulation: the option `goal` is missing"):
        Formulation("films")
    assert len(dataclasses.fields(Formulation)) < 10
