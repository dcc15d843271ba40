"""The objective: which events, how soon after an answer was shown, count as a good outcome."""

from __future__ import annotations

from dataclasses import KW_ONLY

from tamis.core.data import Selection
from tamis.core.errors import OptionError
from tamis.core.options import options, span
from tamis.problem.fact import Fact
from tamis.problem.outcomes import OUTCOME_GUIDES, Outcome, OutcomeGuide, outcome_named


@options
class Maximize:
    """Maximise the events that count as a good outcome.

    Parameters
    ----------
    outcomes : Selection
        The events, such as `ratings.where(value=at_least(4))`.
    why : str
        The reason, printed in the design card.
    within : str, optional
        How soon after the answer was shown an event still counts, such as "7d"; None sets no limit.
    kind : Outcome, optional
        The kind of outcome; None reads it from the words in the selection's name.

    Raises
    ------
    OptionError
        Where `outcomes` names no events or `within` is no positive span.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> goal = Maximize(SimpleNamespace(name="clicks"), within="1h")
    >>> goal.window
    3600000000
    >>> goal.flaws()
    ('clickbait: a promising title wins over a good item',)
    """

    outcomes: Selection
    _: KW_ONLY
    why: str = ""
    within: str | None = None
    kind: Outcome | None = None

    def check_options(self) -> None:
        """Check what the types cannot say."""
        if not isinstance(self.outcomes.name, str) or not self.outcomes.name.strip():
            raise OptionError("`outcomes` has no name", where="Maximize", got=self.outcomes.name)
        if self.within is not None:
            span(self.within, where="Maximize")

    @property
    def window(self) -> int | None:
        """The span of `within` in microseconds, or None for no limit."""
        return None if self.within is None else span(self.within, where="Maximize")

    @property
    def guide(self) -> OutcomeGuide | None:
        """The catalogue's entry for this kind of outcome, or None where the kind is not known."""
        kind = self.kind or outcome_named(self.outcomes.name)
        return None if kind is None else OUTCOME_GUIDES[kind]

    def flaws(self) -> tuple[str, ...]:
        """Return the known flaws of training for this outcome; empty where its kind is not in the catalogue."""
        return () if self.guide is None else (self.guide.flaw,)

    def facts(self) -> tuple[Fact, ...]:
        """Return what the design card says about the objective."""
        facts = [Fact("objective", str(self))]
        if self.why:
            facts.append(Fact("why", self.why))
        if self.guide is None:
            facts.append(Fact("known flaw", "none in the catalogue for this kind of outcome", assumed=True))
        else:
            facts.append(Fact("known flaw", f"{self.guide.flaw}; watch: {self.guide.watched_by}"))
        return tuple(facts)

    def __str__(self) -> str:
        soon = "" if self.within is None else f" within {self.within} of the answer"
        return f"maximise {self.outcomes.name}{soon}"
