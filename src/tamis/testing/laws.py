"""The laws that hold for every part that answers: asked through one form, compared row by row.

A part's answer is brought into the form of `Candidates` (its `face`), so that one set of laws serves all contracts.
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import TamisError
from tamis.core.fitted import load_fitted, save_fitted
from tamis.core.parts import describe
from tamis.core.words import Candidates, Queries
from tamis.data.dataset import Dataset
from tamis.testing.contracts import ContractError, kinds_of
from tamis.testing.scene import Scene, with_more_ids, without_future

Face = Callable[[Any, Queries, Candidates], Candidates]
"""Asks a part and returns its answer as rows."""


def broken(part: object, what: str, **more: Any) -> ContractError:
    """Return the error that says how a part breaks its contract."""
    return ContractError(what, where=type(part).__name__, **more)


def blank(part: Any, known: dict[int, Any] | None = None) -> Any:
    """Return a part with the same options that has learned nothing; other parts among its options stay shared.

    Parameters
    ----------
    known : dict, optional
        Parts made so far by the identity of their original, so that a part used twice stays one.
    """
    known = {} if known is None else known
    if id(part) not in known:
        if is_dataclass(part) and all(f.init for f in fields(part)):
            known[id(part)] = replace(part)  # type: ignore[type-var]
        else:
            made = copy.copy(part)
            for name in [n for n in vars(made) if n.endswith("_") and not n.startswith("_")]:
                delattr(made, name)
            known[id(part)] = made
    return known[id(part)]


def trained(part: Any, dataset: Dataset) -> Any:
    """Return a blank copy of a part, fitted where it learns.

    Raises
    ------
    ContractError
        Where `fit` fails, returns something else than the part, or changes an option.
    """
    made = blank(part)
    if not hasattr(made, "fit"):
        return made
    before = describe(made)
    try:
        returned = made.fit(dataset)
    except Exception as error:
        raise broken(part, f"`fit` fails ({type(error).__name__}: {error})") from error
    if returned is not made:
        raise broken(part, "`fit` does not return the part itself", got=type(returned).__name__)
    if describe(made) != before:
        raise broken(part, "`fit` changes an option", next_step="keep what is learned in attributes that end in _")
    return made


def difference(one: Candidates, two: Candidates, relative: float = 0.0) -> str | None:
    """Return in words where two answers differ first; None where they are equal.

    Parameters
    ----------
    relative : float
        Accepted relative distance of numbers; 0 wants every bit. NaN equals NaN.
    """
    if one.n_queries != two.n_queries or len(one) != len(two):
        return f"{len(one)} rows of {one.n_queries} queries and {len(two)} rows of {two.n_queries} queries"
    if list(one.columns) != list(two.columns):
        return f"columns {', '.join(one.columns)} and {', '.join(two.columns)}"
    both: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {name: (one[name], two[name]) for name in one.columns}
    both = {"query": (one.query, two.query), "item": (one.item, two.item), **both}
    for name, (a, b) in both.items():
        if a.shape != b.shape:
            return f"`{name}` of shape {a.shape} and {b.shape}"
        other = _unequal(a, b, relative)
        if other.any():
            row = int(np.flatnonzero(other.reshape(len(other), -1).any(axis=1))[0])
            return f"`{name}` in row {row} is {a[row]!r} and {b[row]!r}"
    return None


def _unequal(a: NDArray[Any], b: NDArray[Any], relative: float) -> NDArray[np.bool_]:
    if not (np.issubdtype(a.dtype, np.number) and np.issubdtype(b.dtype, np.number)):
        return np.asarray(a != b)
    with np.errstate(invalid="ignore"):
        near = (a == b) | (np.isnan(a) & np.isnan(b))
        if relative:
            near |= np.abs(a - b) <= relative * np.maximum(np.abs(a), np.abs(b))
    return np.asarray(~near)


def _arrays(queries: Queries, candidates: Candidates) -> dict[str, NDArray[Any]]:
    held: dict[str, Any] = {"queries.user": queries.user, "queries.at": queries.at}
    held |= {"queries.item": queries.item, "queries.text": queries.text}
    held |= {f"queries.context[{name!r}]": column for name, column in queries.context.items()}
    held |= {"candidates.query": candidates.query, "candidates.item": candidates.item}
    held |= {f"candidates[{name!r}]": column for name, column in candidates.columns.items()}
    return {name: np.asarray(column) for name, column in held.items() if column is not None}


@dataclass(frozen=True)
class Asked:
    """A part under check, the form of its answers, and the scene.

    Parameters
    ----------
    part : object
        As handed in; never fitted here.
    face : Face
    scene : Scene
    relative : float
        Accepted relative distance between answers with and without a future, where sums may round otherwise.
    note : str
        How it is asked, for messages, such as ", with k = 5".
    """

    part: Any
    face: Face
    scene: Scene
    relative: float = 1e-9
    note: str = ""

    def ask(self, part: Any, queries: Queries, candidates: Candidates, when: str) -> Candidates:
        """Return the answer.

        Raises
        ------
        ContractError
            Where the part fails or writes to what it was given.
        """
        given = _arrays(queries, candidates)
        log = {f"the log of {t.name}": loaded.batch.value for t, loaded in self.scene.whole.store.events.items()}
        before = {name: column.copy() for name, column in {**given, **log}.items()}
        try:
            answer = self.face(part, queries, candidates)
        except ContractError:
            raise
        except Exception as error:
            raise broken(self.part, f"fails {when} ({type(error).__name__}: {error})") from error
        now = {**_arrays(queries, candidates), **log}
        for name, column in before.items():
            if name not in now or bool(_unequal(np.asarray(now[name]), column, 0.0).any()):
                raise broken(self.part, f"changes its input `{name}` {when}", next_step="work on a copy")
        return answer

    def variants(self, dataset: Dataset | None = None) -> list[tuple[str, Queries]]:
        """Return the requests, plain and with item, text and context."""
        past = None if dataset is None else dataset.past
        scene = self.scene
        return [
            (f"plainly asked{self.note}", scene.queries(past)),
            (f"asked with item and text{self.note}", scene.queries(past, rich=True)),
        ]

    def hold(self) -> None:
        """Check every law.

        Raises
        ------
        ContractError
            At the first that is broken.
        """
        part = trained(self.part, self.scene.known)
        candidates = self.scene.candidates()
        for when, queries in self.variants():
            answer = self.ask(part, queries, candidates, when)
            self.same(answer, self.ask(part, queries, candidates, when), f"answers twice differently, {when}")
            self.batch_equals_single(part, queries, candidates, answer, when)
        self.nothing_at_all(part)
        self.learns_the_same_again(part, candidates)
        self.nothing_from_the_future(part, candidates)
        self.saves_and_loads(part, candidates)
        self.grown_catalogue(part, candidates)
        self.asks_before_training()

    def same(self, one: Candidates, two: Candidates, what: str, relative: float = 0.0) -> None:
        """Raise unless two answers are equal."""
        found = difference(one, two, relative)
        if found is not None:
            raise broken(self.part, f"{what}: {found}")

    def asks_before_training(self) -> None:
        """A part that learns says so when it is asked too early."""
        if not hasattr(self.part, "fit"):
            return
        try:
            self.face(blank(self.part), self.scene.queries(), self.scene.candidates())
        except TamisError:
            return
        except Exception as error:
            raise broken(
                self.part,
                f"fails before `fit` with {type(error).__name__}",
                allowed="NotFittedError",
                next_step="begin with require_fitted(self, ...)",
            ) from error

    def batch_equals_single(
        self, part: Any, queries: Queries, candidates: Candidates, answer: Candidates, when: str
    ) -> None:
        """Every request alone has the answer that it has in a batch, to the last bit."""
        for each, own in self.scene.alone(candidates):
            single = self.ask(part, queries.rows(np.array([each])), own, f"{when}, alone")
            rows = answer.rows(answer.query == each)
            rows = replace(rows, query=np.zeros(len(rows), np.int64), n_queries=1)
            self.same(rows, single, f"answers request {each} in a batch and alone differently, {when}")

    def nothing_at_all(self, part: Any) -> None:
        """No requests, and requests without candidates, are no error."""
        nobody = self.scene.queries().rows(slice(0, 0))
        none = replace(self.scene.candidates(empty=True), n_queries=0)
        answer = self.ask(part, nobody, none, "on an empty batch")
        if len(answer) or answer.n_queries:
            raise broken(self.part, "answers nobody's request", got=len(answer))
        self.ask(part, self.scene.queries(), self.scene.candidates(empty=True), "without candidates")
        self.ask(part, self.scene.queries(), self.scene.candidates(spoilt=True), "on unknown items and NaN columns")

    def nothing_from_the_future(self, part: Any, candidates: Candidates) -> None:
        """Neither training nor answering changes where everything at or after the moment is missing."""
        earlier = without_future(self.scene.whole, self.scene.at)
        ignorant = trained(self.part, earlier)
        for (when, queries), (_, short) in zip(self.variants(), self.variants(earlier)):
            answer = self.ask(part, queries, candidates, when)
            for name, other in (("answer", part), ("training", ignorant)):
                seen = self.ask(other, short, candidates, f"{when}, without the future")
                self.same(answer, seen, f"its {name} depends on events at or after the moment", self.relative)

    def learns_the_same_again(self, part: Any, candidates: Candidates) -> None:
        """The same training gives the same answers."""
        if hasattr(self.part, "fit"):
            again = trained(self.part, self.scene.known)
            queries = self.scene.queries()
            one = self.ask(part, queries, candidates, "after training")
            self.same(one, self.ask(again, queries, candidates, "after training"), "learns differently the second time")

    def saves_and_loads(self, part: Any, candidates: Candidates) -> None:
        """What was saved answers as what was trained."""
        if not hasattr(self.part, "fit") and not hasattr(self.part, "save"):
            return
        loaded = reloaded(self.part, part)
        for when, queries in self.variants():
            one = self.ask(part, queries, candidates, when)
            self.same(one, self.ask(loaded, queries, candidates, when), "answers differently after save and load")

    def grown_catalogue(self, part: Any, candidates: Candidates) -> None:
        """Users and items that came after training are no error."""
        grown = with_more_ids(self.scene.whole)
        last = Candidates(
            np.array([0]), np.array([grown.n_items - 1], np.int32), 1, {n: c[:1] for n, c in candidates.columns.items()}
        )
        new = Queries(np.array([grown.n_users - 1], np.int32), np.array([self.scene.at]), grown.past)
        self.ask(part, new, last, "for a user and an item that came after training")


def reloaded(original: Any, part: Any) -> Any:
    """Return a blank copy of `original` that has loaded what `part` saved.

    A feature is saved as the judge that holds it does: every attribute that ends in `_`.

    Raises
    ------
    ContractError
        Where saving or loading is missing or fails, or `load` does not return the part.
    """
    by_judge = kinds_of(part) == ("feature",)
    if not by_judge and not (hasattr(part, "save") and hasattr(part, "load")):
        raise broken(original, "learns but cannot be saved", next_step="write save(folder) and load(folder)")
    fresh = blank(original)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "part"
        try:
            save_fitted(part, place) if by_judge else part.save(place)
            loaded = load_fitted(fresh, place) if by_judge else fresh.load(place)
        except Exception as error:
            raise broken(original, f"cannot be saved and loaded ({type(error).__name__}: {error})") from error
    if loaded is not fresh:
        raise broken(original, "`load` does not return the part itself", got=type(loaded).__name__)
    return fresh
