"""`check_feature`: a feature's faces are equal, know no future and no neighbours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.words import Candidates, Queries
from tamis.data.dataset import Dataset
from tamis.testing.contracts import ContractError, kind_of
from tamis.testing.laws import Asked, broken, trained
from tamis.testing.scene import scene_of

_ROUNDING = 1e-5  # features are float32, and sums may be taken in another order


def check_feature(feature: Any, dataset: Dataset) -> None:
    """Check that a feature keeps its contract, with as many faces as it has.

    Read: one row per candidate, as many columns as names, numbers only; unknown people and items are no error;
    the laws of `check_stage`: no future, no neighbours, input untouched, same after training again and after save
    and load. Batch, where there is one: `batch(dataset, rows)` gives each row once and the value of the read.

    Parameters
    ----------
    feature : Feature
        Such as `loved.count(per=movies)`.
    dataset : Dataset
        Holds the tables that the feature names.

    Raises
    ------
    ContractError
        At the first rule that is broken.

    Examples
    --------
    >>> from tamis.data.worlds import checkerboard
    >>> from tamis.testing.declared import declare
    >>> shop = declare(checkerboard(10, 6, per_user=3))
    >>> check_feature(shop.events.count(per=shop.items), shop.dataset)
    """
    if kind_of(feature) != "feature":
        raise ContractError("is no feature", where=type(feature).__name__, got=kind_of(feature))
    scene = scene_of(dataset)

    def face(part: Any, queries: Queries, candidates: Candidates) -> Candidates:
        values = _values(feature, part, part.read(queries, candidates), len(candidates))
        return replace(candidates, columns={f"feature {i}": values[:, i] for i in range(values.shape[1])})

    Asked(feature, face, scene, relative=_ROUNDING).hold()
    if hasattr(feature, "batch"):
        for queries in (scene.queries(), scene.queries(rich=True)):
            _faces_are_equal(feature, scene.known, trained(feature, scene.known), queries, scene.candidates())


def _values(feature: Any, part: Any, values: Any, n: int) -> NDArray[np.floating[Any]]:
    if not isinstance(values, np.ndarray) or not np.issubdtype(values.dtype, np.number):
        raise broken(feature, "`read` gives no numbers", got=getattr(values, "dtype", type(values).__name__))
    names = part.columns
    if not isinstance(names, tuple) or not all(isinstance(name, str) and name for name in names):
        raise broken(feature, "`columns` is no tuple of names", got=names)
    if len(set(names)) < len(names):
        raise broken(feature, "names a column twice", got=names)
    shaped = values[:, None] if values.ndim == 1 else values
    if shaped.shape != (n, len(names)):
        raise broken(feature, "has another shape than `columns`", allowed=f"({n}, {len(names)})", got=values.shape)
    return shaped


def _faces_are_equal(feature: Any, dataset: Dataset, part: Any, queries: Queries, candidates: Candidates) -> None:
    from tamis.data.tables import open_table

    table = open_table(
        {
            "row": np.arange(len(candidates)),
            "user": queries.user[candidates.query],
            "item": candidates.item,
            "at": queries.at[candidates.query],
        }
    )
    made = part.batch(dataset, table).to_pyarrow().sort_by("row")
    if made["row"].to_pylist() != list(range(len(candidates))):
        raise broken(feature, "`batch` does not give every row once", allowed=f"{len(candidates)} rows", got=len(made))
    batch = np.asarray(made["value"].to_numpy(zero_copy_only=False), np.float64)
    read = np.asarray(part.read(queries, candidates), np.float64).reshape(-1)
    unlike = ~np.isclose(batch, read, rtol=_ROUNDING, atol=0, equal_nan=True)
    if unlike.any():
        row = int(np.flatnonzero(unlike)[0])
        raise broken(
            feature,
            f"`read` and `batch` differ for user {queries.user[candidates.query[row]]} and item {candidates.item[row]}",
            got=(float(read[row]), float(batch[row])),
        )
