"""`tamis evaluate`: the backtest, its table, where quality is lost, and the HTML report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tamis.cli.show import print_json, print_line, print_table, progress
from tamis.cli.system_file import load_system
from tamis.core.files import write_text
from tamis.data.dataset import Dataset
from tamis.evaluation.report import evaluation_facts, html_report
from tamis.shapes import Funnel
from tamis.stages.retrieve import RatedHighest
from tamis.systems.baselines import TRIVIAL, single_sources, trivial_funnels
from tamis.training.backtest import Backtest, Evaluation, backtest
from tamis.training.rating_error import measure_ratings


def run(
    file: Path,
    system: str | None,
    json: bool,
    report: Path | None,
    folds: int | None,
    share: float | None,
    k: int | None,
) -> None:
    """Measure and print."""
    loaded = load_system(file, system)
    given = {name: value for name, value in (("folds", folds), ("share", share), ("k", k)) if value is not None}
    how = replace(loaded.option(Backtest, Backtest()), **given)
    with progress(quiet=json):
        dataset = loaded.dataset()
        funnel = loaded.funnel
        others = {**single_sources(funnel), **trivial_funnels(funnel, timeless=dataset.timeless)}
        made = backtest(funnel, dataset, others, TRIVIAL, how)
        errors = rating_errors(funnel, dataset)
    facts = evaluation_facts(made) | ({"ratings": errors} if errors else {})
    if report is not None:
        write_text(report, html_report(facts))
    if json:
        print_json(facts)
    else:
        _print(made, facts)
        for name, told in errors.items():
            print_line(f"{name}, predicted ratings (a random fifth, seed 42): {_told(told)}")
        if report is not None:
            print_line(f"report: {report}")


def rating_errors(funnel: Funnel, dataset: Dataset) -> dict[str, dict[str, Any]]:
    """Return the root mean squared error of every source that predicts ratings, beside the mean and the biases alone."""
    made = {}
    for stage in funnel.retrieve:
        if isinstance(stage, RatedHighest):
            measured = measure_ratings(stage.ratings, dataset, stage.model)
            counts = ("rows", "test_rows", "unknown_users", "unknown_items")
            made[funnel.names_of[id(stage)]] = {"rmse": measured.rmse, **{c: getattr(measured, c) for c in counts}}
    return made


def _told(errors: dict[str, Any]) -> str:
    rmse = ", ".join(f"{name} {value:.4f}" for name, value in errors["rmse"].items())
    unknown = f"{errors['unknown_users']:,} of an unknown user, {errors['unknown_items']:,} of an unknown item"
    return f"RMSE {rmse}; {errors['test_rows']:,} ratings, {unknown}"


def _print(made: Evaluation, facts: dict[str, Any]) -> None:
    for line in made.protocol:
        print_line(line)
    print_line()
    names = list(made.rows[0].metrics)
    columns = [
        "system",
        f"{made.chosen} [95 %]",
        *names[1:],
        *made.rows[0].totals,
        "ms/request",
        "better by",
    ]
    rows = []
    for row in made.rows:
        low, high = row.metrics[made.chosen].interval()
        test = made.against.get(row.name)
        rows.append(
            [
                row.name + (" (trivial)" if row.trivial else ""),
                f"{row.metrics[made.chosen].mean:.4f} [{low:.4f}, {high:.4f}]",
                *[f"{row.metrics[n].mean:.4f}" for n in names[1:]],
                *[f"{v:.4f}" for v in row.totals.values()],
                f"{row.seconds * 1e3:.2f}",
                "" if test is None else f"{test.difference:+.4f} p={test.p_value:.2g}",
            ]
        )
    print_table(f"{made.system}: {made.rows[0].metrics[made.chosen].n:,} requests", columns, rows)
    print_table(
        "where quality is lost, from a perfect page to the one shown",
        ["stage", f"{made.chosen} lost", "what it is"],
        [[stage, f"{lost:.4f}", meaning] for stage, lost, meaning in made.loss.losses()],
    )
    print_table(
        "what the sources found",
        ["source", "recall of the truth"],
        [[name, f"{value.mean:.4f}"] for name, value in made.loss.recall.items()],
    )
    print_table(
        "slices by the person's history",
        ["slice", made.chosen, "requests"],
        [[name, f"{value.mean:.4f}", f"{value.n:,}"] for name, value in made.slices.items()],
    )
    for task, report in made.calibration.items():
        print_line(f"calibration of {task}: expected error {report.expected_error:.4f} over the judged candidates")
    print_line(f"trained in {facts['fit_seconds']:.1f} s, answered in {facts['answer_seconds']:.1f} s")
