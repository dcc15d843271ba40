"""The article feed on Deskdrop: a funnel beside each of its sources and beside what is popular this week.

    TAMIS_DATA=... python -m benchmarks.quality_deskdrop

Protocol. Train strictly before 85 % of the log's time range, test on the rest; requests are drawn from what people did
in the test stretch, just before the act, with the history live up to that moment; every event kind counts, articles
that the person had opened before do not; the full catalogue is ranked, no sampled metrics; nDCG@10 with linear gain.
The test is paired by request, clustered by person: requests of one person are not independent.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from benchmarks.data import folder
from benchmarks.printing import machine, table
from tamis.data.dataset import Dataset
from tamis.metrics import Measured
from tamis.systems.articles import acts, articles, feed, people
from tamis.systems.baselines import TRIVIAL, single_sources, trivial_funnels
from tamis.training.backtest import Backtest, Evaluation, backtest

SHARE_OF_TIME = 0.85


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--json", type=Path, help="write the whole evaluation here")
    given = asked.parse_args()
    print(machine())
    dataset = Dataset.load([articles, people, acts], folder("deskdrop-interactions", "interactions.parquet"), now=2**60)
    made = backtest(
        feed,
        dataset,
        {**single_sources(feed), **trivial_funnels(feed)},
        TRIVIAL,
        Backtest(share=share_of_events(dataset)),
    )
    print(report(made))
    if given.json:
        import json

        from tamis.evaluation.report import evaluation_facts

        given.json.write_text(json.dumps(evaluation_facts(made), indent=1))
    sys.exit(0 if all(beaten(made).values()) else 1)


def share_of_events(dataset: Dataset) -> float:
    """Return the share of events before 85 % of the time range: a backtest cuts by events, the protocol by time."""
    at = dataset.events(acts).at
    cut = at[0] + SHARE_OF_TIME * (at[-1] - at[0])
    return float(np.mean(at < cut))


def beaten(made: Evaluation) -> dict[str, bool]:
    """Return per other row whether the funnel's interval of the deciding metric lies wholly above its interval."""
    low = made.rows[0].metrics[made.chosen].interval()[0]
    return {row.name: low > row.metrics[made.chosen].interval()[1] for row in made.rows[1:]}


def report(made: Evaluation) -> str:
    """Return the protocol, the table with the paired tests, and what the funnel beats."""
    above = beaten(made)
    rows = []
    for row in sorted(made.rows, key=lambda row: -row.metrics[made.chosen].mean):
        test = made.against.get(row.name)
        paired = (
            ""
            if test is None
            else f"{test.difference:+.4f} [{test.low:+.4f}, {test.high:+.4f}], p = {test.p_value:.2g}"
        )
        apart = "" if test is None else "apart" if above[row.name] else "OVERLAP"
        metrics = [shown(measured) for name, measured in row.metrics.items() if not name.startswith("novelty")]
        rows.append([row.name + (" (trivial)" if row.trivial else ""), *metrics, paired, apart])
    names = [name for name in made.rows[0].metrics if not name.startswith("novelty")]
    lines = [
        *(f"- {line}" for line in made.protocol),
        "",
        table(["row", *names, "funnel minus row", "intervals"], rows),
    ]
    lines += ["", "Stage loss: " + "; ".join(f"{stage} {lost:.4f}" for stage, lost, _ in made.loss.losses())]
    lines.append("Recall of all sources: " + shown(made.loss.recall["all sources"]))
    lost = [name for name, apart in above.items() if not apart]
    verdict = (
        f"intervals overlap with {', '.join(lost)}" if lost else "the funnel's interval lies above every other row's"
    )
    lines.append(f"{made.chosen}: {verdict}; fit {made.fit_seconds:.0f} s, answers {made.answer_seconds:.0f} s")
    return "\n".join(lines)


def shown(measured: Measured) -> str:
    """Return a mean with its 95 % interval."""
    low, high = measured.interval()
    return f"{measured.mean:.4f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
