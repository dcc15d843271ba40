"""The two shapes and their heart: Judge, Funnel, Decision. Declaration and runner in one place.

    Funnel    many -> few     understand -> retrieve -> filter -> judge -> rerank -> show
    Decision  one -> action   judge -> policy
    Judge     features -> predict each task -> calibrate -> value

Stages never time, count, order or catch: the runner does. What fails is stepped over by the rule of its kind and named
in `Answers.degraded`; `strict=True` (training, evaluation, tests) raises instead.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.data import Dataset, Selection
from tamis.core.errors import DataError, OptionError, SnapshotError, nearest
from tamis.core.files import read_json, write_json
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.parts import describe, distinct_names
from tamis.core.ragged import position
from tamis.core.recorder import Recorder
from tamis.core.rng import hashed_uniform
from tamis.core.run import VALUE, FunnelRun
from tamis.core.stages import (
    Calibrator,
    Feature,
    Filter,
    LateFilter,
    Policy,
    Predictor,
    Reranker,
    Retriever,
    Understander,
    meets,
    stage_name,
)
from tamis.core.words import Answers, Candidates, Queries, Rows, Verdicts
from tamis.problem import Maximize, Weighted

T = TypeVar("T")


__all__ = ["VALUE", "Decision", "Funnel", "Judge"]


@options
class Judge:
    """Features, one prediction per task, calibration, and one value to sort by.

    Parameters
    ----------
    predictor : Predictor
        Copied once per task.
    features : sequence of Feature
        The score and rank that each retriever gave are features by themselves.
    tasks : mapping of name to selection, optional
        What to predict: whether the selection's event follows. None: the funnel's objective, as task "outcome".
    value : Weighted, optional
        How the tasks' predictions make one value; needed for more than one task.
    calibrate : Calibrator, optional
        Copied once per task; fitted on rows the predictor did not learn from.
    """

    predictor: Predictor
    features: Sequence[Feature] = ()
    tasks: Mapping[str, Selection] | None = None
    value: Weighted | None = None
    calibrate: Calibrator | None = None

    def check_options(self) -> None:
        """Check that several tasks come with a value."""
        if self.tasks is not None and len(self.tasks) != 1 and self.value is None:
            raise OptionError(
                "`value` is missing", where="Judge", allowed="Weighted(task=weight, ...) over the tasks", got=self.tasks
            )

    def rows(self, queries: Queries, candidates: Candidates) -> Rows:
        """Return the feature matrix of candidates: sources' scores and ranks, then the declared features."""
        parts: list[NDArray[np.float32]] = []
        names: list[str] = []
        for column, values in candidates.columns.items():
            if values.ndim == 1 and np.issubdtype(values.dtype, np.number):
                parts.append(np.asarray(values, np.float32)[:, None])
                names.append(column)
        for feature in self.features:
            read = np.asarray(feature.read(queries, candidates), np.float32)
            parts.append(read[:, None] if read.ndim == 1 else read)
            names.extend(feature.columns)
        x = np.concatenate(parts, axis=1) if parts else np.zeros((len(candidates), 0), np.float32)
        doubled = {n for n in names if names.count(n) > 1}
        if doubled:
            raise OptionError(f"the feature `{sorted(doubled)[0]}` is there twice", where="Judge")
        return Rows(x, tuple(names), candidates.query, queries, candidates)

    def fit(
        self,
        rows: Rows,
        labels: Mapping[str, NDArray[np.floating]],
        *,
        weight: NDArray[np.floating] | None = None,
        validation: tuple[Rows, Mapping[str, NDArray[np.floating]]] | None = None,
        validation_weight: NDArray[np.floating] | None = None,
    ) -> Judge:
        """Learn one predictor per task; stop early and calibrate on `validation`. Returns self.

        `validation_weight` says how many rows each row stands for where negatives were left out: without it a
        calibrator would learn a base rate that is too high.
        """
        self.names_ = rows.names
        self.tasks_ = tuple(labels)
        self.predictors_ = {}
        self.calibrators_: dict[str, Calibrator] = {}
        for task, label in labels.items():
            held_out = None if validation is None else (validation[0], validation[1][task])
            predictor = copy.deepcopy(self.predictor).fit(rows, label, weight=weight, validation=held_out)
            self.predictors_[task] = predictor
            if self.calibrate is not None:
                score_rows, score_label = (rows, label) if held_out is None else held_out
                stands_for = _repeats(weight if held_out is None else validation_weight, len(score_rows))
                score = np.repeat(predictor.predict(score_rows), stands_for)
                good = np.repeat(np.asarray(score_label > 0, np.float64), stands_for)
                self.calibrators_[task] = copy.deepcopy(self.calibrate).fit(score, good)
        return self

    def judge(self, queries: Queries, candidates: Candidates) -> Candidates:
        """Return the candidates with `<task>.prediction` columns and `judge.value`."""
        rows = self.rows(queries, candidates)
        predictions = self.predict(rows)
        value = predictions[self.tasks_[0]] if self.value is None else self.value.of(predictions)
        for task, predicted in predictions.items():
            candidates = candidates.with_column(task, "prediction", predicted)
        return candidates.with_column("judge", "value", value)

    def predict(self, rows: Rows) -> dict[str, NDArray[np.float64]]:
        """Return calibrated predictions per task.

        Raises
        ------
        DataError
            Where the columns are not those of training.
        """
        require_fitted(self, "predictors_")
        if rows.names != self.names_:
            other = sorted(set(rows.names) ^ set(self.names_)) or list(rows.names)
            raise DataError(
                "the feature columns are not those of training",
                where="Judge",
                got=other[0],
                nearest=nearest(other[0], self.names_),
                next_step="train again",
            )
        predictions: dict[str, NDArray[np.float64]] = {}
        for task, predictor in self.predictors_.items():
            score = predictor.predict(rows)
            predictions[task] = self.calibrators_[task].calibrate(score) if task in self.calibrators_ else score
        return predictions

    def save(self, folder: Path) -> None:
        """Write what was learned."""
        require_fitted(self, "predictors_")
        write_json(
            folder / "judge.json",
            {"names": list(self.names_), "tasks": list(self.tasks_), "calibrated": list(self.calibrators_)},
        )
        for i, feature in enumerate(self.features):
            if hasattr(feature, "fit"):
                save_fitted(feature, folder / "features" / str(i))
        for task in self.tasks_:
            self.predictors_[task].save(folder / task / "predictor")
            if task in self.calibrators_:
                self.calibrators_[task].save(folder / task / "calibrator")  # type: ignore[attr-defined]

    def load(self, folder: Path) -> Judge:
        """Read what was learned; returns self."""
        state = read_json(folder / "judge.json")
        self.names_, self.tasks_ = tuple(state["names"]), tuple(state["tasks"])
        for i, feature in enumerate(self.features):
            if hasattr(feature, "fit"):
                load_fitted(feature, folder / "features" / str(i))
        self.predictors_ = {
            t: copy.deepcopy(self.predictor).load(folder / t / "predictor")  # type: ignore[attr-defined]
            for t in self.tasks_
        }
        self.calibrators_ = {
            t: copy.deepcopy(self.calibrate).load(folder / t / "calibrator")  # type: ignore[union-attr]
            for t in state["calibrated"]
        }
        return self


