"""LightGBM behind one small door: train, predict, explain, save, and load only what is proven undamaged.

A damaged LightGBM text can crash the process that parses it or change predictions silently. So the text travels with
its SHA-256, which is checked before LightGBM sees a byte, and with golden rows, whose predictions are checked after.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import SnapshotError
from tamis.core.files import read_json, write_bytes, write_json
from tamis.core.progress import tell
from tamis.models.tree_growth import TreeGrowth

_TEXT, _PROOF = "trees.txt", "trees.json"
_GOLDEN_ROWS = 32
# Below this many rows, waking threads costs more than they save.
_THREADED_ROWS = 4096


@dataclass(frozen=True)
class Sample:
    """Rows for LightGBM: columns (n, d), label (n,), weight (n,) and, for ranking, the sizes of the groups."""

    x: NDArray[np.float32]
    label: NDArray[np.float64]
    weight: NDArray[np.float64] | None = None
    group_sizes: NDArray[np.int64] | None = None


@dataclass(frozen=True)
class Boosting:
    """The course of a training: parameters of LightGBM, rounds at most, rounds without improvement before it stops."""

    label: str
    parameters: Mapping[str, Any]
    rounds: int
    patience: int


class Trees:
    """Boosted trees that were trained or read back; both hold a booster parsed from the same text.

    Parameters
    ----------
    text : str
        LightGBM's text format. Only text this process made, or text whose SHA-256 matched.
    golden : array of shape (g, d)
        Training rows whose predictions prove a loaded model.
    threads : int
        0 for all cores.
    """

    def __init__(self, text: str, golden: NDArray[np.float32], threads: int) -> None:
        import lightgbm

        self._text, self._golden, self._threads = text, golden, threads
        self._booster = lightgbm.Booster(model_str=text)

    @property
    def rounds(self) -> int:
        """How many trees there are."""
        return int(self._booster.num_trees())

    def predict(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return (n,) predictions, through the link of the objective."""
        return self._ask(x, {})[:, 0]

    def contributions(self, x: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return (n, d + 1) SHAP values of the raw score; the last column is the same for all rows: the base."""
        return self._ask(x, {"pred_contrib": True})

    def gain(self) -> NDArray[np.float64]:
        """Return (d,) total loss saved by splits on each column."""
        return np.asarray(self._booster.feature_importance("gain"), np.float64)

    def save(self, folder: Path) -> None:
        """Write the text, its SHA-256 and the golden rows with their predictions."""
        data = self._text.encode("utf-8")
        rows: list[Any] = self._golden.astype(np.float64).tolist()
        proof = {
            "sha256": hashlib.sha256(data).hexdigest(),
            # repr keeps NaN and infinity, which JSON has no word for.
            "rows": [[repr(value) for value in row] for row in rows],
            "predictions": [repr(value) for value in self.predict(self._golden).tolist()],
        }
        write_bytes(folder / _TEXT, data)
        write_json(folder / _PROOF, proof)

    @classmethod
    def load(cls, folder: Path, columns: int, threads: int) -> Trees:
        """Return the trees of a folder.

        Raises
        ------
        SnapshotError
            Where a file is missing or damaged; LightGBM then never parsed the text.
        """
        proof = read_json(folder / _PROOF)
        try:
            data = (folder / _TEXT).read_bytes()
        except OSError as error:
            raise SnapshotError(
                f"the trees cannot be read ({error.strerror})", where=str(folder / _TEXT), next_step="train again"
            ) from None
        try:
            expected = proof["sha256"]
            golden = np.array([[float(v) for v in row] for row in proof["rows"]], np.float32)
            predictions = np.array([float(v) for v in proof["predictions"]])
            if golden.shape != (len(predictions), columns) or not len(predictions):
                raise ValueError(f"golden rows of shape {golden.shape}")
        except (KeyError, TypeError, ValueError) as error:
            raise SnapshotError(
                f"the proof of the trees is damaged ({error})", where=str(folder / _PROOF), next_step="train again"
            ) from None
        found = hashlib.sha256(data).hexdigest()
        if found != expected:
            raise SnapshotError(
                "the trees are damaged: their SHA-256 differs",
                where=str(folder / _TEXT),
                allowed=str(expected),
                got=found,
                next_step="train again, or restore the file",
            )
        trees = cls(data.decode("utf-8"), golden, threads)
        if trees._booster.num_feature() != columns:
            raise SnapshotError(
                "the trees were grown on another number of columns",
                where=str(folder / _TEXT),
                allowed=str(columns),
                got=trees._booster.num_feature(),
            )
        # The last bits of exp may differ between machines, no more.
        if not np.allclose(trees.predict(golden), predictions, rtol=1e-9, atol=1e-12):
            raise SnapshotError(
                "the trees answer the golden rows differently than when they were saved",
                where=str(folder / _TEXT),
                next_step="train again",
            )
        return trees

    def _ask(self, x: NDArray[np.float32], also: dict[str, Any]) -> NDArray[np.float64]:
        width = x.shape[1] + 1 if also else 1
        if len(x) == 0:
            return np.zeros((0, width))
        threads = self._threads if len(x) >= _THREADED_ROWS else 1
        answer = self._booster.predict(np.ascontiguousarray(x, np.float32), num_threads=threads, **also)
        return np.asarray(answer, np.float64).reshape(len(x), width)


def growth_parameters(growth: TreeGrowth, learning_rate: float, threads: int, seed: int) -> dict[str, Any]:
    """Return the parameters that every boosted model shares; the same seed gives the same trees."""
    return {
        "learning_rate": learning_rate,
        "num_leaves": growth.leaves,
        "min_data_in_leaf": growth.rows_per_leaf,
        "feature_fraction": growth.column_share,
        "bagging_fraction": growth.row_share,
        "bagging_freq": 1 if growth.row_share < 1 else 0,
        "lambda_l2": growth.l2,
        "max_bin": growth.bins,
        "num_threads": threads,
        "seed": seed & 0x7FFFFFFF,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


def boost(course: Boosting, training: Sample, validation: Sample | None) -> tuple[Trees, list[float]]:
    """Return the trees of the best round and the validation metric by round (empty without validation)."""
    import lightgbm

    parameters = dict(course.parameters)
    data = _dataset(training, parameters, None)
    callbacks: list[Callable[..., Any]] = [_teller(course)]
    history: dict[str, dict[str, list[float]]] = {}
    if validation is not None:
        callbacks += [
            lightgbm.early_stopping(course.patience, first_metric_only=True, verbose=False),
            lightgbm.record_evaluation(history),
        ]
    booster = lightgbm.train(
        parameters,
        data,
        num_boost_round=course.rounds,
        valid_sets=[] if validation is None else [_dataset(validation, parameters, data)],
        valid_names=None if validation is None else ["validation"],
        callbacks=callbacks,
    )
    best = booster.best_iteration if validation is not None and booster.best_iteration > 0 else None
    tell(course.label, course.rounds, course.rounds)
    golden = training.x[np.linspace(0, len(training.x) - 1, min(_GOLDEN_ROWS, len(training.x))).astype(np.int64)]
    curves = [curve for metrics in history.values() for curve in metrics.values()]
    trees = Trees(booster.model_to_string(num_iteration=best), golden.copy(), int(parameters["num_threads"]))
    return trees, [float(v) for v in curves[0]] if curves else []


def _dataset(sample: Sample, parameters: dict[str, Any], reference: Any) -> Any:
    import lightgbm

    return lightgbm.Dataset(
        np.ascontiguousarray(sample.x, np.float32),
        label=sample.label,
        weight=sample.weight,
        group=sample.group_sizes,
        reference=reference,
        params=parameters,
    )


def _teller(course: Boosting) -> Callable[[Any], None]:
    def told(environment: Any) -> None:
        scores = environment.evaluation_result_list
        note = f"{scores[0][1]} {scores[0][2]:.4f}" if scores else ""
        tell(course.label, environment.iteration + 1, course.rounds, note)

    return told
