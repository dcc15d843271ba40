import pytest

from tamis.core.errors import OptionError
from tamis.problem.questions import QUESTIONS, Clarifications, Question


def test_every_question_has_words_and_an_assumption():
    assert set(QUESTIONS) == set(Question) and len(QUESTIONS) == 10
    assert all(asked.asks.endswith("?") and asked.assumption for asked in QUESTIONS.values())


def test_what_is_unanswered_or_blank_is_an_assumption_with_its_flag():
    known = Clarifications({Question.LATENCY: " 100 ms ", Question.SCALE: "  "})
    assert known.answer(Question.LATENCY).says == "100 ms" and not known.answer(Question.LATENCY).assumed
    assert known.answer(Question.SCALE).assumed
    assert known.answer(Question.SCALE).says == QUESTIONS[Question.SCALE].assumption
    assert [fact.name for fact in known.assumptions()] == [q.value for q in Question if q is not Question.LATENCY]


def test_facts_stand_in_the_order_of_the_questions():
    assert [fact.name for fact in Clarifications().facts()] == [question.value for question in Question]


def test_a_text_for_a_key_gets_the_nearest_question():
    with pytest.raises(
        OptionError, match=r"Clarifications: the key is no Question.*Did you mean 'Question\.DATA_ACCESS'"
    ):
        Clarifications({"data acces": "all"})


def test_an_answer_must_be_text():
    with pytest.raises(OptionError, match=r"the answer to Question\.LATENCY is no text.*Got: 100"):
        Clarifications({Question.LATENCY: 100})


def test_answers_cannot_be_changed_from_outside():
    answers = {Question.LATENCY: "100 ms"}
    known = Clarifications(answers)
    answers[Question.LATENCY] = "never"
    assert known.answer(Question.LATENCY).says == "100 ms"
    with pytest.raises(OptionError, match="frozen"):
        known.answers = {}