def _repeats(weight: NDArray[np.floating] | None, n: int) -> NDArray[np.int64]:
    # whole numbers that are the weights on average, by a draw that depends on the row's place alone
    if weight is None:
        return np.ones(n, np.int64)
    whole = np.floor(weight)
    return np.asarray(whole + (hashed_uniform(0, np.arange(n)) < weight - whole), np.int64)


@options
class Funnel:
    """Many to few: from the whole catalogue to one page per request.

    Parameters
    ----------
    name : str
    objective : Maximize
        The events that make an answer good.
    retrieve : sequence of Retriever
        Their proposals are merged; each may propose `propose` items.
    filter : sequence of Filter or LateFilter
        Late filters run on the reranked list; what they veto is backfilled from the reserve.
    judge : Judge, optional
        None: sources are fused by reciprocal rank (Cormack, Clarke, Buettcher 2009); one source keeps its score.
    rerank : sequence of Reranker
    understand : sequence of Understander
    show : int
        Length of the page.
    propose : int
        Items asked of each retriever.
    """

    name: str
    objective: Maximize
    retrieve: Sequence[Retriever]
    filter: Sequence[Filter | LateFilter] = ()
    judge: Judge | None = None
    rerank: Sequence[Reranker] = ()
    understand: Sequence[Understander] = ()
    show: Annotated[int, at_least(1)] = 20
    propose: Annotated[int, at_least(1)] = 200

    def check_options(self) -> None:
        """Check the stages' contracts and names."""
        if not self.retrieve:
            raise OptionError("`retrieve` is empty", where=f"Funnel {self.name!r}", allowed="at least one retriever")
        for kind, contract in (("retrieve", Retriever), ("rerank", Reranker), ("understand", Understander)):
            for stage in getattr(self, kind):
                self._must_be(stage, kind, contract)
        for stage in self.filter:
            self._must_be(stage, "filter", Filter, LateFilter)

    def _must_be(self, stage: object, kind: str, *contracts: type) -> None:
        is_stage = isinstance(stage, Funnel) and Retriever in contracts
        if not is_stage and (isinstance(stage, type) or not any(meets(stage, c) for c in contracts)):
            raise OptionError(
                f"`{kind}` holds what is no {contracts[0].__name__.lower()}",
                where=f"Funnel {self.name!r}",
                allowed=" or ".join(c.__name__ for c in contracts),
                got=stage,
                next_step="write the parentheses" if isinstance(stage, type) else None,
            )

    @functools.cached_property
    def names_of(self) -> dict[int, str]:
        """The name of each stage by identity; the second of a kind is `popular-2`."""
        return distinct_names(self.stages())

    def stages(self) -> list[Any]:
        """Return every stage in running order, the judge left out."""
        return [*self.understand, *self.retrieve, *self.filter, *self.rerank]

    def tasks(self) -> dict[str, Selection]:
        """Return what the judge predicts, by task name."""
        declared = self.judge.tasks if self.judge is not None else None
        return dict(declared) if declared else {"outcome": self.objective.outcomes}

    def fit(self, dataset: Dataset, tell: Callable[[str, int, int], None] | None = None) -> Funnel:
        """Let every stage that learns learn from everything before `dataset.until`; the judge is fitted by training."""
        learning = [s for s in [*self.stages(), *(self.judge.features if self.judge else ())] if hasattr(s, "fit")]
        for i, stage in enumerate(learning):
            if tell:
                tell(self.names_of.get(id(stage), stage_name(stage)), i, len(learning))
            stage.fit(dataset)
        if tell:
            tell("", len(learning), len(learning))
        return self

    def answer(self, queries: Queries, *, strict: bool = False, judged: bool = True) -> Answers:
        """Return a page per query, with the trace of every stage.

        Parameters
        ----------
        queries : Queries
        strict : bool
            True: a failing stage raises; False: it is stepped over and named in `degraded`.
        judged : bool
            False: stop before the judge and return the candidates that reached it (training, stage loss).
        """
        run = FunnelRun(self, queries, strict)
        candidates = run.filtered(run.retrieved(run.understood()))
        if not judged:
            return Answers(candidates, tuple(run.trace), candidates, tuple(run.degraded))
        pool = run.judged(candidates)
        page = run.shown(run.reranked(pool))
        return Answers(page, tuple(run.trace), pool, tuple(run.degraded))

    def proposals(self, queries: Queries, k: int) -> Candidates:
        """Return the page as candidates with a `score`, best first: how a funnel is a source of another funnel."""
        page = self.answer(queries, strict=True).candidates
        place = position(page.query)
        shown = Candidates(page.query, page.item, page.n_queries, {"score": -place.astype(np.float64)})
        return shown.rows(place < k)

    def save(self, folder: Path) -> None:
        """Write what every stage learned into `folder`, one folder a stage."""
        saved = [s for s in self.stages() if hasattr(s, "save")]
        for stage in saved:
            stage.save(folder / "stages" / self.names_of[id(stage)])
        learned = self.judge is not None and hasattr(self.judge, "predictors_")
        if self.judge is not None and learned:
            self.judge.save(folder / "judge")
        write_json(
            folder / "funnel.json",
            {"name": self.name, "declaration": describe(self), "judge": learned},
        )

    def load(self, folder: Path) -> Funnel:
        """Read what every stage learned; returns self.

        Raises
        ------
        SnapshotError
            Where it was trained from another declaration.
        """
        state = read_json(folder / "funnel.json")
        if state["declaration"] != describe(self):
            raise SnapshotError(
                f"the system {self.name!r} was changed since it was trained",
                where=str(folder),
                next_step="train again: tamis train FILE",
            )
        for stage in self.stages():
            if hasattr(stage, "load"):
                stage.load(folder / "stages" / self.names_of[id(stage)])
        if self.judge is not None and state["judge"]:
            self.judge.load(folder / "judge")
        return self


@options
class Decision:
    """One to action: judge each row, then let a policy act.

    Where the judge fails, the policy sees a value of NaN for every row: its default for a row that nothing is known of.

    Parameters
    ----------
    name : str
    judge : Judge
    policy : Policy
    """

    name: str
    judge: Judge
    policy: Policy

    def decide(self, queries: Queries, candidates: Candidates) -> Verdicts:
        """Return one verdict per row."""
        run = Recorder({}, strict=False)
        unknown = candidates.with_column("judge", "value", np.full(len(candidates), np.nan))
        return self.policy.act(run.attempt(self.judge, self.judge.judge, queries, candidates, otherwise=unknown))
