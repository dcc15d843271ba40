"""The quality ledger: every public part measured on one seeded world, or excused with a reason.

    python -m benchmarks.ledger             # the table beside the recorded values
    python -m benchmarks.ledger --update    # measure anew with five seeds and rewrite ledger.json

A recorded value is that of the parts' seed 0; its tolerance is the standard deviation over five seeds of the part, or 1 %
of the value where that is more (a part without a seed has no spread), and never grows: `--update` keeps the smaller of
the recorded and the new one, as a share of the value. A part that is worse than its recorded value by
more than the tolerance fails `tests/house/test_ledger.py`, and so does a part that is neither measured nor excused.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import pkgutil
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ledger_scenarios import LOWER, SCENARIOS
from benchmarks.ledger_world import LedgerWorld
from benchmarks.printing import table

RECORD = Path(__file__).with_name("ledger.json")
TESTS = Path(__file__).parent.parent / "tests"
SEEDS = range(5)
ROOMS = ("models", "features", "stages")
SMALLEST_SHARE = 0.01
REFERENCES = ("rerank: none", "calibration: none")
"""Rows without a part, for comparison: they may move either way."""

_RULE = "a rule: its answer is right or wrong, held to a loop"
EXCUSED: dict[str, str] = {
    "features.Aggregate": "how Count, Sum, Mean and TimeSince describe themselves to the batch face; measured as those",
    "features.Aggregated": "the protocol of Count, Sum, Mean and TimeSince; measured as those",
    "features.Entity": "a declaration; its attributes are measured as Attribute",
    "features.Events": "a declaration; its verbs are measured as Count, Sum, Mean and TimeSince",
    "models.Objective": "an option of GradientBoosting",
    "models.TreeGrowth": "an option of GradientBoosting and LambdaMART",
    **{
        f"filter.{name}": f"{_RULE} in tests/stages/filter"
        for name in (
            "AgeLimit",
            "Available",
            "Blocked",
            "Duplicates",
            "Exclude",
            "Fatigue",
            "FrequencyCap",
            "InStock",
            "Matches",
            "Region",
            "Supports",
            "Where",
        )
    },
    "rerank.Pin": f"{_RULE} in tests/stages/rerank",
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--update", action="store_true", help="rewrite ledger.json")
    given = asked.parse_args()
    if given.update:
        update()
    began = time.perf_counter()
    now = measure(0)
    print(compared(now, recorded()))
    print(
        f"\n{len(SCENARIOS)} scenarios in {time.perf_counter() - began:.1f} s; worse than the tolerance: {drops(now) or 'none'}"
    )
    reasons = {**EXCUSED, **{f"metrics.{name}": reason for name, reason in metric_functions().items()}}
    print("\n" + table(["excused", "because"], sorted(reasons.items())))
    print(f"neither measured nor excused: {sorted(unaccounted()) or 'none'}")


def measure(seed: int) -> dict[str, dict[str, float]]:
    """Return metric values by scenario, parts with a seed having this one."""
    world = LedgerWorld(seed)
    return {name: run(world) for name, run in SCENARIOS.items()}


def recorded() -> dict[str, dict[str, dict[str, float]]]:
    """Return what ledger.json holds: value and tolerance by scenario and metric."""
    made: dict[str, dict[str, dict[str, float]]] = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    return made


def drops(now: dict[str, dict[str, float]]) -> list[str]:
    """Return a line for every recorded metric that is missing, not a number, or worse by more than its tolerance."""
    lines = []
    for name, metrics in recorded().items():
        for metric, held in metrics.items() if name not in REFERENCES else ():
            value = now.get(name, {}).get(metric, float("nan"))
            worse = (value - held["value"]) * (1 if metric in LOWER else -1)
            if not worse <= held["tolerance"]:
                lines.append(
                    f"{name}, {metric}: {held['value']:.4f} -> {value:.4f} (tolerance {held['tolerance']:.4f})"
                )
    return lines


def compared(now: dict[str, dict[str, float]], held: dict[str, dict[str, dict[str, float]]]) -> str:
    """Return the table of measured beside recorded values; random and popular stand first."""
    rows = []
    for name, metrics in now.items():
        for metric, value in metrics.items():
            was = held.get(name, {}).get(metric)
            change = "new" if was is None else f"{value - was['value']:+.4f}"
            rows.append([name, metric, *(f"{v:.4f}" if v is not None else "" for v in _values(value, was)), change])
    return table(["part", "metric", "measured", "recorded", "tolerance", "change"], rows)


def _values(value: float, was: dict[str, float] | None) -> tuple[float, float | None, float | None]:
    return (value, None, None) if was is None else (value, was["value"], was["tolerance"])


def update() -> None:
    """Measure with five seeds and rewrite ledger.json, never with a larger tolerance than was recorded."""
    folds, old, made = [measure(seed) for seed in SEEDS], recorded(), {}
    for name, metrics in folds[0].items():
        made[name] = {}
        for metric, value in metrics.items():
            spread = float(np.std([fold[name][metric] for fold in folds], ddof=1))
            share = max(spread / abs(value), SMALLEST_SHARE)
            before = old.get(name, {}).get(metric)
            if before is not None:
                share = min(share, before["tolerance"] / abs(before["value"]))
            made[name][metric] = {"value": round(value, 5), "tolerance": round(share * abs(value), 5)}
    RECORD.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n")


def public_parts() -> set[str]:
    """Return every public class of the rooms as `package.Class`, the package being the innermost one."""
    found = set()
    for room in ROOMS:
        root = importlib.import_module(f"tamis.{room}")
        packages = [root, *(_packages(root))]
        for package in packages:
            names = getattr(package, "__all__", None)
            members = _own_classes(package) if names is None else {n: getattr(package, n) for n in names}
            short = package.__name__.rsplit(".", 1)[-1]
            found |= {f"{short}.{name}" for name, member in members.items() if isinstance(member, type)}
    return found


def _packages(root: Any) -> list[Any]:
    inside = pkgutil.iter_modules(root.__path__, f"{root.__name__}.")
    return [importlib.import_module(found.name) for found in inside if found.ispkg]


def _own_classes(package: Any) -> dict[str, type]:
    inside = pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
    modules = [importlib.import_module(found.name) for found in inside if not found.ispkg and "._" not in found.name]
    return {
        name: member
        for module in modules
        for name, member in vars(module).items()
        if inspect.isclass(member) and member.__module__ == module.__name__ and not name.startswith("_")
    }


def metric_functions() -> dict[str, str]:
    """Return every public function of `tamis.metrics` and the test file that cross-checks it, "" where none does."""
    from tamis import metrics

    tests = {path: path.read_text() for path in sorted((TESTS / "metrics").glob("test_*.py"))}
    functions = [name for name in metrics.__all__ if inspect.isfunction(getattr(metrics, name))]
    return {
        name: next((f"cross-checked in tests/metrics/{p.name}" for p, text in tests.items() if f"{name}(" in text), "")
        for name in functions
    }


def unaccounted() -> set[str]:
    """Return the public parts that are neither measured nor excused, and the metrics that no test cross-checks."""
    parts = public_parts() - set(SCENARIOS) - set(EXCUSED)
    return parts | {f"metrics.{name}" for name, reason in metric_functions().items() if not reason}


if __name__ == "__main__":
    main()
