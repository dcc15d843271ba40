"""The reason for every item of a page, in one phrase: what it is like, who proposed it, what weighed most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tamis.core.stages import stage_name
from tamis.core.words import Candidates, Queries
from tamis.evaluation.explain import contribution_table
from tamis.shapes import Funnel


@dataclass
class Reason:
    """Sources that proposed an item with their ranks, the item it is like, and a phrase."""

    sources: dict[str, int]
    because: str | None
    text: str


def reasons(funnel: Funnel, query: Queries, page: Candidates, called: Callable[[Any], list[str]]) -> list[Reason]:
    """Return a reason per row of one query's page.

    Parameters
    ----------
    funnel : Funnel
        Trained.
    query : Queries
        Of length 1.
    page : Candidates
    called : function of item codes
        What to call items.
    """
    because = _because(funnel, query, page, called)
    shared = _shared(funnel, query, page)
    weighed = _weighed(funnel, query, page)
    made = []
    for i in range(len(page)):
        ranks = {
            name.removesuffix(".rank"): int(column[i])
            for name, column in page.columns.items()
            if name.endswith(".rank") and not np.isnan(column[i])
        }
        ranks = dict(sorted(ranks.items(), key=lambda pair: pair[1]))
        phrases = []
        if because[i]:
            phrases.append(f"because of {because[i]}")
        if shared[i]:
            phrases.append(f"shares {', '.join(shared[i])}")
        if ranks:
            phrases.append(", ".join(f"{name} #{rank}" for name, rank in list(ranks.items())[:2]))
        if weighed[i]:
            phrases.append(weighed[i])
        made.append(Reason(ranks, because[i] or None, "; ".join(phrases)))
    return made


def _because(funnel: Funnel, query: Queries, page: Candidates, called: Callable[[Any], list[str]]) -> list[str]:
    # the first retriever that can name the item of the history that speaks most for a row
    found = np.full(len(page), -1, np.int64)
    for stage in funnel.retrieve:
        rank = page.columns.get(f"{funnel.names_of.get(id(stage), stage_name(stage))}.rank")
        if hasattr(stage, "because") and rank is not None:
            codes = np.asarray(stage.because(query, page), np.int64)
            found = np.where((found < 0) & (codes >= 0) & ~np.isnan(rank), codes, found)
    names = iter(called(found[found >= 0]))
    return [next(names) if code >= 0 else "" for code in found]


def _shared(funnel: Funnel, query: Queries, page: Candidates) -> list[list[str]]:
    # what a source that compares content found alike, such as ingredients: words of the catalogue
    told: list[list[str]] = [[] for _ in range(len(page))]
    for stage in funnel.retrieve:
        rank = page.columns.get(f"{funnel.names_of.get(id(stage), stage_name(stage))}.rank")
        if hasattr(stage, "shared_terms") and rank is not None:
            for row, terms in enumerate(stage.shared_terms(query, page)):
                if not told[row] and not np.isnan(rank[row]):
                    told[row] = [term for term, _ in terms]
    return told


def _weighed(funnel: Funnel, query: Queries, page: Candidates) -> list[str]:
    table = contribution_table(funnel, query, page) if len(page) else None
    if table is None:
        return [""] * len(page)
    names, values, parts = table
    # what is the same for the whole page (the person's own counts) is no reason for one item rather than another
    varies = (np.ptp(np.nan_to_num(values), axis=0) > 0) | (len(page) == 1)
    own = [i for i, n in enumerate(names) if varies[i] and not n.endswith((".rank", ".score", ".cold"))]
    if not own:
        return [""] * len(page)
    best = np.argmax(parts[:, own], axis=1)
    told = []
    for row, place in enumerate(best):
        column = own[int(place)]
        strong = parts[row, column] > 0
        told.append(f"{names[column]} = {values[row, column]:.3g}" if strong else "")
    return told
