"""Outliers: values far from the rest by z-score or quartiles, rows far from the rest by Mahalanobis distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tamis.core.conditions import above, between
from tamis.core.errors import DataError
from tamis.core.fitted import require_fitted
from tamis.core.options import options
from tamis.data.columns import free_name, not_finite, resolve
from tamis.data.report import EXAMPLES, Report

if TYPE_CHECKING:
    import ibis


@options
class Outliers:
    """Clip, drop or flag values outside limits that are learned from training rows.

    `z`: mean ± `limit` standard deviations (population). `iqr`: `limit` quartile distances below the first and above
    the third quartile, linear between neighbours (Tukey, Exploratory Data Analysis, 1977). Null and NaN are gaps, not
    outliers, and stay; infinity is one. A value on a limit is inside.

    Parameters
    ----------
    columns : tuple of str
    how : "z" or "iqr"
    limit : float
        3 is usual for z, 1.5 for iqr.
    action : "clip", "drop" or "flag"
        Clip makes the column float64; flag adds `<column>_outlier`, 0 or 1.

    Examples
    --------
    >>> from tamis.data.tables import open_table
    >>> table = open_table({"price": [1.0, 2.0, 3.0, 4.0, 100.0]})
    >>> clipped, report = Outliers(columns=("price",), how="iqr").fit(table).apply(table)
    >>> clipped.to_pyarrow()["price"].to_pylist(), report.changed
    ([1.0, 2.0, 3.0, 4.0, 7.0], {'`price` clipped': 1})
    """

    columns: tuple[str, ...]
    how: Literal["z", "iqr"] = "iqr"
    limit: Annotated[float, above(0)] = 1.5
    action: Literal["clip", "drop", "flag"] = "clip"

    def fit(self, train: ibis.Table) -> Outliers:
        """Learn each column's limits from the finite values of training rows.

        Raises
        ------
        DataError
            Where a column is missing, no number, or has no finite value.
        """
        self.limits_: dict[str, list[float]] = {}
        for column in self.columns:
            values = train[resolve(train.columns, column, where="Outliers")]
            if not values.type().is_numeric() or values.type().is_boolean():
                raise DataError(f"column `{column}` is no number", where="Outliers", got=str(values.type()))
            finite = train.filter(values.notnull() & ~not_finite(values))
            numbers = finite[column].cast("float64")
            if self.how == "z":
                found = finite.aggregate(a=numbers.mean(), b=numbers.std(how="pop"))
            else:
                found = finite.aggregate(a=numbers.quantile(0.25), b=numbers.quantile(0.75))
            a, b = found.to_pyarrow().to_pylist()[0].values()
            if a is None:
                raise DataError(f"column `{column}` has no finite value to learn from", where="Outliers")
            low, high = (a - self.limit * b, a + self.limit * b) if self.how == "z" else self._fences(a, b)
            self.limits_[column] = [low, high]
        return self

    def apply(self, table: ibis.Table) -> tuple[ibis.Table, Report]:
        """Return the table after the action, and how many values or rows it met.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        import ibis

        require_fitted(self, "limits_")
        far = {c: self._far(table[resolve(table.columns, c, where="Outliers")], c) for c in self.columns}
        asked = {f"n_{i}": rows.sum() for i, rows in enumerate(far.values())}
        found = table.aggregate(rows=table.count(), **asked).to_pyarrow().to_pylist()[0]
        report = Report("Outliers", int(found["rows"]), int(found["rows"]))
        if self.action == "drop":
            return self._dropped(table, far, report)
        new: dict[str, Any] = {}
        for i, (column, rows) in enumerate(far.items()):
            done = "clipped" if self.action == "clip" else "flagged"
            report.change(f"`{column}` {done}", int(found[f"n_{i}"] or 0))
            if self.action == "flag":
                new[f"{column}_outlier"] = rows.cast("int8")
                continue
            low, high = self.limits_[column]
            number = table[column].cast("float64")
            new[column] = ibis.ifelse(rows, ibis.ifelse(number > high, high, low), number)
        return table.mutate(**new), report

    def _fences(self, first: float, third: float) -> tuple[float, float]:
        reach = self.limit * (third - first)
        return first - reach, third + reach

    def _far(self, values: Any, column: str) -> Any:
        import ibis

        low, high = self.limits_[column]
        number = values.cast("float64")
        return ibis.coalesce(~number.isnan() & ((number < low) | (number > high)), ibis.literal(False))

    def _dropped(self, table: Any, far: dict[str, Any], report: Report) -> tuple[Any, Report]:
        import ibis

        kept, gone = table, []
        left = report.rows_in
        for column in far:
            rows = self._far(kept[column], column)
            out = kept.filter(rows)
            kept = kept.filter(~rows)
            now = int(kept.count().to_pyarrow().as_py())
            reason = f"`{column}` is an outlier"
            report.remove(reason, left - now, out.limit(EXAMPLES).to_pyarrow().to_pylist())
            gone.append(out.mutate(**{free_name(out, "reason"): ibis.literal(reason)}))
            left = now
        report.rows_out = left
        report.rejected += gone
        return kept, report


