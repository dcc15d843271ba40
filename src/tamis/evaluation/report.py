"""The report of an evaluation: facts as JSON values, and one HTML page with plots that needs no network and no script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tamis.training.backtest import Evaluation  # typing only: the report reads facts, it runs nothing


def measured_facts(measured: Any) -> dict[str, Any]:
    """Return a metric's mean, interval and count as JSON values; None where undefined."""
    low, high = measured.interval()
    return {"mean": _plain(measured.mean), "low": _plain(low), "high": _plain(high), "n": measured.n}


def evaluation_facts(made: Evaluation) -> dict[str, Any]:
    """Return everything a backtest measured as JSON values.

    Parameters
    ----------
    made : Evaluation
        What `tamis.training.backtest.backtest` returned.
    """
    return {
        "system": made.system,
        "chosen": made.chosen,
        "protocol": list(made.protocol),
        "rows": [
            {
                "name": row.name,
                "trivial": row.trivial,
                "metrics": {name: measured_facts(value) for name, value in row.metrics.items()},
                "totals": {name: _plain(value) for name, value in row.totals.items()},
                "ms_per_request": _plain(row.seconds * 1e3),
                "against": _against(made, row.name),
            }
            for row in made.rows
        ],
        "stage_loss": [{"stage": s, "lost": _plain(v), "meaning": m} for s, v, m in made.loss.losses()],
        "reached": {
            "best possible on what was retrieved": measured_facts(made.loss.best_possible),
            "ranked by the judge": measured_facts(made.loss.ranked),
            "shown after the rules": measured_facts(made.loss.shown),
        },
        "recall": {name: measured_facts(value) for name, value in made.loss.recall.items()},
        "removed_by_filters": {name: _plain(value) for name, value in made.loss.removed.items()},
        "slices": {name: measured_facts(value) for name, value in made.slices.items()},
        "calibration": {task: _reliability(report) for task, report in made.calibration.items()},
        "importance": _importance(made),
        "fit_seconds": round(made.fit_seconds, 2),
        "answer_seconds": round(made.answer_seconds, 2),
    }


def _against(made: Evaluation, name: str) -> dict[str, Any] | None:
    test = made.against.get(name)
    if test is None:
        return None
    told = {"difference": test.difference, "low": test.low, "high": test.high, "p_value": test.p_value}
    return {key: _plain(value) for key, value in told.items()}


def _importance(made: Evaluation) -> list[dict[str, Any]]:
    if made.trained is None:
        return []
    return [
        {"task": task, "feature": name, "share": _plain(share)}
        for task, shares in made.trained.importance.items()
        for name, share in sorted(shares.items(), key=lambda pair: -pair[1])[:15]
    ]


def _reliability(report: Any) -> dict[str, Any]:
    bins = zip(report.size.tolist(), report.predicted.tolist(), report.actual.tolist())
    return {
        "expected_error": _plain(report.expected_error),
        "bins": [{"rows": n, "predicted": _plain(p), "actual": _plain(a)} for n, p, a in bins if n],
    }


def _plain(value: Any) -> float | None:
    return float(value) if value is not None and np.isfinite(value) else None


def html_report(facts: dict[str, Any]) -> str:
    """Return the report as one HTML page: bars with intervals, dark mode, readable on a phone."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(loader=PackageLoader("tamis.evaluation", "."), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("report.html.j2").render(facts=facts)
