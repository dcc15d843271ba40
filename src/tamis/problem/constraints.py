"""Requirements: the numbers and rules a system has to live with, and where they contradict each other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated

from tamis.core.clock import DAY
from tamis.core.conditions import above, at_least, below
from tamis.core.errors import OptionError
from tamis.core.options import options, span
from tamis.problem.fact import Fact

_SECONDS_PER_DAY = DAY // 1_000_000
_Amount = Annotated[float, at_least(0), below(math.inf)]
_Positive = Annotated[float, above(0), below(math.inf)]


@options
class Scale:
    """How much there is and how often it is asked.

    Parameters
    ----------
    users, items : int
        Everybody and everything in the tables.
    daily_users : int, optional
        Those who come on a day; None says all of them.
    requests_per_user : float
        Per daily user and day.
    peak_qps : float, optional
        Queries per second at the busiest moment; None takes three times the average of the day.
    shown : int
        Items on one page.
    """

    users: Annotated[int, at_least(0)]
    items: Annotated[int, at_least(0)]
    daily_users: Annotated[int | None, at_least(0)] = None
    requests_per_user: _Amount = 1.0
    peak_qps: Annotated[float | None, above(0), below(math.inf)] = None
    shown: Annotated[int, at_least(1)] = 20

    @property
    def mean_qps(self) -> float:
        """Queries per second averaged over the day.

        Examples
        --------
        >>> Scale(users=864_000, items=10, requests_per_user=2).mean_qps
        20.0
        """
        daily = self.users if self.daily_users is None else self.daily_users
        return daily * self.requests_per_user / _SECONDS_PER_DAY

    @property
    def busiest_qps(self) -> float:
        """`peak_qps`, or three times the average where it is not given."""
        return 3 * self.mean_qps if self.peak_qps is None else self.peak_qps


@options
class Timing:
    """How fast an answer is due and how fresh it must be.

    Parameters
    ----------
    latency_ms : float
        For a whole answer, at the 99th percentile.
    stage_ms : mapping of str to float
        What each stage is given; stages run one after another.
    fresh_within : str, optional
        How soon an event must change the answers, such as "1m".
    precomputed_every : str, optional
        The period of a batch job that stores finished answers; None answers each request when it comes.
    """

    latency_ms: _Positive = 200.0
    stage_ms: Mapping[str, float] = field(default_factory=dict)
    fresh_within: str | None = None
    precomputed_every: str | None = None

    def check_options(self) -> None:
        """Check what the types cannot say."""
        for stage, ms in self.stage_ms.items():
            if isinstance(ms, bool) or not isinstance(ms, int | float) or not (math.isfinite(ms) and ms >= 0):
                raise OptionError(
                    f"the latency of stage `{stage}` is not allowed",
                    where="Timing",
                    allowed="a finite number of at least 0 milliseconds",
                    got=ms,
                )
        object.__setattr__(self, "stage_ms", MappingProxyType(dict(self.stage_ms)))
        for name in ("fresh_within", "precomputed_every"):
            if getattr(self, name) is not None:
                span(getattr(self, name), where="Timing", name=name)


@options
class Hardware:
    """The machines that may be used, what each answers and what it costs."""

    machines: Annotated[int, at_least(1)] = 1
    qps_each: Annotated[float | None, above(0), below(math.inf)] = None
    cost_each_per_month: _Amount = 0.0
    description: str = ""


@options
class Rules:
    """What law and privacy allow.

    Parameters
    ----------
    personal_data : bool
        Whether a person's events may be used to answer that person.
    keep_for : str, optional
        How long events may be kept, such as "365d".
    legal : tuple of str
        Laws and duties in words, such as "GDPR: erase on request".
    """

    personal_data: bool = True
    keep_for: str | None = None
    legal: tuple[str, ...] = ()

    def check_options(self) -> None:
        """Check what the types cannot say."""
        if self.keep_for is not None:
            span(self.keep_for, where="Rules", name="keep_for")


@dataclass(frozen=True)
class Contradiction:
    """Two requirements that cannot both hold: their names and one line that says why."""

    between: tuple[str, str]
    says: str


@options
class Requirements:
    """What the system has to live with; contradictory numbers are reported, not hidden.

    Parameters
    ----------
    scale : Scale
    timing : Timing
    personalised : bool
        Whether two people may get different answers.
    languages : tuple of str
        ISO 639 codes.
    budget_per_month : float, optional
        For machines, in the currency of `Hardware.cost_each_per_month`.
    hardware : Hardware, optional
    rules : Rules

    Examples
    --------
    >>> tight = Requirements(Scale(users=86_400, items=10, peak_qps=0.5, shown=12))
    >>> for found in tight.contradictions():
    ...     print(found.says)
    Requirements: `peak_qps` is below the average of the day. Allowed: at least 1 queries per second. Got: 0.5.
    Requirements: `shown` is more than there are items. Allowed: at most 10. Got: 12.
    """

    scale: Scale
    timing: Timing = field(default_factory=Timing)
    personalised: bool = True
    languages: tuple[str, ...] = ("en",)
    budget_per_month: Annotated[float | None, at_least(0), below(math.inf)] = None
    hardware: Hardware | None = None
    rules: Rules = field(default_factory=Rules)

    def contradictions(self) -> tuple[Contradiction, ...]:
        """Return every pair of requirements that cannot both hold; empty where all agree. Equal numbers agree."""
        return (*_in_scale(self.scale), *_in_timing(self.timing), *_in_means(self))

    def facts(self) -> tuple[Fact, ...]:
        """Return what the design card says about the requirements."""
        scale, timing, rules = self.scale, self.timing, self.rules
        guessed = scale.peak_qps is None
        facts = [
            Fact("scale", f"{scale.users:,} users, {scale.items:,} items, {scale.shown} shown per page"),
            Fact("queries per second", f"{scale.mean_qps:,.4g} on average, {scale.busiest_qps:,.4g} at peak", guessed),
            Fact("latency", f"{timing.latency_ms:g} ms"),
            Fact("freshness", timing.fresh_within or "no limit was set", timing.fresh_within is None),
            Fact("answers", f"precomputed every {timing.precomputed_every}" if timing.precomputed_every else "live"),
            Fact("personalised", "yes" if self.personalised else "no"),
            Fact("languages", ", ".join(self.languages) or "none stated", not self.languages),
            Fact("personal data", "may be used" if rules.personal_data else "may not be used"),
            Fact("events are kept for", rules.keep_for or "no limit was set", rules.keep_for is None),
            Fact("legal", "; ".join(rules.legal) or "no duty was stated", not rules.legal),
        ]
        if self.budget_per_month is not None:
            facts.append(Fact("budget", f"{self.budget_per_month:,.10g} per month"))
        if self.hardware is not None:
            facts.append(Fact("hardware", f"{self.hardware.machines} machines {self.hardware.description}"))
        return tuple(facts)


def _found(one: str, other: str, what: str, allowed: str, got: object) -> Contradiction:
    return Contradiction((one, other), str(OptionError(what, where="Requirements", allowed=allowed, got=got)))


def _in_scale(scale: Scale) -> list[Contradiction]:
    found = []
    if scale.daily_users is not None and scale.daily_users > scale.users:
        what = "`daily_users` is more than there are users"
        found.append(_found("daily_users", "users", what, f"at most {scale.users}", scale.daily_users))
    if scale.peak_qps is not None and scale.peak_qps < scale.mean_qps:
        allowed = f"at least {scale.mean_qps:.6g} queries per second"
        what = "`peak_qps` is below the average of the day"
        found.append(_found("peak_qps", "requests_per_user", what, allowed, scale.peak_qps))
    if scale.shown > scale.items:
        what = "`shown` is more than there are items"
        found.append(_found("shown", "items", what, f"at most {scale.items}", scale.shown))
    return found


def _in_timing(timing: Timing) -> list[Contradiction]:
    found = []
    total = math.fsum(timing.stage_ms.values())
    if total > timing.latency_ms:
        what = "`latency_ms` is below the sum of its stages"
        found.append(_found("latency_ms", "stage_ms", what, f"at least {total:g} ms", timing.latency_ms))
    if timing.fresh_within is not None and timing.precomputed_every is not None:
        every = timing.precomputed_every
        if span(timing.fresh_within) < span(every):
            what = f"`fresh_within` cannot be met by answers precomputed every {every}"
            found.append(_found("fresh_within", "precomputed_every", what, f"at least {every!r}", timing.fresh_within))
    return found


def _in_means(requirements: Requirements) -> list[Contradiction]:
    found = []
    hardware, budget = requirements.hardware, requirements.budget_per_month
    if hardware is not None and budget is not None:
        cost = hardware.machines * hardware.cost_each_per_month
        if cost > budget:
            what = "`budget_per_month` does not pay for the machines"
            found.append(_found("budget_per_month", "hardware", what, f"at least {cost:g}", budget))
    live = requirements.timing.precomputed_every is None
    if live and hardware is not None and hardware.qps_each is not None:
        able, peak = hardware.machines * hardware.qps_each, requirements.scale.busiest_qps
        if able < peak:
            what = "the machines cannot answer the peak"
            found.append(_found("hardware", "peak_qps", what, f"at least {peak:g} queries per second", able))
    if requirements.personalised and not requirements.rules.personal_data:
        what = "`personalised` needs personal data and the rules forbid it"
        found.append(_found("personalised", "personal_data", what, "personalised=False", True))
    return found
