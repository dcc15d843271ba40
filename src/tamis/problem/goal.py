"""The goal of a system: what counts as good, what each outcome is worth, and what must not get worse."""

from __future__ import annotations

from tamis.core.errors import OptionError
from tamis.core.options import options
from tamis.problem.fact import Fact
from tamis.problem.guardrails import Guardrail
from tamis.problem.objective import Maximize
from tamis.problem.translation import Translation, translate
from tamis.problem.value import Value


@options
class Goal:
    """The objective with its value, its guardrails and the learning task that serves it.

    Parameters
    ----------
    objective : Maximize
    value : Value, optional
        None sorts by the prediction of the objective itself.
    guardrails : tuple of Guardrail
    translation : Translation, optional
        The learning task chosen; None takes the first of `translate(objective)`.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> Goal(Maximize(SimpleNamespace(name="likes"))).task.output
    'the probability of a like'
    """

    objective: Maximize
    value: Value | None = None
    guardrails: tuple[Guardrail, ...] = ()
    translation: Translation | None = None

    def check_options(self) -> None:
        """Check what the types cannot say."""
        for guardrail in self.guardrails:
            if not isinstance(guardrail, Guardrail):
                raise OptionError("`guardrails` holds something else", where="Goal", allowed="Guardrail", got=guardrail)

    @property
    def task(self) -> Translation:
        """The learning task: the one given, else the usual one for the objective."""
        return self.translation or translate(self.objective)[0]

    def facts(self) -> tuple[Fact, ...]:
        """Return what the design card says about the goal."""
        worth = "the predicted outcome itself" if self.value is None else str(self.value)
        unchosen = self.translation is None
        task = tuple(Fact(fact.name, fact.says, assumed=unchosen) for fact in self.task.facts())
        return (*self.objective.facts(), Fact("value", worth), *task)

    def metric_facts(self) -> tuple[Fact, ...]:
        """Return what the design card says about metrics and guardrails."""
        guide = self.objective.guide
        facts = [Fact("offline metrics", ", ".join(self.task.metrics if guide is None else guide.offline))]
        if guide is None:
            facts.append(Fact("online metrics", "none in the catalogue for this kind of outcome", assumed=True))
        else:
            facts.append(Fact("online metrics", ", ".join(guide.online)))
        for guardrail in self.guardrails:
            facts.extend(guardrail.facts())
        if not self.guardrails:
            facts.append(Fact("guardrails", "none: nothing is known to be at risk", assumed=True))
        return tuple(facts)
