"""Asking a trained system from the command line: the snapshot, the tables as they are now, one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tamis.cli.system_file import Loaded, load_system
from tamis.core.errors import OptionError
from tamis.core.words import Queries
from tamis.data.catalogue import TextValues
from tamis.data.dataset import Dataset
from tamis.data.declarations import Text
from tamis.shapes import Funnel
from tamis.snapshots.folder import read_ids


@dataclass
class Asked:
    """A trained system with today's tables."""

    loaded: Loaded
    funnel: Funnel
    dataset: Dataset

    def query(self, user: str | None, item: str | None, at: str | None) -> Queries:
        """Return the query of one person (None: somebody new), from an item where given."""
        code = self.dataset.store.users.code(user) if user is not None else -1
        start = np.array([self.dataset.store.items.code(item)], np.int32) if item is not None else None
        moment = self.dataset.until if at is None else parse_moment(at)
        return Queries(np.array([code], np.int32), np.array([moment], np.int64), self.dataset.past, item=start)

    def ids(self, codes: np.ndarray) -> list[str]:
        """Return item ids."""
        return [str(i) for i in self.dataset.store.items.decode(codes).to_pylist()]

    def titles(self, codes: np.ndarray) -> list[str]:
        """Return what to call items: the first text attribute declared, else nothing."""
        entity = self.dataset.store.item
        column = next((name for name, kind in entity.kinds.items() if isinstance(kind, Text)), None)
        if column is None:
            return [""] * len(codes)
        values = self.dataset.attribute(entity[column])
        return values.of(codes) if isinstance(values, TextValues) else [""] * len(codes)


def ask(file: Path, system: str | None) -> Asked:
    """Read a trained system and its tables.

    Raises
    ------
    SnapshotError
        Where it was not trained, or the declaration changed since.
    """
    loaded = load_system(file, system)
    users, items, _ = read_ids(loaded.folder)
    dataset = loaded.dataset((users, items))
    loaded.funnel.load(loaded.folder / "system")
    return Asked(loaded, loaded.funnel, dataset)


def parse_moment(text: str) -> int:
    """Return ISO 8601 text as microseconds UTC; without a zone it is UTC.

    Raises
    ------
    OptionError
        Where the text is no time.

    Examples
    --------
    >>> parse_moment("1970-01-01T00:00:01")
    1000000
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise OptionError(
            "is no time", where="--at", allowed="ISO 8601 such as 2024-05-01T12:00:00Z", got=text
        ) from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return round(moment.timestamp() * 1e6)
