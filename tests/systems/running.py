"""Blueprints as a user runs them: the file copied beside its tables, then the command line or the library."""

import contextlib
import io
import shutil
import sys
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from tamis.cli.system_file import Loaded, load_system
from tamis.systems.baselines import TRIVIAL, trivial_funnels
from tamis.training.backtest import Backtest, Evaluation, backtest
from tamis.training.rows import RowPlan

QUICK = Backtest(plan=RowPlan(windows=(0.7,), most_queries=400))
"""One training window and few requests: enough to tell a Funnel from popularity."""


@dataclass
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


def tamis(*words) -> Ran:
    """Run the command line in this process."""
    from tamis.cli import main

    out, err, before, code = io.StringIO(), io.StringIO(), sys.argv, 0
    sys.argv = ["tamis", *map(str, words)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as left:
        code = int(left.code or 0)
    finally:
        sys.argv = before
    return Ran(code, out.getvalue(), err.getvalue())


def blueprint(name: str, folder: Path) -> Path:
    """Copy a blueprint beside its tables and return the copy."""
    return Path(shutil.copy(import_module(f"tamis.systems.{name}").__file__, folder))


def loaded(name: str, folder: Path) -> Loaded:
    """Return a blueprint read as a system file, fresh: nothing is fitted yet."""
    return load_system(blueprint(name, folder))


def quick_trees(system):
    """Return the same system with few trees on one thread, so that a test is quick on a busy machine."""
    return replace(system, judge=replace(system.judge, predictor=replace(system.judge.predictor, trees=80, threads=1)))


def beside_trivial(system, dataset, how: Backtest = QUICK) -> Evaluation:
    """Return the system measured beside the trivial rows."""
    return backtest(system, dataset, trivial_funnels(system), TRIVIAL, how)


def figures(made: Evaluation) -> str:
    """Return the chosen metric of every row, for the log of a test."""
    return ", ".join(f"{row.name} {row.metrics[made.chosen].mean:.4f}" for row in made.rows)
