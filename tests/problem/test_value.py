from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tamis.core.errors import DataError, OptionError
from tamis.problem.value import Times, Value, Weighted, default_weights

BID = SimpleNamespace(name="campaigns.bid")


def test_a_weighted_sum_by_hand():
    predictions = {"like": np.array([0.5, 0.0]), "dwell": np.array([30.0, 10.0]), "hide": np.array([0.1, 0.2])}
    value = Weighted(like=2, dwell=0.01, hide=-20).of(predictions)
    np.testing.assert_allclose(value, [2 * 0.5 + 0.3 - 2.0, 0.1 - 4.0])


def test_a_missing_head_counts_as_zero_and_is_reported():
    weighted, predictions = Weighted(like=1, share=8), {"like": np.array([0.25])}
    assert weighted.of(predictions).tolist() == [0.25]
    assert weighted.missing(predictions) == ("share",)
    assert weighted.missing({"like": 0, "share": 0}) == ()
    assert Weighted(share=8).of(predictions).tolist() == [0.0]


def test_a_head_without_a_weight_and_a_weight_of_zero_are_not_read():
    predictions = {"like": np.array([0.5]), "click": np.array([np.nan])}
    assert Weighted(like=1).of(predictions).tolist() == [0.5]
    assert Weighted(like=1, click=0).of(predictions).tolist() == [0.5]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("weight", [1.0, -1.0])
def test_a_broken_prediction_makes_the_value_nan_and_never_lifts(bad, weight):
    value = Weighted(like=1, hide=weight).of({"like": np.array([0.5, 0.5]), "hide": np.array([bad, 0.0])})
    assert np.isnan(value[0]) and value[1] == 0.5


def test_a_sum_too_large_for_a_float_is_nan():
    assert np.isnan(Weighted(a=1e308, b=1e308).of({"a": np.array([1.0]), "b": np.array([1.0])})[0])


def test_predictions_stay_as_they_were_and_integers_and_float32_are_taken():
    predictions = {"like": np.array([1, 0]), "share": np.array([0.5, 0.25], np.float32)}
    kept = {name: values.copy() for name, values in predictions.items()}
    value = Weighted(like=1, share=2).of(predictions)
    assert value.dtype == np.float64 and value.tolist() == [2.0, 0.5]
    for name, values in kept.items():
        np.testing.assert_array_equal(predictions[name], values)


def test_no_candidates_give_no_values():
    assert Weighted(like=1).of({"like": np.zeros(0)}).shape == (0,)


def test_no_predictions_and_unequal_lengths_are_refused():
    with pytest.raises(DataError, match="Weighted: nothing is predicted"):
        Weighted(like=1).of({})
    with pytest.raises(DataError, match="differ in length"):
        Weighted(like=1).of({"like": np.zeros(2), "share": np.zeros(3)})


def test_a_weight_for_no_head_is_refused_with_the_nearest():
    with pytest.raises(OptionError, match=r"no head predicts `coment`.*Did you mean 'comment'"):
        Weighted(like=1, coment=4).check(["like", "comment"])
    Weighted(like=1).check(iter(["like", "comment"]))


@pytest.mark.parametrize("weight", [np.nan, np.inf, "1", None, True])
def test_a_weight_must_be_a_finite_number(weight):
    with pytest.raises(OptionError, match=r"Weighted: `like` is not allowed\. Allowed: a finite number"):
        Weighted(like=weight)


def test_weights_are_needed_frozen_and_compared_by_value():
    with pytest.raises(OptionError, match="at least one task"):
        Weighted()
    weighted = Weighted(like=1, share=8)
    with pytest.raises(OptionError, match="frozen"):
        weighted.weights = {}
    with pytest.raises(TypeError):
        weighted.weights["like"] = 3
    assert weighted == Weighted(share=8, like=1) != Weighted(like=1)
    assert hash(weighted) == hash(Weighted(share=8, like=1))
    assert repr(weighted) == "Weighted(like=1, share=8)" and weighted.tasks == ("like", "share")


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.floats(-100, 100), min_size=1),
    st.lists(st.tuples(*[st.floats(0, 1)] * 6), min_size=1, max_size=5),
)
def test_the_sum_is_that_of_a_loop(weights, rows):
    predictions = {name: np.array([row[i] for row in rows]) for i, name in enumerate("abcdef")}
    expected = [sum(weights[name] * row["abcdef".index(name)] for name in weights) for row in rows]
    np.testing.assert_allclose(Weighted(**weights).of(predictions), expected, atol=1e-9)


def test_default_weights_follow_the_order_of_effort():
    weights = default_weights("click", "like", "comment", "share", "skip", "hide", "report").weights
    assert weights["share"] > weights["comment"] > weights["like"] > weights["click"] > 0
    assert 0 > weights["skip"] > weights["hide"] > weights["report"]
    with pytest.raises(OptionError, match=r"no default weight for `likes`.*Did you mean 'like'"):
        default_weights("likes")


def test_bid_times_click_by_hand():
    times = Times(BID, "click")
    predictions = {"campaigns.bid": np.array([2.0, 0.0, 4.0]), "click": np.array([0.1, 0.9, 0.05])}
    np.testing.assert_allclose(times.of(predictions), [0.2, 0.0, 0.2])
    assert times.tasks == ("click",) and times.columns == (BID,)
    assert str(times) == "campaigns.bid x click"


def test_a_missing_prediction_counts_as_zero_but_a_missing_bid_is_an_error():
    times = Times(BID, "click")
    assert times.of({"campaigns.bid": np.array([2.0])}).tolist() == [0.0]
    assert times.missing(["campaigns.bid"]) == ("click",) and times.missing(["click"]) == ()
    with pytest.raises(DataError, match=r"the multiplier `campaigns\.bid` is not there"):
        times.of({"click": np.array([0.1])})


def test_a_bid_of_nan_gives_nan_also_where_the_rate_is_zero():
    value = Times(BID, "click").of(
        {"campaigns.bid": np.array([np.nan, np.inf, 1.0]), "click": np.array([0.0, 0.0, 0.5])}
    )
    np.testing.assert_array_equal(value, [np.nan, np.nan, 0.5])


def test_the_multiplier_must_be_a_column_and_the_task_a_head():
    with pytest.raises(OptionError, match="`multiplier` is not allowed"):
        Times("bid", "click")
    with pytest.raises(OptionError, match=r"Times: no head predicts `clik`.*Did you mean 'click'"):
        Times(BID, "clik").check(["click"])


def test_both_are_values():
    assert isinstance(Weighted(like=1), Value) and isinstance(Times(BID, "click"), Value)
    assert Weighted(like=1).columns == ()
