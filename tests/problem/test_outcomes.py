import numpy as np
import pytest

from tamis.core.conditions import at_least
from tamis.core.errors import DataError
from tamis.problem.outcomes import OUTCOME_GUIDES, LabelRule, Outcome, outcome_named


def test_the_catalogue_holds_every_outcome_once_with_a_flaw_and_what_watches_it():
    assert list(OUTCOME_GUIDES) == list(Outcome)
    for outcome, guide in OUTCOME_GUIDES.items():
        assert guide.outcome is outcome
        assert guide.flaw and guide.watched_by and guide.offline and guide.online and guide.words


def test_no_word_names_two_outcomes():
    words = [word for guide in OUTCOME_GUIDES.values() for word in guide.words]
    assert len(words) == len(set(words))


def test_every_word_of_the_catalogue_leads_back_to_its_outcome_also_as_a_plural():
    for outcome, guide in OUTCOME_GUIDES.items():
        for word in guide.words:
            assert outcome_named(word.upper()) is outcome
            assert outcome_named(f"recent_{word}s") is outcome


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("loved", Outcome.RELEVANCE), ("clicks", Outcome.CLICKS), ("friendships", Outcome.CONNECTIONS), ("", None)],
)
def test_the_name_of_events_tells_the_outcome(name, outcome):
    assert outcome_named(name) is outcome


def test_a_known_word_inside_another_word_does_not_count():
    assert outcome_named("unlikely") is None


def test_labels_by_hand_for_one_or_zero_and_for_amounts():
    kind = np.array(["click", "rating", "rating", "rating", "hide"])
    value = np.array([np.nan, 4.0, 3.9, np.nan, 9.0])
    yes = LabelRule({"click": None, "rating": at_least(4)})
    np.testing.assert_array_equal(yes.label(kind, value), [1, 1, 0, 0, 0])
    amount = LabelRule({"rating": None}, amount=True)
    np.testing.assert_array_equal(amount.label(kind, value), [0, 4.0, 3.9, np.nan, 0])
    assert "rating of at least 4" in str(yes)


def test_labels_leave_their_input_alone_and_take_no_events():
    kind, value = np.array(["click"]), np.array([2.0])
    LabelRule({"click": None}).label(kind, value)
    assert kind.tolist() == ["click"] and value.tolist() == [2.0]
    assert LabelRule({"click": None}).label(np.zeros(0, np.str_), np.zeros(0)).shape == (0,)


def test_labels_refuse_unequal_lengths():
    with pytest.raises(DataError, match="differ in length"):
        LabelRule({"click": None}).label(np.array(["click"]), np.zeros(2))


def test_the_default_label_takes_a_rating_of_four_and_half_an_item():
    label = OUTCOME_GUIDES[Outcome.RELEVANCE].label
    kind = np.array(["rating", "rating", "watched_share", "watched_share"])
    np.testing.assert_array_equal(label.label(kind, np.array([4, 3, 0.5, 0.49])), [1, 0, 1, 0])
