from types import SimpleNamespace

import pytest

from tamis.core.errors import OptionError
from tamis.problem.objective import Maximize
from tamis.problem.outcomes import OUTCOME_GUIDES, Outcome

LOVED = SimpleNamespace(name="loved")


def test_the_window_is_in_microseconds_and_none_without_a_limit():
    assert Maximize(LOVED, within="7d").window == 7 * 86_400_000_000
    assert Maximize(LOVED).window is None


def test_flaws_follow_the_name_unless_the_kind_is_given():
    assert Maximize(LOVED).flaws() == (OUTCOME_GUIDES[Outcome.RELEVANCE].flaw,)
    assert "clickbait" in Maximize(LOVED, kind=Outcome.CLICKS).flaws()[0]


def test_an_unknown_kind_has_no_flaw_and_is_flagged():
    unknown = Maximize(SimpleNamespace(name="zzz"))
    assert unknown.flaws() == () and unknown.guide is None
    assert [fact.name for fact in unknown.facts() if fact.assumed] == ["known flaw"]


def test_facts_say_what_why_and_the_metric_that_watches():
    facts = {fact.name: fact.says for fact in Maximize(LOVED, why="a good evening", within="7d").facts()}
    assert facts["objective"] == "maximise loved within 7d of the answer"
    assert facts["why"] == "a good evening"
    assert "satisfaction survey" in facts["known flaw"]


@pytest.mark.parametrize("within", ["soon", "0d", "-1d", "5"])
def test_a_span_that_is_none_is_refused(within):
    with pytest.raises(OptionError, match=r"Maximize: `within` is not a span"):
        Maximize(LOVED, within=within)


@pytest.mark.parametrize("outcomes", ["loved", 3, None])
def test_outcomes_must_be_a_selection_of_events(outcomes):
    with pytest.raises(OptionError, match=r"`outcomes` is not allowed.*Selection"):
        Maximize(outcomes)


@pytest.mark.parametrize("name", ["", "  ", None])
def test_a_selection_needs_a_name(name):
    with pytest.raises(OptionError, match="`outcomes` has no name"):
        Maximize(SimpleNamespace(name=name))


def test_a_misspelt_option_gets_the_nearest_name():
    with pytest.raises(OptionError, match="Did you mean 'within'"):
        Maximize(LOVED, whitin="7d")


def test_it_is_frozen():
    with pytest.raises(OptionError, match="frozen"):
        Maximize(LOVED).why = "because"
