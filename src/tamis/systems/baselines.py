"""The trivial rows of every table, and each source alone: funnels with the same rules and no judge."""

from __future__ import annotations

from typing import Any

from tamis.shapes import Funnel
from tamis.stages.retrieve import Popular, Random

TRIVIAL = ("random", "popular", "popular in the last 7 days")


def trivial_funnels(funnel: Funnel, *, timeless: bool = False) -> dict[str, Funnel]:
    """Return random, popular and popular-in-the-last-7-days under the funnel's own filters; no weeks without times."""
    outcomes: Any = funnel.objective.outcomes
    sources = (Random(), Popular(outcomes), Popular(outcomes, within="7d"))
    return {name: _alone(name, funnel, source) for name, source in zip(TRIVIAL, sources[:2] if timeless else sources)}


def single_sources(funnel: Funnel) -> dict[str, Funnel]:
    """Return one funnel per retriever, sharing the retriever itself, so that nothing is fitted twice."""
    return {
        f"only {funnel.names_of[id(source)]}": _alone(funnel.names_of[id(source)], funnel, source)
        for source in funnel.retrieve
    }


def _alone(name: str, funnel: Funnel, source: object) -> Funnel:
    return Funnel(
        name,
        objective=funnel.objective,
        retrieve=[source],  # type: ignore[list-item]
        filter=funnel.filter,
        understand=funnel.understand,
        show=funnel.show,
        propose=funnel.propose,
    )
