"""Saving and loading what a part learned: every attribute that ends in `_`, in open formats, never code.

Arrays become `.npy`, sparse matrices three `.npy`, scalars, text and lists of them JSON, nested parts a folder. A part
that learns something else (a booster) writes its own `save_extra(folder)` and `load_extra(folder)`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tamis.core.errors import NotFittedError, SnapshotError
from tamis.core.files import read_json, write_json

_STATE = "state.json"


def fitted_names(part: object) -> list[str]:
    """Return the sorted names of a part's learned attributes."""
    return sorted(n for n in vars(part) if n.endswith("_") and not n.startswith("_"))


def require_fitted(part: object, *names: str) -> None:
    """Raise unless the part has learned `names`.

    Raises
    ------
    NotFittedError
        Naming the class and the next step.
    """
    for name in names:
        if not hasattr(part, name):
            raise NotFittedError(
                "has not been trained yet", where=type(part).__name__, next_step="call fit, or run: tamis train FILE"
            )


def save_fitted(part: Any, folder: Path) -> None:
    """Write what `part` learned into `folder` (made if missing); the caller makes the folder atomic.

    Raises
    ------
    SnapshotError
        Where an attribute has a type without an open format.
    """
    folder.mkdir(parents=True, exist_ok=True)
    state: dict[str, Any] = {}
    for name in fitted_names(part):
        state[name] = _write(getattr(part, name), folder, name, type(part).__name__)
    write_json(folder / _STATE, state)
    if hasattr(part, "save_extra"):
        part.save_extra(folder)


def load_fitted(part: Any, folder: Path) -> Any:
    """Read back into `part` what `save_fitted` wrote and return the part.

    Raises
    ------
    SnapshotError
        Where a file is missing or damaged.
    """
    for name, entry in read_json(folder / _STATE).items():
        setattr(part, name, _read(entry, folder, name, getattr(part, name.rstrip("_"), None)))
    if hasattr(part, "load_extra"):
        part.load_extra(folder)
    return part


def _write(value: Any, folder: Path, name: str, owner: str) -> dict[str, Any]:
    if isinstance(value, np.ndarray) and value.dtype != object:
        np.save(folder / f"{name}.npy", value, allow_pickle=False)
        return {"kind": "array"}
    if hasattr(value, "tocsr"):
        sparse = value.tocsr()
        for piece in ("data", "indices", "indptr"):
            np.save(folder / f"{name}.{piece}.npy", getattr(sparse, piece), allow_pickle=False)
        return {"kind": "sparse", "shape": list(sparse.shape)}
    if hasattr(value, "save") and hasattr(value, "load"):
        value.save(folder / name)
        return {"kind": "part"}
    if isinstance(value, list | tuple) and value and all(hasattr(v, "save") for v in value):
        for i, each in enumerate(value):
            each.save(folder / f"{name}{i}")
        return {"kind": "parts", "count": len(value)}
    plain = _plain(value, owner, name)
    return {"kind": "plain", "value": plain, "tuple": isinstance(value, tuple)}


def _plain(value: Any, owner: str, name: str) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return {"float": repr(value)}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, np.ndarray):
        return [_plain(v, owner, name) for v in value.tolist()]
    if isinstance(value, list | tuple):
        return [_plain(v, owner, name) for v in value]
    if isinstance(value, dict):
        return {str(k): _plain(v, owner, name) for k, v in value.items()}
    raise SnapshotError(f"`{name}` has no open format", where=owner, got=type(value).__name__)


def _read(entry: dict[str, Any], folder: Path, name: str, template: Any) -> Any:
    try:
        if entry["kind"] == "array":
            return np.load(folder / f"{name}.npy", allow_pickle=False)
        if entry["kind"] == "sparse":
            from scipy.sparse import csr_matrix

            pieces = [np.load(folder / f"{name}.{p}.npy", allow_pickle=False) for p in ("data", "indices", "indptr")]
            return csr_matrix(tuple(pieces), shape=tuple(entry["shape"]))
    except (OSError, ValueError, KeyError) as error:
        raise SnapshotError(f"`{name}` cannot be read ({error})", where=str(folder), next_step="train again") from None
    if entry["kind"] == "part":
        if template is None:
            raise SnapshotError(f"`{name}` is a part without a declaration to load into", where=str(folder))
        import copy

        return copy.copy(template).load(folder / name)
    if entry["kind"] == "parts":
        import copy

        return [copy.copy(template).load(folder / f"{name}{i}") for i in range(entry["count"])]
    value = _unplain(entry["value"])
    return tuple(value) if entry.get("tuple") else value


def _unplain(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"float"}:
            return float(value["float"])
        return {k: _unplain(v) for k, v in value.items()}
    return [_unplain(v) for v in value] if isinstance(value, list) else value
