import sys

import numpy as np
import pytest

from tamis.core.errors import DataError, MissingExtraError, OptionError
from tamis.core.progress import listening
from tamis.core.words import Rows
from tamis.models.logistic import LogisticRegression
from tamis.training.cross_validation import CrossValidation
from tamis.training.measures import LogLoss
from tamis.training.spaces import Choice, LogUniform, Uniform, Whole, rebuild
from tamis.training.tuning import Grid, Optuna, RandomSearch

SPACE = {"x": Uniform(-2, 2), "n": Whole(1, 5), "kind": Choice(("good", "bad"))}


def bowl(chosen):
    return (chosen["x"] - 1) ** 2 + (chosen["n"] - 3) ** 2 + (chosen["kind"] == "bad")


def ticking(step):
    """A clock that moves on by `step` seconds each time it is read."""
    now = [0]

    def clock():
        now[0] += int(step * 1e6)
        return now[0]

    return clock


SEARCHES = [Grid(points=5), RandomSearch(trials=40), Optuna(trials=40)]


@pytest.mark.parametrize("search", SEARCHES)
def test_finds_a_low_point_and_keeps_every_trial(search):
    found = search.search(SPACE, bowl, smaller_is_better=True)
    assert found.best.value < 1.0
    assert found.best.value == min(t.value for t in found.trials)
    assert [t.number for t in found.trials] == list(range(len(found.trials)))
    assert all(t.value == bowl(t.options) for t in found.trials)
    worst = search.search(SPACE, bowl, smaller_is_better=False).best
    assert worst.value > 8


@pytest.mark.parametrize("search", SEARCHES)
def test_the_same_search_gives_the_same_trials(search):
    first = search.search(SPACE, bowl, smaller_is_better=True)
    assert search.search(SPACE, bowl, smaller_is_better=True).to_markdown() == first.to_markdown()


def test_the_grid_holds_every_combination_once():
    found = Grid(points=4).search(SPACE, bowl, smaller_is_better=True)
    assert len(found.trials) == 4 * 4 * 2
    assert len({tuple(t.options.values()) for t in found.trials}) == 32
    assert found.trials[1].options["kind"] == "bad"


def test_other_seeds_draw_others_and_more_trials_keep_the_first():
    a = RandomSearch(trials=5, seed=1).search(SPACE, bowl, smaller_is_better=True).trials
    more = RandomSearch(trials=9, seed=1).search(SPACE, bowl, smaller_is_better=True).trials
    assert [t.options for t in a] == [t.options for t in more[:5]]
    b = RandomSearch(trials=5, seed=2).search(SPACE, bowl, smaller_is_better=True).trials
    assert a[0].options != b[0].options


def test_optuna_learns_where_random_draws_do_not():
    space = {f"x{i}": Uniform(-5, 5) for i in range(4)}
    objective = lambda chosen: sum((v - 2) ** 2 for v in chosen.values())
    last = lambda search: np.mean(
        [t.value for t in search.search(space, objective, smaller_is_better=True).trials[-15:]]
    )
    assert last(Optuna(trials=60)) < 0.6 * last(RandomSearch(trials=60))


@pytest.mark.parametrize("search", SEARCHES)
def test_a_failed_trial_is_recorded_and_the_search_goes_on(search):
    def fragile(chosen):
        if chosen["n"] == 3:
            raise ValueError("three is too much")
        return np.nan if chosen["n"] == 2 else bowl(chosen)

    found = search.search(SPACE, fragile, smaller_is_better=True)
    three = [t for t in found.trials if t.options["n"] == 3]
    assert three
    assert all(t.error == "ValueError: three is too much" and np.isnan(t.value) for t in three)
    assert all(t.error == "the objective gave nan" for t in found.trials if t.options["n"] == 2)
    assert found.best.options["n"] not in (2, 3)
    assert found.ranked()[-1].error
    assert "failed: ValueError: three is too much" in found.to_markdown()


def test_a_search_without_a_success_says_so():
    def broken(chosen):
        raise RuntimeError("no data")

    found = RandomSearch(trials=3).search(SPACE, broken, smaller_is_better=True)
    with pytest.raises(DataError, match=r"none of 3 trials succeeded \(RuntimeError: no data\)"):
        _ = found.best


def test_a_user_who_stops_the_search_is_obeyed():
    def stopped(chosen):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        RandomSearch().search(SPACE, stopped, smaller_is_better=True)


@pytest.mark.parametrize("make", [Grid, RandomSearch, Optuna])
def test_the_budget_ends_the_search_between_trials(make):
    found = make(budget="10s").search(SPACE, bowl, smaller_is_better=True, clock=ticking(1))
    # Each trial reads the clock twice, the loop once before it (not before the first).
    assert len(found.trials) == 4
    assert found.stopped.startswith("the budget of 10s was spent after 4 of ")
    assert found.trials[0].seconds == 1
    one = make(budget="1s").search(SPACE, bowl, smaller_is_better=True, clock=ticking(100))
    assert len(one.trials) == 1


def test_a_budget_needs_a_clock_and_a_span():
    with pytest.raises(OptionError, match="needs a clock"):
        RandomSearch(budget="10s").search(SPACE, bowl, smaller_is_better=True)
    with pytest.raises(OptionError, match="`budget` is not a span"):
        RandomSearch(budget="soon").search(SPACE, bowl, smaller_is_better=True, clock=ticking(1))


def test_an_objective_cannot_change_the_record():
    def greedy(chosen):
        chosen["x"] = 99.0
        return 0.0

    found = RandomSearch(trials=2).search(SPACE, greedy, smaller_is_better=True)
    assert all(t.options["x"] != 99 for t in found.trials)
    assert found.best.number == 0


def test_wrong_spaces_are_named():
    with pytest.raises(OptionError, match="the space is empty"):
        Grid().search({}, bowl, smaller_is_better=True)
    with pytest.raises(OptionError, match=r"`x` is no dimension. Allowed: Choice, Uniform, LogUniform or Whole"):
        RandomSearch().search({"x": (1, 2)}, bowl, smaller_is_better=True)
    with pytest.raises(OptionError, match="`x` is no dimension"):
        RandomSearch().search({"x": Uniform}, bowl, smaller_is_better=True)


def test_without_optuna_the_pip_line_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtraError, match=r'pip install "tamis\[tune\]"'):
        Optuna().search(SPACE, bowl, smaller_is_better=True)


def test_optuna_stays_quiet_and_leaves_its_logging_as_it_was(capfd):
    import optuna

    before = optuna.logging.get_verbosity()
    Optuna(trials=2).search(SPACE, bowl, smaller_is_better=True)
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr().err == ""


def test_progress_is_told():
    heard = []
    with listening(lambda label, done, total, note: heard.append((label, done, total))):
        RandomSearch(trials=2).search(SPACE, bowl, smaller_is_better=True)
    assert heard == [("search", 0, 2), ("search", 1, 2), ("search", 2, 2)]


def test_chooses_the_penalty_that_the_world_asks_for():
    # 40 columns of noise and 120 rows: a strong penalty must win.
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 41)).astype(np.float32)
    label = (x[:, 0] + rng.normal(size=120) > 0).astype(float)
    rows = Rows(x, tuple(f"c{i}" for i in range(41)), np.arange(120))

    def objective(chosen):
        return CrossValidation(folds=4).run(rebuild(LogisticRegression(), chosen), rows, label, LogLoss()).mean

    found = Grid(points=4).search({"l2": LogUniform(1e-3, 1e3)}, objective, smaller_is_better=True)
    assert found.best.options["l2"] >= 10
    assert len(found.to_markdown().splitlines()) == 6
