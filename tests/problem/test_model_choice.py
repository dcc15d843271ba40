import math

import pytest

from tamis.core.errors import OptionError
from tamis.problem.model_choice import RATED_MODELS, Factor, compare_models

FAST, DEEP = Factor.TRAINING_SPEED, Factor.DATA_COMPLEXITY
MINE = {"linear": {FAST: 5, DEEP: 2}, "deep": {FAST: 1, DEEP: 5}}


def test_the_score_is_the_weighted_mean_by_hand():
    table = compare_models({FAST: 3, DEEP: 1}, MINE)
    assert [(row.model, row.score) for row in table.rows] == [("linear", (15 + 2) / 4), ("deep", (3 + 5) / 4)]
    assert table.best == "linear"


def test_a_weight_of_zero_does_not_count_and_needs_no_rating():
    table = compare_models({FAST: 1, Factor.INTERPRETABILITY: 0}, MINE)
    assert table.rows[0].score == 5 and list(table.weights) == [FAST]


def test_equal_scores_stand_by_name():
    assert [row.model for row in compare_models({FAST: 1}, {"b": {FAST: 3}, "a": {FAST: 3}}).rows] == ["a", "b"]


def test_the_starting_ratings_cover_every_factor_and_follow_what_is_stressed():
    assert all(set(rated) == set(Factor) for rated in RATED_MODELS.values())
    assert compare_models({Factor.INTERPRETABILITY: 1, Factor.CONTINUAL_LEARNING: 1}).best == "logistic regression"
    complex_task = compare_models({Factor.TASK_COMPLEXITY: 1, Factor.DATA_COMPLEXITY: 1})
    assert complex_task.best in {"deep and cross network", "transformer"}
    by_continual = compare_models({Factor.CONTINUAL_LEARNING: 1})
    assert by_continual.rows[-1].model == "gradient boosted trees"


def test_the_table_in_markdown():
    assert compare_models({FAST: 2}, {"a": {FAST: 3}}).to_markdown() == (
        "| model | score | trains fast (x2) |\n|---|---|---|\n| a | 3.00 | 3 |"
    )


@pytest.mark.parametrize("rating", [0, 6, math.nan])
def test_a_rating_out_of_bounds_is_refused(rating):
    with pytest.raises(OptionError, match=r"the rating of 'a' for Factor\.TRAINING_SPEED"):
        compare_models({FAST: 1}, {"a": {FAST: rating}})


def test_a_missing_rating_is_an_error_that_names_it():
    with pytest.raises(OptionError, match=r"'a' for Factor\.DATA_COMPLEXITY.*Got: 'no rating'"):
        compare_models({FAST: 1, DEEP: 1}, {"a": {FAST: 3}})


@pytest.mark.parametrize("weight", [-1, math.nan, math.inf])
def test_a_weight_out_of_bounds_is_refused(weight):
    with pytest.raises(OptionError, match=r"the weight of Factor\.TRAINING_SPEED"):
        compare_models({FAST: weight}, MINE)


def test_no_weight_no_model_and_no_factor():
    with pytest.raises(OptionError, match="no factor has a weight above 0"):
        compare_models({FAST: 0}, MINE)
    with pytest.raises(OptionError, match="no model is rated"):
        compare_models({FAST: 1}, {})
    with pytest.raises(OptionError, match=r"no Factor.*Did you mean 'Factor\.TRAINING_SPEED'"):
        compare_models({"training speed": 1}, MINE)
