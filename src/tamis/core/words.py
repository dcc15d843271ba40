"""The words everyone speaks: Queries, Candidates, Rows, Answers, Verdicts. Everything is a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError, nearest
from tamis.core.ragged import distinct, find_pairs, offsets_of, order_by_score, pair_key, position

if TYPE_CHECKING:
    from tamis.core.data import Past


@dataclass(frozen=True)
class Queries:
    """A batch of B requests; one live request is a batch of one.

    Parameters
    ----------
    user : array of shape (B,), int32 codes
        -1 for a person never seen.
    at : array of shape (B,), int64 microseconds UTC
        The moment of the request: nothing at or after it may be known to the answer.
    past : Past
        What is known before each moment.
    item : array of shape (B,), int32 codes, optional
        The item a request starts from ("similar to this one"); -1 for none.
    text : list of str, optional
    context : mapping of name to array of shape (B, ...), optional
        Device, place, page ... of the request.
    """

    user: NDArray[np.int32]
    at: NDArray[np.int64]
    past: Past
    item: NDArray[np.int32] | None = None
    text: list[str] | None = None
    context: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.user) != len(self.at):
            raise DataError("`user` and `at` differ in length", where="Queries", got=(len(self.user), len(self.at)))

    def __len__(self) -> int:
        return len(self.user)

    def rows(self, keep: NDArray[Any] | slice) -> Queries:
        """Return the requests that a mask, slice or index array names."""
        index = np.arange(len(self))[keep]
        return replace(
            self,
            user=self.user[index],
            at=self.at[index],
            item=None if self.item is None else self.item[index],
            text=None if self.text is None else [self.text[i] for i in index],
            context={name: column[index] for name, column in self.context.items()},
        )


@dataclass(frozen=True)
class Candidates:
    """A ragged column table: items proposed for queries, sorted by query.

    Parameters
    ----------
    query : array of shape (n,), int64, ascending
    item : array of shape (n,), int32 codes
    n_queries : int
    columns : mapping of "owner.name" to array of shape (n, ...)
        What sources and models said of each row.

    Examples
    --------
    >>> c = Candidates(np.array([0, 0]), np.array([7, 3], np.int32), 1)
    >>> c.with_column("like", "probability", np.array([0.2, 0.9]))["like.probability"]
    array([0.2, 0.9])
    """

    query: NDArray[np.int64]
    item: NDArray[np.int32]
    n_queries: int
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.query) != len(self.item):
            raise DataError(
                "`query` and `item` differ in length", where="Candidates", got=(len(self.query), len(self.item))
            )
        if len(self.query) > 1 and bool(np.any(self.query[1:] < self.query[:-1])):
            raise DataError("rows must be sorted by query", where="Candidates")

    @classmethod
    def empty(cls, n_queries: int) -> Candidates:
        """Return no candidates for `n_queries` queries."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int32), n_queries)

    def __len__(self) -> int:
        return len(self.item)

    def __getitem__(self, column: str) -> NDArray[Any]:
        if column not in self.columns:
            known = list(self.columns)
            raise DataError(
                f"no column `{column}`", where="Candidates", allowed=", ".join(known), nearest=nearest(column, known)
            )
        return self.columns[column]

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Row range of each query, of shape (n_queries + 1,)."""
        return offsets_of(self.query, self.n_queries)

    def rows(self, keep: NDArray[Any]) -> Candidates:
        """Return the rows of a mask, or of an index array that keeps queries in order."""
        return Candidates(
            self.query[keep], self.item[keep], self.n_queries, {n: c[keep] for n, c in self.columns.items()}
        )

    def with_column(self, owner: str, name: str, values: NDArray[Any]) -> Candidates:
        """Return the candidates with one more column.

        Raises
        ------
        DataError
            Where the column is there already (no silent overwrite) or has another length.
        """
        full = f"{owner}.{name}"
        if full in self.columns:
            raise DataError(
                f"the column `{full}` is there already", where="Candidates", next_step="give the stage another name"
            )
        values = np.asarray(values)
        if len(values) != len(self):
            raise DataError(
                f"the column `{full}` has another length",
                where="Candidates",
                allowed=f"{len(self)} rows",
                got=len(values),
            )
        return replace(self, columns={**self.columns, full: values})


def merge_sources(named: Mapping[str, Candidates], n_queries: int, n_items: int) -> Candidates:
    """Return the union of several sources' candidates, with each source's score and rank beside every item.

    Parameters
    ----------
    named : mapping of source name to Candidates with a column `score`
        Best first is not required: ranks follow the score, ties by item code.

    Returns
    -------
    Candidates
        One row per (query, item), by query then item code, with `<source>.score` (NaN where the source did not
        propose the item), `<source>.rank` (1 is best, NaN likewise) and whatever else the source told (`cold`).
    """
    keys = {name: pair_key(c.query, c.item, n_items) for name, c in named.items()}
    union = distinct(np.concatenate([*keys.values(), np.zeros(0, np.int64)]))
    query, item = np.divmod(union, max(n_items, 1))
    columns: dict[str, NDArray[Any]] = {}
    for name, source in named.items():
        score = np.asarray(source["score"], np.float64)
        order = order_by_score(source.query, score, source.item)
        rank = np.empty(len(source), np.float64)
        rank[order] = position(source.query[order]) + 1
        at = find_pairs(union, keys[name])
        missing = at < 0
        told = {n: np.asarray(c, np.float64) for n, c in source.columns.items() if n != "score"}
        for what, values in {"score": score, "rank": rank, **told}.items():
            column = values[at] if len(values) else np.full(len(union), np.nan)
            columns[f"{name}.{what}"] = np.where(missing, np.nan, column)
    return Candidates(query, item.astype(np.int32), n_queries, columns)


_RECIPROCAL_RANK_CONSTANT = 60.0


def fuse_sources(candidates: Candidates) -> NDArray[np.float64]:
    """Return one score per row from the sources' ranks: reciprocal rank fusion, or the score of the only source."""
    ranks = {n: c for n, c in candidates.columns.items() if n.endswith(".rank")}
    if len(ranks) == 1:
        return np.asarray(candidates[next(iter(ranks)).removesuffix("rank") + "score"], np.float64)
    fused = np.zeros(len(candidates))
    for rank in ranks.values():
        fused += np.nan_to_num(1.0 / (_RECIPROCAL_RANK_CONSTANT + rank), nan=0.0)
    return fused


