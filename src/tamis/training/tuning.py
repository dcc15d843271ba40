"""Search for good options: all of a grid, draws at random, or draws that learn from earlier trials (Optuna).

Each search takes a space (option name to `Choice`, `Uniform`, `LogUniform` or `Whole`) and an objective (options to
value), and returns every trial. With `CrossValidation` in the objective it chooses options of any model; see `rebuild`.
"""

from __future__ import annotations

import itertools
import math
from typing import Annotated, Any

from tamis.core.clock import Clock
from tamis.core.conditions import at_least
from tamis.core.errors import MissingExtraError, OptionError
from tamis.core.options import options
from tamis.core.rng import generator
from tamis.training.spaces import Dimension, Space
from tamis.training.trials import Limits, Objective, Trial, Trials, run_trials


@options
class Grid:
    """Tries every combination; the last option of the space changes fastest.

    Parameters
    ----------
    points : int
        Values per option that is a range; a `Choice` gives all its values.
    budget : span, optional
        Stops between trials when spent, such as "10m"; needs a clock.

    Examples
    --------
    >>> from tamis.training.spaces import Choice, Whole
    >>> space = {"a": Whole(0, 2), "b": Choice((0, 10))}
    >>> found = Grid().search(space, lambda chosen: chosen["a"] + chosen["b"], smaller_is_better=False)
    >>> len(found.trials), found.best.options, found.best.value
    (6, {'a': 2, 'b': 10}, 12.0)
    """

    points: Annotated[int, at_least(1)] = 3
    budget: str | None = None

    def search(
        self, space: Space, objective: Objective, *, smaller_is_better: bool, clock: Clock | None = None
    ) -> Trials:
        """Return every trial.

        Raises
        ------
        OptionError
            Where the space is empty or holds something else than dimensions, or a budget lacks a clock.
        """
        _check_space("Grid", space)
        values = [dimension.grid(self.points) for dimension in space.values()]
        combinations = itertools.product(*values)
        limits = Limits(math.prod(len(v) for v in values), self.budget, clock)
        return run_trials(lambda number: dict(zip(space, next(combinations))), objective, limits, smaller_is_better)


@options
class RandomSearch:
    """Draws every trial at random; trial i is the same for every number of trials.

    Better than a grid where only some options matter: each trial tries a new value of every one. Bergstra and Bengio
    (2012), https://www.jmlr.org/papers/v13/bergstra12a.html.

    Parameters
    ----------
    trials : int
    budget : span, optional
        Stops between trials when spent, such as "10m"; needs a clock.
    seed : int

    Examples
    --------
    >>> from tamis.training.spaces import Uniform
    >>> found = RandomSearch(trials=50).search({"x": Uniform(-1, 1)}, lambda c: c["x"] ** 2, smaller_is_better=True)
    >>> abs(found.best.options["x"]) < 0.1
    True
    """

    trials: Annotated[int, at_least(1)] = 20
    budget: str | None = None
    seed: int = 0

    def search(
        self, space: Space, objective: Objective, *, smaller_is_better: bool, clock: Clock | None = None
    ) -> Trials:
        """Return every trial.

        Raises
        ------
        OptionError
            Where the space is empty or holds something else than dimensions, or a budget lacks a clock.
        """
        _check_space("RandomSearch", space)

        def propose(number: int) -> dict[str, Any]:
            random = generator(self.seed, number)
            return {name: dimension.draw(random) for name, dimension in space.items()}

        return run_trials(propose, objective, Limits(self.trials, self.budget, clock), smaller_is_better)


@options
class Optuna:
    """Draws where earlier trials were good, by Optuna's tree-structured Parzen estimator; an extra: `tamis[tune]`.

    Failed trials are told to Optuna as failed. The same seed and objective give the same trials. Akiba et al. (2019),
    https://doi.org/10.1145/3292500.3330701; Bergstra et al. (2011), Algorithms for hyper-parameter optimization,
    NeurIPS 24.

    Parameters
    ----------
    trials : int
    budget : span, optional
        Stops between trials when spent, such as "10m"; needs a clock.
    seed : int
    """

    trials: Annotated[int, at_least(1)] = 20
    budget: str | None = None
    seed: int = 0

    def search(
        self, space: Space, objective: Objective, *, smaller_is_better: bool, clock: Clock | None = None
    ) -> Trials:
        """Return every trial.

        Raises
        ------
        MissingExtraError
            Where Optuna is not installed.
        OptionError
            Where the space is empty or holds something else than dimensions, or a budget lacks a clock.
        """
        _check_space("Optuna", space)
        limits = Limits(self.trials, self.budget, clock)
        try:
            import optuna
        except ImportError:
            raise MissingExtraError(
                "Optuna is not installed", where="Optuna", next_step='pip install "tamis[tune]", or use RandomSearch'
            ) from None
        loud = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        try:
            study = optuna.create_study(
                direction="minimize" if smaller_is_better else "maximize",
                sampler=optuna.samplers.TPESampler(seed=self.seed & 0xFFFFFFFF),
            )
            asked: dict[int, Any] = {}

            def propose(number: int) -> dict[str, Any]:
                asked[number] = study.ask()
                return {name: dimension.suggest(asked[number], name) for name, dimension in space.items()}

            def learn(trial: Trial) -> None:
                if trial.error:
                    study.tell(asked[trial.number], state=optuna.trial.TrialState.FAIL)
                else:
                    study.tell(asked[trial.number], trial.value)

            return run_trials(propose, objective, limits, smaller_is_better, learn)
        finally:
            optuna.logging.set_verbosity(loud)


def _check_space(where: str, space: Space) -> None:
    if not space:
        raise OptionError("the space is empty", where=where, allowed="at least one option to search")
    for name, dimension in space.items():
        if not isinstance(dimension, Dimension) or isinstance(dimension, type):
            raise OptionError(
                f"`{name}` is no dimension", where=where, allowed="Choice, Uniform, LogUniform or Whole", got=dimension
            )
