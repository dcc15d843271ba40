"""`check_calibrator`: probabilities between 0 and 1 that never fall while the score rises."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import TamisError
from tamis.core.rng import generator
from tamis.testing.contracts import ContractError, kind_of
from tamis.testing.laws import blank, broken, reloaded

Floats = NDArray[np.float64]


def check_calibrator(calibrator: Any) -> None:
    """Check that a calibrator keeps its contract, on scores between 0 and 1.

    Probabilities lie in [0, 1], also for a NaN score, and never fall while the score rises, also where labels go
    against the scores; a score's probability is the same in any batch, to the last bit; inputs stay as they are;
    training again, and save and load, change nothing. One class, one row, and scores that are all equal are learned
    or refused with a TamisError; no rows are refused.

    Parameters
    ----------
    calibrator : Calibrator
        Copies with the same options are fitted, never itself.

    Raises
    ------
    ContractError
        At the first rule that is broken.

    Examples
    --------
    >>> from tamis.models.isotonic import Isotonic
    >>> check_calibrator(Isotonic())
    """
    if kind_of(calibrator) != "calibrator":
        raise ContractError("is no calibrator", where=type(calibrator).__name__, got=kind_of(calibrator))
    random = generator(0)
    score = random.beta(1, 3, 300)
    label = (random.random(300) < score**1.5).astype(np.float64)
    part = _fitted(calibrator, score, label)
    asked = np.concatenate([np.linspace(0, 1, 101), score])
    answer = _calibrated(calibrator, part, asked, "after training")
    _same(calibrator, answer, _calibrated(calibrator, part, asked, "again"), "answers twice differently")
    again = _fitted(calibrator, score, label)
    _same(calibrator, answer, _calibrated(calibrator, again, asked, "again"), "learns differently the second time")
    for each in range(0, len(asked), 13):
        alone = _calibrated(calibrator, part, asked[[each]], "on one score")
        _same(calibrator, answer[[each]], alone, f"calibrates score {each} in a batch and alone differently")
    gaps = np.where(np.arange(len(asked)) % 5 == 0, np.nan, asked)
    _calibrated(calibrator, part, gaps, "on NaN scores")
    _calibrated(calibrator, part, asked[:0], "on no scores")
    loaded = _calibrated(calibrator, reloaded(calibrator, part), asked, "after load")
    _same(calibrator, answer, loaded, "answers differently after save and load")
    _awkward(calibrator, score, label, asked)


def _fitted(calibrator: Any, score: Floats, label: Floats) -> Any:
    part = blank(calibrator)
    before = score.copy(), label.copy()
    try:
        returned = part.fit(score, label)
    except Exception as error:
        raise broken(calibrator, f"`fit` fails ({type(error).__name__}: {error})") from error
    if returned is not part:
        raise broken(calibrator, "`fit` does not return the part itself", got=type(returned).__name__)
    if not (np.array_equal(before[0], score) and np.array_equal(before[1], label)):
        raise broken(calibrator, "`fit` changes its input", next_step="work on a copy")
    return part


def _calibrated(calibrator: Any, part: Any, score: Floats, when: str) -> Floats:
    before = score.copy()
    try:
        answer = part.calibrate(score)
    except Exception as error:
        raise broken(calibrator, f"`calibrate` fails {when} ({type(error).__name__}: {error})") from error
    if not np.array_equal(before, score, equal_nan=True):
        raise broken(calibrator, "`calibrate` changes its input", next_step="work on a copy")
    if not isinstance(answer, np.ndarray) or answer.shape != score.shape:
        got = getattr(answer, "shape", type(answer).__name__)
        raise broken(calibrator, f"gives no probability per score {when}", allowed=str(score.shape), got=got)
    if not np.all((answer >= 0) & (answer <= 1)):
        wrong = answer[~((answer >= 0) & (answer <= 1))][0]
        raise broken(calibrator, f"gives a probability outside [0, 1] {when}", got=float(wrong))
    rising = answer[np.argsort(score, kind="stable")][: int((~np.isnan(score)).sum())]
    if np.any(np.diff(rising) < 0):
        raise broken(calibrator, f"falls while the score rises {when}", allowed="monotone in the score")
    return answer


def _same(calibrator: Any, one: Floats, two: Floats, what: str) -> None:
    if not np.array_equal(one, two):
        row = int(np.flatnonzero(one != two)[0])
        raise broken(calibrator, what, got=f"row {row}: {one[row]!r} and {two[row]!r}")


def _awkward(calibrator: Any, score: Floats, label: Floats, asked: Floats) -> None:
    cases = {
        "on labels that go against the scores": (score, 1 - label),
        "on labels that are all 0": (score, np.zeros(len(score))),
        "on labels that are all 1": (score, np.ones(len(score))),
        "on one row": (score[:1], label[:1]),
        "on equal scores": (np.full(len(score), 0.3), label),
        "on some NaN scores": (np.where(np.arange(len(score)) % 3 == 0, np.nan, score), label),
    }
    for when, (some, labels) in cases.items():
        part = blank(calibrator)
        try:
            part.fit(some, labels)
        except TamisError:
            continue
        except Exception as error:
            raise broken(calibrator, f"`fit` fails {when} ({type(error).__name__}: {error})") from error
        _calibrated(calibrator, part, asked, f"after training {when}")
    try:
        blank(calibrator).fit(score[:0], label[:0])
    except TamisError:
        return
    except Exception as error:
        raise broken(calibrator, f"`fit` on no rows fails with {type(error).__name__}", allowed="DataError") from error
    raise broken(calibrator, "learns from no rows at all", allowed="DataError")
