import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.core.errors import OptionError
from tamis.core.rng import generator
from tamis.models.gradient_boosting import GradientBoosting
from tamis.models.lambda_mart import LambdaMART
from tamis.training.spaces import Choice, Dimension, LogUniform, Uniform, Whole, rebuild

DIMENSIONS = [Choice(("a", None, 3)), Uniform(-1, 1), LogUniform(1e-4, 10), Whole(-3, 3), Whole(1, 500, log=True)]


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_draws_and_grids_stay_inside_and_repeat_by_seed(dimension):
    assert isinstance(dimension, Dimension)
    drawn = [dimension.draw(generator(1, i)) for i in range(500)]
    assert drawn == [dimension.draw(generator(1, i)) for i in range(500)]
    values = [*drawn, *dimension.grid(7)]
    if isinstance(dimension, Choice):
        assert set(values) == {"a", None, 3}
    else:
        assert all(dimension.low <= v <= dimension.high for v in values)
        assert dimension.grid(7)[0] == dimension.low
        assert dimension.grid(7)[-1] == dimension.high
        assert type(drawn[0]) is (int if isinstance(dimension, Whole) else float)


def test_log_scales_give_every_factor_the_same_chance():
    drawn = np.array([LogUniform(1e-4, 1.0).draw(generator(0, i)) for i in range(4000)])
    assert np.mean(drawn < 1e-2) == pytest.approx(0.5, abs=0.03)
    whole = np.array([Whole(1, 1000, log=True).draw(generator(0, i)) for i in range(4000)])
    assert np.mean(whole <= 31) == pytest.approx(np.log(63) / np.log(2001), abs=0.03)
    even = np.array([Whole(1, 4).draw(generator(0, i)) for i in range(4000)])
    np.testing.assert_allclose(np.bincount(even)[1:] / 4000, 0.25, atol=0.03)


@given(st.integers(1, 10_000), st.integers(0, 10_000), st.integers(1, 30))
def test_whole_grids_are_distinct_and_keep_both_ends(low, width, points):
    grid = Whole(low, low + width, log=True).grid(points)
    assert len(set(grid)) == len(grid) <= points
    assert grid[0] == low
    assert points == 1 or grid[-1] == low + width


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Choice(()),
        lambda: Uniform(1, 0),
        lambda: LogUniform(0, 1),
        lambda: Whole(0, 5, log=True),
        lambda: Whole(0.5, 2),
        lambda: Uniform(0, np.inf),
    ],
)
def test_ranges_that_are_none_are_refused(wrong):
    with pytest.raises(OptionError):
        wrong()


def test_rebuild_changes_options_and_drops_what_was_learned():
    model = LambdaMART(seed=3)
    model.note_ = "learned"
    made = rebuild(model, {"learning_rate": 0.5, "growth.leaves": 5, "growth.l2": 1.0})
    assert (made.learning_rate, made.growth.leaves, made.growth.l2, made.seed) == (0.5, 5, 1.0, 3)
    assert model.growth.leaves == 31
    assert not hasattr(made, "note_")


def test_rebuild_names_what_it_does_not_know():
    with pytest.raises(OptionError, match=r"GradientBoosting: there is no option `learning_rat`.*'learning_rate'"):
        rebuild(GradientBoosting(), {"learning_rat": 1})
    with pytest.raises(OptionError, match=r"TreeGrowth: there is no option `leafs`"):
        rebuild(GradientBoosting(), {"growth.leafs": 1})
    with pytest.raises(OptionError, match="`trees` is not allowed"):
        rebuild(GradientBoosting(), {"trees": 0})
