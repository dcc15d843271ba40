"""Ready labelling functions: keywords, patterns, a table of known values, another model's confident answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

import numpy as np

from tamis.core.conditions import above, at_least, at_most
from tamis.core.errors import OptionError
from tamis.core.options import options
from tamis.data.event_columns import EventColumns, Floats, Ints, column
from tamis.data.weak_labels import ABSTAIN


@options
class Keywords:
    """Vote for a class where the text holds any of the words, whole and in any case.

    Examples
    --------
    >>> Keywords(("free", "prize"), label=1).vote({"text": np.array(["A PRIZE!", "freedom"])})
    array([ 1, -1])
    """

    words: tuple[str, ...]
    label: Annotated[int, at_least(0)]
    of: str = "text"

    def vote(self, batch: EventColumns) -> Ints:
        """Return the votes of a batch."""
        any_word = r"\b(?:" + "|".join(re.escape(word) for word in self.words) + r")\b"
        return Pattern(any_word, self.label, self.of).vote(batch) if self.words else _abstain(batch, self.of)


@options
class Pattern:
    """Vote for a class where a regular expression is found in the text, in any case.

    Examples
    --------
    >>> Pattern(r"\\d+ ?%", label=0).vote({"text": np.array(["50 % off", "new"])})
    array([ 0, -1])
    """

    pattern: str
    label: Annotated[int, at_least(0)]
    of: str = "text"

    def check_options(self) -> None:
        """Check that the expression can be read."""
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise OptionError(
                "`pattern` is no regular expression", where="Pattern", allowed=str(error), got=self.pattern
            ) from error

    def vote(self, batch: EventColumns) -> Ints:
        """Return the votes of a batch; a missing text (None) abstains. One search per distinct text."""
        search = re.compile(self.pattern, re.IGNORECASE).search
        texts, inverse = np.unique(_texts(batch, self.of), return_inverse=True)
        found = np.array([search(text) is not None for text in texts.tolist()], bool)
        return np.where(found[inverse.reshape(-1)], self.label, ABSTAIN).astype(np.int64)


@options
class Lookup:
    """Vote by a table: the class of each known value; other values abstain.

    Examples
    --------
    >>> Lookup({"casino.example": 1}, of="domain").vote({"domain": np.array(["a.example", "casino.example"])})
    array([-1,  1])
    """

    table: dict[str, int]
    of: str = "text"

    def vote(self, batch: EventColumns) -> Ints:
        """Return the votes of a batch."""
        values, inverse = np.unique(_texts(batch, self.of), return_inverse=True)
        known = np.array([self.table.get(value, ABSTAIN) for value in values.tolist()], np.int64)
        return known[inverse.reshape(-1)]


@options
class Confident:
    """Vote as another model does where its best probability is at least `threshold`.

    Parameters
    ----------
    predict_proba : callable
        From a batch to probabilities of shape (n, n_classes).
    threshold : float

    Examples
    --------
    >>> model = lambda batch: np.array([[0.95, 0.05], [0.6, 0.4]])
    >>> Confident(model).vote({"text": np.array(["a", "b"])})
    array([ 0, -1])
    """

    predict_proba: Callable[[EventColumns], Floats]
    threshold: Annotated[float, above(0), at_most(1)] = 0.9

    def vote(self, batch: EventColumns) -> Ints:
        """Return the votes of a batch; equal best classes give the first, NaN abstains."""
        probability = np.nan_to_num(np.asarray(self.predict_proba(batch), np.float64), nan=-1.0)
        return np.where(probability.max(axis=1) >= self.threshold, probability.argmax(axis=1), ABSTAIN).astype(np.int64)


def _texts(batch: EventColumns, name: str) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    values = column(batch, name, "labelling function")
    if values.dtype.kind == "O":
        values = np.array(["" if value is None else str(value) for value in values.tolist()], dtype=np.str_)
    return values.astype(np.str_)


def _abstain(batch: EventColumns, name: str) -> Ints:
    return np.full(len(column(batch, name, "labelling function")), ABSTAIN, np.int64)
