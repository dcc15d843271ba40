"""`check_stage`: whatever a stage is, its contract's suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.ragged import pair_key, position
from tamis.core.stages import Filter, Kept, LateFilter, Order
from tamis.core.words import Candidates, Queries, Verdicts
from tamis.data.dataset import Dataset
from tamis.testing.calibrator import check_calibrator
from tamis.testing.contracts import kind_of
from tamis.testing.declared import dataset_for
from tamis.testing.feature import check_feature
from tamis.testing.laws import Asked, broken, trained
from tamis.testing.predictor import check_predictor
from tamis.testing.scene import Scene, scene_of

_FEW = 5


def check_stage(stage: object, dataset: Dataset | None = None) -> None:
    """Check that a stage keeps its contract.

    The contract is told by the stage's verb. The stage itself is never fitted or changed: copies with the same options
    are. Checked for every kind: inputs stay as they are; unknown people (-1), people without a history, empty batches,
    unknown items and NaN columns are no error; a request has the same answer twice, in a batch and alone, with and
    without the events at or after its moment, after training again, and after save and load; users and items that
    came after training are no error. Then the rules of the kind:

    - retriever: `score` is there and never NaN, items are codes of the catalogue, each once per request, at most k;
      k = 0 and k above the catalogue are no error
    - filter: a mask of one bool per row, a reason for every removal; late filters likewise
    - reranker: every row at most once, by query, a reason where rows are left out, also for k = 0 and k above the rows
    - understander: the same number of requests, with the same people, moments and past
    - policy: one action and one decider per row, probabilities in [0, 1]
    - feature, predictor, calibrator: see `check_feature`, `check_predictor`, `check_calibrator`

    Parameters
    ----------
    stage : object
        A part, such as `Popular(loved)`.
    dataset : Dataset, optional
        Holds the tables that the stage names. None: they are read; a stage that names none gets a small checkerboard.

    Raises
    ------
    ContractError
        At the first rule that is broken.

    Examples
    --------
    >>> from tamis.stages.retrieve.random import Random
    >>> check_stage(Random())
    """
    kind = kind_of(stage)
    if kind == "predictor":
        check_predictor(stage)
    elif kind == "calibrator":
        check_calibrator(stage)
    else:
        data = dataset_for(stage) if dataset is None else dataset
        if kind == "feature":
            check_feature(stage, data)
        else:
            _SUITES[kind](stage, scene_of(data))


def _retriever(stage: Any, scene: Scene) -> None:
    everything = scene.whole.n_items + 7
    for k in (_FEW, everything, 0, 1):

        def face(part: Any, queries: Queries, candidates: Candidates, k: int = k) -> Candidates:
            return _proposals(stage, part.retrieve(queries, k), queries, k)

        asked = Asked(stage, face, scene, note=f", with k = {k}")
        asked.hold() if k >= _FEW else _answers(asked)


def _proposals(stage: Any, found: Any, queries: Queries, k: int) -> Candidates:
    if not isinstance(found, Candidates):
        raise broken(stage, "does not return Candidates", got=type(found).__name__)
    if found.n_queries != len(queries):
        raise broken(stage, "answers another number of requests", allowed=str(len(queries)), got=found.n_queries)
    if "score" not in found.columns:
        raise broken(stage, "gives no column `score`", got=list(found.columns))
    for name, column in found.columns.items():
        if len(column) != len(found):
            raise broken(stage, f"the column `{name}` has another length", allowed=str(len(found)), got=len(column))
    if np.isnan(np.asarray(found["score"], np.float64)).any():
        raise broken(stage, "gives a NaN score", next_step="leave out what cannot be scored")
    n_items = queries.past.n_items
    outside = (found.item < 0) | (found.item >= n_items)
    if outside.any():
        raise broken(
            stage, "gives a code outside the catalogue", allowed=f"0 to {n_items - 1}", got=found.item[outside][0]
        )
    if len(found) and (found.query.min() < 0 or found.query.max() >= len(queries)):
        raise broken(stage, "gives a row of no request", got=int(found.query.max()))
    if len(np.unique(pair_key(found.query, found.item, n_items))) < len(found):
        raise broken(stage, "gives an item twice for a request", allowed="one row per item")
    most = int(np.bincount(found.query, minlength=1).max())
    if most > max(k, 0):
        raise broken(stage, f"gives more than k = {k} items", got=most)
    return found


def _filter(stage: Any, scene: Scene) -> None:
    if isinstance(stage, Filter):

        def early(part: Any, queries: Queries, candidates: Candidates) -> Candidates:
            return _kept(stage, part.keep(queries, candidates), candidates)

        Asked(stage, early, scene).hold()
    if isinstance(stage, LateFilter):

        def late(part: Any, queries: Queries, candidates: Candidates) -> Candidates:
            first = position(candidates.query) < 2
            waiting, chosen = candidates.rows(~first), candidates.rows(first)
            return _kept(stage, part.keep_late(queries, waiting, chosen), waiting)

        Asked(stage, late, scene).hold()


def _kept(stage: Any, kept: Any, candidates: Candidates) -> Candidates:
    if not isinstance(kept, Kept):
        raise broken(stage, "does not return Kept(mask, reason)", got=type(kept).__name__)
    mask = np.asarray(kept.mask)
    if mask.shape != (len(candidates),) or mask.dtype != bool:
        raise broken(
            stage, "gives no bool per row", allowed=f"({len(candidates)},) bool", got=f"{mask.shape} {mask.dtype}"
        )
    reason = np.asarray(kept.reason)
    if reason.ndim and reason.shape != mask.shape:
        raise broken(stage, "gives reasons of another length", allowed=f"one, or {len(mask)}", got=reason.shape)
    reason = np.broadcast_to(reason, mask.shape)
    if not all(isinstance(one, str) and one.strip() for one in reason[~mask].tolist()):
        raise broken(stage, "removes a row without a reason", next_step='return Kept(mask, "why the others go")')
    return replace(candidates, columns={"kept": mask, "reason": np.where(mask, "", reason.astype(np.str_))})


def _reranker(stage: Any, scene: Scene) -> None:
    for k in (_FEW, 10_000, 0, 1):

        def face(part: Any, queries: Queries, candidates: Candidates, k: int = k) -> Candidates:
            return _ordered(stage, part.rerank(queries, candidates, k), candidates)

        asked = Asked(stage, face, scene, note=f", with k = {k}")
        asked.hold() if k >= _FEW else _answers(asked)


def _ordered(stage: Any, order: Any, candidates: Candidates) -> Candidates:
    if not isinstance(order, Order):
        raise broken(stage, "does not return Order(rows)", got=type(order).__name__)
    rows = np.asarray(order.rows)
    if rows.ndim != 1 or not (np.issubdtype(rows.dtype, np.integer)):
        raise broken(stage, "gives no row indices", got=f"{rows.shape} {rows.dtype}")
    if len(rows) and (rows.min() < 0 or rows.max() >= len(candidates)):
        raise broken(stage, "gives a row that was not there", allowed=f"0 to {len(candidates) - 1}", got=rows.max())
    if len(np.unique(rows)) < len(rows):
        raise broken(stage, "gives a row twice", next_step="return every row index once")
    if np.any(np.diff(candidates.query[rows]) < 0):
        raise broken(stage, "mixes the rows of different requests", allowed="rows by query")
    if len(rows) < len(candidates) and not str(order.reason).strip():
        raise broken(stage, "loses rows without a reason", next_step='return Order(rows, "why the others go")')
    for name, column in order.columns.items():
        if len(column) != len(rows):
            raise broken(stage, f"the column `{name}` has another length", allowed=str(len(rows)), got=len(column))
    made = candidates.rows(rows)
    return replace(made, columns={**made.columns, **{f"order.{n}": np.asarray(c) for n, c in order.columns.items()}})


def _understander(stage: Any, scene: Scene) -> None:
    def face(part: Any, queries: Queries, candidates: Candidates) -> Candidates:
        made = part.understand(queries)
        if not isinstance(made, Queries) or len(made) != len(queries):
            got = len(made) if isinstance(made, Queries) else type(made).__name__
            raise broken(stage, "does not return as many Queries as it was given", allowed=str(len(queries)), got=got)
        if not (np.array_equal(made.user, queries.user) and np.array_equal(made.at, queries.at)):
            raise broken(stage, "changes who asks or when")
        if made.past is not queries.past:
            raise broken(stage, "changes the past")
        columns: dict[str, NDArray[Any]] = {name: np.asarray(column) for name, column in made.context.items()}
        if made.text is not None:
            columns["text"] = np.asarray(made.text, np.str_).reshape(-1)
        if made.item is not None:
            columns["item"] = made.item
        for name, column in columns.items():
            if len(column) != len(queries):
                raise broken(stage, f"`{name}` has another length", allowed=str(len(queries)), got=len(column))
        return Candidates(np.arange(len(made)), made.user, len(made), columns)

    Asked(stage, face, scene).hold()


def _policy(stage: Any, scene: Scene) -> None:
    def face(part: Any, queries: Queries, candidates: Candidates) -> Candidates:
        verdicts = part.act(candidates)
        if not isinstance(verdicts, Verdicts):
            raise broken(stage, "does not return Verdicts", got=type(verdicts).__name__)
        columns = {name: np.asarray(getattr(verdicts, name)) for name in ("action", "decided_by", "probability")}
        for name, column in columns.items():
            if column.shape != (len(candidates),):
                raise broken(stage, f"gives no `{name}` per row", allowed=f"({len(candidates)},)", got=column.shape)
        for name in ("action", "decided_by"):
            if not all(str(one).strip() for one in columns[name].tolist()):
                raise broken(stage, f"gives an empty `{name}`")
        p = columns["probability"]
        if np.any((p < 0) | (p > 1)):
            raise broken(stage, "gives a probability outside [0, 1]", got=float(p[(p < 0) | (p > 1)][0]))
        return replace(candidates, columns=columns)

    Asked(stage, face, scene).hold()


def _answers(asked: Asked) -> None:
    part = trained(asked.part, asked.scene.known)
    for when, queries in asked.variants():
        asked.ask(part, queries, asked.scene.candidates(), when)


_SUITES: dict[str, Callable[[Any, Scene], None]] = {
    "retriever": _retriever,
    "filter": _filter,
    "reranker": _reranker,
    "understander": _understander,
    "policy": _policy,
}
