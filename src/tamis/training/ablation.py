"""Ablation: what is lost when one feature is taken away at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tamis.core.errors import DataError, nearest
from tamis.core.progress import track
from tamis.core.stages import Predictor
from tamis.core.words import Rows
from tamis.metrics.measured import Comparison, Measured, compare
from tamis.training.cross_validation import CrossValidation
from tamis.training.measures import Measure, smaller_is_better


@dataclass(frozen=True)
class Ablation:
    """The table of an ablation.

    Parameters
    ----------
    full : Measured
        With every feature, out of fold.
    without : mapping of feature to Comparison
        Value without the feature minus value with all, paired; the most harmful loss first.
    """

    full: Measured
    without: Mapping[str, Comparison]

    def to_markdown(self) -> str:
        """Return the table in Markdown."""
        lines = ["| without | change | interval | clear |", "|---|---|---|---|"]
        for name, change in self.without.items():
            interval = f"{change.low:.4g} to {change.high:.4g}"
            clear = "yes" if change.is_clear else "no"
            lines.append(f"| {name.replace('|', '/')} | {change.difference:+.4g} | {interval} | {clear} |")
        return "\n".join(lines)


def ablate(
    model: Predictor,
    rows: Rows,
    label: NDArray[np.floating],
    measure: Measure,
    *,
    features: Mapping[str, Sequence[str]] | None = None,
    cross_validation: CrossValidation | None = None,
    weight: NDArray[np.floating] | None = None,
    group: NDArray[np.integer] | None = None,
    level: float = 0.95,
) -> Ablation:
    """Return what changes when each feature's columns are removed and the model is trained anew.

    The folds are the same for all, so differences are paired. Two features that tell the same each look worthless
    alone: remove them together by naming both under one feature.

    Parameters
    ----------
    model : Predictor
    rows, label
    measure : Measure
    features : mapping of name to columns, optional
        Default: each column by itself.
    cross_validation : CrossValidation, optional
        Default: 5 folds.
    weight, group : arrays of shape (n,), optional
        As in `CrossValidation.run`.
    level : float
        Of the intervals.

    Raises
    ------
    DataError
        Where a feature names an unknown column, or every column.

    Examples
    --------
    >>> from tamis.models.linear import LinearRegression
    >>> from tamis.training.measures import SquaredError
    >>> x = np.random.default_rng(0).normal(size=(200, 2)).astype(np.float32)
    >>> rows = Rows(x, ("useful", "noise"), np.arange(200))
    >>> list(ablate(LinearRegression(), rows, x[:, 0], SquaredError()).without)
    ['useful', 'noise']
    """
    taken = {name: (name,) for name in rows.names} if features is None else {n: tuple(c) for n, c in features.items()}
    _check(taken, rows)
    validate = cross_validation or CrossValidation()
    full = validate.run(model, rows, label, measure, weight=weight, group=group).measured
    changes: dict[str, Comparison] = {}
    for name, columns in track("ablation", taken.items(), len(taken)):
        keep = [i for i, column in enumerate(rows.names) if column not in columns]
        fewer = replace(rows, x=np.ascontiguousarray(rows.x[:, keep]), names=tuple(rows.names[i] for i in keep))
        less = validate.run(model, fewer, label, measure, weight=weight, group=group).measured
        changes[name] = compare(less, full, level)
    sign = -1 if smaller_is_better(measure) else 1
    return Ablation(full, dict(sorted(changes.items(), key=lambda change: sign * change[1].difference)))


def _check(taken: Mapping[str, Sequence[str]], rows: Rows) -> None:
    for name, columns in taken.items():
        for column in columns:
            if column not in rows.names:
                raise DataError(
                    f"feature `{name}` names an unknown column `{column}`",
                    where="ablate",
                    allowed=", ".join(rows.names),
                    nearest=nearest(column, rows.names),
                )
        if set(columns) >= set(rows.names):
            raise DataError(f"without `{name}` no column is left", where="ablate", next_step="add other columns")
