"""Stage contracts: protocols with one verb. No base class: whatever has the verb is a stage.

Authors write the verb; the runner owns timing, counting, order, errors and traces. A stage may also have
`fit(dataset) -> self`, `save(folder)`, `load(folder)` when it learns, `name` when its class name is not enough, and
`features(...)` columns that it reads. All arrays follow `core.words`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from tamis.core.data import Dataset
from tamis.core.options import kebab
from tamis.core.words import Candidates, Queries, Rows, Verdicts


class Kept(NamedTuple):
    """A filter's answer: which rows stay, and why the others go (one phrase, or one per row)."""

    mask: NDArray[np.bool_]
    reason: str | NDArray[np.str_]


class Order(NamedTuple):
    """A reranker's answer: row indices by query, best first; rows left out are dropped for `reason`.

    `columns` (name to array aligned with `rows`) are added under the stage's name, such as `propensity`.
    """

    rows: NDArray[np.int64]
    reason: str = ""
    columns: dict[str, NDArray[Any]] = {}  # noqa: RUF012 - never changed


@runtime_checkable
class Understander(Protocol):
    """Rewrites queries before retrieval."""

    def understand(self, queries: Queries) -> Queries:
        """Return the rewritten queries, same length."""


@runtime_checkable
class Retriever(Protocol):
    """Proposes items from the whole catalogue."""

    def retrieve(self, queries: Queries, k: int) -> Candidates:
        """Return up to `k` items per query with a column `score` (higher is better); never an error for a new user."""


@runtime_checkable
class Filter(Protocol):
    """Says which candidates may be shown at all."""

    def keep(self, queries: Queries, candidates: Candidates) -> Kept:
        """Return a mask of shape (n,) and the reason of every removal."""


@runtime_checkable
class LateFilter(Protocol):
    """A filter that sees what is already chosen; whatever it vetoes is backfilled from the reserve."""

    def keep_late(self, queries: Queries, candidates: Candidates, chosen: Candidates) -> Kept:
        """Return a mask over `candidates` (best first within a query), given the rows already `chosen`."""


@runtime_checkable
class Feature(Protocol):
    """A quantity of a (query, item) pair, defined once for training and serving."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the d numbers it gives; known after `fit` where it learns them."""

    def read(self, queries: Queries, candidates: Candidates) -> NDArray[np.float32]:
        """Return (n, d) values as of each query's moment; NaN where missing."""


@runtime_checkable
class Predictor(Protocol):
    """Learns a number per row: a probability, a quantity or a score to sort by."""

    def fit(
        self,
        rows: Rows,
        label: NDArray[np.floating],
        *,
        weight: NDArray[np.floating] | None = None,
        validation: tuple[Rows, NDArray[np.floating]] | None = None,
    ) -> Any:
        """Learn from rows and their labels, stopping early on `validation` where given; returns self."""

    def predict(self, rows: Rows) -> NDArray[np.float64]:
        """Return (n,) predictions; a row's value never depends on its neighbours."""


@runtime_checkable
class Calibrator(Protocol):
    """Maps scores to probabilities that mean what they say."""

    def fit(self, score: NDArray[np.floating], label: NDArray[np.floating]) -> Any:
        """Learn the map from held-out scores and 0-1 labels; returns self."""

    def calibrate(self, score: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return probabilities in [0, 1], monotone in the score."""


@runtime_checkable
class Reranker(Protocol):
    """Rearranges the judged candidates of each query."""

    def rerank(self, queries: Queries, candidates: Candidates, k: int) -> Order:
        """Return an order of the rows (they come best first); at least `k` per query where there are as many."""


@runtime_checkable
class Policy(Protocol):
    """Turns calibrated probabilities into actions."""

    def act(self, candidates: Candidates) -> Verdicts:
        """Return one action per row."""


@runtime_checkable
class Trainable(Protocol):
    """A stage that learns from a dataset."""

    def fit(self, dataset: Dataset) -> Any:
        """Learn from everything strictly before `dataset.until`; returns self."""


@runtime_checkable
class Saveable(Protocol):
    """A part whose learned state can be written to a folder and read back."""

    def save(self, folder: Path) -> None:
        """Write the learned state."""

    def load(self, folder: Path) -> Any:
        """Read the learned state; returns self."""


def meets(stage: object, contract: type) -> bool:
    """Return whether a stage's class has every verb of a contract; an option that happens to be named so is no verb.

    Examples
    --------
    >>> class Everything:
    ...     def keep(self, queries, candidates): ...
    >>> meets(Everything(), Filter), meets(Everything(), Retriever)
    (True, False)
    """
    verbs = [name for name, what in vars(contract).items() if callable(what) and not name.startswith("_")]
    return all(callable(getattr(type(stage), verb, None)) for verb in verbs)


def stage_name(stage: object) -> str:
    """Return a stage's name: its `name` where it has one, else its class name in kebab case."""
    name = getattr(stage, "name", None)
    return name if isinstance(name, str) and name else kebab(type(stage).__name__)
