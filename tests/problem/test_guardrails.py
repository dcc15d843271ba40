import pytest

from tamis.core.conditions import above, at_least, at_most, below, between
from tamis.core.errors import OptionError
from tamis.problem.guardrails import Guardrail, check_guardrails


@pytest.mark.parametrize(
    ("limit", "passed"), [(at_most(0.5), True), (at_least(0.5), True), (below(0.5), False), (above(0.5), False)]
)
def test_a_value_on_the_limit_has_a_defined_side(limit, passed):
    assert Guardrail("m", limit).check({"m": 0.5}).passed is passed


def test_the_line_has_the_form_of_errors():
    check = Guardrail("hide rate", at_most(0.01), "annoyed readers").check({"hide rate": 0.02})
    assert not check.passed and check.value == 0.02
    assert check.says == (
        "Guardrail 'hide rate': the limit is broken (annoyed readers). Allowed: at most 0.01. Got: 0.02."
    )
    assert Guardrail("m", between(0, 1)).check({"m": 0.25}).says == "Guardrail 'm': 0.25 is from 0 to 1."


def test_what_is_not_measured_does_not_pass_and_names_the_nearest():
    check = Guardrail("hide rate", at_most(0.01)).check({"hide_rate": 0.0})
    assert not check.passed and check.value is None
    assert "was not measured" in check.says and "Did you mean 'hide_rate'?" in check.says


@pytest.mark.parametrize("limit", [at_most(1), at_least(0), between(0, 1)])
def test_nan_passes_no_limit(limit):
    check = Guardrail("m", limit).check({"m": float("nan")})
    assert not check.passed and "not a number" in check.says


def test_infinity_is_compared_as_a_number():
    assert Guardrail("m", at_least(0)).check({"m": float("inf")}).passed
    assert not Guardrail("m", at_most(0)).check({"m": float("inf")}).passed


def test_all_are_checked_in_order_also_two_on_one_metric():
    rails = [Guardrail("m", at_least(1)), Guardrail("m", at_most(2)), Guardrail("n", at_most(0))]
    assert [c.passed for c in check_guardrails(rails, {"m": 3.0, "n": 0.0})] == [True, False, True]
    assert check_guardrails([], {"m": 1.0}) == []


def test_the_limit_must_be_a_condition():
    with pytest.raises(OptionError, match="Guardrail: `limit` is not allowed"):
        Guardrail("m", 0.01)


def test_nan_passes_not_even_a_limit_that_accepts_everything():
    class Anything:
        def holds(self, column):
            return True

    assert not Guardrail("m", Anything()).check({"m": float("nan")}).passed
    assert Guardrail("m", Anything()).check({"m": 1.0}).passed
