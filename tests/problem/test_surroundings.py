import pytest

from tamis.core.errors import OptionError
from tamis.problem.surroundings import Surrounding, surroundings


def test_all_nine_are_told_and_what_nobody_provides_is_flagged():
    facts = surroundings({Surrounding.MONITORING: "drift alarms", Surrounding.CONFIGURATION: " "})
    assert len(facts) == len(Surrounding) == 9
    assert [fact.name for fact in facts if not fact.assumed] == ["monitoring"]
    assert facts[0].name == "configuration" and facts[0].assumed


def test_a_text_for_a_key_gets_the_nearest():
    with pytest.raises(
        OptionError, match=r"surroundings: the key is no Surrounding.*Did you mean 'Surrounding\.MONITORING'"
    ):
        surroundings({"monitor": "x"})
