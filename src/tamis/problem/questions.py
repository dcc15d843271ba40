"""Clarifying questions: what has to be asked before anything is built, and what is assumed where nobody answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from tamis.core.errors import OptionError
from tamis.core.options import options
from tamis.problem.fact import Fact
from tamis.problem.membership import check_member


class Question(Enum):
    """The questions, as names for `Clarifications`."""

    USE_CASE = "use case"
    OBJECTIVE = "business objective"
    PERSONALISATION = "personalisation"
    SCALE = "scale"
    LATENCY = "latency"
    LANGUAGES = "languages"
    DATA_ACCESS = "data access"
    FEEDBACK = "kinds of feedback"
    NEGATIVES = "negatives"
    CONTINUAL_TRAINING = "continual training"


@dataclass(frozen=True)
class AskedQuestion:
    """The wording of a question and what is assumed where it stays unanswered."""

    asks: str
    assumption: str


QUESTIONS: Mapping[Question, AskedQuestion] = MappingProxyType(
    {
        Question.USE_CASE: AskedQuestion(
            "Who uses it, where, and to do what?", "a list of items on a page or in an app, for everyone who opens it"
        ),
        Question.OBJECTIVE: AskedQuestion(
            "What should the business see change?", "more people find something they like, without more of them leaving"
        ),
        Question.PERSONALISATION: AskedQuestion(
            "May two people get different answers?", "yes, from their own events; a new person gets what is popular"
        ),
        Question.SCALE: AskedQuestion(
            "How many users, items and queries per second?",
            "what the tables hold today, with a peak of three times the mean",
        ),
        Question.LATENCY: AskedQuestion("How long may an answer take?", "200 ms for 99 of 100 answers"),
        Question.LANGUAGES: AskedQuestion("Which languages do items and users speak?", "one: that of the item texts"),
        Question.DATA_ACCESS: AskedQuestion(
            "Which tables exist, since when, and who may read them?", "event log and catalogue, both readable in full"
        ),
        Question.FEEDBACK: AskedQuestion(
            "What do people do that tells whether an answer was good?", "implicit events only: clicks and the like"
        ),
        Question.NEGATIVES: AskedQuestion(
            "What counts as a bad outcome?", "nothing explicit: an item without an event is unknown, not disliked"
        ),
        Question.CONTINUAL_TRAINING: AskedQuestion(
            "How often do users and items change, and must the model follow?",
            "retrain daily, publish only if not worse",
        ),
    }
)


@options
class Clarifications:
    """Answers to the clarifying questions; whatever stays open is an assumption and flagged as one.

    Parameters
    ----------
    answers : mapping of Question to str
        A blank answer counts as none.

    Raises
    ------
    OptionError
        Where a key is no `Question` or an answer is no text.

    Examples
    --------
    >>> known = Clarifications({Question.LATENCY: "100 ms"})
    >>> known.answer(Question.LATENCY)
    Fact(name='latency', says='100 ms', assumed=False)
    >>> len(known.assumptions()), known.answer(Question.LANGUAGES).assumed
    (9, True)
    """

    answers: Mapping[Question, str] = field(default_factory=dict)

    def check_options(self) -> None:
        """Check what the types cannot say."""
        for question, answer in self.answers.items():
            check_member(question, Question, "Clarifications")
            if not isinstance(answer, str):
                raise OptionError(
                    f"the answer to Question.{question.name} is no text",
                    where="Clarifications",
                    allowed="a str",
                    got=answer,
                )
        object.__setattr__(self, "answers", MappingProxyType(dict(self.answers)))

    def answer(self, question: Question) -> Fact:
        """Return the answer, or the assumption with its flag."""
        given = self.answers.get(question, "").strip()
        return Fact(question.value, given or QUESTIONS[question].assumption, assumed=not given)

    def assumptions(self) -> tuple[Fact, ...]:
        """Return what nobody answered, in the order of the questions."""
        return tuple(fact for fact in self.facts() if fact.assumed)

    def facts(self) -> tuple[Fact, ...]:
        """Return every question's answer or assumption."""
        return tuple(self.answer(question) for question in Question)