@options
class MahalanobisOutliers:
    """Find rows that are far from the mean in units of their own spread, over several columns together.

    The squared distance of normal rows follows chi-square with d degrees of freedom; a row beyond its `level` quantile
    is an outlier. A singular covariance is met by its pseudo-inverse, with as many degrees as its rank.
    Mahalanobis (1936), On the generalised distance in statistics.

    Parameters
    ----------
    level : float
        Share of normal rows that are inside.

    Examples
    --------
    >>> rows = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, -1.0], [-1.0, 0.0]])
    >>> MahalanobisOutliers().fit(rows).distances(np.array([[0.0, 2.0]]))  # each column has variance 1/2
    array([2.83])
    """

    level: Annotated[float, between(0.5, 0.999999)] = 0.999

    def fit(self, values: NDArray[np.floating]) -> MahalanobisOutliers:
        """Learn mean and population covariance from training rows (n, d), leaving out rows with NaN or infinity.

        Raises
        ------
        DataError
            Where the array is not two-dimensional or has fewer than two finite rows.
        """
        from scipy.stats import chi2

        rows = np.asarray(values, np.float64)
        finite = rows[np.isfinite(rows).all(axis=1)] if rows.ndim == 2 else rows[:0]
        if len(finite) < 2 or finite.shape[1] == 0:
            raise DataError(
                "needs at least two finite rows", where="MahalanobisOutliers", got=f"an array of shape {rows.shape}"
            )
        self.mean_ = finite.mean(axis=0)
        covariance = np.atleast_2d(np.cov(finite, rowvar=False, bias=True))
        self.precision_ = np.linalg.pinv(covariance, hermitian=True)
        rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
        self.limit_ = float(np.sqrt(chi2.ppf(self.level, max(1, rank))))
        return self

    def distances(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the distance of each row, of shape (n,); NaN or infinity anywhere in the row gives infinity.

        Raises
        ------
        NotFittedError
            Before `fit`.
        DataError
            Where the number of columns differs from training.
        """
        require_fitted(self, "mean_", "precision_")
        rows = np.asarray(values, np.float64)
        if rows.ndim != 2 or rows.shape[1] != len(self.mean_):
            raise DataError(
                "has another number of columns than in training",
                where="MahalanobisOutliers",
                allowed=f"shape (n, {len(self.mean_)})",
                got=rows.shape,
            )
        finite: NDArray[np.bool_] = np.asarray(np.isfinite(rows).all(axis=1))
        away = np.where(finite[:, None], rows, self.mean_) - self.mean_
        squared = np.einsum("ij,jk,ik->i", away, self.precision_, away)
        return np.where(finite, np.sqrt(np.maximum(squared, 0.0)), np.inf)

    def flag(self, values: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return which rows are outliers, of shape (n,); a row that is not finite is one."""
        return np.asarray(self.distances(values) > self.limit_)
