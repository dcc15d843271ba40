"""`check_predictor`: a model learns from awkward rows and predicts each row by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import TamisError
from tamis.core.rng import generator
from tamis.core.words import Candidates, Rows
from tamis.data.worlds import checkerboard
from tamis.testing.contracts import ContractError, kind_of
from tamis.testing.declared import declare
from tamis.testing.laws import blank, broken, reloaded
from tamis.testing.scene import scene_of

COLUMNS = ("popular.score", "popular.rank", "price", "constant", "empty")
"""Columns of the rows that predictors are checked on; `price` has gaps, `empty` holds NaN only."""


def check_predictor(predictor: Any) -> None:
    """Check that a predictor keeps its contract, on some hundred rows with 0-1 labels.

    It learns from columns that are constant, partly NaN or wholly NaN, with and without `weight` and `validation`, and
    returns itself; predictions are one finite number per row, in [0, 1] where its `output` is "probability"; a row's
    prediction is the same in any batch, to the last bit; inputs stay as they are; training again, and save and load,
    change nothing. One class only, or one row only, is learned or refused with a TamisError; no rows are refused.

    Parameters
    ----------
    predictor : Predictor
        Copies with the same options are fitted, never itself. It reads the columns `popular.score`, `popular.rank`,
        `price`, `constant` and `empty`.

    Raises
    ------
    ContractError
        At the first rule that is broken.

    Examples
    --------
    >>> from tamis.models.constant_rate import ConstantRate
    >>> check_predictor(ConstantRate())
    """
    if kind_of(predictor) != "predictor":
        raise ContractError("is no predictor", where=type(predictor).__name__, got=kind_of(predictor))
    rows, label = sample_rows()
    held_out = np.asarray(rows.query % 4 == 0)
    train, validation = rows.rows(~held_out), (rows.rows(held_out), label[held_out])
    part = _fitted(predictor, train, label[~held_out])
    answer = _predicted(predictor, part, rows, "after training")
    _same(predictor, answer, _predicted(predictor, part, rows, "again"), "predicts twice differently")
    again = _fitted(predictor, train, label[~held_out])
    _same(predictor, answer, _predicted(predictor, again, rows, "again"), "learns differently the second time")
    _rows_by_themselves(predictor, part, rows, answer)
    loaded = reloaded(predictor, part)
    _same(predictor, answer, _predicted(predictor, loaded, rows, "after load"), "differs after save and load")
    weighted = _fitted(predictor, train, label[~held_out], np.linspace(0.5, 2, len(train)), validation)
    _predicted(predictor, weighted, rows, "after training with weights and validation")
    _awkward(predictor, rows, label)
    _refuses_early(predictor, rows)


def sample_rows(seed: int = 0) -> tuple[Rows, NDArray[np.float64]]:
    """Return (rows, 0-1 labels): 20 requests of a checkerboard with 12 candidates each, and what they are based on."""
    shop = declare(checkerboard(20, 24, per_user=6))
    queries = scene_of(shop.dataset).queries()
    random = generator(seed)
    queries = queries.rows(np.arange(20) % len(queries))
    item = np.concatenate([np.sort(random.permutation(24)[:12]) for _ in range(20)]).astype(np.int32)
    candidates = Candidates(np.repeat(np.arange(20), 12), item, 20)
    n = len(candidates)
    score = random.normal(size=n)
    price = np.where(random.random(n) < 0.2, np.nan, random.exponential(20, n))
    x = np.column_stack([score, random.integers(1, 30, n), price, np.full(n, 7.0), np.full(n, np.nan)])
    label = (random.random(n) < 1 / (1 + np.exp(1 - 2 * score))).astype(np.float64)
    return Rows(x.astype(np.float32), COLUMNS, candidates.query, queries, candidates), label


def _fitted(
    predictor: Any,
    rows: Rows,
    label: NDArray[np.float64],
    weight: NDArray[np.float64] | None = None,
    validation: tuple[Rows, NDArray[np.float64]] | None = None,
) -> Any:
    part = blank(predictor)
    given: dict[str, NDArray[Any]] = {"rows.x": rows.x, "rows.query": rows.query, "label": label}
    before = {name: column.copy() for name, column in given.items()}
    try:
        returned = part.fit(rows, label, weight=weight, validation=validation)
    except Exception as error:
        raise broken(predictor, f"`fit` fails ({type(error).__name__}: {error})") from error
    if returned is not part:
        raise broken(predictor, "`fit` does not return the part itself", got=type(returned).__name__)
    for name, column in given.items():
        if not np.array_equal(before[name], column, equal_nan=True):
            raise broken(predictor, f"`fit` changes its input `{name}`", next_step="work on a copy")
    return part


def _predicted(predictor: Any, part: Any, rows: Rows, when: str) -> NDArray[np.float64]:
    before = rows.x.copy()
    try:
        answer = part.predict(rows)
    except Exception as error:
        raise broken(predictor, f"`predict` fails {when} ({type(error).__name__}: {error})") from error
    if not np.array_equal(before, rows.x, equal_nan=True):
        raise broken(predictor, "`predict` changes its input `rows.x`", next_step="work on a copy")
    if not isinstance(answer, np.ndarray) or answer.shape != (len(rows),):
        got = getattr(answer, "shape", type(answer).__name__)
        raise broken(predictor, f"gives no number per row {when}", allowed=f"({len(rows)},)", got=got)
    if not np.isfinite(answer).all():
        raise broken(predictor, f"gives a number that is not finite {when}", got=answer[~np.isfinite(answer)][0])
    if getattr(part, "output", None) == "probability" and np.any((answer < 0) | (answer > 1)):
        raise broken(predictor, f"gives a probability outside [0, 1] {when}", got=float(answer.max()))
    return answer


def _same(predictor: Any, one: NDArray[np.float64], two: NDArray[np.float64], what: str) -> None:
    if not np.array_equal(one, two):
        row = int(np.flatnonzero(one != two)[0])
        raise broken(predictor, what, got=f"row {row}: {one[row]!r} and {two[row]!r}")


def _rows_by_themselves(predictor: Any, part: Any, rows: Rows, answer: NDArray[np.float64]) -> None:
    for each in range(0, len(rows), 17):
        alone = _predicted(predictor, part, rows.rows(np.array([each])), "on one row")
        _same(predictor, answer[[each]], alone, f"predicts row {each} in a batch and alone differently")
    some = np.asarray(rows.query % 3 == 1)
    part_of = _predicted(predictor, part, rows.rows(some), "on some rows")
    _same(predictor, answer[some], part_of, "a row's prediction depends on its neighbours")
    _predicted(predictor, part, rows.rows(np.zeros(len(rows), bool)), "on no rows")


def _refuses_early(predictor: Any, rows: Rows) -> None:
    try:
        blank(predictor).predict(rows)
    except TamisError:
        return
    except Exception as error:
        raise broken(predictor, f"fails before `fit` with {type(error).__name__}", allowed="NotFittedError") from error


def _awkward(predictor: Any, rows: Rows, label: NDArray[np.float64]) -> None:
    one = rows.rows(np.array([0]))
    cases = {
        "on labels that are all 0": (rows, np.zeros(len(rows))),
        "on labels that are all 1": (rows, np.ones(len(rows))),
        "on one row": (one, label[:1]),
    }
    for when, (some, labels) in cases.items():
        part = blank(predictor)
        try:
            part.fit(some, labels)
        except TamisError:
            continue
        except Exception as error:
            raise broken(predictor, f"`fit` fails {when} ({type(error).__name__}: {error})") from error
        _predicted(predictor, part, rows, f"after training {when}")
    try:
        blank(predictor).fit(rows.rows(np.zeros(len(rows), bool)), label[:0])
    except TamisError:
        return
    except Exception as error:
        raise broken(predictor, f"`fit` on no rows fails with {type(error).__name__}", allowed="DataError") from error
    raise broken(predictor, "learns from no rows at all", allowed="DataError")
