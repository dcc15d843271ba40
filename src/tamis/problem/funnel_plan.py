"""How many stages a funnel needs, how many candidates each passes on, and how long it may take."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from tamis.core.conditions import above, at_least, below
from tamis.core.errors import OptionError
from tamis.core.options import check_value, options
from tamis.problem.fact import Fact

MOST_TO_RANK = 10_000
"""Items per query, and queries per second, above which one more ranking stage is added."""
WHOLE_CATALOGUE = 1_000
"""Up to this many items the ranker may simply score everything."""
_FOR_RULES = 5


@options
class PlannedStage:
    """One stage of a plan: what comes in, what goes on, and its share of the latency.

    Parameters
    ----------
    name : str
    reads, keeps : int
        Candidates per query in and out; a stage never makes more than it reads.
    budget_ms : float
    reason : str
    """

    name: str
    reads: Annotated[int, at_least(0)]
    keeps: Annotated[int, at_least(0)]
    budget_ms: Annotated[float, above(0), below(math.inf)]
    reason: str = ""

    def check_options(self) -> None:
        """Check what the types cannot say."""
        if self.keeps > self.reads:
            raise OptionError(
                "`keeps` is more than `reads`",
                where=f"stage {self.name!r}",
                allowed=f"at most {self.reads}",
                got=self.keeps,
            )

    @property
    def microseconds_each(self) -> float:
        """Time per candidate; infinite where none comes in."""
        return 1_000 * self.budget_ms / self.reads if self.reads else float("inf")


@dataclass(frozen=True)
class FunnelPlan:
    """The stages of a funnel in order, and why there are so many."""

    stages: tuple[PlannedStage, ...]
    reason: str

    def __post_init__(self) -> None:
        for before, after in pairwise(self.stages):
            if after.reads > before.keeps:
                raise OptionError(
                    f"reads more than stage {before.name!r} keeps",
                    where=f"stage {after.name!r}",
                    allowed=f"at most {before.keeps}",
                    got=after.reads,
                )

    @property
    def name(self) -> str:
        """one-stage, two-stage, three-stage or multi-stage: retrieval and ranking stages, rules not counted."""
        counted = sum(stage.name != "rerank" for stage in self.stages)
        return {1: "one-stage", 2: "two-stage", 3: "three-stage"}.get(counted, "multi-stage")

    @property
    def latency_ms(self) -> float:
        """The sum of the stages' budgets."""
        return sum(stage.budget_ms for stage in self.stages)

    def facts(self) -> tuple[Fact, ...]:
        """Return what the design card says about the plan."""
        stages = [
            Fact(s.name, f"{s.reads:,} to {s.keeps:,} candidates in {s.budget_ms:.4g} ms; {s.reason}")
            for s in self.stages
        ]
        return (Fact("funnel", f"{self.name}: {self.reason}"), *stages)


def plan_funnel(
    n_items: int, qps: float, latency_ms: float, *, shown: int = 20, retrieved: int | None = None
) -> FunnelPlan:
    """Return the advised stages of a funnel.

    The rule: a light stage that minds recall comes first, a heavy one that minds precision last. A catalogue of at
    most 1,000 items is scored whole. Otherwise retrieval comes before ranking, and ranking gets one stage more when
    over 10,000 items come to be ranked, and one more when over 10,000 queries come per second. Every ranking stage
    passes on the same share of what it reads; the last leaves five times the page for the rules to choose from.
    Half the latency is the rankers' (each stage twice the one before), a quarter retrieval's and 5% the rules';
    a fifth stays for the network and for reading features.

    Parameters
    ----------
    n_items : int
        Items in the catalogue.
    qps : float
        Queries per second at peak.
    latency_ms : float
        For the whole answer.
    shown : int
        Items on the page; more than there are items plans for all of them.
    retrieved : int, optional
        Items that retrieval passes on; None takes a thousandth of the catalogue, from 500 to 100,000.

    Raises
    ------
    OptionError
        Where a number is out of bounds.

    References
    ----------
    Covington, Adams and Sargin (2016), Deep neural networks for YouTube recommendations,
    https://doi.org/10.1145/2959100.2959190.

    Examples
    --------
    >>> plan = plan_funnel(1_000_000, qps=100, latency_ms=200)
    >>> plan.name, [(s.name, s.reads, s.keeps, s.budget_ms) for s in plan.stages]
    ('two-stage', [('retrieve', 1000000, 1000, 50.0), ('rank', 1000, 100, 100.0), ('rerank', 100, 20, 10.0)])
    """
    bounds = {"n_items": Annotated[int, at_least(0)], "shown": Annotated[int, at_least(1)]}
    finite = below(math.inf)
    bounds |= {"qps": Annotated[float, at_least(0), finite], "latency_ms": Annotated[float, above(0), finite]}
    for name, given in (("n_items", n_items), ("shown", shown), ("qps", qps), ("latency_ms", latency_ms)):
        check_value("plan_funnel", name, given, bounds[name])
    check_value("plan_funnel", "retrieved", retrieved, Annotated[int | None, at_least(1)])
    whole = n_items <= WHOLE_CATALOGUE and retrieved is None
    to_rank = n_items if whole else min(n_items, retrieved or min(max(n_items // 1_000, 500), 100_000))
    many, busy = to_rank > MOST_TO_RANK, qps > MOST_TO_RANK and not whole
    rankers = 1 + many + busy
    for_rules = min(to_rank, _FOR_RULES * shown)
    sizes = _shrink(to_rank, for_rules, rankers)
    stages = [] if whole else [PlannedStage("retrieve", n_items, to_rank, latency_ms / 4, "light, minds recall")]
    for i, (reads, keeps) in enumerate(pairwise(sizes)):
        budget = latency_ms / 2 * 2**i / (2**rankers - 1)
        last = i == rankers - 1
        reason = "heavy, minds precision" if last else "light, minds recall: what it drops never comes back"
        name = "rank" if rankers == 1 else f"rank {i + 1}"
        stages.append(PlannedStage(name, reads, keeps, budget, reason))
    stages.append(PlannedStage("rerank", for_rules, min(shown, for_rules), latency_ms / 20, "business rules"))
    return FunnelPlan(tuple(stages), _why(whole, many, busy, n_items, to_rank, qps))


def _shrink(first: int, last: int, steps: int) -> list[int]:
    if not first:
        return [0] * (steps + 1)
    between = [round(first * (last / first) ** (i / steps)) for i in range(1, steps)]
    return [first, *between, last]


def _why(whole: bool, many: bool, busy: bool, n_items: int, to_rank: int, qps: float) -> str:
    if whole:
        return f"{n_items:,} items are few enough to rank them all"
    reasons = []
    if many:
        reasons.append(f"{to_rank:,} items come to be ranked, over {MOST_TO_RANK:,}")
    if busy:
        reasons.append(f"{qps:,.10g} queries come per second, over {MOST_TO_RANK:,}")
    if reasons:
        return "one more ranking stage because " + "; and one more because ".join(reasons)
    return f"{to_rank:,} items of {n_items:,} come to be ranked, which one ranking stage can do"
