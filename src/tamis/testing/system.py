"""`check_system`: a funnel trained end to end, with every row accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tamis.core.parts import describe
from tamis.core.words import Answers, Candidates, Queries
from tamis.data.dataset import Dataset
from tamis.evaluation.explain import explain
from tamis.shapes import VALUE, Funnel
from tamis.testing.contracts import ContractError
from tamis.testing.declared import dataset_for
from tamis.testing.laws import blank, difference, reloaded
from tamis.testing.scene import Scene, scene_of, without_future
from tamis.training.rows import RowPlan
from tamis.training.train import train

_SMALL = RowPlan(windows=(0.6, 0.8), most_queries=500)


def check_system(funnel: Funnel, dataset: Dataset | None = None) -> None:
    """Check that a whole funnel can be trained, answers everybody, and accounts for every row.

    A copy is trained on what lies before a moment in the dataset, then asked for known people, people without a history
    and people never seen. Pages hold at most `show` distinct items of the catalogue; in every stage rows in = rows out
    + rows dropped, one stage gets what the one before gave, every dropped row has a reason, and a page is short only
    where all else was dropped; a request has the same answer in a batch, alone, without the future, and after save and
    load; every item of the catalogue has an explanation that agrees with the page.

    Parameters
    ----------
    funnel : Funnel
        Never fitted or changed itself.
    dataset : Dataset, optional
        Holds the tables that the funnel names; they are read where None. Small data is enough, and quicker.

    Raises
    ------
    ContractError
        At the first rule that is broken.
    """
    scene = scene_of(dataset_for(funnel) if dataset is None else dataset)
    declared = describe(funnel)
    system = blank_funnel(funnel)
    try:
        train(system, scene.known, _SMALL)
    except Exception as error:
        raise _wrong(funnel, f"cannot be trained ({type(error).__name__}: {error})") from error
    queries = scene.queries()
    answers = _answered(funnel, system, queries, "in a batch")
    _page_is_right(funnel, answers, queries)
    _rows_add_up(funnel, answers)
    _batch_equals_single(funnel, system, queries, answers)
    earlier = without_future(scene.whole, scene.at)
    ignorant = _answered(funnel, system, scene.queries(earlier.past), "without the future")
    _same(funnel, answers, ignorant, "depends on events at or after the moment", 1e-6)
    loaded = reloaded(blank_funnel(funnel), system)
    _same(funnel, answers, _answered(funnel, loaded, queries, "after load"), "answers differently after save and load")
    _explains(funnel, system, scene, answers)
    if describe(system) != declared:
        raise _wrong(funnel, "training changes its declaration")


def blank_funnel(funnel: Funnel, known: dict[int, Any] | None = None) -> Funnel:
    """Return a funnel of the same declaration whose stages and judge have learned nothing.

    Parameters
    ----------
    known : dict, optional
        Parts made so far by the identity of their original; funnels that are sources of funnels share it.
    """
    made: dict[int, Any] = {} if known is None else known

    def all_of(parts: Any) -> list[Any]:
        return [blank_funnel(part, made) if isinstance(part, Funnel) else blank(part, made) for part in parts]

    judge = None if funnel.judge is None else replace(funnel.judge, features=all_of(funnel.judge.features))
    return replace(
        funnel,
        judge=judge,
        retrieve=all_of(funnel.retrieve),
        filter=all_of(funnel.filter),
        rerank=all_of(funnel.rerank),
        understand=all_of(funnel.understand),
    )


def _wrong(funnel: Funnel, what: str, **more: Any) -> ContractError:
    return ContractError(what, where=f"Funnel {funnel.name!r}", **more)


def _answered(funnel: Funnel, system: Funnel, queries: Queries, when: str) -> Answers:
    try:
        return system.answer(queries, strict=True)
    except Exception as error:
        raise _wrong(funnel, f"cannot answer {when} ({type(error).__name__}: {error})") from error


def _page_is_right(funnel: Funnel, answers: Answers, queries: Queries) -> None:
    page = answers.candidates
    if page.n_queries != len(queries):
        raise _wrong(funnel, "answers another number of requests", allowed=str(len(queries)), got=page.n_queries)
    if len(page) and (page.item.min() < 0 or page.item.max() >= queries.past.n_items):
        raise _wrong(funnel, "shows a code outside the catalogue", got=int(page.item.max()))
    pairs = page.query * queries.past.n_items + page.item
    if len(np.unique(pairs)) < len(page):
        raise _wrong(funnel, "shows an item twice on one page")
    longest = int(np.bincount(page.query, minlength=1).max())
    if longest > funnel.show:
        raise _wrong(funnel, "shows more than `show` items", allowed=str(funnel.show), got=longest)
    if np.isnan(answers.pool[VALUE]).any():
        raise _wrong(funnel, f"`{VALUE}` is NaN", next_step="check the predictor and the weights of the value")
    if answers.degraded:
        raise _wrong(funnel, "is degraded though nothing failed", got=answers.degraded)


def _rows_add_up(funnel: Funnel, answers: Answers) -> None:
    before: int | None = None
    for trace in answers.trace:
        if trace.kind in ("understand", "retrieve"):
            continue
        if trace.rows_in != trace.rows_out + len(trace.dropped_item):
            told = f"{trace.rows_in} in, {trace.rows_out} out, {len(trace.dropped_item)} dropped"
            raise _wrong(funnel, f"the rows of {trace.stage} do not add up", got=told)
        if not all(str(reason).strip() for reason in trace.dropped_reason.tolist()):
            raise _wrong(funnel, f"{trace.stage} drops a row without a reason")
        if trace.kind != "late filter":
            if before is not None and trace.rows_in != before:
                raise _wrong(
                    funnel, f"{trace.stage} gets other rows than were left", allowed=str(before), got=trace.rows_in
                )
            before = trace.rows_out
    pool, page = answers.pool, answers.candidates
    left = np.bincount(pool.query, minlength=pool.n_queries)
    for trace in answers.trace:
        if trace.kind in ("rerank", "late filter"):
            left = left - np.bincount(trace.dropped_query, minlength=pool.n_queries)
    shown = np.bincount(page.query, minlength=pool.n_queries)
    short = shown != np.minimum(left, funnel.show)
    if short.any():
        each = int(np.flatnonzero(short)[0])
        raise _wrong(
            funnel,
            f"the page of request {each} is not filled from its reserve",
            allowed=f"{min(int(left[each]), funnel.show)} rows",
            got=int(shown[each]),
        )


def _batch_equals_single(funnel: Funnel, system: Funnel, queries: Queries, answers: Answers) -> None:
    for each in range(len(queries)):
        alone = _answered(funnel, system, queries.rows(np.array([each])), "alone").candidates
        rows = answers.candidates.rows(answers.candidates.query == each)
        rows = replace(rows, query=np.zeros(len(rows), np.int64), n_queries=1)
        found = difference(rows, alone)
        if found is not None:
            raise _wrong(funnel, f"answers request {each} in a batch and alone differently: {found}")


def _same(funnel: Funnel, one: Answers, two: Answers, what: str, relative: float = 0.0) -> None:
    found = difference(one.candidates, two.candidates, relative)
    if found is not None:
        raise _wrong(funnel, f"{what}: {found}")


def _explains(funnel: Funnel, system: Funnel, scene: Scene, answers: Answers) -> None:
    queries = scene.queries()
    for each in (0, len(queries) - 3):
        one = queries.rows(np.array([each]))
        alone = _answered(funnel, system, one, "alone")
        places: Mapping[int, int] = {int(item): place for place, item in enumerate(_items(answers.candidates, each), 1)}
        for item in range(min(scene.whole.n_items, 50)):
            told = explain(system, one, item, alone)
            if told.position != places.get(item):
                raise _wrong(funnel, f"the explanation of item {item} has another place", got=told.position)
            if told.position is None and not (told.lost_at and told.reason.strip()):
                raise _wrong(funnel, f"nobody knows where item {item} was lost", got=told.lost_at)


def _items(candidates: Candidates, query: int) -> Any:
    return candidates.item[candidates.query == query]
