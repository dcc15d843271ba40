"""Put chosen items at chosen places."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tamis.core.errors import DataError, OptionError
from tamis.core.fitted import load_fitted, require_fitted, save_fitted
from tamis.core.options import options
from tamis.core.ragged import find_pairs, pair_key
from tamis.core.stages import Order
from tamis.core.words import Candidates, Queries
from tamis.data.dataset import Dataset
from tamis.stages._attributes import Ints
from tamis.stages.rerank._places import placed


@options
class Pin:
    """Move pinned items to their places; the other rows fill the gaps in the order in which they came.

    A pin never adds an item: one that is not among the candidates (not retrieved, or filtered) is not shown.

    Parameters
    ----------
    pins : mapping of item id to place, or path of a CSV file
        Places count from 1. A file has the columns `item` and `place`, and may have `query`: such a pin holds only for
        searches with that text (case and outer blanks aside) and goes before a pin of the item for all.

    Attributes
    ----------
    texts_ : list of str
        The texts that pins name, in lower case.
    keys_, places_ : arrays of shape (pins,), int64
        Text and item of each pin as one number, and its place from 0.
    unknown_ : list of str
        Pinned ids that no table contains.

    Notes
    -----
    Two pins at one place follow each other; a place beyond the end is the end. A path is read at `fit`, and starts
    from the working folder unless it is absolute.

    Examples
    --------
    >>> Pin({"2571": 1}).pins
    {'2571': 1}
    """

    pins: Mapping | str | Path  # type: ignore[type-arg]

    def check_options(self) -> None:
        """Check ids and places of a mapping."""
        if isinstance(self.pins, Mapping):
            for item, place in self.pins.items():
                if not isinstance(item, str) or not isinstance(place, int) or isinstance(place, bool) or place < 1:
                    raise OptionError(
                        "`pins` is not allowed",
                        where="Pin",
                        allowed="item ids (str) with places (int from 1)",
                        got={item: place},
                    )

    def fit(self, dataset: Dataset) -> Pin:
        """Read the pins and look the ids up; returns self.

        Raises
        ------
        DataError
            Where the file cannot be read, a place is no whole number from 1 or a pin comes twice.
        """
        pins = [("", i, p) for i, p in self.pins.items()] if isinstance(self.pins, Mapping) else _read(Path(self.pins))
        codes = dataset.store.items.encode([item for _, item, _ in pins])
        self.unknown_ = [pin[1] for pin, code in zip(pins, codes.tolist(), strict=True) if code < 0]
        self.texts_ = sorted({text for text, _, _ in pins if text})
        number = {text: n for n, text in enumerate(self.texts_, 1)} | {"": 0}
        known = codes >= 0
        text = np.array([number[text] for text, _, _ in pins], np.int64)[known]
        self.keys_ = pair_key(text, codes[known], dataset.n_items)
        self.places_ = np.array([place - 1 for _, _, place in pins], np.int64)[known]
        return self

    def rerank(self, queries: Queries, candidates: Candidates, k: int) -> Order:
        """Return all rows by query, pinned ones at their places.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        require_fitted(self, "keys_", "places_", "texts_")
        n_items = queries.past.n_items
        for_all = find_pairs(pair_key(np.zeros(len(candidates), np.int64), candidates.item, n_items), self.keys_)
        text = self._text_of(queries)[candidates.query]
        for_text = find_pairs(pair_key(text, candidates.item, n_items), self.keys_)
        pin = np.where((text > 0) & (for_text >= 0), for_text, for_all)
        pin[(candidates.item < 0) | (candidates.item >= n_items)] = -1
        rows = np.flatnonzero(pin >= 0)
        return Order(placed(candidates, rows, self.places_[pin[rows]]))

    def _text_of(self, queries: Queries) -> Ints:
        # number of each query's text from 1, 0 where no pin names it
        if queries.text is None or not self.texts_:
            return np.zeros(len(queries), np.int64)
        import pyarrow as pa
        import pyarrow.compute as pc

        texts = pc.utf8_lower(pc.utf8_trim_whitespace(pa.array(queries.text, pa.large_string())))
        found = pc.index_in(texts, value_set=pa.array(self.texts_, pa.large_string()))
        return np.asarray(found.fill_null(-1).to_numpy(zero_copy_only=False), np.int64) + 1

    def save(self, folder: Path) -> None:
        """Write the learned state."""
        require_fitted(self, "keys_")
        save_fitted(self, folder)

    def load(self, folder: Path) -> Pin:
        """Read the learned state; returns self."""
        load_fitted(self, folder)
        return self


def _read(path: Path) -> list[tuple[str, str, int]]:
    where = f"Pin, {path}"
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            table: list[dict[str, Any]] = list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"cannot be read ({error})", where=where, next_step="check the path") from None
    pins: list[tuple[str, str, int]] = []
    for number, row in enumerate(table, 2):
        if row.get("item") is None or row.get("place") is None:
            raise DataError("a column is missing", where=where, allowed="item, place and maybe query", got=list(row))
        if not row["place"].strip().isdecimal() or int(row["place"]) < 1:
            raise DataError("`place` is no whole number from 1", where=f"{where}, line {number}", got=row["place"])
        pins.append(((row.get("query") or "").strip().lower(), row["item"].strip(), int(row["place"])))
    seen: set[tuple[str, str]] = set()
    for text, item, _ in pins:
        if (text, item) in seen:
            raise DataError("a pin comes twice", where=where, got=(text, item))
        seen.add((text, item))
    return pins