@dataclass(frozen=True)
class Rows:
    """What a predictor reads: one row per candidate, as a matrix of named features.

    Parameters
    ----------
    x : array of shape (n, d), float32
        NaN where a value is missing.
    names : tuple of d str
    query : array of shape (n,), int64, ascending
        The group of each row, for ranking losses.
    queries, candidates : optional
        The batch behind the matrix, for models that read ids or histories.
    """

    x: NDArray[np.float32]
    names: tuple[str, ...]
    query: NDArray[np.int64]
    queries: Queries | None = None
    candidates: Candidates | None = None

    def __len__(self) -> int:
        return len(self.x)

    def rows(self, keep: NDArray[Any]) -> Rows:
        """Return the rows of a mask, or of an index array that keeps queries in order."""
        return Rows(
            self.x[keep],
            self.names,
            self.query[keep],
            self.queries,
            None if self.candidates is None else self.candidates.rows(keep),
        )


@dataclass(frozen=True)
class StageTrace:
    """What one stage did: rows in, rows out, milliseconds, and the rows it dropped with the reason."""

    stage: str
    kind: str
    rows_in: int
    rows_out: int
    ms: float
    dropped_query: NDArray[np.int64]
    dropped_item: NDArray[np.int32]
    dropped_reason: NDArray[np.str_]
    note: str = ""


@dataclass(frozen=True)
class Answers:
    """The selected candidates of each query, best first, with what every stage did.

    Parameters
    ----------
    candidates : Candidates
        At most `show` rows per query, in the order of the page.
    trace : tuple of StageTrace
    pool : Candidates
        Everything that was judged, for explanations and stage loss.
    degraded : tuple of str
        Stages that failed and were stepped over; empty when all went well.
    versions : mapping of str
        Which trained system answered.
    """

    candidates: Candidates
    trace: tuple[StageTrace, ...]
    pool: Candidates
    degraded: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def propensity(self) -> NDArray[np.float64]:
        """Probability with which each shown row got its place, (n,); 1 where nothing explored."""
        made = [c for n, c in self.candidates.columns.items() if n.endswith(".propensity")]
        return np.prod(made, axis=0) if made else np.ones(len(self.candidates))


@dataclass(frozen=True)
class Verdicts:
    """What a Decision did with each row: an action, who decided, and the calibrated probability."""

    action: NDArray[np.str_]
    decided_by: NDArray[np.str_]
    probability: NDArray[np.float64]
