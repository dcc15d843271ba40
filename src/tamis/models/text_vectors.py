"""TF-IDF vectors of texts and their cosine."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import at_least
from tamis.core.errors import DataError
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Float = NDArray[np.float32]

_WORD = re.compile(r"\b\w\w+\b")
# A comma between two digits belongs to a name ("1,2-Hexanediol"); every other comma, semicolon, bullet or line ends one.
_LIST_BREAK = re.compile(r"(?<!\d),|,(?!\d)|[;\n\r•]")
_IN_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_AMOUNT = re.compile(r"\d+(?:[.,]\d+)?\s*%")
_LONGEST_NAME = 6


class Tokens(Enum):
    """How a text becomes tokens; all are in lower case."""

    WORDS = "words"
    """Runs of two or more letters, digits or underscores."""
    COMMA_LIST = "comma-list"
    """Names between commas, semicolons, bullets and line ends, such as an ingredient list: remarks in brackets, amounts
    in per cent, asterisks and labels that end in a colon are dropped, and so are pieces of more than six words (prose)
    or without a letter."""

    def split(self, text: str) -> list[str]:
        """Return the tokens of a text, in order, with repeats.

        Examples
        --------
        >>> Tokens.COMMA_LIST.split("Active: Zinc Oxide 5%, 1,2-Hexanediol (Solvent), Aqua*.")
        ['zinc oxide', '1,2-hexanediol', 'aqua']
        """
        if self is Tokens.WORDS:
            return _WORD.findall(text.lower())
        plain = _AMOUNT.sub(" ", _IN_BRACKETS.sub(" ", text.lower().replace("*", " ")))
        names = (" ".join(piece.rpartition(":")[2].split()).strip(" .-–") for piece in _LIST_BREAK.split(plain))
        return [n for n in names if len(n.split()) <= _LONGEST_NAME and any(c.isalpha() for c in n)]


class Weighting(Enum):
    """How a term that stands `count` times among `total` tokens, in df of N texts, is weighted."""

    PLAIN = "plain"
    """count / total * ln(N / df), no scaling; a term of every text weighs 0."""
    SMOOTHED = "smoothed"
    """count * (ln((1 + N) / (1 + df)) + 1), each text scaled to length 1 (scikit-learn's default)."""


@options
class TextVectors:
    """Texts as sparse TF-IDF vectors over the terms of the training texts.

    Parameters
    ----------
    tokens : Tokens
    weighting : Weighting
    min_texts : int, at least 1
        Terms in fewer training texts are left out of the vocabulary.

    Attributes
    ----------
    vocabulary_ : list of str
        The terms in alphabetical order; term i is column i.
    idf_ : array of shape (n_terms,), float64

    Notes
    -----
    Terms outside the vocabulary count in `total` of the plain form and are ignored otherwise. A text without known
    terms, such as a blank one, is the zero vector; `cosine` with it is 0.
    Sparck Jones (1972), https://doi.org/10.1108/eb026526; Salton and Buckley (1988),
    https://doi.org/10.1016/0306-4573(88)90021-0.

    Examples
    --------
    "serum" is in both texts, so it weighs 0; "rose" is half of the first: 0.5 * ln(2 / 1) = 0.35.

    >>> vectors = TextVectors(weighting=Weighting.PLAIN).fit(["rose serum", "aloe serum"])
    >>> vectors.vocabulary_, vectors.transform(["rose serum"]).toarray().round(2).tolist()
    (['aloe', 'rose', 'serum'], [[0.0, 0.35, 0.0]])
    """

    tokens: Tokens = Tokens.WORDS
    weighting: Weighting = Weighting.SMOOTHED
    min_texts: Annotated[int, at_least(1)] = 1

    def fit(self, texts: Sequence[str | None]) -> TextVectors:
        """Learn the vocabulary and the weight of each term; None is a blank text.

        Raises
        ------
        DataError
            Where a text is neither a str nor None.
        """
        in_texts: Counter[str] = Counter()
        for tokens in self._split(texts):
            in_texts.update(set(tokens))
        self.vocabulary_ = sorted(term for term, df in in_texts.items() if df >= self.min_texts)
        df = np.array([in_texts[term] for term in self.vocabulary_], np.float64)
        if self.weighting is Weighting.PLAIN:
            self.idf_ = np.log(len(texts) / df)
        else:
            self.idf_ = np.log((1 + len(texts)) / (1 + df)) + 1
        return self

    def transform(self, texts: Sequence[str | None]) -> csr_matrix:
        """Return vectors (n_texts, n_terms), CSR float32.

        Raises
        ------
        NotFittedError, DataError
            Before `fit`; where a text is neither a str nor None.
        """
        from scipy.sparse import csr_matrix

        require_fitted(self, "idf_")
        column_of = {term: column for column, term in enumerate(self.vocabulary_)}
        split = self._split(texts)
        total = np.array([len(tokens) for tokens in split], np.int64)
        columns = np.array([column_of.get(token, -1) for tokens in split for token in tokens], np.int64)
        rows = np.repeat(np.arange(len(split)), total)
        known = columns >= 0
        ones = np.ones(int(known.sum()))
        counts = csr_matrix((ones, (rows[known], columns[known])), shape=(len(split), len(column_of)))
        counts.sum_duplicates()
        row = np.repeat(np.arange(len(split)), np.diff(counts.indptr))
        weights = counts.data * self.idf_[counts.indices]
        if self.weighting is Weighting.PLAIN:
            below = total.astype(np.float64)
        else:
            below = np.sqrt(np.bincount(row, weights**2, len(split)))
        vectors = csr_matrix(
            (weights / below[row], counts.indices, counts.indptr), shape=counts.shape, dtype=np.float32
        )
        vectors.eliminate_zeros()
        return vectors

    def shared_terms(self, left: csr_matrix, right: csr_matrix, at: int = 5) -> list[tuple[str, float]]:
        """Return why two vectors (1, n_terms) are alike: up to `at` terms and their parts of the cosine, largest first.

        Equal parts are in alphabetical order; all parts of a pair add up to `cosine(left, right)`.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        require_fitted(self, "vocabulary_")
        shared = _unit_rows(left).multiply(_unit_rows(right)).tocsr()
        order = np.lexsort((shared.indices, -shared.data))[:at]
        return [(self.vocabulary_[shared.indices[i]], float(shared.data[i])) for i in order]

    def _split(self, texts: Sequence[str | None]) -> list[list[str]]:
        for row, text in enumerate(texts):
            if text is not None and not isinstance(text, str):
                raise DataError("a text is no text", where=f"TextVectors, row {row}", allowed="a str or None", got=text)
        return [self.tokens.split(text or "") for text in texts]

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "idf_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> TextVectors:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self


def cosine(left: csr_matrix, right: csr_matrix) -> csr_matrix:
    """Return the cosine of every row of `left` with every row of `right`, (n_left, n_right) CSR; 0 with a zero vector.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> cosine(csr_matrix([[3.0, 4.0], [0.0, 0.0]]), csr_matrix([[1.0, 0.0]])).toarray().round(2).tolist()
    [[0.6], [0.0]]
    """
    return _unit_rows(left) @ _unit_rows(right).T.tocsr()


def _unit_rows(matrix: csr_matrix) -> csr_matrix:
    from scipy.sparse import csr_matrix, diags

    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1), np.float64).ravel())
    return csr_matrix(diags(1 / np.where(length > 0, length, 1)) @ matrix)
