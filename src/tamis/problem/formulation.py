"""The formulation record: nine steps of a system's design, checked so that none is silently missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import IntEnum
from types import MappingProxyType
from typing import Any

from tamis.core.errors import OptionError
from tamis.core.options import options
from tamis.problem.architecture import Architecture
from tamis.problem.constraints import Contradiction, Requirements
from tamis.problem.fact import Fact
from tamis.problem.funnel_plan import FunnelPlan
from tamis.problem.goal import Goal
from tamis.problem.ladder import Ladder, Level
from tamis.problem.membership import check_member
from tamis.problem.need import Need
from tamis.problem.questions import Clarifications


class Step(IntEnum):
    """The nine steps of a design, in order."""

    FORMULATION = 1
    METRICS = 2
    ARCHITECTURE = 3
    DATA = 4
    FEATURES = 5
    MODEL = 6
    SERVING = 7
    ONLINE_TEST = 8
    SCALING = 9

    @property
    def title(self) -> str:
        """The heading of the step in the design card."""
        return _TITLES[self]


_TITLES = {
    Step.FORMULATION: "Formulation",
    Step.METRICS: "Metrics",
    Step.ARCHITECTURE: "Architecture",
    Step.DATA: "Data",
    Step.FEATURES: "Features",
    Step.MODEL: "Model and offline evaluation",
    Step.SERVING: "Prediction service",
    Step.ONLINE_TEST: "Online test and deployment",
    Step.SCALING: "Scaling, monitoring and updates",
}
_WRITTEN_BY = {
    Step.ARCHITECTURE: "give `plan` or `architecture`",
    Step.MODEL: "give `ladder`",
}


@options
class Formulation:
    """The nine-step record of a system; a step that nothing is known about is an error.

    Steps 1 and 2 are written from the goal, the requirements, the need and the answers; step 3 from the plan and the
    architecture; step 6 from the ladder. `notes` fills the others and adds to any. What nobody confirmed is marked as
    an assumption, and what contradicts itself is listed.

    Parameters
    ----------
    name : str
        The system.
    goal : Goal
    requirements : Requirements
    clarifications : Clarifications
    need : Need, optional
        None leaves a flag: nobody asked whether a model is needed.
    plan : FunnelPlan, optional
    architecture : Architecture, optional
    ladder : Ladder, optional
    notes : mapping of Step to mapping of str to str
        Named sentences for each step.

    Raises
    ------
    OptionError
        Naming every step without a fact, or a note that is no named sentence.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from tamis.problem import Formulation, Goal, Maximize, Requirements, Scale, Step, plan_funnel
    >>> later = {step: {"plan": "to be measured"} for step in Step if step > Step.ARCHITECTURE}
    >>> card = Formulation(
    ...     "films", Goal(Maximize(SimpleNamespace(name="loved"))), Requirements(Scale(users=100, items=500)),
    ...     plan=plan_funnel(500, qps=1, latency_ms=200), notes=later,
    ... )
    >>> [str(fact) for fact in card.steps[Step.ARCHITECTURE]][0]
    'funnel: one-stage: 500 items are few enough to rank them all'
    >>> print(card.to_markdown().splitlines()[0])
    # films
    """

    name: str
    goal: Goal
    requirements: Requirements
    clarifications: Clarifications = field(default_factory=Clarifications)
    need: Need | None = None
    plan: FunnelPlan | None = None
    architecture: Architecture | None = None
    ladder: Ladder | None = None
    notes: Mapping[Step, Mapping[str, str]] = field(default_factory=dict)

    def check_options(self) -> None:
        """Check what the types cannot say."""
        if not self.name.strip():
            raise OptionError("`name` is blank", where="Formulation", allowed="the name of the system")
        for step, notes in self.notes.items():
            check_member(step, Step, "Formulation")
            _check_notes(step, notes)
        frozen = {step: MappingProxyType(dict(notes)) for step, notes in self.notes.items()}
        object.__setattr__(self, "notes", MappingProxyType(frozen))
        missing = [step for step, facts in self.steps.items() if not facts]
        if missing:
            names = ", ".join(f"{step.value} {step.title}" for step in missing)
            first = _WRITTEN_BY.get(missing[0], f"say it in `notes[Step.{missing[0].name}]`")
            raise OptionError(
                f"nothing is said about step {names}", where=f"Formulation {self.name!r}", next_step=first
            )

    @property
    def steps(self) -> Mapping[Step, tuple[Fact, ...]]:
        """What is known about each of the nine steps, in order."""
        return {step: (*self._written(step), *self._noted(step)) for step in Step}

    def assumptions(self) -> tuple[Fact, ...]:
        """Return everything that nobody confirmed, in the order of the steps."""
        return tuple(fact for facts in self.steps.values() for fact in facts if fact.assumed)

    def contradictions(self) -> tuple[Contradiction, ...]:
        """Return what cannot both hold: among the requirements, and between them, the plan, the need and the ladder."""
        found = list(self.requirements.contradictions())
        allowed_ms, items = self.requirements.timing.latency_ms, self.requirements.scale.items
        if self.plan is not None and self.plan.latency_ms > allowed_ms:
            found.append(
                _contradiction("plan", "latency_ms", f"{self.plan.latency_ms:g} ms are planned of {allowed_ms:g}")
            )
        if self.plan is not None and self.plan.stages and self.plan.stages[0].reads != items:
            reads = self.plan.stages[0].reads
            found.append(_contradiction("plan", "items", f"{reads:,} items are planned and there are {items:,}"))
        if self.need is not None and self.ladder is not None and not self.need.verdict().machine_learning:
            chosen = self.ladder.stands
            if chosen.level is not Level.HEURISTIC:
                what = f"no model is needed and {chosen.name} stands, which is not a heuristic"
                found.append(_contradiction("need", "ladder", what))
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """Return the record ready for JSON: name, steps with their facts, assumptions, contradictions."""
        return {
            "name": self.name,
            "steps": [
                {"number": step.value, "title": step.title, "facts": [fact.to_dict() for fact in facts]}
                for step, facts in self.steps.items()
            ],
            "assumptions": [fact.to_dict() for fact in self.assumptions()],
            "contradictions": [{"between": list(c.between), "says": c.says} for c in self.contradictions()],
        }

    def to_markdown(self) -> str:
        """Return the record as a Markdown page; assumptions carry their flag, contradictions come first."""
        lines = [f"# {' '.join(self.name.split())}", ""]
        contradictions = self.contradictions()
        if contradictions:
            lines += ["**Contradictions to settle**", "", *(f"- {found.says}" for found in contradictions), ""]
        for step, facts in self.steps.items():
            lines += [f"## {step.value}. {step.title}", ""]
            lines += [f"- **{f.name}**{' *(assumed)*' if f.assumed else ''}: {f.says}" for f in facts]
            lines.append("")
        return "\n".join(lines)

    def _written(self, step: Step) -> tuple[Fact, ...]:
        if step is Step.FORMULATION:
            open_need = (Fact("machine learning needed", "yes: nobody weighed it", assumed=True),)
            need = open_need if self.need is None else self.need.facts()
            return (*self.goal.facts(), *need, *self.requirements.facts(), *self.clarifications.facts())
        if step is Step.METRICS:
            return self.goal.metric_facts()
        if step is Step.ARCHITECTURE:
            return tuple(fact for part in (self.plan, self.architecture) if part is not None for fact in part.facts())
        if step is Step.MODEL and self.ladder is not None:
            return self.ladder.facts()
        return ()

    def _noted(self, step: Step) -> tuple[Fact, ...]:
        return tuple(Fact(name, says) for name, says in self.notes.get(step, {}).items())


def _contradiction(one: str, other: str, what: str) -> Contradiction:
    return Contradiction((one, other), str(OptionError(what, where="Formulation")))


def _check_notes(step: Step, notes: object) -> None:
    named = isinstance(notes, Mapping) and all(
        isinstance(text, str) and text.strip() for pair in notes.items() for text in pair
    )
    if not named:
        raise OptionError(
            f"the notes of Step.{step.name} are not named sentences",
            where="Formulation",
            allowed='a mapping such as {"split": "by time, the last month tests"}',
            got=notes,
        )
