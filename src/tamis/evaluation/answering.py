"""Asking a system many queries, in blocks, and keeping what evaluation needs of the answers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tamis.core.progress import tell
from tamis.core.words import Answers, Candidates, Queries
from tamis.shapes import Funnel

_BLOCK = 256


@dataclass
class Answered:
    """Answers to N queries: pages, judged pools, what filters dropped, seconds per block.

    Parameters
    ----------
    page, pool : Candidates
        Over all N queries; rows of a page in its order, rows of a pool by value, best first.
    dropped : list of (stage, query, item)
        What each filter and late filter removed.
    seconds : list of float
        One per block of queries.
    """

    page: Candidates
    pool: Candidates
    dropped: list[tuple[str, NDArray[np.int64], NDArray[np.int32]]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def answer_all(funnel: Funnel, queries: Queries, label: str, *, strict: bool = True) -> Answered:
    """Return the funnel's answers to all queries; a failing stage raises, so that no figure hides it."""
    pages: list[Candidates] = []
    pools: list[Candidates] = []
    made = Answered(Candidates.empty(len(queries)), Candidates.empty(len(queries)))
    starts = range(0, len(queries), _BLOCK)
    for i, first in enumerate(starts):
        tell(label, i, len(starts))
        began = time.perf_counter()
        answers = funnel.answer(queries.rows(slice(first, first + _BLOCK)), strict=strict)
        made.seconds.append(time.perf_counter() - began)
        pages.append(_moved(answers.candidates, first, len(queries)))
        pools.append(_moved(answers.pool, first, len(queries)))
        made.dropped.extend(_dropped(answers, first))
    tell(label, len(starts), len(starts))
    if pages:
        made.page, made.pool = _joined(pages, len(queries)), _joined(pools, len(queries))
    return made


def _dropped(answers: Answers, first: int) -> list[tuple[str, NDArray[np.int64], NDArray[np.int32]]]:
    return [
        (trace.stage, trace.dropped_query + first, trace.dropped_item)
        for trace in answers.trace
        if trace.kind in ("filter", "late filter")
    ]


def _moved(candidates: Candidates, first: int, n: int) -> Candidates:
    return Candidates(candidates.query + first, candidates.item, n, candidates.columns)


def _joined(parts: Sequence[Candidates], n: int) -> Candidates:
    names = [c for c in parts[0].columns if all(c in p.columns for p in parts)]
    return Candidates(
        np.concatenate([p.query for p in parts]),
        np.concatenate([p.item for p in parts]),
        n,
        {name: np.concatenate([p.columns[name] for p in parts]) for name in names},
    )
