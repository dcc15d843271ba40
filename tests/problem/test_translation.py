from types import SimpleNamespace

import pytest

from tamis.problem.objective import Maximize
from tamis.problem.outcomes import Outcome
from tamis.problem.translation import CATEGORY_GUIDES, Category, Translation, translate

EVENTS = SimpleNamespace(name="events")


def test_every_category_has_losses_and_metrics():
    assert set(CATEGORY_GUIDES) == set(Category)
    assert all(guide.predicts and guide.losses and guide.metrics for guide in CATEGORY_GUIDES.values())


@pytest.mark.parametrize("kind", [*Outcome, None])
def test_every_goal_has_several_candidates_that_differ(kind):
    tasks = translate(Maximize(EVENTS, kind=kind))
    assert len(tasks) >= 2 and len({(task.category, task.output) for task in tasks}) == len(tasks)


def test_amounts_are_regression_and_clicks_are_binary():
    assert translate(Maximize(EVENTS, kind=Outcome.TIME_SPENT))[0].category is Category.REGRESSION
    click = translate(Maximize(EVENTS, kind=Outcome.CLICKS), input="query and product")[0]
    assert click.category is Category.BINARY and click.losses[0] == "binary cross-entropy"
    assert click.facts()[0].says == "query and product to the probability of a click, as binary classification"


def test_an_objective_outside_the_catalogue_gets_what_always_applies():
    assert [task.category for task in translate(Maximize(EVENTS))] == [Category.BINARY, Category.RANKING]


def test_a_translation_written_by_hand_takes_loss_and_metric_from_its_category():
    task = Translation("find spam", "message", "spam or not", Category.BINARY)
    assert task.metrics == CATEGORY_GUIDES[Category.BINARY].metrics
