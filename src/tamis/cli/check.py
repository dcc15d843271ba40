"""`tamis check`: the declaration is built, every table is read, and what is odd about the data is said."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from tamis.cli.show import print_json, print_line, progress
from tamis.cli.system_file import load_system
from tamis.core.clock import iso
from tamis.core.parts import parts_of
from tamis.data.dataset import Dataset
from tamis.data.declarations import AttributeOf, EventTable
from tamis.shapes import Funnel

_FEW = 100


def run(file: Path, system: str | None, json: bool) -> None:
    """Check and print; exit code 1 where there are problems."""
    loaded = load_system(file, system)
    with progress(quiet=json):
        dataset = loaded.dataset()
    found = findings(loaded.funnel, dataset)
    if json:
        print_json(found)
    else:
        for table in found["tables"]:
            print_line(table["line"])
            for warning in table["warnings"]:
                print_line(f"  note     {warning}")
            for reason, rows in table["examples"].items():
                print_line(f"  example  {reason}: {rows[0]}")
        for line in found["facts"]:
            print_line(line)
        for problem in found["problems"]:
            print_line(f"PROBLEM  {problem}")
        print_line("all checks passed" if not found["problems"] else f"{len(found['problems'])} problem(s)")
    if found["problems"]:
        sys.exit(1)


def findings(funnel: Funnel, dataset: Dataset) -> dict[str, Any]:
    """Return what a check found as JSON values: tables, facts, problems."""
    problems: list[str] = []
    facts: list[str] = []
    outcomes = dataset.events(funnel.objective.outcomes)
    for part in parts_of(funnel):
        if isinstance(part, AttributeOf):
            dataset.attribute(part)
        elif isinstance(part, EventTable) and part.conditions and len(dataset.events(part)) == 0:
            problems.append(f"{part.name}: no event meets its conditions")
    if len(outcomes):
        facts.append(
            f"objective {funnel.objective.outcomes.name}: {len(outcomes):,} outcomes of "
            f"{len(set(outcomes.user.tolist())):,} people with {len(set(outcomes.item.tolist())):,} items, "
            + ("without times" if dataset.timeless else f"{iso(int(outcomes.at[0]))} to {iso(int(outcomes.at[-1]))}")
        )
        if len(outcomes) < _FEW:
            problems.append(f"only {len(outcomes)} outcomes: too few to learn from (at least {_FEW} are advised)")
    tables = []
    for report in dataset.store.reports:
        if report.rows_in == 0:
            continue
        if report.rows_out < 0.9 * report.rows_in:
            problems.append(f"{report.where}: {1 - report.rows_out / report.rows_in:.0%} of the rows cannot be used")
        problems.extend(f"{report.where}: {error}" for error in report.errors)
        tables.append(
            {
                "table": report.where,
                "rows_in": report.rows_in,
                "rows_out": report.rows_out,
                "removed": report.counts(),
                "warnings": list(report.warnings),
                "examples": {part.reason: [dict(e) for e in part.examples] for part in report.removed if part.examples},
                "line": str(report),
            }
        )
    return {"system": funnel.name, "tables": tables, "facts": facts, "problems": problems}
