import numpy as np
import pytest
from scipy.stats import chi2, zscore

from tamis.core.errors import DataError, NotFittedError
from tamis.data.outliers import MahalanobisOutliers, Outliers
from tamis.data.tables import open_table
from tests.data.real_files import real_file

NUMBERS = [1.0, 2.0, 3.0, 4.0, 100.0]


def apply(values, part):
    table = open_table({"x": values})
    return part.fit(open_table({"x": NUMBERS})).apply(table)


def test_quartile_fences_are_those_of_numpy():
    part = Outliers(columns=("x",), how="iqr", limit=1.5).fit(open_table({"x": NUMBERS}))
    low, high = np.quantile(NUMBERS, [0.25, 0.75])
    assert part.limits_["x"] == [low - 1.5 * (high - low), high + 1.5 * (high - low)] == [-1.0, 7.0]


def test_z_limits_are_those_of_scipy():
    part = Outliers(columns=("x",), how="z", limit=1.9, action="flag").fit(open_table({"x": NUMBERS}))
    flags = part.apply(open_table({"x": NUMBERS}))[0].to_pyarrow()["x_outlier"].to_pylist()
    assert flags == (np.abs(zscore(NUMBERS)) > 1.9).astype(int).tolist() == [0, 0, 0, 0, 1]


def test_clip_keeps_gaps_and_meets_infinity():
    values = [7.0, 7.5, -50.0, float("inf"), float("-inf"), float("nan"), None]
    table, report = apply(values, Outliers(columns=("x",)))
    found = table.to_pyarrow()["x"].to_pylist()
    assert found[:5] == [7.0, 7.0, -1.0, 7.0, -1.0] and np.isnan(found[5]) and found[6] is None
    assert report.changed == {"`x` clipped": 4}


def test_drop_counts_each_row_once_and_keeps_it():
    table = open_table({"x": [1.0, 99.0, 99.0, None], "y": [1.0, 99.0, 1.0, 99.0]})
    part = Outliers(columns=("x", "y"), action="drop").fit(open_table({"x": NUMBERS, "y": NUMBERS}))
    kept, report = part.apply(table)
    assert kept.to_pyarrow().to_pylist() == [{"x": 1.0, "y": 1.0}]
    assert report.counts() == {"`x` is an outlier": 2, "`y` is an outlier": 1} and report.rows_out == 1
    assert sum(r.count().to_pyarrow().as_py() for r in report.rejected) == 3


def test_a_constant_column_has_no_outlier_but_everything_else_is_one():
    part = Outliers(columns=("x",), action="flag").fit(open_table({"x": [5.0, 5.0]}))
    flags = part.apply(open_table({"x": [5.0, 5.1]}))[0].to_pyarrow()["x_outlier"].to_pylist()
    assert flags == [0, 1]


def test_wrong_uses():
    with pytest.raises(DataError, match="no finite value"):
        Outliers(columns=("x",)).fit(open_table({"x": [float("nan")]}))
    with pytest.raises(DataError, match="is no number"):
        Outliers(columns=("x",)).fit(open_table({"x": ["a"]}))
    with pytest.raises(NotFittedError):
        Outliers(columns=("x",)).apply(open_table({"x": [1]}))


def test_real_prices():
    table = open_table(real_file("cosmetics-sephora/products.parquet"))
    clipped, report = Outliers(columns=("price",)).fit(table).apply(table)
    prices = np.array(table.price.to_pyarrow().to_pylist(), float)
    low, high = np.quantile(prices, [0.25, 0.75])
    fence = high + 1.5 * (high - low)
    assert report.changed == {"`price` clipped": int((prices > fence).sum())}
    assert clipped.price.max().to_pyarrow().as_py() == fence


def test_mahalanobis_equals_the_formula_and_normal_rows_are_inside_at_their_level():
    draw = np.random.default_rng(0)
    rows = draw.multivariate_normal([1, -2], [[2, 1.2], [1.2, 1]], 20_000)
    part = MahalanobisOutliers(level=0.99).fit(rows)
    precision = np.linalg.inv(np.cov(rows.T, bias=True))
    away = rows[:5] - rows.mean(axis=0)
    expected = [np.sqrt(a @ precision @ a) for a in away]
    assert np.allclose(part.distances(rows[:5]), expected)
    assert abs(part.flag(rows).mean() - 0.01) < 0.002
    assert part.limit_ == pytest.approx(np.sqrt(chi2.ppf(0.99, 2)))


def test_mahalanobis_with_equal_columns_and_bad_rows():
    line = np.arange(10.0)
    rows = np.stack([line, line], axis=1)
    given = rows.copy()
    part = MahalanobisOutliers().fit(np.vstack([rows, [[np.nan, 1.0]]]))
    far = part.flag(np.array([[4.0, 4.0], [99.0, 99.0], [np.nan, 4.0], [np.inf, 4.0]]))
    assert far.tolist() == [False, True, True, True] and (rows == given).all()
    with pytest.raises(DataError, match="at least two finite rows"):
        MahalanobisOutliers().fit(np.array([[1.0, 2.0]]))
    with pytest.raises(DataError, match="another number of columns"):
        part.distances(np.zeros((1, 3)))
