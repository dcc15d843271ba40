import numpy as np
import pytest

from tamis.core.errors import DataError
from tamis.core.words import Rows
from tamis.models.linear import LinearRegression
from tamis.training.ablation import ablate
from tamis.training.cross_validation import CrossValidation
from tamis.training.measures import NDCG, SquaredError


def world():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 4)).astype(np.float32)
    x[:, 3] = x[:, 1] + rng.normal(size=600) * 0.01
    label = 3 * x[:, 0] + x[:, 1] + rng.normal(size=600)
    return Rows(x, ("strong", "twin", "noise", "other twin"), np.repeat(np.arange(120), 5)), label


def test_what_matters_is_found_and_its_size_is_right():
    found = ablate(LinearRegression(), *world(), SquaredError())
    assert next(iter(found.without)) == "strong"
    # Without the column, its share of the variance (3 ** 2) goes to the error.
    assert found.without["strong"].difference == pytest.approx(9, rel=0.15)
    assert found.without["strong"].is_clear
    assert abs(found.without["twin"].difference) < 0.05
    assert found.full.mean == pytest.approx(1, rel=0.2)


def test_twins_matter_only_together():
    found = ablate(LinearRegression(), *world(), SquaredError(), features={"twins": ("twin", "other twin")})
    assert list(found.without) == ["twins"]
    assert found.without["twins"].difference == pytest.approx(1, rel=0.3)


def test_a_gain_is_sorted_by_what_is_lost():
    rows, label = world()
    found = ablate(LinearRegression(), rows, np.maximum(label, 0), NDCG(k=3), cross_validation=CrossValidation(folds=3))
    assert next(iter(found.without)) == "strong"
    assert found.without["strong"].high < 0
    first = found.to_markdown().splitlines()[2]
    assert first.startswith("| strong | -0.")
    assert first.endswith("| yes |")


def test_unknown_and_last_columns_are_refused():
    rows, label = world()
    with pytest.raises(DataError, match=r"unknown column `strnog`.*Did you mean 'strong'\?"):
        ablate(LinearRegression(), rows, label, SquaredError(), features={"a": ("strnog",)})
    with pytest.raises(DataError, match="without `all` no column is left"):
        ablate(LinearRegression(), rows, label, SquaredError(), features={"all": rows.names})
