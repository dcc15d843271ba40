from typing import Annotated, Literal

import pytest

from tamis.core.conditions import above, at_least, below, between, one_of
from tamis.core.errors import OptionError, TamisError
from tamis.core.options import kebab, options, span


@options
class Part:
    events: str
    k: Annotated[int, at_least(1)] = 10
    share: Annotated[float, between(0, 1)] = 0.5
    last: Annotated[int, above(0)] | None = None
    form: Literal["linear", "exponential"] = "linear"
    flag: bool = False


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"k": 0}, ["Part", "`k`", "an int at least 1", "Got: 0"]),
        ({"k": 1.5}, ["`k`", "1.5"]),
        ({"k": True}, ["`k`", "True"]),
        ({"share": float("nan")}, ["`share`", "nan"]),
        ({"share": 1.01}, ["`share`", "from 0 to 1", "1.01"]),
        ({"last": 0}, ["`last`", "above 0", "None", "Got: 0"]),
        ({"last": "3"}, ["`last`", "'3'"]),
        ({"form": "exponental"}, ["`form`", "Did you mean 'exponential'"]),
        ({"flag": 1}, ["`flag`", "a bool"]),
        ({"sharee": 1}, ["there is no option `sharee`", "Did you mean 'share'"]),
    ],
)
def test_a_wrong_option_says_what_where_allowed_and_got(given, words):
    with pytest.raises(OptionError) as caught:
        Part("x", **given)
    text = str(caught.value)
    assert "\n" not in text
    for word in words:
        assert word in text


def test_a_missing_or_surplus_option_is_told():
    with pytest.raises(OptionError, match="`events` is missing"):
        Part()
    with pytest.raises(OptionError, match="at most 6 options"):
        Part("x", 1, 0.5, None, "linear", False, 7)


def test_options_are_frozen_and_learned_state_is_not():
    part = Part("x", k=3)
    with pytest.raises(OptionError, match="`k` is frozen"):
        part.k = 4
    part.weights_ = [1.0]
    assert part.k == 3 and part.weights_ == [1.0]


def test_an_int_is_a_float_and_none_is_allowed_where_said():
    part = Part("x", share=1, last=None)
    assert part.share == 1 and part.last is None


@pytest.mark.parametrize(
    ("text", "micros"), [("90d", 90 * 86_400e6), ("1.5h", 5_400e6), ("2w", 14 * 86_400e6), ("5us", 5)]
)
def test_spans(text, micros):
    assert span(text) == micros


@pytest.mark.parametrize("text", ["", "d", "0d", "-1d", "5", "5y", None, 7])
def test_bad_spans_are_refused(text):
    with pytest.raises(OptionError, match="within"):
        span(text, name="within")


def test_conditions_read_as_phrases_and_hold_on_arrays():
    import numpy as np

    column = np.array([1.0, 2.0, 3.0])
    assert at_least(2).holds(column).tolist() == [False, True, True]
    assert below(2).holds(column).tolist() == [True, False, False]
    assert between(2, 3).holds(column).tolist() == [False, True, True]
    assert one_of(1.0, 3.0).holds(column).tolist() == [True, False, True]
    assert str(one_of("a", "b")) == "one of 'a', 'b'"


def test_an_error_is_one_line_with_every_piece():
    error = TamisError("is wrong", where="a.csv", allowed="a", got="x" * 500, nearest="b", next_step="do this")
    text = str(error)
    assert text.startswith("a.csv: is wrong. Allowed: a. Got: 'xxx")
    assert text.endswith("Did you mean 'b'? Next: do this.") and len(text) < 250


@pytest.mark.parametrize(
    ("name", "words"), [("ItemToItem", "item-to-item"), ("DPP", "dpp"), ("NotSeen", "not-seen"), ("BM25F", "bm25-f")]
)
def test_kebab(name, words):
    assert kebab(name) == words
