"""`tamis train`: train on all data and keep the result beside the system file."""

from __future__ import annotations

import time
from pathlib import Path

import tamis
from tamis.cli.show import print_json, print_line, progress
from tamis.cli.system_file import load_system
from tamis.core.clock import iso
from tamis.snapshots.folder import write_snapshot
from tamis.training.rows import RowPlan
from tamis.training.train import train


def run(file: Path, system: str | None, json: bool) -> None:
    """Train and write the snapshot; print what was learned."""
    began = time.perf_counter()
    loaded = load_system(file, system)
    with progress(quiet=json):
        dataset = loaded.dataset()
        seen = train(loaded.funnel, dataset, loaded.option(RowPlan, None))
        facts = {
            "system": loaded.funnel.name,
            "until": dataset.until,
            "users": dataset.n_users,
            "items": dataset.n_items,
            "outcomes": len(dataset.events(loaded.funnel.objective.outcomes)),
            "rows": seen.rows if seen else 0,
            "code": tamis.__version__,
        }
        write_snapshot(loaded.funnel, loaded.folder, dataset.store.users, dataset.store.items, facts)
    facts["seconds"] = round(time.perf_counter() - began, 1)
    facts["folder"] = str(loaded.folder)
    if json:
        print_json({**facts, "importance": seen.importance if seen else {}})
        return
    print_line(
        f"{loaded.funnel.name}: learned from {facts['outcomes']:,} outcomes of {facts['users']:,} people with "
        f"{facts['items']:,} items until {'now' if dataset.timeless else iso(dataset.until)}"
    )
    if seen:
        print_line(f"judge: {seen.rows:,} rows of {seen.queries:,} requests, {len(seen.features)} features")
    print_line(f"kept in {loaded.folder} ({facts['seconds']} s). Next: tamis recommend {file} --user ID")
