"""Augmentation: disturbed copies of rows that keep their label, for training only.

An augmentation is anything with `apply(batch, rng)` that returns new rows and changes none that it is given; `augment`
is the hook that guards the train side. Images and their boxes are in `image_augmentation.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Protocol, TypeVar

import numpy as np

from tamis.core.conditions import at_least, below
from tamis.core.errors import DataError
from tamis.core.options import options
from tamis.core.ragged import offsets_of, query_of
from tamis.core.rng import generator
from tamis.data.event_columns import Ints
from tamis.data.fold import Fold

Rows = TypeVar("Rows")


class Augmentation(Protocol[Rows]):
    """Makes disturbed copies of rows."""

    def apply(self, batch: Rows, rng: np.random.Generator) -> Rows:
        """Return a copy of the rows, disturbed at random."""


def augment(
    augmentation: Augmentation[Rows], batch: Rows, rows: Ints, fold: Fold, *, seed: int, epoch: int = 0
) -> Rows:
    """Return augmented copies of train rows; test rows are refused.

    Parameters
    ----------
    augmentation : Augmentation
    batch : rows, as the augmentation takes them
    rows : array of shape (n,)
        Which rows of the fold's table `batch` holds.
    fold : Fold
    seed, epoch : int
        The same give the same copies.

    Raises
    ------
    DataError
        Where a row does not train.

    Examples
    --------
    >>> from tamis.data.splits import RandomSplit
    >>> fold = next(RandomSplit(test_share=0.5).split({"x": np.arange(4)}))
    >>> augment(WordDropout(share=0.0), ["a b", "c d"], fold.train, fold, seed=0)
    ['a b', 'c d']
    """
    strange = ~np.isin(rows, fold.train)
    if strange.any():
        raise DataError(
            "rows that do not train cannot be augmented",
            where=type(augmentation).__name__,
            allowed="rows of fold.train",
            got=np.asarray(rows)[strange][:5].tolist(),
            next_step="split first, then augment the train side only",
        )
    return augmentation.apply(batch, generator(seed, epoch))


def two_views(
    augmentation: Augmentation[Rows], batch: Rows, rows: Ints, fold: Fold, *, seed: int, epoch: int = 0
) -> tuple[Rows, Rows]:
    """Return two different augmented copies of train rows: row i of one is the positive of row i of the other.

    The pairs of contrastive self-supervision, Chen (2020), https://arxiv.org/abs/2002.05709. What a copy keeps is what
    the model learns to see as the same, which may differ from what users see as the same.
    """
    first = augment(augmentation, batch, rows, fold, seed=seed, epoch=2 * epoch)
    return first, augment(augmentation, batch, rows, fold, seed=seed, epoch=2 * epoch + 1)


@options
class ListDropout:
    """Drop each entry of ragged lists with a chance, keeping the order and at least one entry of each non-empty list.

    Examples
    --------
    >>> offsets, values = np.array([0, 2, 2, 3]), np.array([7, 8, 9])
    >>> new_offsets, kept = ListDropout(share=0.99).apply((offsets, values), np.random.default_rng(0))
    >>> new_offsets
    array([0, 1, 1, 2])
    """

    share: Annotated[float, at_least(0), below(1)] = 0.1

    def apply(self, batch: tuple[Ints, Ints], rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Return (offsets, values) of lists (offsets (B + 1,), values (n,)) after dropping."""
        offsets, values = batch
        keep = self.keep(offsets, rng)
        return offsets_of(query_of(offsets)[keep], len(offsets) - 1), np.asarray(values)[keep]

    def keep(self, offsets: Ints, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Return which entries stay, of shape (n,)."""
        offsets = np.asarray(offsets, np.int64)
        draw = rng.random(int(offsets[-1]))
        keep = draw >= self.share
        filled = np.flatnonzero(np.diff(offsets) > 0)
        if len(filled):
            # the entry with the largest draw of each list stays in any case
            best = np.repeat(np.maximum.reduceat(draw, offsets[filled]), np.diff(offsets)[filled])
            keep |= draw == best
        return keep


@options
class WordDropout:
    """Drop each word of a text with a chance, keeping at least one; words are what spaces separate.

    Examples
    --------
    >>> WordDropout(share=0.0).apply(["a  red shoe"], np.random.default_rng(0))
    ['a red shoe']
    """

    share: Annotated[float, at_least(0), below(1)] = 0.1

    def apply(self, batch: Sequence[str], rng: np.random.Generator) -> list[str]:
        """Return the texts after dropping; an empty text stays empty."""
        words = [text.split() for text in batch]
        offsets = np.concatenate([[0], np.cumsum([len(w) for w in words])]).astype(np.int64)
        keep = ListDropout(self.share).keep(offsets, rng).tolist()
        bounds = offsets.tolist()
        return [
            " ".join(word for word, stays in zip(text, keep[bounds[i] : bounds[i + 1]], strict=True) if stays)
            for i, text in enumerate(words)
        ]
